#include "sim/network/churn.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/base/fixed_math.h"
#include "core/base/random.h"
#include "sim/network/distribution.h"
#include "sim/network/draws.h"

namespace sim {
namespace {

enum class Which : uint8_t { kSession, kGap, kEntry };

// Cycles of a settled network's past that a peer's first phase is looked up in, and their incarnations.
constexpr uint32_t kPastCycles = 32;
constexpr uint32_t kPastIncarnations = 0x8000'0000u;

}  // namespace

core::Status Churn::Check(const Scenario& scenario) {
  for (const Group& group : scenario.groups) {
    if (!group.churn.on) continue;
    for (const Distribution* part : {&group.churn.session, &group.churn.gap}) {
      const core::Status status = sim::Check(*part);
      if (!status.ok()) {
        return core::InvalidArgument(absl::StrCat("group ", group.name, ": churn ",
                                                  part == &group.churn.gap ? "gap" : "session",
                                                  ": ", std::string(core::MessageOf(status))));
      }
    }
  }
  return {};
}

Churn::Churn(const Scenario& scenario, uint64_t seed)
    : scenario_(scenario), key_(DrawKey(seed, core::Purpose::kChurn)) {}

const Group& Churn::GroupOf(core::PeerId peer) const {
  const auto after =
      std::upper_bound(scenario_.groups.begin(), scenario_.groups.end(), peer.value,
                       [](uint32_t value, const Group& group) { return value < group.first; });
  CHECK(after != scenario_.groups.begin());
  return *(after - 1);
}

bool Churn::IsSettled(const Group& group) const {
  return scenario_.warm && group.churn.on && group.start_at.us == 0 && group.start_over.us == 0;
}

// A random point of a long alternation of sessions and gaps that lies before the run. Its phases have incarnations of
// their own, so that those of the run keep their draws.
Churn::Entry Churn::EntryOf(core::PeerId peer) const {
  std::array<int64_t, size_t{2} * kPastCycles> phases{};
  int64_t total = 0;
  for (uint32_t i = 0; i < phases.size(); ++i) {
    phases[i] = PhaseOf(peer, kPastIncarnations + i / 2, i % 2 == 0).us;
    total += phases[i];
  }
  const uint64_t bits = DrawBits(OccasionBits(key_, peer.value, kPastIncarnations), Which::kEntry);
  auto point = static_cast<int64_t>(core::Reduce(bits, static_cast<uint64_t>(total)));
  uint32_t at = 0;
  while (point >= phases[at]) point -= phases[at++];
  return {at % 2 == 0, Duration{std::max<int64_t>(phases[at] - point, kPhaseMin.us)}};
}

WorldTime Churn::ArrivalOf(core::PeerId peer) const {
  const Group& group = GroupOf(peer);
  if (IsSettled(group)) {
    const Entry entry = EntryOf(peer);
    return entry.up ? WorldTime{} : WorldTime{} + entry.left;
  }
  const int64_t index = peer.value - group.first;
  const int64_t part = core::MulDiv(group.start_over.us, index, std::max(group.count, 1u));
  return WorldTime{} + group.start_at + Duration{part};
}

Duration Churn::PhaseOf(core::PeerId peer, uint32_t incarnation, bool session) const {
  const Group& group = GroupOf(peer);
  const uint64_t occasion = OccasionBits(key_, peer.value, incarnation);
  const uint64_t bits = DrawBits(occasion, session ? Which::kSession : Which::kGap);
  const uint64_t counter = peer.value - group.first + uint64_t{incarnation} * group.count;
  const Distribution& distribution = session ? group.churn.session : group.churn.gap;
  return std::max(Draw(distribution, bits, counter), kPhaseMin);
}

Duration Churn::SessionOf(core::PeerId peer, uint32_t incarnation) const {
  if (incarnation == 0 && IsSettled(GroupOf(peer))) {
    const Entry entry = EntryOf(peer);
    if (entry.up) return entry.left;
  }
  return PhaseOf(peer, incarnation, true);
}

Duration Churn::GapAfter(core::PeerId peer, uint32_t incarnation) const {
  return PhaseOf(peer, incarnation, false);
}

bool ChurnQueue::Later(const Entry& a, const Entry& b) {
  return std::tie(a.at_us, a.peer) > std::tie(b.at_us, b.peer);
}

ChurnQueue::ChurnQueue(const Churn& churn, uint32_t peer_count) : churn_(churn) {
  heap_.reserve(peer_count);
  for (uint32_t peer = 0; peer < peer_count; ++peer) {
    heap_.push_back({churn.ArrivalOf({peer}).us, peer, 1});
  }
  std::make_heap(heap_.begin(), heap_.end(), Later);
}

WorldTime ChurnQueue::NextAt() const {
  return heap_.empty() ? WorldTime::Never() : WorldTime{heap_.front().at_us};
}

std::optional<Transition> ChurnQueue::TakeDue(WorldTime now) {
  if (heap_.empty() || heap_.front().at_us > now.us) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  Entry& entry = heap_.back();
  const Transition taken{
      {entry.at_us}, {entry.peer}, entry.incarnation_up / 2, entry.incarnation_up % 2 != 0};
  if (!churn_.IsOn(taken.peer)) {
    heap_.pop_back();
    return taken;
  }
  const Duration phase = taken.up ? churn_.SessionOf(taken.peer, taken.incarnation)
                                  : churn_.GapAfter(taken.peer, taken.incarnation);
  entry.at_us += phase.us;
  // Up i, down i, up i + 1: 2i + 1, 2i, 2i + 3.
  entry.incarnation_up = taken.incarnation * 2 + (taken.up ? 0 : 3);
  std::push_heap(heap_.begin(), heap_.end(), Later);
  return taken;
}

}  // namespace sim

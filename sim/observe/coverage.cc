#include "sim/observe/coverage.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"

#include "core/base/hash.h"
#include "sim/network/schedule.h"
#include "sim/observe/user_fact.h"

namespace sim {
namespace {

constexpr size_t kMoments = size_t{1} << 12;  // Counters; there are some hundreds of moments.
constexpr size_t kNamed = size_t{1} << 15;
constexpr uint32_t kStruckMax = 64;  // Of one fault; the others say the same.

uint64_t HashOf(std::string_view text) {
  return core::HashBytes({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

template <size_t kSize>
uint64_t HashOf(const std::array<uint8_t, kSize>& bytes) {
  return core::HashBytes(bytes);
}

// The event with its words and flags: what a transition table would name.
uint64_t MomentOf(const Description& event) {
  uint64_t moment = HashOf(event.name);
  for (const Field& field : event.fields) {
    if (const auto* word = std::get_if<std::string_view>(&field.value)) {
      moment = core::Mix64(moment, HashOf(field.name), HashOf(*word));
    } else if (const auto* flag = std::get_if<bool>(&field.value)) {
      moment = core::Mix64(moment, HashOf(field.name), *flag ? 1 : 2);
    }
  }
  return moment;
}

// Of an id that an event names; nothing when the field is none.
std::optional<uint64_t> IdIn(const Field& field) {
  if (const auto* key = std::get_if<core::Key256>(&field.value)) return HashOf(key->bytes);
  if (const auto* task = std::get_if<core::TaskId>(&field.value)) return HashOf(task->bytes);
  return std::nullopt;
}

uint32_t BitOf(Fault::Kind kind) {
  return 1u << static_cast<unsigned>(kind);
}

// The first of each side.
template <typename Visit>
void ForEachStruck(const Fault& fault, const Visit& visit) {
  for (const PeerSet* side : {&fault.targets, &fault.others}) {
    const uint32_t count = std::min(side->Count(), kStruckMax);
    for (uint32_t i = 0; i < count; ++i) visit(side->At(i));
  }
}

int64_t Milliseconds(WorldTime at) {
  return at.us / 1000;
}

void AppendVarint(uint64_t value, std::string& bytes) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
  bytes += static_cast<char>(value);
}

std::optional<uint64_t> TakeVarint(std::span<const uint8_t>& bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

Coverage::Coverage(const std::vector<const Checker*>& checkers)
    : checkers_(checkers),
      judged_(checkers.size()),
      shown_(Feature::kCount),
      counts_(kMoments),
      named_(kNamed) {}

void Coverage::OnFact(const WorldView&, const Fact& fact) {
  See({Milliseconds(fact.at), fact.peer}, Describe(fact.what));
}

void Coverage::OnUserFact(const WorldView&, const UserFact& fact) {
  See({Milliseconds(fact.at), fact.peer}, Describe(fact));
}

void Coverage::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  const Place place{Milliseconds(fact.at), fact.peer};
  if (fact.kind == WorldFact::Kind::kFaultBegan) {
    const Fault& fault = world.scenario().faults[fact.detail];
    const bool lasts = HasScheduledEnd(fault.kind);
    Begin(place, fault, lasts);
    if (lasts) lasting_.push_back(fact.detail);
  } else if (fact.kind == WorldFact::Kind::kFaultEnded) {
    std::erase(lasting_, fact.detail);
    HoldAgain(world);
  } else {
    See(place, Describe(fact));
  }
}

// Checks do not tell when they judge.
void Coverage::OnCheckpoint(const WorldView& world) {
  const Place place{Milliseconds(world.Now()), core::kNoPeer};
  for (size_t i = 0; i < checkers_.size(); ++i) {
    const auto doublings = static_cast<uint64_t>(std::bit_width(checkers_[i]->premises()));
    while (judged_[i] < doublings) Show(place, Sort::kJudged, i, ++judged_[i]);
  }
}

void Coverage::See(const Place& place, const Description& event) {
  const uint64_t moment = MomentOf(event);
  Count(place, moment);
  for (const Field& field : event.fields) {
    if (const auto id = IdIn(field)) Step(place, moment, core::Mix64(*id, HashOf(field.name)));
  }
  if (place.peer == core::kNoPeer) return;
  PeerState& peer = At(place.peer);
  peer.last = moment;
  for (uint32_t kinds = peer.holding; kinds != 0; kinds &= kinds - 1) {
    Show(place, Sort::kUnder, moment, static_cast<uint64_t>(std::countr_zero(kinds)));
  }
}

void Coverage::Count(const Place& place, uint64_t moment) {
  const uint32_t count = ++counts_[moment % kMoments];
  if (std::has_single_bit(count)) Show(place, Sort::kCount, moment, count);
}

void Coverage::Step(const Place& place, uint64_t moment, uint64_t id) {
  Named& named = named_[id % kNamed];
  if (named.id == id) {
    Show(place, Sort::kStep, core::Mix64(named.moment, moment), named.peer == place.peer ? 1 : 2);
  }
  named = {id, moment, place.peer};
}

void Coverage::Begin(const Place& place, const Fault& fault, bool lasts) {
  ForEachStruck(fault, [&](core::PeerId peer) {
    PeerState& struck = At(peer);
    const Place here{place.at_ms, peer};
    Show(here, Sort::kStruck, struck.last, static_cast<uint64_t>(fault.kind));
    for (uint32_t kinds = struck.holding; kinds != 0; kinds &= kinds - 1) {
      Show(here, Sort::kMet, static_cast<uint64_t>(std::countr_zero(kinds)),
           static_cast<uint64_t>(fault.kind));
    }
    if (lasts) struck.holding |= BitOf(fault.kind);
  });
}

// A peer may be held by several faults of the kind that ended.
void Coverage::HoldAgain(const WorldView& world) {
  for (PeerState& peer : peers_) peer.holding = 0;
  for (const uint32_t index : lasting_) {
    const Fault& fault = world.scenario().faults[index];
    ForEachStruck(fault, [&](core::PeerId peer) { At(peer).holding |= BitOf(fault.kind); });
  }
}

Coverage::PeerState& Coverage::At(core::PeerId peer) {
  if (peer.value >= peers_.size()) peers_.resize(peer.value + 1);
  return peers_[peer.value];
}

void Coverage::Show(const Place& place, Sort sort, uint64_t a, uint64_t b) {
  const auto id =
      static_cast<uint32_t>(core::Mix64(static_cast<uint64_t>(sort), a, b) % Feature::kCount);
  if (shown_[id]) return;
  shown_[id] = true;
  features_.push_back({id, place.at_ms, place.peer});
}

// Each: 22 bits of id with 2 of nothing, milliseconds since the one before, and the peer plus one.
std::string FeaturesText(const std::vector<Feature>& features) {
  std::string bytes;
  int64_t before = 0;
  for (const Feature& feature : features) {
    for (const unsigned shift : {0u, 8u, 16u})
      bytes += static_cast<char>(feature.id >> shift & 0xff);
    AppendVarint(static_cast<uint64_t>(std::max<int64_t>(feature.at_ms - before, 0)), bytes);
    AppendVarint(uint32_t{feature.peer.value + 1}, bytes);
    before = std::max(before, feature.at_ms);
  }
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<std::vector<Feature>> ParseFeatures(const std::string& text) {
  std::string raw;
  if (!absl::WebSafeBase64Unescape(text, &raw)) return std::nullopt;
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(raw.data()), raw.size());
  std::vector<Feature> features;
  int64_t at_ms = 0;
  while (!bytes.empty()) {
    if (bytes.size() < 3) return std::nullopt;
    const uint32_t id = bytes[0] | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16;
    bytes = bytes.subspan(3);
    const auto since = TakeVarint(bytes);
    const auto peer = TakeVarint(bytes);
    if (id >= Feature::kCount || !since.has_value() || !peer.has_value()) return std::nullopt;
    if (*since > uint64_t{1} << 42 || *peer > uint64_t{1} << 32) return std::nullopt;
    at_ms += static_cast<int64_t>(*since);
    features.push_back({id, at_ms, core::PeerId{static_cast<uint32_t>(*peer - 1)}});
  }
  return features;
}

}  // namespace sim

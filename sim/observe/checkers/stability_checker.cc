#include "sim/observe/checkers/stability_checker.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace sim {
namespace {

constexpr int64_t kDwells = 3;

}  // namespace

StabilityChecker::StabilityChecker(std::shared_ptr<RingView> view)
    : Checker({.id = "AR-9",
               .title = "the rings do not come to rest",
               .family = "arachnode",
               .check_class = CheckClass::kLiveness,
               .statement =
                   "a network that is left alone stops moving within three dwells and one per "
                   "ring, and then the mean overlap is within its bounds if capacity allows"}),
      view_(std::move(view)) {}

bool StabilityChecker::AtRest(const WorldView& world, uint8_t ring) const {
  const std::optional<WorldTime> quiet = quiet_.Since();
  if (!quiet.has_value()) return false;
  const WorldTime since = std::max(*quiet, told_);
  const core::Duration dwell = world.scenario().protocol.arachnode.dwell;
  return Demanded(world, since) && world.Now() > since + dwell * (kDwells + ring);
}

void StabilityChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* pressure = std::get_if<core::StoragePressure>(&fact.what)) {
    pressed_.Erase(fact.peer);
    if (pressure->on) pressed_.Insert(fact.peer);
    return;
  }
  const auto* changed = std::get_if<core::RingChanged>(&fact.what);
  if (changed == nullptr || changed->status != core::RingStatus::kActive) return;
  const auto [ring, fresh] = settled_.Insert(fact.peer);
  const uint8_t before = std::exchange(*ring, changed->ring);
  if (fresh || before == changed->ring || !AtRest(world, std::max(before, changed->ring))) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "ring " + std::to_string(changed->ring),
                     "at rest in ring " + std::to_string(before), "moved"};
  });
}

void StabilityChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  quiet_.Note(world, fact);
  if (fact.kind == WorldFact::Kind::kCommanded) told_ = fact.at;
}

void StabilityChecker::OnEnd(const WorldView& world) {
  uint32_t nodes = 0;
  uint8_t outermost = 0;
  view_->ForEachNode([&](core::PeerId, const RingNode& node) {
    if (!node.up || !node.place.has_value()) return;
    ++nodes;
    outermost = std::max(outermost, core::TakenRing(*node.place));
  });
  if (nodes == 0 || !AtRest(world, outermost)) return;
  Premise();
  const auto& bounds = world.scenario().protocol.arachnode;
  const bool allows = nodes >= static_cast<uint32_t>(bounds.overlap_low) && pressed_.empty();
  if (!allows) return;
  const std::vector<uint32_t> overlaps = view_->Overlaps(world);
  const uint64_t sum = std::accumulate(overlaps.begin(), overlaps.end(), uint64_t{0});
  const auto within = [&](int bound) { return static_cast<uint64_t>(bound) * overlaps.size(); };
  if (sum >= within(bounds.overlap_low) && sum <= within(bounds.overlap_high)) return;
  Violate([&] {
    return Violation{
        world.Now(), core::kNoPeer, "mean overlap",
        std::to_string(bounds.overlap_low) + " to " + std::to_string(bounds.overlap_high),
        std::to_string(sum / overlaps.size())};
  });
}

}  // namespace sim

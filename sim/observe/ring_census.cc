#include "sim/observe/ring_census.h"

#include "core/base/random.h"

namespace sim {

void RingCensus::OnFact(const WorldView& world, const Fact& fact) {
  view_.Follow(world, fact);
  const auto* changed = std::get_if<core::RingChanged>(&fact.what);
  if (changed == nullptr || changed->status != core::RingStatus::kActive) return;
  const auto [ring, fresh] = settled_.Insert(fact.peer);
  if (!fresh && changed->ring > *ring) metrics_.Count(Metric::kRingsMovedOut);
  if (!fresh && changed->ring < *ring) metrics_.Count(Metric::kRingsMovedIn);
  *ring = changed->ring;
}

void RingCensus::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  view_.Follow(world, fact);
}

void RingCensus::OnEnd(const WorldView& world) {
  if (view_.empty()) return;
  view_.ForEachBlock([&](const core::Key256& key, const std::vector<RingHolding>&) {
    // Of those that are up: nobody stopped after the end.
    const uint32_t holders = view_.HoldersOf(world, key, 0, core::kNoPeer, WorldTime::Never());
    metrics_.Record(Metric::kRingsHolders, holders);
  });
  view_.ForEachNode([&](core::PeerId, const RingNode& node) {
    if (node.place.has_value()) metrics_.Record(Metric::kRingsDepth, node.place->ring);
  });
  core::Random random({.seed = world.scenario().seed, .purpose = core::Purpose::kTest});
  for (uint32_t i = 0; i < kKeysDrawn; ++i) {
    core::Key256 key;
    random.Fill(key.bytes);
    metrics_.Record(Metric::kRingsOverlap, view_.OverlapOf(world, key));
  }
}

}  // namespace sim

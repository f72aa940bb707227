#include "sim/observe/ring_census.h"

#include <utility>

#include "core/codec/message_types.h"
#include "sim/observe/allowances.h"

namespace sim {
namespace {

constexpr uint16_t kRingsGroup = 4;
constexpr uint16_t kRefsRequestType = 0x0401;
constexpr uint16_t kRefsType = 0x0402;

}  // namespace

RingCensus::RingCensus(Metrics* metrics, std::shared_ptr<RingView> view)
    : metrics_(*metrics), view_(std::move(view)) {}

void RingCensus::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* sample = std::get_if<core::OverlapSampled>(&fact.what)) {
    *sampled_.Insert(fact.peer).first = {sample->keys, sample->sum};
    return;
  }
  ledger_.Follow(world, fact, *view_);
  view_->Follow(world, fact);
  changed_.Note(fact);
  const auto* changed = std::get_if<core::RingChanged>(&fact.what);
  if (changed == nullptr || changed->status != core::RingStatus::kActive) return;
  const auto [ring, fresh] = settled_.Insert(fact.peer);
  if (!fresh && changed->ring > *ring) metrics_.Count(Metric::kRingsMovedOut);
  if (!fresh && changed->ring < *ring) metrics_.Count(Metric::kRingsMovedIn);
  *ring = changed->ring;
}

void RingCensus::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  ledger_.Follow(fact);
  view_->Follow(world, fact);
  changed_.Note(fact);
}

void RingCensus::OnCheckpoint(const WorldView& world) {
  if (view_->empty() || ++checkpoints_ % kFloorEvery != 0) return;
  Count(world);
  metrics_.Set(Metric::kRingsThin, thin_);
  metrics_.Set(Metric::kRingsLost, lost_);
}

// Of those that are up: nobody stopped after the end of time.
void RingCensus::Count(const WorldView& world) {
  const auto floor = static_cast<uint32_t>(world.scenario().protocol.arachnode.floor);
  changed_.Visit(*view_, world.Now(), [&](const core::Key256& key, const auto&) {
    const uint32_t holders = view_->HoldersOf(world, key, 0, core::kNoPeer, WorldTime::Never());
    Thin* block = blocks_.Find(key);
    if (block == nullptr && holders < floor) return;
    if (block == nullptr) block = blocks_.Insert(key).first;
    const Thin now{holders < floor, holders == 0, block->is ? block->since : world.Now()};
    if (block->is && !now.is) {
      metrics_.Record(Metric::kRingsThinTime, (world.Now() - block->since).us);
    }
    thin_ += int64_t{now.is} - int64_t{block->is};
    lost_ += int64_t{now.lost} - int64_t{block->lost};
    *block = now;
  });
}

// Every message of the rings but those that say who stands where.
void RingCensus::OnTraffic(const WorldView&, const TrafficCounters& since) {
  for (size_t type = 0; type < kMessageTypes; ++type) {
    const uint16_t number = core::kMessageTypes[type].type;
    const bool says_who = number == kRefsRequestType || number == kRefsType;
    if (number >> 8 == kRingsGroup && !says_who) sent_ += since.by_type[type].bytes;
  }
}

void RingCensus::RecordTraffic() {
  metrics_.Count(Metric::kRingsBytesSent, sent_);
  metrics_.Count(Metric::kRingsBytesNeeded, ledger_.needed());
  if (ledger_.needed() == 0) return;
  metrics_.Set(Metric::kRingsRepairRatio,
               static_cast<int64_t>(sent_ * 1'000'000 / ledger_.needed()));
}

void RingCensus::OnEnd(const WorldView& world) {
  if (view_->empty()) return;
  RecordTraffic();
  Count(world);
  metrics_.Set(Metric::kRingsThin, thin_);
  metrics_.Set(Metric::kRingsLost, lost_);
  view_->ForEachNode([&](core::PeerId, const RingNode& node) {
    if (node.place.has_value()) metrics_.Record(Metric::kRingsDepth, node.place->ring);
  });
  const auto floor = static_cast<uint32_t>(world.scenario().protocol.arachnode.floor);
  const std::vector<uint32_t> overlaps = view_->Overlaps(world);
  for (const uint32_t overlap : overlaps) {
    metrics_.Record(Metric::kRingsOverlap, overlap);
    metrics_.Trial(Metric::kRingsKeysWithout, overlap == 0);
    metrics_.Trial(Metric::kRingsKeysThin, overlap < floor);
  }
  sampled_.ForEach([&](core::PeerId, const Sampled& last) {
    if (last.keys > 0) metrics_.Record(Metric::kRingsSampled, last.sum / last.keys);
  });
  CountHolders(world, overlaps);
}

void RingCensus::CountHolders(const WorldView& world, const std::vector<uint32_t>& overlaps) {
  view_->ForEachBlock([&](const core::Key256& key, const auto&) {
    const uint32_t holders = view_->HoldersOf(world, key, 0, core::kNoPeer, WorldTime::Never());
    metrics_.Record(Metric::kRingsHolders, holders);
    const uint32_t ought = overlaps[PrefixOf(key, core::limits::kRingMax)];
    for (uint32_t i = 0; i < ought; ++i) metrics_.Trial(Metric::kRingsCoverage, i < holders);
  });
}

}  // namespace sim

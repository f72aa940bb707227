#include "sim/observe/checkers/overlay_checker.h"

#include "sim/observe/allowances.h"

namespace sim {
namespace {

// How long a joined peer may still be alone with its seeds.
constexpr core::Duration kFresh = core::Seconds(10);

}  // namespace

OverlayChecker::OverlayChecker(Metrics* metrics)
    : RoutingChecker({.id = "RT-3",
                      .title = "the overlay fell apart",
                      .family = "routing",
                      .check_class = CheckClass::kLiveness,
                      .scope = CheckScope::kEveryCheckpoint,
                      .cost = CheckCost::kExpensive,
                      .statement = "the live joined peers form one connected overlay"}),
      metrics_(metrics) {}

std::vector<core::PeerId> OverlayChecker::Members(const WorldView& world) const {
  std::vector<core::PeerId> members;
  for (uint32_t peer = 0; peer < world.PeerCount(); ++peer) {
    if (world.IsUp({peer}) && world.IsHonest({peer}) && Joined({peer}, world.Now(), kFresh)) {
      members.push_back({peer});
    }
  }
  return members;
}

void OverlayChecker::Judge(const WorldView& world, const std::vector<core::PeerId>& members) {
  last_ = world.Now();
  if (IsCut() || members.size() < 2 || !Demanded(world, world.Now())) return;
  Premise();
  const Components components = FindComponents(world, members);
  if (metrics_ != nullptr) {
    metrics_->Set(Metric::kRoutingComponents, static_cast<int64_t>(components.count));
  }
  if (components.count == 1) return;
  Violate([&] {
    return Violation{world.Now(), components.example,
                     std::to_string(members.size()) + " live joined peers", "one component",
                     std::to_string(components.count) + " components, the largest of " +
                         std::to_string(components.largest)};
  });
}

void OverlayChecker::Describe(const WorldView& world, const std::vector<core::PeerId>& members) {
  if (metrics_ == nullptr || members.empty() || members.size() > kGraphStatisticsMax) return;
  const OverlayGraph graph(world, members);
  for (size_t i = 0; i < members.size(); ++i) {
    metrics_->Record(Metric::kRoutingDegree, static_cast<int64_t>(graph.Degree(i)));
  }
  metrics_->Set(Metric::kRoutingDiameter, graph.DiameterOfSample(kGraphSamples));
  metrics_->Set(Metric::kRoutingClustering, graph.ClusteringOfSample(size_t{kGraphSamples} * 16));
}

void OverlayChecker::OnCheckpoint(const WorldView& world) {
  const uint32_t peers = world.PeerCount();
  if (peers > kOverlaySometimesMax) return;
  const core::Duration every = core::Seconds(peers <= kOverlayOftenMax ? 10 : 60);
  if (world.Now() - last_ < every) return;
  Judge(world, Members(world));
}

void OverlayChecker::OnEnd(const WorldView& world) {
  const std::vector<core::PeerId> members = Members(world);
  Judge(world, members);
  Describe(world, members);
}

}  // namespace sim

#include "sim/observe/cluster_census.h"

#include "core/transactions/cluster.h"

namespace sim {
namespace {

bool HasAdversaries(const Scenario& scenario) {
  for (const Group& group : scenario.groups) {
    if (!group.adversary.role.empty()) return true;
  }
  return false;
}

}  // namespace

void ClusterCensus::OnFact(const WorldView&, const Fact& fact) {
  if (const auto* call = std::get_if<core::CallStarted>(&fact.what)) {
    blocks_.Insert(call->block);
  } else if (const auto* write = std::get_if<core::CallWrite>(&fact.what)) {
    blocks_.Insert(write->block);
  }
}

ClusterCensus::Cluster ClusterCensus::ClusterOf(const WorldView& world, const IdIndex& index,
                                                const core::BlockId& block) {
  const core::Key256 key = core::ClusterKey(*world.context().suite, block);
  const auto size = static_cast<uint32_t>(world.context().config->transactions.cluster_size);
  Cluster cluster;
  (void)index.Nearest(key, [&](core::PeerId peer) {
    if (!world.IsUp(peer) || world.IsClient(peer)) return false;
    if (!world.IsHonest(peer)) ++cluster.hostile;
    return ++cluster.members == size;
  });
  return cluster;
}

void ClusterCensus::OnEnd(const WorldView& world) {
  if (blocks_.empty() || !HasAdversaries(world.scenario())) return;
  const IdIndex index(*world.context().directory, world.PeerCount());
  blocks_.ForEach([&](const core::BlockId& block, bool) {
    const Cluster cluster = ClusterOf(world, index, block);
    const core::Quorum quorum =
        core::QuorumOf(world.context().config->transactions, cluster.members);
    metrics_.Trial(Metric::kClustersCaptured, cluster.hostile >= quorum.approvals);
    metrics_.Trial(Metric::kClustersHindered, cluster.hostile >= quorum.refusals);
  });
}

}  // namespace sim

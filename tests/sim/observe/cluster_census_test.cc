#include "sim/observe/cluster_census.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

class ClusterCensusTest : public testing::Test {
 protected:
  ClusterCensusTest() : world_(40) {
    world_.config.transactions.cluster_size = 4;
    world_.plan.groups.resize(1);
    world_.plan.groups[0].adversary.role = "any";
    block_.bytes.fill(3);
    const core::Key256 key{world_.context().suite->Sha256(block_.bytes)};
    for (uint32_t peer = 0; peer < world_.PeerCount(); ++peer) nearest_.push_back(peer);
    std::sort(nearest_.begin(), nearest_.end(), [&](uint32_t a, uint32_t b) {
      return core::Nearer(key, world_.IdOf(a), world_.IdOf(b));
    });
  }

  // Peers by their place, nearest first, are hostile.
  void Hostile(const std::vector<size_t>& places) {
    for (const size_t place : places) world_.dishonest.insert(nearest_[place]);
  }

  // Captured and hindered, in millionths.
  using Shares = std::pair<std::optional<int64_t>, std::optional<int64_t>>;

  // Of the one block, which is called for twice.
  Shares Census() {
    ClusterCensus census(&metrics_);
    core::CallStarted call;
    call.block = block_;
    for (int twice = 0; twice < 2; ++twice) {
      census.OnFact(world_, {.at = {}, .peer = {0}, .index = 0, .local = {}, .what = call});
    }
    census.OnEnd(world_);
    return {metrics_.Value("clusters.captured"), metrics_.Value("clusters.hindered")};
  }

  FakeWorld world_;
  Metrics metrics_;
  core::BlockId block_;
  std::vector<uint32_t> nearest_;
};

TEST_F(ClusterCensusTest, WhoIsFartherThanTheClusterDoesNotCount) {
  Hostile({0, 4, 5, 6, 7, 8});
  EXPECT_EQ(Census(), (Shares{0, 0}));
}

TEST_F(ClusterCensusTest, TwoOfFourCanRefuse) {
  Hostile({0, 3});
  EXPECT_EQ(Census(), (Shares{0, 1'000'000}));
}

TEST_F(ClusterCensusTest, ThreeOfFourCanCommit) {
  Hostile({0, 1, 3});
  EXPECT_EQ(Census(), (Shares{1'000'000, 1'000'000}));
}

TEST_F(ClusterCensusTest, ClientsAndPeersThatAreDownAreNoMembers) {
  Hostile({1, 4, 5});
  world_.clients.insert(nearest_[0]);
  world_.down.insert(nearest_[2]);
  EXPECT_EQ(Census(), (Shares{1'000'000, 1'000'000}));
}

TEST_F(ClusterCensusTest, NothingIsCountedWithoutAdversaries) {
  world_.plan.groups[0].adversary.role.clear();
  EXPECT_EQ(Census().first, std::nullopt);
}

}  // namespace
}  // namespace sim

#include "core/negotiation/pools.h"

#include <gtest/gtest.h>

#include "tests/core/negotiation/pools_net.h"

namespace core {
namespace {

PoolsNet::Options OptionsOf(uint64_t seed, uint32_t nodes) {
  PoolsNet::Options options;
  options.seed = seed;
  options.nodes = nodes;
  return options;
}

TEST(PoolsTest, ASeedOfThreeBecomesAPoolAndABlockAtTheEndOfThePeriod) {
  PoolsNet net(OptionsOf(1, 6));
  net.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2});
  net.RunFor(Seconds(2));
  EXPECT_EQ(net.Disagreement(), "");
  ASSERT_NE(net.at(PeerId{2}).pools.coordination(), nullptr);
  EXPECT_EQ(net.at(PeerId{2}).pools.coordination()->phase(), PoolCoordination::Phase::kStanding);
  net.RunFor(Seconds(600));
  EXPECT_EQ(net.Check(), "");
  EXPECT_EQ(net.CountDone(), 3u);
  EXPECT_EQ(net.rules().blocks_told(), 3u);
  EXPECT_EQ(net.rules().sizes().size(), 1u);
}

TEST(PoolsTest, WithoutFaultsAllPoolsEndInBlocksWithinTheCapacity) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    PoolsNet net(OptionsOf(seed, 96));
    net.SeedTheFree();
    net.RunFor(Seconds(600));
    EXPECT_EQ(net.Check(), "") << seed;
    EXPECT_EQ(net.CountDone(), 96u) << seed;
    EXPECT_EQ(net.rules().voters(), 96u) << seed;
    EXPECT_LE(net.rules().sizes().size(), 8u) << seed;
    for (const auto& [cid, size] : net.rules().sizes()) {
      EXPECT_LE(size, 32u);
    }
    EXPECT_TRUE(net.offences().empty()) << seed;
    EXPECT_EQ(net.All<NegotiationRefused>().size(), 0u) << seed;
  }
}

struct Course {
  std::string broken;
  std::string disagreement;
  size_t joins = 0;
  size_t merged = 0;
  size_t reverted = 0;
  size_t in_blocks = 0;
};

// Seeds come and go, messages are lost and copied, peers die for good at any moment; then calm.
Course RunFaulty(uint64_t seed, uint64_t crash_per_mille) {
  PoolsNet::Options options = OptionsOf(seed, 60);
  options.lose_percent = seed % 6;
  options.repeat_percent = 5;
  options.config.negotiation.present_interval = Seconds(5);
  PoolsNet net(options);
  net.SeedTheFree();
  for (int step = 0; step < 400; ++step) {
    net.RunFor(Milliseconds(net.random().Between(1, 1000)));
    if (net.random().Below(1000) < crash_per_mille) {
      const PeerId peer{static_cast<uint32_t>(net.random().Below(net.size()))};
      if (net.IsUp(peer)) net.Kill(peer);
    }
    if (step % 20 == 0) net.SeedTheFree();
    (void)net.Check();
  }
  net.LoseNothing();
  net.RunFor(Seconds(60));
  Course course{.broken = net.Check(),
                .disagreement = net.Disagreement(),
                .joins = net.rules().joins(),
                .merged = net.All<PoolsMerged>().size()};
  for (const auto& [peer, left] : net.All<PoolLeft>()) {
    if (left.cause == PoolLeaving::kReverted) ++course.reverted;
  }
  net.RunFor(Seconds(600));
  if (course.broken.empty()) course.broken = net.Check();
  course.in_blocks = net.rules().voters();
  return course;
}

TEST(PoolsTest, LossesAndCrashesLeaveNobodyInTwoPoolsOrBlocks) {
  Course sum;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const Course course = RunFaulty(seed, 40);
    EXPECT_EQ(course.broken, "") << seed;
    EXPECT_EQ(course.disagreement, "") << seed;
    sum.merged += course.merged;
    sum.reverted += course.reverted;
    sum.in_blocks += course.in_blocks;
  }
  EXPECT_GT(sum.merged, 500u);
  EXPECT_GT(sum.reverted, 100u);
  EXPECT_GT(sum.in_blocks, 600u);
}

}  // namespace
}  // namespace core

#include "core/negotiation/pools.h"

#include <string>

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
    net.SeedTheFree(96);
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

struct Faults {
  uint64_t crash_per_mille = 0;
  uint64_t lose_percent = 0;
  int capacity = 32;
  int margin = 4;
  uint32_t hostile = 0;  // The last so many vote nowhere and send what they have seen others send.
};

struct Course {
  std::string broken;
  std::string disagreement;
  std::string misplaced;
  size_t merged = 0;
  size_t reverted = 0;
  size_t in_blocks = 0;
  size_t bound = 0;  // Signed, and never told the end.
};

PoolsNet::Options OptionsOf(uint64_t seed, const Faults& faults) {
  PoolsNet::Options options = OptionsOf(seed, 60);
  options.lose_percent = faults.lose_percent;
  options.repeat_percent = 5;
  options.config.negotiation.present_interval = Seconds(5);
  options.config.negotiation.capacity = faults.capacity;
  options.config.negotiation.margin = faults.margin;
  return options;
}

// Copies of old messages arrive once more; hostile peers send what others have sent, under any id.
void Replay(PoolsNet& net, uint32_t hostile) {
  for (int i = 0; i < 5 && !net.sent().empty(); ++i) {
    Packet packet = net.sent()[net.random().Below(net.sent().size())];
    if (hostile > 0 && net.random().Below(2) == 0) {
      const uint64_t first = net.size() - hostile;
      packet.from = PeerId{static_cast<uint32_t>(first + net.random().Below(hostile))};
      packet.to = PeerId{static_cast<uint32_t>(net.random().Below(first))};
      if (net.random().Below(2) == 0) packet.message.id = net.random().Next();
    }
    net.Post(packet);
  }
}

// Seeds come and go, messages are lost and copied, peers die for good at any moment; then calm.
Course RunFaulty(uint64_t seed, const Faults& faults) {
  PoolsNet net(OptionsOf(seed, faults));
  const auto voters = static_cast<uint32_t>(net.size()) - faults.hostile;
  net.SeedTheFree(voters);
  for (int step = 0; step < 400; ++step) {
    net.RunFor(Milliseconds(net.random().Between(1, 1000)));
    if (net.random().Below(1000) < faults.crash_per_mille) {
      const PeerId peer{static_cast<uint32_t>(net.random().Below(voters))};
      if (net.IsUp(peer)) net.Kill(peer);
    }
    if (faults.hostile > 0) Replay(net, faults.hostile);
    if (step % 20 == 0) net.SeedTheFree(voters);
    (void)net.Check();
  }
  net.LoseNothing();
  net.RunFor(Seconds(60));
  Course course{.broken = net.Check(),
                .disagreement = net.Disagreement(),
                .misplaced = net.Misplaced(),
                .merged = net.All<PoolsMerged>().size()};
  for (const auto& [peer, left] : net.All<PoolLeft>()) {
    if (left.cause == PoolLeaving::kReverted) ++course.reverted;
  }
  net.RunFor(Seconds(600));
  if (course.broken.empty()) course.broken = net.Check();
  course.in_blocks = net.rules().voters();
  for (uint32_t i = 0; i < voters; ++i) {
    course.bound +=
        net.IsUp(PeerId{i}) && net.at(PeerId{i}).pools.membership() != nullptr ? 1u : 0u;
  }
  return course;
}

// Of all seeds together.
Course RunAll(uint64_t seeds, Faults faults) {
  Course sum;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    faults.lose_percent = seed % 6;
    const Course course = RunFaulty(seed, faults);
    EXPECT_EQ(course.broken, "") << seed;
    EXPECT_EQ(course.disagreement, "") << seed;
    EXPECT_EQ(course.misplaced, "") << seed;
    sum.merged += course.merged;
    sum.reverted += course.reverted;
    sum.in_blocks += course.in_blocks;
    sum.bound += course.bound;
  }
  return sum;
}

TEST(PoolsTest, LossesAndCrashesLeaveNobodyInTwoPoolsOrBlocks) {
  const Course sum = RunAll(30, {.crash_per_mille = 40});
  EXPECT_GT(sum.merged, 500u);
  EXPECT_GT(sum.reverted, 100u);
  EXPECT_GT(sum.in_blocks, 600u);
}

// Small blocks form all the time, and coordinators die with signatures in their hands.
TEST(PoolsTest, NobodyIsInTwoBlocksThoughCoordinatorsDieWhileTheyAreSigned) {
  const Course sum = RunAll(60, {.crash_per_mille = 120, .capacity = 6, .margin = 0});
  EXPECT_GT(sum.merged, 500u);
  EXPECT_GT(sum.in_blocks, 600u);
  EXPECT_GT(sum.bound, 0u);  // The case that is hard was met.
}

TEST(PoolsTest, LateCopiesAndOutsidersChangeNothing) {
  const Course sum = RunAll(20, {.crash_per_mille = 10, .capacity = 12, .margin = 1, .hostile = 6});
  EXPECT_GT(sum.merged, 200u);
  EXPECT_GT(sum.in_blocks, 600u);
}

TEST(PoolsTest, RecordsAreConservedThroughAnyMergesAndReverts) {
  size_t merged = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    PoolsNet net(OptionsOf(seed, 30));
    const PeerId silent{static_cast<uint32_t>(seed % 30)};
    net.Lose([silent](const Packet& packet) {
      const auto* inform = packet.As<PoolInform>();
      return inform != nullptr && inform->event == PoolEvent::kMerged && packet.to == silent;
    });
    net.SeedTheFree(30);
    for (int step = 0; step < 300; ++step) {
      net.RunFor(Milliseconds(100));
      ASSERT_EQ(net.Misplaced(), "") << seed << " step " << step;
      ASSERT_EQ(net.Check(), "") << seed << " step " << step;
    }
    merged += net.All<PoolsMerged>().size();
  }
  EXPECT_GT(merged, 100u);
}

TEST(PoolsTest, WhoIsInNoPoolOwnsNoMemory) {
  Pools pools;
  EXPECT_EQ(pools.HeapBytes(), 0u);
  EXPECT_TRUE(pools.over());
  EXPECT_EQ(pools.NextDeadline(), Time::Never());
  EXPECT_LE(sizeof(Pools), 128u);

  PoolsNet net(OptionsOf(1, 3));
  net.OpenSeed(PeerId{0}, PeerId{1}, PeerId{2});
  net.RunFor(Seconds(1));
  EXPECT_LE(net.at(PeerId{0}).pools.HeapBytes(), 512u);  // A member: its place alone.
  net.RunFor(Seconds(600));
  EXPECT_EQ(net.at(PeerId{0}).pools.HeapBytes(), 0u);
  EXPECT_LE(net.at(PeerId{2}).pools.HeapBytes(), 512u);  // Three signatures, for who asks.
  net.RunFor(Minutes(25));
  EXPECT_TRUE(net.at(PeerId{2}).pools.over());
}

}  // namespace
}  // namespace core

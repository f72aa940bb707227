// One fingerprint for any threads, shards, pauses and neighbours in the process.
#include <gtest/gtest.h>

#include "tests/sim/engine/traffic.h"

namespace sim {
namespace {

struct Outcome {
  core::Fingerprint fingerprint;
  std::vector<Checkpoint> checkpoints;
  std::vector<int64_t> starts;
  Statistics statistics;
};

Outcome RunWith(const TrafficPlan& plan, const EngineOptions& options) {
  Traffic traffic(plan);
  Engine<Traffic> engine(options, &traffic);
  traffic.Attach(&engine);
  EXPECT_TRUE(engine.Run().ok());
  return {engine.fingerprint(), engine.checkpoints(), traffic.starts(), engine.statistics()};
}

TEST(DeterminismTest, ThreadsAndShardsChangeNothing) {
  const TrafficPlan plan = MakePlan(11, 300, 60'000'000, 2'000);
  const Outcome expected = RunWith(plan, OptionsFor(plan, 1, 1));
  EXPECT_GT(expected.statistics.events, 3'000u);
  EXPECT_GT(expected.checkpoints.size(), 20u);
  for (const int threads : {1, 2, 5}) {
    for (const int shards : {1, 7, 64}) {
      const Outcome found = RunWith(plan, OptionsFor(plan, threads, shards));
      EXPECT_EQ(found.fingerprint, expected.fingerprint) << threads << " x " << shards;
      EXPECT_EQ(found.checkpoints, expected.checkpoints) << threads << " x " << shards;
      EXPECT_EQ(found.starts, expected.starts) << threads << " x " << shards;
      EXPECT_EQ(found.statistics.events, expected.statistics.events);
      EXPECT_EQ(found.statistics.windows, expected.statistics.windows);
      if (threads == 1) {
        EXPECT_EQ(found.statistics.shared_windows, 0u);
      } else if (shards > 1) {
        EXPECT_GT(found.statistics.shared_windows, 10u);
      }
    }
  }
}

TEST(DeterminismTest, AnotherSeedIsAnotherRun) {
  TrafficPlan plan = MakePlan(11, 50, 20'000'000, 100);
  const Outcome first = RunWith(plan, OptionsFor(plan));
  plan.seed = 12;
  EXPECT_NE(RunWith(plan, OptionsFor(plan)).fingerprint, first.fingerprint);
}

TEST(DeterminismTest, TheSizeOfAChunkChangesNothing) {
  const TrafficPlan plan = MakePlan(13, 50, 20'000'000, 100);
  const Outcome expected = RunWith(plan, OptionsFor(plan));
  for (const uint32_t bytes : {64u, 256u, 4096u}) {
    EngineOptions options = OptionsFor(plan);
    options.chunk_bytes = bytes;
    EXPECT_EQ(RunWith(plan, options).fingerprint, expected.fingerprint) << bytes;
  }
}

TEST(DeterminismTest, TwoEnginesInterleavedAreLikeEachAlone) {
  const TrafficPlan plans[] = {MakePlan(21, 60, 20'000'000, 80), MakePlan(22, 90, 20'000'000, 80)};
  Traffic one(plans[0]);
  Traffic two(plans[1]);
  Engine<Traffic> first(OptionsFor(plans[0], 2, 4), &one);
  Engine<Traffic> second(OptionsFor(plans[1], 1, 7), &two);
  one.Attach(&first);
  two.Attach(&second);
  for (int64_t at = 333'333; at < 21'000'000; at += 333'333) {
    ASSERT_TRUE(first.RunUntil({at}).ok());
    ASSERT_TRUE(second.RunUntil({at / 2}).ok());
  }
  ASSERT_TRUE(second.Run().ok());
  EXPECT_EQ(first.fingerprint(), RunWith(plans[0], OptionsFor(plans[0])).fingerprint);
  EXPECT_EQ(second.fingerprint(), RunWith(plans[1], OptionsFor(plans[1])).fingerprint);
  EXPECT_EQ(first.checkpoints(), RunWith(plans[0], OptionsFor(plans[0])).checkpoints);
}

TEST(DeterminismTest, ACheckpointCoversWhatHappenedBeforeItsTime) {
  const TrafficPlan plan = MakePlan(23, 40, 5'000'000, 60);
  Traffic traffic(plan);
  Engine<Traffic> engine(OptionsFor(plan), &traffic);
  traffic.Attach(&engine);
  ASSERT_TRUE(engine.RunUntil({3'000'000}).ok());
  const core::Fingerprint at_three = engine.fingerprint();
  ASSERT_TRUE(engine.Run().ok());
  ASSERT_EQ(engine.checkpoints().size(), 5u);
  EXPECT_EQ(engine.checkpoints()[2], (Checkpoint{{3'000'000}, at_three}));
  EXPECT_EQ(engine.checkpoints()[4], (Checkpoint{{5'000'000}, engine.fingerprint()}));
}

TEST(DeterminismTest, CheckpointsCanBeSwitchedOff) {
  const TrafficPlan plan = MakePlan(23, 40, 5'000'000, 60);
  EngineOptions options = OptionsFor(plan);
  options.checkpoint_every = {0};
  const Outcome found = RunWith(plan, options);
  EXPECT_TRUE(found.checkpoints.empty());
  EXPECT_EQ(found.fingerprint, RunWith(plan, OptionsFor(plan)).fingerprint);
}

}  // namespace
}  // namespace sim

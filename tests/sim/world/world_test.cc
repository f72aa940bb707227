#include "sim/world/world.h"

#include <gtest/gtest.h>

#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

constexpr char kEveryFeature[] = "tests/determinism/every_feature.json";

constexpr int64_t kSeconds = 45;

core::Fingerprint FingerprintOf(const Scenario& scenario, int threads, int shards) {
  Session session(scenario, ShortRun(kSeconds, threads, shards));
  RunQuietly(session);
  return session.result().fingerprint;
}

TEST(WorldTest, ThreadsAndShardsNeverChangeTheResult) {
  const Scenario scenario = LoadOrFail(kEveryFeature);
  const core::Fingerprint expected = FingerprintOf(scenario, 1, 1);
  for (const int threads : {1, 2, 5}) {
    for (const int shards : {1, 7, 64}) {
      EXPECT_EQ(FingerprintOf(scenario, threads, shards), expected)
          << threads << " threads, " << shards << " shards";
    }
  }
}

TEST(WorldTest, AnotherSeedIsAnotherRun) {
  const Scenario one = LoadOrFail(kEveryFeature, {{"seed", "1"}});
  const Scenario two = LoadOrFail(kEveryFeature, {{"seed", "2"}});
  EXPECT_NE(FingerprintOf(one, 2, 0), FingerprintOf(two, 2, 0));
}

TEST(WorldTest, TwoWorldsInOneProcessDoNotTouchEachOther) {
  const Scenario scenario = LoadOrFail(kEveryFeature);
  Scenario other = scenario;
  other.seed = 99;
  const core::Fingerprint alone = FingerprintOf(scenario, 1, 0);
  Session a(scenario, {1, 0, WorldTime::Never(), nullptr});
  Session b(other, {1, 0, WorldTime::Never(), nullptr});
  ASSERT_TRUE(a.Open().ok());
  ASSERT_TRUE(b.Open().ok());
  for (int64_t ms = 900; ms <= kSeconds * 1000; ms += 900) {
    ASSERT_TRUE(a.RunTo(WorldTime{ms * 1000}).ok());
    ASSERT_TRUE(b.RunTo(WorldTime{ms * 1000}).ok());
  }
  EXPECT_EQ(a.world().fingerprint(), alone);
}

TEST(WorldTest, EveryMessageSentIsDeliveredDroppedOrOnItsWay) {
  Session session(LoadOrFail(kEveryFeature), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  const int64_t sent = session.metrics().Value("network.sent").value_or(0);
  const int64_t delivered = session.metrics().Value("network.delivered").value_or(0);
  const int64_t dropped = session.metrics().Value("network.dropped").value_or(0);
  EXPECT_GT(sent, 100'000);
  EXPECT_GT(dropped, sent / 100) << "the scenario loses one message in a hundred";
  EXPECT_NEAR(static_cast<double>(delivered + dropped), static_cast<double>(sent),
              static_cast<double>(sent) * 0.02)
      << "duplicates (1 %) and messages in flight at the end are the only difference";
}

TEST(WorldTest, CalmBringsEverybodyBack) {
  Session session(LoadOrFail(kEveryFeature), {2, 0, WorldTime::Never(), nullptr});
  ASSERT_TRUE(session.Open().ok());
  ASSERT_TRUE(session.RunTo(WorldTime{45'000'000}).ok());
  const auto down = [&] {
    uint32_t count = 0;
    for (uint32_t i = 0; i < session.world().PeerCount(); ++i)
      count += !session.world().IsUp(core::PeerId{i});
    return count;
  };
  EXPECT_GT(down(), 0u);
  ASSERT_TRUE(session.RunTo(WorldTime{52'000'000}).ok());
  EXPECT_EQ(down(), 0u);
}

}  // namespace
}  // namespace sim

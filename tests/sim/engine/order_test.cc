// Every peer sees its events in the order of the full sort, whatever wheel, heap or window they
// went through.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/sim/engine/traffic.h"

namespace sim {
namespace {

void ExpectSame(const std::vector<TrafficPeer>& found, const std::vector<TrafficPeer>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].seen, expected[i].seen) << "peer " << i;
  }
}

size_t CountSeen(const std::vector<TrafficPeer>& peers) {
  size_t sum = 0;
  for (const TrafficPeer& peer : peers) sum += peer.seen.size();
  return sum;
}

void ExpectLikeReference(const TrafficPlan& plan, int threads, int shards) {
  Reference reference(plan);
  reference.Run();
  Traffic traffic(plan);
  Engine<Traffic> engine(OptionsFor(plan, threads, shards), &traffic);
  traffic.Attach(&engine);
  const auto state = engine.Run();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, RunState::kFinished);
  ExpectSame(traffic.peers(), reference.peers());
  EXPECT_EQ(engine.fingerprint(), reference.fingerprint());
  EXPECT_EQ(engine.statistics().events, CountSeen(reference.peers()));
}

TEST(OrderTest, AShortRunIsLikeTheReference) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    ExpectLikeReference(MakePlan(seed, 20, 30'000'000, 400), 1, 0);
  }
}

TEST(OrderTest, ARunOfHoursThatUsesEveryWheelIsLikeTheReference) {
  const TrafficPlan plan = MakePlan(5, 30, int64_t{20'000} * 1'000'000, 200);
  ExpectLikeReference(plan, 1, 0);
  ExpectLikeReference(plan, 3, 5);
}

TEST(OrderTest, AnEndInsideAWindowCutsLikeTheReference) {
  for (int64_t cut = 1; cut < kL; cut += 1'999) {
    ExpectLikeReference(MakePlan(3, 20, 2'000'000 + cut, 200), 1, 4);
  }
}

TEST(OrderTest, ManyEventsOfOneInstantAreLikeTheReference) {
  TrafficPlan plan{.seed = 9, .peers = 3, .end = 1'000'000, .acts = {}};
  for (uint32_t i = 0; i < 3'000; ++i) plan.acts.push_back({0, i % 3, false, 100, 2});
  ExpectLikeReference(plan, 1, 1);
}

TEST(OrderTest, AnotherSeedOrdersTheEventsOfOneInstantInAnotherWay) {
  TrafficPlan plan{.seed = 1, .peers = 1, .end = 1'000'000, .acts = {}};
  for (uint32_t i = 0; i < 50; ++i) plan.acts.push_back({0, 0, false, 100, 0});
  std::vector<std::vector<Seen>> seen;
  for (plan.seed = 1; plan.seed <= 2; ++plan.seed) {
    Traffic traffic(plan);
    Engine<Traffic> engine(OptionsFor(plan), &traffic);
    traffic.Attach(&engine);
    ASSERT_TRUE(engine.Run().ok());
    seen.emplace_back();
    for (const Seen& event : traffic.peers()[0].seen) {
      if (event.from == kWorld.value) seen.back().push_back(event);
    }
  }
  EXPECT_NE(seen[0], seen[1]);
  std::sort(seen[0].begin(), seen[0].end());
  std::sort(seen[1].begin(), seen[1].end());
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0].size(), 50u);
}

RC_GTEST_PROP(OrderTest, AnyPlanThreadsAndShardsAreLikeTheReference, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const auto peers = *rc::gen::inRange<uint32_t>(1, 200);
  const auto end = *rc::gen::inRange<int64_t>(1, 50'000'000);
  const auto acts = *rc::gen::inRange<uint32_t>(0, 300);
  const auto threads = *rc::gen::inRange(1, 4);
  const auto shards = *rc::gen::inRange(0, 12);
  ExpectLikeReference(MakePlan(seed, peers, end, acts), threads, shards);
}

}  // namespace
}  // namespace sim

#include "sim/observe/metrics.h"

#include <set>

#include <gtest/gtest.h>

#include "sim/observe/fact_metrics.h"
#include "sim/observe/observer_set.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

core::MatchFinished Finished(core::MatchEnd end, int64_t took_ms) {
  core::MatchFinished match;
  match.end = end;
  match.partners = 3;
  match.requests = 12;
  match.took = core::Milliseconds(took_ms);
  return match;
}

TEST(MetricTableTest, NamesAreUniqueAndHaveUnits) {
  std::set<std::string> names;
  for (const std::string& name : MetricNames()) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_NE(UnitOfMetric(name), "") << name;
  }
  EXPECT_TRUE(names.contains("match.time.p99"));
  EXPECT_TRUE(names.contains("network.sent.find_node"));
  EXPECT_TRUE(names.contains("network.dropped.loss"));
  for (const MetricInfo& info : MetricTable()) EXPECT_FALSE(info.description.empty()) << info.name;
}

TEST(MetricTableTest, UnknownNamesHaveNoUnit) {
  for (const char* name : {"", "match", "match.time", "match.time.p98", "network.sent.gossip"}) {
    EXPECT_EQ(UnitOfMetric(name), "") << name;
  }
  EXPECT_EQ(UnitOfMetric("match.time.p99"), "us");
  EXPECT_EQ(UnitOfMetric("match.time.count"), "count");
  EXPECT_EQ(UnitOfMetric("match.success"), "ppm");
}

TEST(MetricsTest, NothingHasAValueBeforeItHappened) {
  const Metrics metrics;
  EXPECT_FALSE(metrics.Value("match.time.p99").has_value());
  EXPECT_FALSE(metrics.Value("match.success").has_value());
  EXPECT_FALSE(metrics.Value("peers.up").has_value());
  EXPECT_EQ(metrics.Value("match.started"), 0);
  EXPECT_EQ(metrics.Value("network.sent.ping"), 0);
  EXPECT_FALSE(metrics.Value("no.such.metric").has_value());
}

// Who starts again tells its votes once more.
TEST(FactMetricsTest, AVoteCountsOnce) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  world.TellWorld(facts, 0, WorldFact::Kind::kStarted, 1, 0);
  world.Tell(facts, 100, 1, core::VoteCast{});
  world.TellWorld(facts, 200, WorldFact::Kind::kStarted, 1, 1);
  world.Tell(facts, 200, 1, core::VoteCast{});
  world.Tell(facts, 300, 1, core::VoteCast{});
  EXPECT_EQ(metrics.Value("votes.cast"), 2);
}

TEST(FactMetricsTest, ActionsAreTimedInEachOfTheirCollections) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  const auto tell = [&](int64_t ms, UserDeed deed) {
    facts.OnUserFact(world, {WorldTime{ms * 1000}, core::PeerId{1}, std::move(deed)});
  };
  const core::BlockId log{{1}};
  const core::BlockId tree{{2}};
  const core::ActionId action{{7}};
  const core::ActionId other{{8}};
  tell(100, ActionBegun{.collection = log, .action = action});
  tell(100, ActionBegun{.collection = tree, .action = action});
  tell(150, ActionBegun{.collection = log, .action = other});
  tell(400, ActionEnded{log, {.id = action}});
  tell(500, ActionEnded{tree, {.id = action}});
  tell(600, SyncFailed{.collection = log});
  tell(700, ActionEnded{log, {.id = other, .end = core::ActionEnd::kRefused}});
  EXPECT_EQ(metrics.Value("actions.begun"), 3);
  EXPECT_EQ(metrics.Value("actions.committed"), 2);
  EXPECT_EQ(metrics.Value("actions.refused"), 1);
  EXPECT_EQ(metrics.Value("actions.unfinished"), 1);
  EXPECT_EQ(metrics.Value("action.time.count"), 2);
  EXPECT_EQ(metrics.Value("action.time.max"), 400'000);
}

TEST(FactMetricsTest, AWriteThatHasNotLandedIsCounted) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  core::CallFinished call;
  call.call = core::CallKind::kTransact;
  call.outcome = core::CallOutcome::kCommitted;
  world.Tell(facts, 1, 0, call);
  call.landed = true;
  world.Tell(facts, 2, 0, call);
  EXPECT_EQ(metrics.Value("calls.committed"), 2);
  EXPECT_EQ(metrics.Value("calls.landing"), 1);
}

TEST(FactMetricsTest, OnlySatisfiedMatchesHaveATimeAndLeaversCountNeitherWay) {
  FakeWorld world(4);
  Metrics metrics;
  FactMetrics facts(&metrics);
  world.Tell(facts, 100, 0, Finished(core::MatchEnd::kSatisfied, 40));
  world.Tell(facts, 200, 1, Finished(core::MatchEnd::kSatisfied, 60));
  world.Tell(facts, 300, 2, Finished(core::MatchEnd::kPatience, 10'000));
  world.Tell(facts, 400, 3, Finished(core::MatchEnd::kLeft, 5));
  EXPECT_EQ(metrics.Value("match.finished"), 4);
  EXPECT_EQ(metrics.Value("match.success"), 666'666);
  EXPECT_EQ(metrics.Value("match.time.count"), 2);
  EXPECT_EQ(metrics.Value("match.time.max"), 60'000);
  EXPECT_EQ(metrics.Value("match.partners.sum"), 12);
}

TEST(FactMetricsTest, JoinTimeRunsFromTheStart) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  world.TellWorld(facts, 1000, WorldFact::Kind::kStarted, 1);
  world.Tell(facts, 1250, 1, core::Joined{9});
  EXPECT_EQ(metrics.Value("join.time.max"), 250'000);
  EXPECT_EQ(metrics.Value("join.contacts.max"), 9);
  EXPECT_EQ(metrics.Value("peers.up"), 1);
  world.TellWorld(facts, 2000, WorldFact::Kind::kStopped, 1);
  EXPECT_EQ(metrics.Value("peers.up"), 0);
}

TEST(FactMetricsTest, HoldersAndWorkersFeedTheirCounters) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  core::Held held;
  held.count = 17;
  world.Tell(facts, 1, 0, held);
  held.role = core::Role::kMatcher;
  held.count = 90;
  world.Tell(facts, 2, 0, held);
  core::Answered answered;
  answered.crowded = true;
  world.Tell(facts, 3, 0, answered);
  world.Tell(facts, 4, 1, core::TaskAccepted{});
  core::Respecified step;
  step.from = 4;
  step.to = 2;
  world.Tell(facts, 5, 1, step);
  EXPECT_EQ(metrics.Value("records.held"), 2);
  EXPECT_EQ(metrics.Value("records.per_key.max"), 17);
  EXPECT_EQ(metrics.Value("holder.crowded"), 1);
  EXPECT_EQ(metrics.Value("tasks.accepted"), 1);
  EXPECT_EQ(metrics.Value("match.widened"), 1);
  EXPECT_EQ(metrics.Value("match.narrowed"), 0);
}

TEST(MetricsTest, TrafficAddsUpByTypeAndReason) {
  TrafficCounters one;
  one.by_type[0] = {5, 4, 500};
  one.dropped.Add(DropReason::kLoss);
  one.steps = 9;
  TrafficCounters other;
  other.by_type[13] = {1, 1, 40};
  other.Add(one);
  Metrics metrics;
  metrics.AddTraffic(other);
  EXPECT_EQ(metrics.Value("network.sent"), 6);
  EXPECT_EQ(metrics.Value("network.bytes"), 540);
  EXPECT_EQ(metrics.Value("network.delivered.ping"), 4);
  EXPECT_EQ(metrics.Value("network.sent.done"), 1);
  EXPECT_EQ(metrics.Value("network.dropped"), 1);
  EXPECT_EQ(metrics.Value("network.dropped.loss"), 1);
  EXPECT_EQ(metrics.Value("network.dropped.down"), 0);
  EXPECT_EQ(metrics.Value("engine.steps"), 9);
}

TEST(MetricsTest, TheTimelineHasARowPerSecondWithDifferences) {
  FakeWorld world(2);
  Metrics metrics;
  FactMetrics facts(&metrics);
  world.TellWorld(facts, 0, WorldFact::Kind::kStarted, 0);
  world.Tell(facts, 500, 0, core::MatchStarted{});
  world.RunTo(facts, 1);
  world.Tell(facts, 1500, 0, core::MatchStarted{});
  world.Tell(facts, 1600, 0, core::MatchStarted{});
  world.RunTo(facts, 2);
  const std::string csv = metrics.TimelineCsv();
  EXPECT_EQ(csv,
            "end_us,peers_up,steps,sent,delivered,bytes,dropped,lookups,matches_started,"
            "matches_finished,candidates,records_held,narrowed,widened,tasks_accepted,refusals,"
            "rings_thin,rings_lost\n"
            "1000000,1,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0\n"
            "2000000,1,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0\n");
  EXPECT_TRUE(metrics.MetricsCsv().starts_with("metric,unit,value\nmatch.started,count,3\n"));
}

class Recorder : public Observer {
 public:
  explicit Recorder(FactMask mask) : mask_(mask) {}

  [[nodiscard]] FactMask Wants() const override { return mask_; }

  void OnFact(const WorldView&, const Fact& fact) override { seen.push_back(fact.what.index()); }

  std::vector<size_t> seen;

 private:
  FactMask mask_;
};

TEST(ObserverSetTest, HandsOnOnlyWhatIsWanted) {
  FakeWorld world(1);
  ObserverSet set;
  auto* narrow = set.Add(std::make_unique<Recorder>(MaskOf<core::Joined, core::Held>()));
  auto* nothing = set.Add(std::make_unique<Recorder>(FactMask{}));
  EXPECT_TRUE(set.Wanted(core::Held{}));
  EXPECT_FALSE(set.Wanted(core::Seen{}));
  EXPECT_FALSE(set.WantsMessages());
  world.Tell(set, 1, 0, core::Joined{});
  world.Tell(set, 2, 0, core::Seen{});
  world.Tell(set, 3, 0, core::Held{});
  EXPECT_EQ(narrow->seen.size(), 2u);
  EXPECT_TRUE(nothing->seen.empty());
}

}  // namespace
}  // namespace sim

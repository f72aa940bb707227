// Reductions give files that the loader takes, and leave alone what they are not about.
#include "sim/workflow/shrink/reductions.h"

#include <gtest/gtest.h>

#include "sim/network/swarm.h"
#include "sim/scenario/loader.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

Failing Bound(Json json) {
  auto scenario = ReloadScenario(json.dump(), {}, RunVocabulary());
  EXPECT_TRUE(scenario.ok()) << core::MessageOf(scenario.status()) << json.dump(1);
  Failing failing;
  failing.json = std::move(json);
  failing.scenario = std::make_shared<const Scenario>(scenario.ok() ? *scenario : Scenario());
  return failing;
}

// Seven peers in three groups, a line of each shape, and faults that aim at one, at several and at everybody else.
Failing Example() {
  return Bound(Json::parse(R"({
    "schema": 1, "name": "example", "duration": "60s", "phases": { "safety_until": "40s" },
    "network": { "loss": "1%" },
    "groups": [ { "name": "a", "count": 4, "disk": { "sync": "2ms" } }, { "name": "b", "count": 1 }, { "name": "c", "count": 2 } ],
    "workload": [
      { "at": "10s", "every": "5s", "until": "30s", "spread": "1s", "do": "put", "who": "c", "block": "x", "blocks": 8, "size": "2KiB" },
      { "at": "12s", "do": "get", "who": "a[1..3] + b", "block": "x", "blocks": 8 } ],
    "faults": [
      { "at": "5s", "for": "10s", "do": "partition", "between": [ "a[0]", "a[1..4] + b + c" ] },
      { "at": "6s", "for": "2s", "do": "loss", "who": "a", "towards": "b", "ratio": "10%" },
      { "at": "20s", "for": "2s", "do": "isolate", "who": "c[1]" } ],
    "expect": [ { "check": "BR-3" } ] })"));
}

std::vector<std::string> WhatOf(const std::vector<Change>& changes) {
  std::vector<std::string> what;
  for (const Change& change : changes) what.push_back(change.what);
  return what;
}

const Change& Named(const std::vector<Change>& changes, const std::string& what) {
  for (const Change& change : changes) {
    if (change.what == what) return change;
  }
  ADD_FAILURE() << what << " is not among " << testing::PrintToString(WhatOf(changes));
  return changes.front();
}

core::Fingerprint FingerprintOf(Session session) {
  RunQuietly(session);
  return session.result().fingerprint;
}

TEST(ReductionsTest, AScenarioThatIsWrittenOutIsTheSameRun) {
  const Scenario drawn = WithDrawnFaults(LoadOrFail(
      "scenarios/random_fault_soak.json",
      {{"duration", "40s"},
       {"phases", "{}"},
       {"workload",
        R"([{"at":"5s","every":"1s","until":"30s","spread":"1s","do":"put","who":"peers","block":"a","blocks":3}])"}}));
  ASSERT_GT(drawn.faults.size(), 3u);
  const Failing written = Bound(WrittenOut(drawn, "BR-3"));
  EXPECT_EQ(written.scenario->faults.size(), drawn.faults.size());
  EXPECT_TRUE(written.scenario->swarm.draw.empty());
  ASSERT_EQ(written.scenario->expect.size(), 1u);
  EXPECT_EQ(written.scenario->expect[0].check, "BR-3");
  EXPECT_EQ(FingerprintOf(Session(written.scenario, ShortRun(40))),
            FingerprintOf(Session(std::make_shared<const Scenario>(drawn), ShortRun(40))));
}

TEST(ReductionsTest, PeersThatAreLeftKeepTheirGroupsWorkAndTroubles) {
  const Failing left = Bound(KeepPeers(Example(), {0, 2, 3, 5, 6}));  // Without a[1] and b.
  EXPECT_EQ(
      left.json["groups"],
      Json::parse(R"([{"name":"a","count":3,"disk":{"sync":"2ms"}},{"name":"c","count":2}])"));
  EXPECT_EQ(left.json["workload"][0]["who"], "c");
  EXPECT_EQ(left.json["workload"][1]["who"], "a[1]");
  ASSERT_EQ(left.json["faults"].size(), 2u) << "nobody is left that the loss was about";
  EXPECT_EQ(left.json["faults"][0]["between"], Json::parse(R"(["a[0]","a[1..3] + c"])"));
  EXPECT_EQ(left.json["faults"][1]["who"], "c[1]");
}

TEST(ReductionsTest, WhoIsLeftWithoutWorkOrAimLosesTheLine) {
  const Failing left = Bound(KeepPeers(Example(), {1, 2}));
  EXPECT_EQ(left.json["workload"].size(), 1u);
  EXPECT_EQ(left.json["faults"].size(), 0u);
  EXPECT_FALSE(ReloadScenario(KeepPeers(Example(), {}).dump(), {}, RunVocabulary()).ok());
}

TEST(ReductionsTest, ListsKeepWhatTheyAreTold) {
  const Failing example = Example();
  ASSERT_EQ(FaultCount(example), 3u);
  const Failing faults = Bound(KeepFaults(example, {2}));
  ASSERT_EQ(faults.json["faults"].size(), 1u);
  EXPECT_EQ(faults.json["faults"][0], example.json["faults"][2]);
  ASSERT_EQ(OperationLines(example), 2u);
  const Failing lines = Bound(KeepOperations(example, {1}));
  ASSERT_EQ(lines.json["workload"].size(), 1u);
  EXPECT_EQ(lines.json["workload"][0], example.json["workload"][1]);
}

TEST(ReductionsTest, TroublesOfLinksAndPeersCanGo) {
  const auto changes = WithoutTrouble(Example());
  EXPECT_EQ(WhatOf(changes), (std::vector<std::string>{"no network.loss", "no disk of a"}));
  EXPECT_FALSE(Bound(changes[0].json).json["network"].contains("loss"));
  EXPECT_FALSE(Bound(changes[1].json).json["groups"][0].contains("disk"));
}

TEST(ReductionsTest, SingleOperationsComeWhenTheirLineSaid) {
  const Failing example = Example();
  const auto changes = SingleOperations(example);
  const Failing single = Bound(Named(changes, "line 0 as single operations: 8").json);
  ASSERT_EQ(single.scenario->workload.size(), 9u);
  const Operation& first = single.scenario->workload[0];
  EXPECT_EQ(first.who.Count(), 1u);
  EXPECT_EQ(first.spread.us + first.every.us, 0);
  EXPECT_GE(first.at, core::Seconds(10));
  EXPECT_LT(first.at, core::Seconds(11));
  EXPECT_EQ(single.scenario->workload[2].at, first.at + core::Seconds(5));
  const Failing half = Bound(Named(changes, "line 0 until 20s").json);
  EXPECT_EQ(half.scenario->workload[0].until, core::Seconds(20));
  EXPECT_EQ(Bound(Named(changes, "line 0 at 20s").json).scenario->workload[0].at,
            core::Seconds(20));
}

TEST(ReductionsTest, AnEarlierEndTakesWhatComesLaterWithIt) {
  Failing example = Example();
  example.violation.at = WorldTime{12'345'678};
  const Failing early = Bound(Named(EarlierEnds(example), "duration 1min -> 12347ms").json);
  EXPECT_EQ(early.scenario->duration, core::Microseconds(12'347'000));
  EXPECT_EQ(early.scenario->safety_until.us, 0) << "no calm phase without its time";
  EXPECT_EQ(early.scenario->workload.size(), 2u);
  EXPECT_EQ(early.scenario->workload[0].until, core::Microseconds(12'347'000));
  EXPECT_EQ(early.scenario->faults.size(), 2u);
  EXPECT_EQ(Bound(Named(EarlierEnds(example), "duration 1min -> 45s").json).scenario->safety_until,
            core::Seconds(40));
}

TEST(ReductionsTest, AShorterWaitMovesAllThatComesBehindIt) {
  const auto changes = ShorterWaits(Example());
  const Failing sooner = Bound(Named(changes, "what is at 20s and later comes at 17500ms").json);
  EXPECT_EQ(sooner.scenario->faults[2].at, core::Microseconds(17'500'000));
  EXPECT_EQ(sooner.scenario->workload[0].at, core::Seconds(10));
  EXPECT_EQ(sooner.scenario->workload[0].until, core::Microseconds(27'500'000));
  EXPECT_EQ(sooner.scenario->safety_until, core::Microseconds(37'500'000));
  EXPECT_EQ(sooner.scenario->duration, core::Microseconds(57'500'000));
  // A fault over the wait is as much shorter.
  const Failing shorter = Bound(Named(changes, "what is at 15s and later comes at 13500ms").json);
  EXPECT_EQ(shorter.scenario->faults[0].length, core::Microseconds(8'500'000));
}

TEST(ReductionsTest, AnotherFutureMovesWithItsTimeAndCanGo) {
  Failing example = Example();
  Json json = example.json;
  json["reseed"] = Json::parse(R"([{"at":"11s","seed":2},{"at":"25s","seed":3}])");
  example = Bound(std::move(json));
  example.violation.at = WorldTime{12'345'678};
  EXPECT_EQ(WhatOf(WithoutTrouble(example)).front(), "no reseed");
  EXPECT_TRUE(Bound(WithoutTrouble(example).front().json).scenario->reseed.empty());
  const Failing early = Bound(Named(EarlierEnds(example), "duration 1min -> 12347ms").json);
  ASSERT_EQ(early.scenario->reseed.size(), 1u);
  EXPECT_EQ(early.scenario->reseed[0].seed, 2u);
  const auto changes = ShorterWaits(example);
  const Failing sooner = Bound(Named(changes, "what is at 20s and later comes at 17500ms").json);
  EXPECT_EQ(sooner.scenario->reseed[0].at, core::Seconds(11));
  EXPECT_EQ(sooner.scenario->reseed[1].at, core::Microseconds(22'500'000));
}

TEST(ReductionsTest, ContentsGoToTheirLeast) {
  const auto changes = SmallerContents(Example());
  const Failing together = Bound(Named(changes, "every blocks 1").json);
  EXPECT_EQ(together.scenario->workload[0].on_blocks->blocks, 1u);
  EXPECT_EQ(together.scenario->workload[1].on_blocks->blocks, 1u);
  EXPECT_EQ(
      Bound(Named(changes, "line 0 blocks 8 -> 4").json).scenario->workload[0].on_blocks->blocks,
      4u);
  EXPECT_EQ(
      Bound(Named(changes, "line 0 size 2048 -> 16").json).scenario->workload[0].on_blocks->bytes,
      16u);
}

}  // namespace
}  // namespace sim

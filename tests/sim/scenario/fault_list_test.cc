#include "sim/scenario/fault_list.h"

#include <gtest/gtest.h>

#include "tests/sim/scenario/scenario_texts.h"

namespace {

// One fault of each kind, with every key.
constexpr char kFaults[] = R"("faults": [
  {"at": "1s", "for": "2s", "do": "partition", "between": ["crowd", "seekers"], "one_way": true},
  {"at": "1s", "for": "2s", "do": "loss", "ratio": "12.34%"},
  {"at": "1s", "for": "2s", "do": "delay", "who": "crowd", "towards": "seekers", "by": "70ms"},
  {"at": "1s", "for": "2s", "do": "duplicate", "ratio": "1500ppm"},
  {"at": "1s", "for": "2s", "do": "reorder", "ratio": "3%", "by": "5ms"},
  {"at": "1s", "for": "2s", "do": "corrupt", "who": "peers[3]", "ratio": "100%"},
  {"at": "1s", "do": "crash", "who": "crowd[0..2] + seekers[1]", "keeps": "some", "drawn": true},
  {"at": "1s", "for": "2s", "do": "pause", "who": "seekers"},
  {"at": "1s", "do": "restart", "who": "seekers"},
  {"at": "1s", "for": "1min", "do": "wipe", "who": "seekers"},
  {"at": "1s", "do": "clock-jump", "who": "seekers", "by": "-3s"},
  {"at": "1s", "for": "2s", "do": "slow", "who": "seekers", "by": "12us"},
  {"at": "1s", "for": "2s", "do": "isolate", "who": "seekers", "one_way": true},
  {"at": "1s", "for": "2s", "do": "disk_full", "who": "seekers"},
  {"at": "1s", "for": "2s", "do": "disk_failing", "who": "seekers"},
  {"at": "1s", "for": "2s", "do": "lost_sync", "who": "seekers"},
  {"at": "1s", "for": "2s", "do": "corrupt_read", "who": "seekers"},
  {"at": "1s", "for": "2s", "do": "crash_at_store", "who": "seekers", "nth": 3, "side": "after"}])";

std::vector<sim::Fault> EveryKind() {
  const auto scenario = tests::LoadText(tests::ScenarioWith(kFaults));
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return scenario.ok() ? scenario->faults : std::vector<sim::Fault>{};
}

TEST(FaultListTest, EachKindIsBoundToItsFields) {
  const std::vector<sim::Fault> faults = EveryKind();
  ASSERT_EQ(faults.size(), 18u);
  for (size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(faults[i].kind, static_cast<sim::Fault::Kind>(i));
    EXPECT_EQ(faults[i].at, core::Seconds(1));
  }
  EXPECT_TRUE(faults[0].one_way);
  EXPECT_EQ(faults[0].others, sim::RangeOf(90, 100));
  EXPECT_EQ(faults[1].targets, sim::RangeOf(0, 100));
  EXPECT_TRUE(faults[1].others.ranges.empty());
  EXPECT_EQ(faults[1].ratio.numerator, 123'400u);
  EXPECT_EQ(faults[2].amount, core::Milliseconds(70));
  EXPECT_EQ(faults[6].length, core::Duration{});
  EXPECT_EQ(faults[6].targets.Count(), 3u);
  EXPECT_TRUE(faults[6].drawn);
  EXPECT_EQ(faults[6].keeps, sim::DiskSpec::Keeps::kSome);
  EXPECT_FALSE(faults[8].keeps.has_value());
  EXPECT_EQ(faults[10].amount, core::Seconds(-3));
  EXPECT_EQ(faults[17].nth, 3u);
  EXPECT_TRUE(faults[17].after);
}

TEST(FaultListTest, EachKindSurvivesTheWayThroughJson) {
  const std::vector<sim::Fault> faults = EveryKind();
  const nlohmann::json json = sim::FaultsToJson(faults);
  const auto again = sim::FaultsFromJson(nlohmann::json::parse(json.dump()));
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->size(), faults.size());
  for (size_t i = 0; i < faults.size(); ++i) {
    const sim::Fault& a = faults[i];
    const sim::Fault& b = (*again)[i];
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.at, b.at);
    EXPECT_EQ(a.length, b.length);
    EXPECT_EQ(a.targets, b.targets) << i;
    EXPECT_EQ(a.others, b.others) << i;
    EXPECT_EQ(a.one_way, b.one_way);
    EXPECT_EQ(a.ratio.numerator, b.ratio.numerator) << i;
    EXPECT_EQ(a.amount, b.amount);
    EXPECT_EQ(a.drawn, b.drawn);
    EXPECT_EQ(a.keeps, b.keeps) << i;
    EXPECT_EQ(a.nth, b.nth) << i;
    EXPECT_EQ(a.after, b.after) << i;
  }
}

TEST(FaultListTest, PeersAreWrittenAsRanges) {
  const nlohmann::json json = sim::FaultsToJson(EveryKind());
  EXPECT_EQ(
      json[6].dump(),
      R"({"at":"1s","do":"crash","drawn":true,"keeps":"some","who":"peers[0..2] + peers[91..92]"})");
}

TEST(FaultListTest, APartitionFromEverybodyElseNamesThem) {
  sim::Fault fault;
  fault.kind = sim::Fault::Kind::kPartition;
  fault.length = core::Seconds(1);
  fault.targets = sim::RangeOf(5, 9);
  const auto again = sim::FaultsFromJson(sim::FaultsToJson({fault}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->at(0).others.Contains({5}));
  EXPECT_TRUE(again->at(0).others.Contains({4}));
  EXPECT_TRUE(again->at(0).others.Contains({1'000'000}));
}

TEST(FaultListTest, AListThatIsWrongIsRefusedWithItsPlace) {
  const auto faults = sim::FaultsFromJson(
      nlohmann::json::parse(R"([{"at": "1s", "do": "crash", "who": "crowd"}])"));
  EXPECT_EQ(core::MessageOf(faults.status()),
            "faults:1:32: faults[0].who: found the unknown group \"crowd\", allowed \"peers\"");
  EXPECT_FALSE(sim::FaultsFromJson(nlohmann::json(5)).ok());
}

TEST(FaultListTest, LongListsOfPeersAreReadInReasonableTime) {
  sim::Fault fault;
  fault.kind = sim::Fault::Kind::kCrash;
  for (uint32_t i = 0; i < 50'000; ++i) fault.targets.ranges.emplace_back(3 * i, 3 * i + 1);
  const auto again = sim::FaultsFromJson(sim::FaultsToJson({fault}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->at(0).targets, fault.targets);
}

}  // namespace

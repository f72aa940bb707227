#include "sim/network/schedule.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

Fault At(Fault::Kind kind, Duration at, Duration length) {
  Fault fault = LinkFault(kind, Range(0, 1));
  fault.at = at;
  fault.length = length;
  return fault;
}

TEST(FaultScheduleTest, EdgesAreSortedWithEndsBeforeBeginnings) {
  Scenario scenario = SmallWorld(10);
  scenario.faults = {At(Fault::Kind::kLoss, core::Seconds(20), core::Seconds(10)),
                     At(Fault::Kind::kPause, core::Seconds(10), core::Seconds(10)),
                     At(Fault::Kind::kDelay, core::Seconds(20), core::Seconds(5))};
  const FaultSchedule schedule(scenario);
  const std::vector<FaultEdge> expected = {
      {{core::Seconds(10).us}, 1, true},  {{core::Seconds(20).us}, 1, false},
      {{core::Seconds(20).us}, 0, true},  {{core::Seconds(20).us}, 2, true},
      {{core::Seconds(25).us}, 2, false}, {{core::Seconds(30).us}, 0, false}};
  EXPECT_EQ(std::vector<FaultEdge>(schedule.edges().begin(), schedule.edges().end()), expected);
}

TEST(FaultScheduleTest, EverythingIsHealedWhenThePhaseEnds) {
  Scenario scenario = SmallWorld(10);
  scenario.safety_until = core::Seconds(60);
  scenario.faults = {At(Fault::Kind::kLoss, core::Seconds(50), core::Seconds(100)),
                     At(Fault::Kind::kCrash, core::Seconds(1), {}),
                     At(Fault::Kind::kLoss, core::Seconds(60), core::Seconds(1))};
  const FaultSchedule schedule(scenario);
  EXPECT_EQ(schedule.edges().size(), 4u);
  for (const FaultEdge& edge : schedule.edges()) {
    EXPECT_LE(edge.at.us, core::Seconds(60).us);
    EXPECT_NE(edge.fault, 2u);
    if (!edge.begins) {
      EXPECT_EQ(edge.at.us, core::Seconds(60).us);
    }
  }
}

TEST(FaultScheduleTest, SafetyOnlyScenariosKeepTheirFaults) {
  Scenario scenario = SmallWorld(10);
  scenario.safety_until = core::Seconds(60);
  scenario.safety_only = true;
  scenario.faults = {At(Fault::Kind::kLoss, core::Seconds(50), core::Seconds(100))};
  const FaultSchedule schedule(scenario);
  ASSERT_EQ(schedule.edges().size(), 2u);
  EXPECT_EQ(schedule.edges()[1].at.us, core::Seconds(150).us);
}

TEST(FaultScheduleTest, InstantFaultsHaveNoEnd) {
  Scenario scenario = SmallWorld(10);
  scenario.faults = {At(Fault::Kind::kClockJump, core::Seconds(5), core::Seconds(9)),
                     At(Fault::Kind::kRestart, core::Seconds(5), {})};
  const FaultSchedule schedule(scenario);
  EXPECT_EQ(schedule.edges().size(), 2u);
  for (const FaultEdge& edge : schedule.edges()) EXPECT_TRUE(edge.begins);
}

TEST(FaultScheduleTest, EdgesAreTakenOnceAndInOrder) {
  Scenario scenario = SmallWorld(10);
  scenario.faults = {At(Fault::Kind::kLoss, core::Seconds(20), core::Seconds(10)),
                     At(Fault::Kind::kPause, core::Seconds(10), core::Seconds(15))};
  FaultSchedule schedule(scenario);
  ASSERT_EQ(schedule.faults().size(), 2u);
  EXPECT_EQ(schedule.NextAt().us, core::Seconds(10).us);
  EXPECT_TRUE(schedule.TakeDue({core::Seconds(9).us}).empty());
  const auto first = schedule.TakeDue({core::Seconds(20).us});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].fault, 1u);
  EXPECT_EQ(first[1].fault, 0u);
  EXPECT_EQ(schedule.TakeDue({core::Minutes(9).us}).size(), 2u);
  EXPECT_EQ(schedule.NextAt(), WorldTime::Never());
}

}  // namespace
}  // namespace sim

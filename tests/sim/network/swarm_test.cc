#include "sim/network/swarm.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/network/network.h"
#include "sim/network/schedule.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

const std::vector<Fault::Kind> kAll = {
    Fault::Kind::kPartition, Fault::Kind::kLoss,        Fault::Kind::kDelay,
    Fault::Kind::kDuplicate, Fault::Kind::kReorder,     Fault::Kind::kCorrupt,
    Fault::Kind::kCrash,     Fault::Kind::kPause,       Fault::Kind::kRestart,
    Fault::Kind::kWipe,      Fault::Kind::kClockJump,   Fault::Kind::kSlow,
    Fault::Kind::kIsolate,   Fault::Kind::kDiskFull,    Fault::Kind::kDiskFailing,
    Fault::Kind::kLostSync,  Fault::Kind::kCorruptRead, Fault::Kind::kCrashAtStore};

Scenario Phased(uint32_t peers) {
  Scenario scenario = SmallWorld(peers);
  scenario.safety_until = core::Minutes(4);
  return scenario;
}

std::vector<Fault> OfKind(const std::vector<Fault>& faults, Fault::Kind kind) {
  std::vector<Fault> found;
  for (const Fault& fault : faults) {
    if (fault.kind == kind) found.push_back(fault);
  }
  return found;
}

bool Same(const Fault& a, const Fault& b) {
  return a.kind == b.kind && a.at == b.at && a.length == b.length && a.targets == b.targets &&
         a.others == b.others && a.one_way == b.one_way && a.amount == b.amount && a.nth == b.nth &&
         a.after == b.after && a.ratio.numerator == b.ratio.numerator;
}

TEST(SwarmTest, TheSameSeedDrawsTheSameFaults) {
  const Scenario scenario = Phased(1000);
  const SwarmSpec swarm{kAll, SwarmSpec::Intensity::kMedium};
  const auto a = DrawSwarm(swarm, scenario, 7);
  const auto b = DrawSwarm(swarm, scenario, 7);
  const auto c = DrawSwarm(swarm, scenario, 8);
  ASSERT_EQ(a.size(), kAll.size() * 8);
  ASSERT_EQ(a.size(), b.size());
  ASSERT_EQ(a.size(), c.size());
  int differing = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(Same(a[i], b[i]));
    EXPECT_TRUE(a[i].drawn);
    differing += Same(a[i], c[i]) ? 0 : 1;
  }
  EXPECT_EQ(differing, static_cast<int>(a.size()));
}

TEST(SwarmTest, AScenariosFaultsAreDrawnOnceBehindItsOwn) {
  Scenario scenario = Phased(1000);
  scenario.seed = 7;
  scenario.faults.emplace_back().kind = Fault::Kind::kSlow;
  scenario.swarm = {kAll, SwarmSpec::Intensity::kMedium};
  const auto drawn = DrawSwarm(scenario.swarm, scenario, 7);
  const Scenario once = WithDrawnFaults(scenario);
  ASSERT_EQ(once.faults.size(), drawn.size() + 1);
  EXPECT_TRUE(Same(once.faults.front(), scenario.faults.front()));
  EXPECT_TRUE(Same(once.faults.back(), drawn.back()));
  EXPECT_EQ(WithDrawnFaults(once).faults.size(), once.faults.size());
}

TEST(SwarmTest, AnotherKindMovesNoFault) {
  const Scenario scenario = Phased(1000);
  const auto all = DrawSwarm({kAll, SwarmSpec::Intensity::kHigh}, scenario, 7);
  const auto one = DrawSwarm({{Fault::Kind::kCrash}, SwarmSpec::Intensity::kHigh}, scenario, 7);
  const auto crashes = OfKind(all, Fault::Kind::kCrash);
  ASSERT_EQ(crashes.size(), one.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(Same(crashes[i], one[i]));
}

TEST(SwarmTest, OneFaultIsDrawnAsTheSwarmDrawsIt) {
  const Scenario scenario = Phased(1000);
  const SwarmSpec swarm{{Fault::Kind::kLoss}, SwarmSpec::Intensity::kMedium};
  const core::StreamKey key{.seed = 7,
                            .peer = static_cast<uint32_t>(Fault::Kind::kLoss),
                            .purpose = core::Purpose::kFaults};
  const auto one = DrawFault(swarm, scenario, Fault::Kind::kLoss, core::Random(key));
  ASSERT_TRUE(one.has_value());
  EXPECT_TRUE(Same(*one, DrawSwarm(swarm, scenario, 7).front()));
  EXPECT_FALSE(DrawFault({{Fault::Kind::kLoss}, SwarmSpec::Intensity::kNone}, scenario,
                         Fault::Kind::kLoss, core::Random(key))
                   .has_value());
}

TEST(SwarmTest, IntensityScalesNumberAndReach) {
  const Scenario scenario = Phased(1000);
  EXPECT_TRUE(DrawSwarm({kAll, SwarmSpec::Intensity::kNone}, scenario, 1).empty());
  size_t last = 0;
  const std::vector<std::pair<SwarmSpec::Intensity, uint32_t>> steps = {
      {SwarmSpec::Intensity::kLow, 50},
      {SwarmSpec::Intensity::kMedium, 200},
      {SwarmSpec::Intensity::kHigh, 500}};
  for (const auto& [intensity, most] : steps) {
    const auto faults = DrawSwarm({kAll, intensity}, scenario, 1);
    EXPECT_GT(faults.size(), last);
    last = faults.size();
    for (const Fault& fault : faults) {
      uint32_t targets = 0;
      for (const auto& [first, end] : fault.targets.ranges) targets += end - first;
      EXPECT_GE(targets, 1u);
      EXPECT_LE(targets, most);
    }
  }
}

TEST(SwarmTest, CrashesAtAStoreFallOnBothSidesOfEarlyBatches) {
  const auto faults =
      DrawSwarm({{Fault::Kind::kCrashAtStore}, SwarmSpec::Intensity::kHigh}, Phased(100), 3);
  int after = 0;
  for (const Fault& fault : faults) {
    EXPECT_GE(fault.nth, 1u);
    EXPECT_LE(fault.nth, 32u);
    EXPECT_GT(fault.length.us, 0);
    after += fault.after ? 1 : 0;
  }
  EXPECT_GT(after, 0);
  EXPECT_LT(after, static_cast<int>(faults.size()));
}

TEST(SwarmTest, PartitionsHaveTwoDisjointSides) {
  const auto faults =
      DrawSwarm({{Fault::Kind::kPartition}, SwarmSpec::Intensity::kHigh}, Phased(100), 3);
  for (const Fault& fault : faults) {
    std::vector<int> sides(100);
    for (const auto& [first, end] : fault.targets.ranges) {
      for (uint32_t i = first; i < end; ++i) ++sides[i];
    }
    for (const auto& [first, end] : fault.others.ranges) {
      for (uint32_t i = first; i < end; ++i) ++sides[i];
    }
    for (const int side : sides) EXPECT_EQ(side, 1);
  }
}

RC_GTEST_PROP(SwarmPropertyTest, EveryDrawnFaultIsHealedBeforeThePhaseEnds, (uint64_t seed)) {
  core::Random random({.seed = seed, .purpose = core::Purpose::kTest});
  Scenario scenario = SmallWorld(static_cast<uint32_t>(random.Between(1, 5000)));
  scenario.safety_until = {random.Between(1, core::Minutes(30).us)};
  scenario.duration = scenario.safety_until * 2;
  const auto intensity = static_cast<SwarmSpec::Intensity>(random.Between(1, 3));
  const auto faults = DrawSwarm({kAll, intensity}, scenario, seed);
  RC_ASSERT(faults.size() >= kAll.size());
  for (const Fault& fault : faults) {
    RC_ASSERT(fault.at.us >= 0);
    RC_ASSERT(fault.at + fault.length <= scenario.safety_until);
    RC_ASSERT(!fault.targets.ranges.empty());
    RC_ASSERT(fault.targets.ranges.back().second <= scenario.groups[0].count);
  }
  // Played through, nothing stays active.
  scenario.faults = faults;
  FaultSchedule schedule(scenario);
  const auto network = MakeNetwork(scenario, seed);
  for (const FaultEdge& edge : schedule.TakeDue(WorldTime{} + scenario.safety_until)) {
    const Fault& fault = schedule.faults()[edge.fault];
    if (!IsLinkFault(fault.kind)) continue;
    if (edge.begins) {
      network->Begin(fault, edge.fault);
    } else {
      network->End(edge.fault);
    }
  }
  RC_ASSERT(schedule.NextAt() == WorldTime::Never());
  for (uint32_t i = 0; i < scenario.groups[0].count; i += 97) {
    RC_ASSERT(!network->Blocked({0}, {i}));
  }
}

}  // namespace
}  // namespace sim

#include "sim/network/rules.h"

#include <cstdint>

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "sim/network/members.h"
#include "tests/sim/network/small_world.h"

namespace sim {
namespace {

using Kind = RuleVerdict::Kind;

TEST(MembersTest, RangesAndBitmapAgreeWithTheSet) {
  for (const uint32_t ranges : {0u, 1u, 4u, 5u, 40u}) {
    PeerSet set;
    for (uint32_t i = 0; i < ranges; ++i) set.ranges.emplace_back(i * 10, i * 10 + 1 + i % 7);
    const Members members(set);
    EXPECT_EQ(members.empty(), ranges == 0);
    for (uint32_t peer = 0; peer < 500; ++peer) {
      bool expected = false;
      for (const auto& [first, end] : set.ranges) expected |= peer >= first && peer < end;
      ASSERT_EQ(members.Contains({peer}), expected) << ranges << " ranges, peer " << peer;
    }
  }
}

TEST(RulesTest, APartitionCutsBothWaysBetweenItsSides) {
  Rules rules;
  rules.Begin(LinkFault(Fault::Kind::kPartition, Range(0, 5), Range(5, 8)), 0);
  EXPECT_TRUE(rules.Blocked({0}, {5}));
  EXPECT_TRUE(rules.Blocked({5}, {0}));
  EXPECT_FALSE(rules.Blocked({0}, {4}));
  EXPECT_FALSE(rules.Blocked({0}, {9}));
  EXPECT_FALSE(rules.Blocked({9}, {6}));
  rules.End(0);
  EXPECT_TRUE(rules.Quiet());
  EXPECT_FALSE(rules.Blocked({0}, {5}));
}

TEST(RulesTest, AOneWayPartitionCutsTheTargetsSendingOnly) {
  Rules rules;
  Fault fault = LinkFault(Fault::Kind::kPartition, Range(0, 5), Range(5, 8));
  fault.one_way = true;
  rules.Begin(fault, 0);
  EXPECT_TRUE(rules.Blocked({0}, {5}));
  EXPECT_FALSE(rules.Blocked({5}, {0}));
}

TEST(RulesTest, APartitionWithoutAnotherSideCutsFromAllTheRest) {
  Rules rules;
  rules.Begin(LinkFault(Fault::Kind::kPartition, Range(0, 5)), 0);
  EXPECT_TRUE(rules.Blocked({0}, {77}));
  EXPECT_TRUE(rules.Blocked({77}, {0}));
  EXPECT_FALSE(rules.Blocked({0}, {4}));
  EXPECT_FALSE(rules.Blocked({77}, {78}));
}

TEST(RulesTest, IsolatedPeersReachOnlyThemselves) {
  Rules rules;
  rules.Begin(LinkFault(Fault::Kind::kIsolate, Range(0, 5)), 0);
  EXPECT_TRUE(rules.Blocked({0}, {1}));
  EXPECT_TRUE(rules.Blocked({9}, {1}));
  EXPECT_FALSE(rules.Blocked({1}, {1}));
  EXPECT_FALSE(rules.Blocked({8}, {9}));
  rules.End(0);
  Fault mute = LinkFault(Fault::Kind::kIsolate, Range(0, 5));
  mute.one_way = true;
  rules.Begin(mute, 1);
  EXPECT_TRUE(rules.Blocked({0}, {9}));
  EXPECT_FALSE(rules.Blocked({9}, {0}));
}

TEST(RulesTest, TheFirstThatDoesNotPassWinsByIndexNotByAge) {
  Fault slow = LinkFault(Fault::Kind::kDelay, Range(0, 5));
  slow.amount = core::Seconds(1);
  Fault loss = LinkFault(Fault::Kind::kLoss, Range(0, 9));
  loss.ratio = {1, 1};
  Rules rules;
  rules.Begin(loss, 7);
  rules.Begin(slow, 3);
  EXPECT_EQ(rules.Judge({0}, {20}, 1).kind, Kind::kDelay);
  EXPECT_EQ(rules.Judge({0}, {20}, 1).extra, core::Seconds(1));
  EXPECT_EQ(rules.Judge({6}, {20}, 1).kind, Kind::kLose);
  EXPECT_EQ(rules.Judge({10}, {20}, 1).kind, Kind::kPass);
  rules.End(3);
  EXPECT_EQ(rules.Judge({0}, {20}, 1).kind, Kind::kLose);
}

TEST(RulesTest, LinkRulesBindTargetsToOthersOnly) {
  Fault fault = LinkFault(Fault::Kind::kDuplicate, Range(0, 2), Range(5, 6));
  fault.ratio = {1, 1};
  Rules rules;
  rules.Begin(fault, 0);
  EXPECT_EQ(rules.Judge({0}, {5}, 1).kind, Kind::kDuplicate);
  EXPECT_EQ(rules.Judge({5}, {0}, 1).kind, Kind::kPass);
  EXPECT_EQ(rules.Judge({0}, {6}, 1).kind, Kind::kPass);
}

TEST(RulesTest, SharesAreKeptAndDrawnPerRule) {
  Fault fault = LinkFault(Fault::Kind::kCorrupt, Range(0, 10));
  fault.ratio = {1, 5};
  Rules rules;
  rules.Begin(fault, 0);
  Rules other;
  other.Begin(fault, 1);
  int hits = 0;
  int both = 0;
  for (uint64_t i = 0; i < 50'000; ++i) {
    const uint64_t occasion = core::Mix64(i);
    const bool hit = rules.Judge({0}, {1}, occasion).kind == Kind::kCorrupt;
    hits += hit ? 1 : 0;
    both += hit && other.Judge({0}, {1}, occasion).kind == Kind::kCorrupt ? 1 : 0;
  }
  EXPECT_NEAR(hits, 10'000, 300);
  EXPECT_NEAR(both, 2'000, 200);
}

TEST(RulesTest, OnlyLinkFaultsAreLinkFaults) {
  for (const auto kind : {Fault::Kind::kCrash, Fault::Kind::kPause, Fault::Kind::kRestart,
                          Fault::Kind::kWipe, Fault::Kind::kClockJump, Fault::Kind::kSlow,
                          Fault::Kind::kDiskFull, Fault::Kind::kDiskFailing, Fault::Kind::kLostSync,
                          Fault::Kind::kCorruptRead, Fault::Kind::kCrashAtStore}) {
    EXPECT_FALSE(IsLinkFault(kind));
  }
  for (const auto kind :
       {Fault::Kind::kPartition, Fault::Kind::kIsolate, Fault::Kind::kLoss, Fault::Kind::kDelay,
        Fault::Kind::kDuplicate, Fault::Kind::kReorder, Fault::Kind::kCorrupt}) {
    EXPECT_TRUE(IsLinkFault(kind));
  }
}

}  // namespace
}  // namespace sim

#include "node/discovery/ban_list.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::IdOf;
using tests::Ip;
using tests::kStart;

Ban BanOf(uint64_t number, core::Duration span, const std::string& ip = "8.8.8.8") {
  return {IdOf(number), Ip(ip), BanReason::kFaults, kStart + span};
}

TEST(BanListTest, ABanCoversIdAndAddressAndEnds) {
  BanList bans;
  bans.Add(BanOf(1, core::Minutes(30)), kStart);
  EXPECT_TRUE(bans.IsBanned(IdOf(1), kStart));
  EXPECT_TRUE(bans.IsBanned(Ip("8.8.8.8"), kStart));
  EXPECT_FALSE(bans.IsBanned(IdOf(2), kStart));
  EXPECT_FALSE(bans.IsBanned(IdOf(1), kStart + core::Minutes(30)));
  EXPECT_FALSE(bans.IsBanned(Ip("8.8.8.8"), kStart + core::Minutes(30)));
}

TEST(BanListTest, AnAddressIsBannedForAnHourAtMost) {
  BanList bans;
  bans.Add(BanOf(1, core::Minutes(24 * 60)), kStart);
  const core::Time later = kStart + BanList::kAddressBanMax;
  EXPECT_FALSE(bans.IsBanned(Ip("8.8.8.8"), later));
  EXPECT_TRUE(bans.IsBanned(IdOf(1), later));
}

TEST(BanListTest, LoopbackAndPrivateAddressesAreNeverBanned) {
  BanList bans;
  bans.Add(BanOf(1, core::Minutes(30), "127.0.0.1"), kStart);
  bans.Add(BanOf(2, core::Minutes(30), "192.168.1.7"), kStart);
  EXPECT_FALSE(bans.IsBanned(Ip("127.0.0.1"), kStart));
  EXPECT_FALSE(bans.IsBanned(Ip("192.168.1.7"), kStart));
  EXPECT_TRUE(bans.IsBanned(IdOf(1), kStart));
}

TEST(BanListTest, TheLongerOfTwoBansStays) {
  BanList bans;
  bans.Add(BanOf(1, core::Minutes(30)), kStart);
  bans.Add(BanOf(1, core::Minutes(10)), kStart);
  EXPECT_TRUE(bans.IsBanned(IdOf(1), kStart + core::Minutes(20)));
}

TEST(BanListTest, TheOldestBansGoWhenThereAreTooMany) {
  BanList bans;
  for (uint64_t i = 0; i < BanList::kBansMax + 10; ++i) {
    bans.Add(BanOf(i, core::Minutes(10) + core::Seconds(static_cast<int64_t>(i))), kStart);
  }
  EXPECT_EQ(bans.size(), BanList::kBansMax);
  EXPECT_FALSE(bans.IsBanned(IdOf(0), kStart));
  EXPECT_TRUE(bans.IsBanned(IdOf(BanList::kBansMax + 9), kStart));
}

TEST(BanListTest, LiftingAndSweepingRemove) {
  BanList bans;
  bans.Add(BanOf(1, core::Minutes(30)), kStart);
  EXPECT_TRUE(bans.Lift(IdOf(1)));
  EXPECT_FALSE(bans.Lift(IdOf(1)));
  EXPECT_FALSE(bans.IsBanned(Ip("8.8.8.8"), kStart));
  bans.Add(BanOf(2, core::Minutes(1)), kStart);
  bans.Sweep(kStart + core::Minutes(2));
  EXPECT_EQ(bans.size(), 0u);
}

TEST(FaultScoresTest, PointsAddUpAndAreForgiven) {
  FaultScores scores;
  EXPECT_EQ(scores.Add(IdOf(1), 20, kStart), 20u);
  EXPECT_EQ(scores.Add(IdOf(1), 20, kStart), 40u);
  EXPECT_EQ(scores.Of(IdOf(1), kStart + core::Seconds(100)), 30u);
  EXPECT_EQ(scores.Of(IdOf(1), kStart + core::Seconds(1000)), 0u);
}

TEST(FaultScoresTest, FrequentSmallFaultsAreForgivenAtTheSameRate) {
  FaultScores scores;
  core::Time now = kStart;
  for (int i = 0; i < 100; ++i) {
    scores.Add(IdOf(1), 1, now);
    now = now + core::Seconds(5);
  }
  EXPECT_NEAR(scores.Of(IdOf(1), now), 50, 2);
}

TEST(FaultScoresTest, TheLowestScoreGoesWhenThereAreTooMany) {
  FaultScores scores;
  scores.Add(IdOf(0), 90, kStart);
  for (uint64_t i = 1; i < 3 * FaultScores::kScoresMax; ++i) scores.Add(IdOf(i), 5, kStart);
  EXPECT_EQ(scores.size(), FaultScores::kScoresMax);
  EXPECT_EQ(scores.Of(IdOf(0), kStart), 90u);
}

}  // namespace
}  // namespace node

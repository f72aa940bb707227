#include "core/peer/standing.h"

#include <gtest/gtest.h>

namespace core {
namespace {

const Time kNow{Seconds(1'000).us};

TEST(StandingTest, HalvesInThirtyMinutesWithIntegersOnly) {
  Standing standing;
  Effects effects;
  standing.Report(kNow, PeerId{1}, Offence::kBadSignature, effects);
  EXPECT_EQ(standing.ScoreOf(kNow, PeerId{1}), 50u);
  EXPECT_EQ(standing.ScoreOf(kNow + Minutes(15), PeerId{1}), 37u);
  EXPECT_EQ(standing.ScoreOf(kNow + Minutes(30), PeerId{1}), 25u);
  EXPECT_EQ(standing.ScoreOf(kNow + Minutes(60), PeerId{1}), 12u);
  EXPECT_EQ(standing.ScoreOf(kNow + Minutes(60 * 24 * 365), PeerId{1}), 0u);
  EXPECT_EQ(standing.ScoreOf(kNow - Minutes(60), PeerId{1}), 50u);  // A clock that jumped back.
}

TEST(StandingTest, DoubtsAtTwentyAndBansAtEighty) {
  Standing standing;
  Effects effects;
  standing.Report(kNow, PeerId{1}, Offence::kProtocolViolation, effects);
  EXPECT_TRUE(standing.IsDoubtful(kNow, PeerId{1}));
  EXPECT_FALSE(standing.IsBanned(kNow, PeerId{1}));
  standing.Report(kNow, PeerId{1}, Offence::kBadSignature, effects);
  EXPECT_TRUE(standing.IsBanned(kNow, PeerId{1}));
  ASSERT_EQ(effects.observations().size(), 2u);
  EXPECT_TRUE(std::get<StandingFell>(effects.observations()[1]).banned);
  EXPECT_EQ(effects.disconnects().size(), 1u);
  EXPECT_FALSE(standing.IsBanned(kNow + Minutes(1), PeerId{1}));
}

TEST(StandingTest, ConnectionFailuresAloneNeverBan) {
  Standing standing;
  Effects effects;
  for (int i = 0; i < 1'000; ++i) {
    standing.Report(kNow, PeerId{1}, Offence::kConnectionFailure, effects);
  }
  EXPECT_EQ(standing.ScoreOf(kNow, PeerId{1}), 40u);
  EXPECT_EQ(effects.observations().size(), 1u);
}

TEST(StandingTest, ForgetsTheLeastOffendingFirst) {
  Standing standing;
  Effects effects;
  standing.Report(kNow, PeerId{9'999}, Offence::kBadSignature, effects);
  for (uint32_t i = 0; i < 5'000; ++i) {
    standing.Report(kNow, PeerId{i}, Offence::kConnectionFailure, effects);
  }
  EXPECT_LE(standing.size(), Standing::kPeersMax);
  EXPECT_EQ(standing.ScoreOf(kNow, PeerId{9'999}), 50u);
}

TEST(StandingTest, OwnsNothingBeforeTheFirstOffence) {
  EXPECT_EQ(Standing().HeapBytes(), 0u);
}

}  // namespace
}  // namespace core

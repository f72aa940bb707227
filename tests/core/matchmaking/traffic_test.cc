#include "core/matchmaking/traffic.h"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace core {
namespace {

TEST(StayOrMoveTest, TheWorkedExampleOfTheProtocolDocumentStays) {
  StayQuestion question;
  question.traffic = {.count = 6, .arrivals_per_min = 90, .queries_per_min = 4, .wanted = 0};
  question.want = 8;
  question.have = 6;
  question.patience_left = Seconds(10);
  const StayAnswer answer = StayOrMove(question);
  EXPECT_EQ(answer.expected_micro, 15'000'000u);
  EXPECT_EQ(answer.contention_micro / 10'000, 113u);           // 1.13
  EXPECT_EQ((answer.threshold_micro + 5'000) / 10'000, 907u);  // 9.07
  EXPECT_TRUE(answer.stay);
}

TEST(StayOrMoveTest, MovesWhenTooFewWillComeInTime) {
  StayQuestion question;
  question.traffic = {.count = 1, .arrivals_per_min = 6, .queries_per_min = 6, .wanted = 0};
  question.want = 3;
  question.have = 1;
  question.patience_left = Seconds(10);
  EXPECT_FALSE(StayOrMove(question).stay);
}

TEST(StayOrMoveTest, EstimatedContentionIsCappedAtFour) {
  StayQuestion question;
  question.traffic = {.count = 0, .arrivals_per_min = 1, .queries_per_min = 1000, .wanted = 0};
  question.want = 1;
  EXPECT_EQ(StayOrMove(question).contention_micro, 4'000'000u);
}

TEST(StayOrMoveTest, TheExactSumOfWantsReplacesTheEstimate) {
  StayQuestion question;
  // 1,000 queries a minute look like a crowd of seekers; the sum says there are two.
  question.traffic = {.count = 10, .arrivals_per_min = 1, .queries_per_min = 1000, .wanted = 6};
  question.want = 3;
  question.have = 10;
  EXPECT_EQ(StayOrMove(question).contention_micro, 1'000'000u);
  EXPECT_TRUE(StayOrMove(question).stay);
  question.traffic.wanted = 25;
  EXPECT_EQ(StayOrMove(question).contention_micro, 2'500'000u);
  question.traffic.wanted = 4'000'000'000u;
  EXPECT_EQ(StayOrMove(question).contention_micro, 4'000'000u);
}

RC_GTEST_PROP(StayOrMoveTest, HostileNumbersNeverOverflowIntoStaying, ()) {
  StayQuestion question;
  question.traffic = {*rc::gen::arbitrary<uint32_t>(), 0, *rc::gen::arbitrary<uint32_t>(),
                      *rc::gen::arbitrary<uint32_t>()};
  question.patience_left = Duration{*rc::gen::arbitrary<int32_t>()};
  question.want = *rc::gen::inRange<uint32_t>(1, 65536);
  question.have = 0;
  RC_ASSERT(!StayOrMove(question).stay);
}

TEST(MedianTest, OneLiarAmongThreeDecidesNothing) {
  const Statement honest{{.count = 20, .arrivals_per_min = 5, .queries_per_min = 1, .wanted = 3},
                         false};
  const Statement higher{{.count = 22, .arrivals_per_min = 6, .queries_per_min = 2, .wanted = 3},
                         false};
  for (const uint32_t lie : {0u, 1'000'000u}) {
    std::array<Statement, 3> said{honest, Statement{{lie, lie, lie, lie}, lie != 0}, higher};
    const Traffic median = MedianOf(said);
    EXPECT_GE(median.count, 20u);
    EXPECT_LE(median.count, 22u);
    EXPECT_EQ(median.wanted, 3u);
  }
  EXPECT_EQ(MedianOf({}).count, 0u);
}

TEST(NarrowingTest, IsTheLogarithmOfTheCrowdOverHalfTheHighWater) {
  EXPECT_EQ(NarrowingBits(65), 2);
  EXPECT_EQ(NarrowingBits(64), 1);
  EXPECT_EQ(NarrowingBits(128), 2);
  EXPECT_EQ(NarrowingBits(129), 3);
  EXPECT_EQ(NarrowingBits(32 * 1024), 10);
  EXPECT_EQ(NarrowingBits(UINT32_MAX), 27);
  EXPECT_EQ(NarrowingBits(0), 1);
}

TEST(NarrowingTest, TwiceTheExcessLeavesACrowdBecauseHalfOfItStaysAtTheKey) {
  const auto share = [](uint32_t count) {
    const Ratio ratio = NarrowingShare(count, 64);
    return ratio.numerator * 1000 / ratio.denominator;
  };
  EXPECT_EQ(share(0), 0u);
  EXPECT_EQ(share(64), 0u);
  EXPECT_EQ(share(80), 400u);
  EXPECT_EQ(share(96), 666u);
  EXPECT_EQ(share(128), 1000u);
  EXPECT_EQ(share(UINT32_MAX), 1000u);
}

TEST(MinuteCounterTest, CountsASlidingMinute) {
  MinuteCounter counter;
  const Time start{Minutes(10).us};
  for (int i = 0; i < 60; ++i) counter.Add(start + Seconds(i));
  EXPECT_EQ(counter.PerMinute(start + Seconds(59)), 60u);
  EXPECT_EQ(counter.PerMinute(start + Seconds(90)), 30u);
  EXPECT_EQ(counter.PerMinute(start + Seconds(119)), 1u);
  EXPECT_EQ(counter.PerMinute(start + Seconds(121)), 0u);
  EXPECT_EQ(sizeof(MinuteCounter), 12u);
}

}  // namespace
}  // namespace core

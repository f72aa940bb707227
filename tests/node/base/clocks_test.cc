#include "node/base/clocks.h"

#include <gtest/gtest.h>

namespace node {
namespace {

constexpr Moment kNow = {{5'000'000}, {1'000'000'000'000'000}};

TEST(ClockTest, UtcIsWrittenWithMicroseconds) {
  EXPECT_EQ(FormatUtc({0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatUtc({1'795'256'948'123'456}), "2026-11-21T10:29:08.123456Z");
}

TEST(ClockTest, TimesOutsideTheCalendarAreClamped) {
  EXPECT_EQ(FormatUtc({-1}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatUtc(WallTime::Never()), "9999-12-31T23:59:59.000000Z");
}

TEST(ClockTest, AStoredTimeComesBackWithItsAge) {
  const core::Time before = kNow.steady - core::Seconds(90);
  const WallTime stored = ToWall(before, kNow);
  const Moment later = {{77}, kNow.wall + core::Minutes(5)};
  EXPECT_EQ(RestoreTime(stored, later, core::Minutes(60)),
            later.steady - core::Minutes(5) - core::Seconds(90));
}

TEST(ClockTest, AStoredTimeNeverComesBackAsTheFuture) {
  const WallTime stored = kNow.wall + core::Minutes(1);
  EXPECT_EQ(RestoreTime(stored, kNow, core::Minutes(60)), kNow.steady);
}

TEST(ClockTest, AStoredTimeIsAtMostAsOldAsAllowed) {
  const core::Duration age_max = core::Minutes(60);
  EXPECT_EQ(RestoreTime({0}, kNow, age_max), kNow.steady - age_max);
  EXPECT_EQ(RestoreTime({std::numeric_limits<int64_t>::min()}, kNow, age_max),
            kNow.steady - age_max);
}

TEST(ClockTest, TheSteadyClockDoesNotGoBack) {
  const core::Time first = ReadClocks().steady;
  EXPECT_GE(ReadClocks().steady, first);
}

}  // namespace
}  // namespace node

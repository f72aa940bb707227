// What `orbsim run --watch` draws. How it behaves on a terminal: watch_test.py.
#include "sim/workflow/dashboard.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/workflow/commands.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

TEST(SparklineTest, GrowsFromNothingToTheLargest) {
  EXPECT_EQ(Sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(Sparkline({7, 0, 7}, 8), "█▁█");
}

TEST(SparklineTest, KeepsTheLatestWhenThereIsNoRoom) {
  EXPECT_EQ(Sparkline({9, 0, 1}, 2), "▁█") << "and measures by what it shows";
  EXPECT_EQ(Sparkline({9, 0, 1}, 0), "");
}

TEST(SparklineTest, NothingAndOnlyZeroesAreFlat) {
  EXPECT_EQ(Sparkline({}, 5), "");
  EXPECT_EQ(Sparkline({0, 0}, 5), "▁▁");
}

TEST(DashboardTextTest, LinesAreCutByCharactersNotBytes) {
  const std::string text = DashboardText({"a head that is long"}, {{"memory", "1.0 MiB", {1, 2}}},
                                         "no check was violated", 48);
  EXPECT_EQ(text,
            "a head that is long\n"
            "memory                               1.0 MiB  ▅█\n"
            "no check was violated\n");
  EXPECT_EQ(DashboardText({"a head that is long"}, {}, "foot", 6), "a head\nfoot\n");
}

TEST(DashboardTest, ARunWithoutATerminalPrintsTheSameAsWithoutIt) {
  const auto error_of = [](bool watch) {
    std::ostringstream out;
    std::ostringstream error;
    Console console{out, error, "orbsim", false, nullptr};
    RunOptions options;
    options.scenario.file = SourcePath("scenarios/two_writers.json");
    options.out = testing::TempDir() + "dashboard_test";
    options.watch = watch;
    EXPECT_EQ(sim::Run(options, console), ExitCode::kPass);
    EXPECT_THAT(out.str(), testing::Not(testing::HasSubstr("\x1b")));
    return error.str();
  };
  EXPECT_EQ(error_of(true), "");
  EXPECT_EQ(error_of(false), "");
}

}  // namespace
}  // namespace sim

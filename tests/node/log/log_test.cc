#include "node/log/log.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace node {
namespace {

class MemorySink : public LogSink {
 public:
  bool Write(std::string_view line) override {
    if (broken) return false;
    lines.emplace_back(line);
    return true;
  }

  std::vector<std::string> lines;
  bool broken = false;
};

class LogTest : public testing::Test {
 protected:
  Log Make(LogLevel level) {
    return Log({level, LogFormat::kText}, sink_, [this] { return Moment{now_, {now_.us}}; });
  }

  core::Time now_{0};
  MemorySink sink_;
};

TEST_F(LogTest, RecordsBelowTheThresholdAreNotWritten) {
  Log log = Make(LogLevel::kWarning);
  log.Debug("a");
  log.Info("b");
  log.Warning("c");
  log.Error("d", {{"n", 1}});
  ASSERT_EQ(sink_.lines.size(), 2u);
  EXPECT_EQ(sink_.lines[0], "1970-01-01T00:00:00.000000Z warning c\n");
  EXPECT_EQ(sink_.lines[1], "1970-01-01T00:00:00.000000Z error   d n=1\n");
}

TEST_F(LogTest, TheThresholdCanBeMovedWhileItRuns) {
  Log log = Make(LogLevel::kInfo);
  log.SetLevel(LogLevel::kDebug);
  log.Debug("a");
  log.SetLevel(LogLevel::kError);
  log.Warning("b");
  EXPECT_EQ(log.level(), LogLevel::kError);
  EXPECT_EQ(sink_.lines.size(), 1u);
}

TEST_F(LogTest, ASiteIsLimitedAndSaysWhatItLeftOut) {
  Log log = Make(LogLevel::kInfo);
  LogSite site({LogLevel::kInfo, 3, core::Seconds(10)});
  for (int i = 0; i < 100; ++i) log.Write(site, "refused", {{"i", i}});
  EXPECT_EQ(sink_.lines.size(), 3u);
  now_ = now_ + core::Seconds(10);
  log.Write(site, "refused", {{"i", 100}});
  ASSERT_EQ(sink_.lines.size(), 4u);
  EXPECT_NE(sink_.lines[3].find("i=100 suppressed=97\n"), std::string::npos);
}

TEST_F(LogTest, SitesAreLimitedEachForItself) {
  Log log = Make(LogLevel::kInfo);
  LogSite a({LogLevel::kInfo, 1, core::Seconds(10)});
  LogSite b({LogLevel::kWarning, 1, core::Seconds(10)});
  log.Write(a, "a");
  log.Write(a, "a");
  log.Write(b, "b");
  EXPECT_EQ(sink_.lines.size(), 2u);
}

TEST_F(LogTest, AHiddenSiteDoesNotUseUpItsBurst) {
  Log quiet = Make(LogLevel::kError);
  LogSite site({LogLevel::kInfo, 1, core::Seconds(10)});
  quiet.Write(site, "x");
  Log log = Make(LogLevel::kInfo);
  log.Write(site, "x");
  EXPECT_EQ(sink_.lines.size(), 1u);
}

TEST_F(LogTest, LostLinesAreCounted) {
  Log log = Make(LogLevel::kInfo);
  sink_.broken = true;
  log.Info("x");
  log.Info("y");
  EXPECT_EQ(log.lost(), 2u);
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  Log log = Make(LogLevel::kInfo);
  LogSite site({LogLevel::kInfo, 50, core::Seconds(10)});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        log.Info("thread", {{"i", i}});
        log.Write(site, "site");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sink_.lines.size(), 4u * 200 + 50);
}

}  // namespace
}  // namespace node

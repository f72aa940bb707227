#include "node/admin/metrics_text.h"

#include <gtest/gtest.h>

#include "node/admin/process_metrics.h"
#include "tests/node/admin/exposition.h"

namespace node {
namespace {

TEST(MetricsTextTest, WritesHelpTypeAndSamples) {
  MetricsText text;
  text.Counter("orb_things_total", "Things.", 12);
  text.Family("orb_kinds", MetricType::kGauge, "By kind.");
  text.Sample(1, {{"kind", "a"}, {"way", "in"}});
  text.Sample(2, {{"kind", "b"}, {"way", "in"}});
  EXPECT_EQ(text.Take(),
            "# HELP orb_things_total Things.\n# TYPE orb_things_total counter\n"
            "orb_things_total 12\n# HELP orb_kinds By kind.\n# TYPE orb_kinds gauge\n"
            "orb_kinds{kind=\"a\",way=\"in\"} 1\norb_kinds{kind=\"b\",way=\"in\"} 2\n");
}

TEST(MetricsTextTest, EscapesWhatTheFormatWantsEscaped) {
  MetricsText text;
  text.Family("orb_x", MetricType::kGauge, "a\\b\n\"c\"");
  text.Sample(1, {{"v", "a\\b\n\"c\""}});
  const std::string written = text.Take();
  EXPECT_EQ(written,
            "# HELP orb_x a\\\\b\\n\"c\"\n# TYPE orb_x gauge\norb_x{v=\"a\\\\b\\n\\\"c\\\"\"} 1\n");
  EXPECT_TRUE(ReadExposition(written).mistakes.empty());
}

TEST(MetricsTextTest, SecondsAreExact) {
  MetricsText text;
  text.Gauge("orb_a_seconds", "A.", core::Duration{1'000'001});
  text.Gauge("orb_b_seconds", "B.", core::Duration{-500});
  text.Gauge("orb_c_seconds", "C.", core::Duration{0});
  const auto read = ReadExposition(text.Take());
  EXPECT_EQ(read.samples.at("orb_a_seconds"), 1.000001);
  EXPECT_EQ(read.samples.at("orb_b_seconds"), -0.0005);
  EXPECT_EQ(read.samples.at("orb_c_seconds"), 0);
}

TEST(MetricsTextDeathTest, NamesThatBreakTheRulesAreOurMistake) {
  MetricsText text;
  EXPECT_DEATH(text.Counter("orb_things", "Things.", 1), "CHECK");
  EXPECT_DEATH(text.Gauge("orb_things_total", "Things.", 1), "CHECK");
  EXPECT_DEATH(text.Gauge("orb-things", "Things.", 1), "CHECK");
  text.Gauge("orb_things", "Things.", 1);
  EXPECT_DEATH(text.Gauge("orb_things", "Things.", 1), "CHECK");
}

TEST(MetricsTextTest, TheReaderSeesMistakes) {
  for (const char* wrong :
       {"orb 1\n", "# HELP orb x\n# TYPE orb gauge\norb 1",
        "# HELP orb x\n# TYPE orb counter\norb 1\n",
        "# HELP orb x\n# TYPE orb gauge\norb 1\norb 1\n",
        "# HELP orb x\n# TYPE orb gauge\norb{a=\"\\x\"} 1\n",
        "# HELP orb x\n# TYPE orb gauge\norb{} 1\n", "# TYPE orb gauge\norb 1\n",
        "# HELP orb x\n# TYPE orb gauge\norb one\n"}) {
    EXPECT_FALSE(ReadExposition(wrong).mistakes.empty()) << wrong;
  }
}

TEST(ProcessMetricsTest, AreThereAndPlausible) {
  MetricsText text;
  const Moment now = ReadClocks();
  WriteProcessMetrics(now, text);
  const auto read = ReadExposition(text.Take());
  EXPECT_TRUE(read.mistakes.empty());
  EXPECT_GT(read.samples.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(read.samples.at("process_virtual_memory_bytes"),
            read.samples.at("process_resident_memory_bytes"));
  EXPECT_GE(read.samples.at("process_open_fds"), 3);
  EXPECT_GT(read.samples.at("process_max_fds"), read.samples.at("process_open_fds"));
  EXPECT_GE(read.samples.at("process_threads"), 1);
  EXPECT_GE(read.samples.at("process_cpu_seconds_total"), 0);
  const double start = read.samples.at("process_start_time_seconds");
  const double wall = static_cast<double>(now.wall.us) / 1e6;
  EXPECT_LE(start, wall + 1);
  EXPECT_GT(start, wall - 3'600);
}

}  // namespace
}  // namespace node

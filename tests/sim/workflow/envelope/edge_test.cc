// The edge of an envelope on curves that are known, the ramp it lies on, and the interval of Wilson against published values.
#include "sim/workflow/envelope/edge.h"

#include <gtest/gtest.h>

#include "sim/workflow/envelope/ramp.h"

namespace sim {
namespace {

// Of twenty seeds, all pass up to `last_good`, none from `first_bad` on, half in between.
PointAt Curve(uint64_t last_good, uint64_t first_bad) {
  return [=](uint64_t step) -> core::StatusOr<Proportion> {
    return Proportion{step <= last_good ? 20u : step >= first_bad ? 0u : 10u, 20};
  };
}

TEST(EdgeTest, IsWhereMostStopToPassAndItsIntervalHoldsWhatIsDoubtful) {
  EdgeSearch search(1000, Curve(300, 420));
  const auto edge = search.Find();
  ASSERT_TRUE(edge.ok() && edge->has_value());
  EXPECT_EQ((*edge)->passes, 419u);
  EXPECT_EQ((*edge)->low, 300u);
  EXPECT_EQ((*edge)->high, 420u);
  EXPECT_LT(search.points().size(), 32u) << "bisection, not a walk";
}

TEST(EdgeTest, EveryPlaceOfASharpEdgeIsFound) {
  for (uint64_t good = 0; good < 9; ++good) {
    EdgeSearch search(9, Curve(good, good + 1));
    const auto edge = search.Find();
    ASSERT_TRUE(edge.ok() && edge->has_value()) << good;
    EXPECT_EQ((*edge)->passes, good);
    EXPECT_EQ((*edge)->low, good);
    EXPECT_EQ((*edge)->high, good + 1);
  }
}

TEST(EdgeTest, ThereIsNoneWhereNothingFailsOrAllDoes) {
  EdgeSearch passes(50, Curve(60, 70));
  EXPECT_FALSE(passes.Find()->has_value());
  EdgeSearch fails(50, [](uint64_t) -> core::StatusOr<Proportion> { return Proportion{2, 20}; });
  EXPECT_FALSE(fails.Find()->has_value());
  EXPECT_EQ(fails.points().size(), 2u);
}

TEST(EdgeTest, FewSeedsLeaveItsIntervalOpenToTheEnds) {
  EdgeSearch search(100, [](uint64_t step) -> core::StatusOr<Proportion> {
    return Proportion{step <= 40 ? 1u : 0u, 1};
  });
  const auto edge = search.Find();
  ASSERT_TRUE(edge.ok() && edge->has_value());
  EXPECT_EQ((*edge)->passes, 40u);
  EXPECT_EQ((*edge)->low, 0u);
  EXPECT_EQ((*edge)->high, 100u);
}

TEST(RampTest, NumbersAreInItsUnitWhicheverWayItGoes) {
  const auto up = ParseRamp("0.0%", "60%");
  ASSERT_TRUE(up.ok());
  EXPECT_EQ(up->NumberAt(601 - 1), 60.0);
  EXPECT_EQ(up->NumberAt(1), 0.1);
  const auto down = ParseRamp("50ms", "5ms");
  ASSERT_TRUE(down.ok());
  EXPECT_EQ(down->NumberAt(1.5), 48.5);
}

TEST(EdgeTest, AnErrorOfAPointEndsTheSearch) {
  EdgeSearch search(10, [](uint64_t) -> core::StatusOr<Proportion> { return core::Internal("x"); });
  EXPECT_FALSE(search.Find().ok());
}

// E. B. Wilson 1927 by the formula, evaluated by hand for these; R's prop.test(correct = FALSE) gives the same.
TEST(ProportionTest, WilsonsIntervalAgreesWithPublishedValues) {
  const Interval half = Proportion{5, 10}.Confidence();
  EXPECT_NEAR(half.low, 0.2366, 1e-4);
  EXPECT_NEAR(half.high, 0.7634, 1e-4);
  const Interval none = Proportion{0, 10}.Confidence();
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.2775, 1e-4);
  const Interval all = Proportion{20, 20}.Confidence();
  EXPECT_NEAR(all.low, 0.8389, 1e-4);
  EXPECT_EQ(all.high, 1);
  EXPECT_EQ(Proportion{}.Confidence().high, 1);
}

TEST(RampTest, StepsByTheLastDigitThatIsWritten) {
  const auto whole = ParseRamp("0%", "60%");
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->Steps(), 60u);
  EXPECT_EQ(whole->ValueAt(17), "17%");
  const auto fine = ParseRamp("0%", "0.25%");
  ASSERT_TRUE(fine.ok());
  EXPECT_EQ(fine->Steps(), 25u);
  EXPECT_EQ(fine->ValueAt(7), "0.07%");
  EXPECT_EQ(fine->ValueAt(0), "0.00%");
}

TEST(RampTest, RunsDownwardsAndBelowZero) {
  const auto down = ParseRamp("10Mbit/s", "1Mbit/s");
  ASSERT_TRUE(down.ok());
  EXPECT_EQ(down->ValueAt(0), "10Mbit/s");
  EXPECT_EQ(down->ValueAt(9), "1Mbit/s");
  const auto below = ParseRamp("-1.5", "1");
  ASSERT_TRUE(below.ok());
  EXPECT_EQ(below->ValueAt(0), "-1.5");
  EXPECT_EQ(below->ValueAt(14), "-0.1");
  EXPECT_EQ(below->ValueAt(25), "1.0");
}

TEST(RampTest, KnowsHowFarAnotherValueIs) {
  const auto ramp = ParseRamp("0%", "60%");
  EXPECT_DOUBLE_EQ(*StepsTo(*ramp, "1.5%"), 1.5);
  EXPECT_FALSE(StepsTo(*ramp, "1").has_value());
  EXPECT_DOUBLE_EQ(*StepsTo(*ParseRamp("9ms", "4ms"), "7ms"), 2);
}

TEST(RampTest, RefusesWhatIsNoRamp) {
  const std::pair<const char*, const char*> pairs[] = {{"", "1"},
                                                       {"1", "1"},
                                                       {"1ms", "1s"},
                                                       {"x", "1"},
                                                       {"1.", "2"},
                                                       {"1..2", "3"},
                                                       {"-", "1"},
                                                       {"1", "1234567890123456"},
                                                       {"0.00000000000001", "99999"}};
  for (const auto& [from, to] : pairs) {
    const auto ramp = ParseRamp(from, to);
    ASSERT_FALSE(ramp.ok()) << from << " " << to;
    EXPECT_EQ(core::MessageOf(ramp.status()).rfind("--from, --to: found ", 0), 0u);
  }
}

}  // namespace
}  // namespace sim

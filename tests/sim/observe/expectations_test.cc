#include "sim/observe/expectations.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

// A checker that is told what it found.
class TestChecker : public Checker {
 public:
  TestChecker(std::string_view id, CheckClass check_class, uint64_t premises, uint64_t violations)
      : Checker({.id = id,
                 .title = "a rule of the test",
                 .family = "test",
                 .check_class = check_class,
                 .statement = "the test says so"}) {
    for (uint64_t i = 0; i < premises; ++i) Premise();
    for (uint64_t i = 0; i < violations; ++i) {
      Violate([] { return Violation{WorldTime{5}, {1}, "s", "e", "f"}; });
    }
  }
};

Expectation Check(const char* id, bool must_fail = false) {
  Expectation expectation;
  expectation.check = id;
  expectation.must_fail = must_fail;
  return expectation;
}

Expectation Bound(const char* metric, Expectation::Relation relation, int64_t bound) {
  Expectation expectation;
  expectation.metric = metric;
  expectation.relation = relation;
  expectation.bound = bound;
  return expectation;
}

class ExpectationsTest : public ::testing::Test {
 protected:
  Outcome Judge(bool interrupted = false) {
    return Evaluate(plan_, {&good_, &bad_safety_, &bad_liveness_, &idle_}, metrics_, interrupted);
  }

  // Without the failing safety check, which fails every run.
  Outcome JudgeHarmless(bool interrupted = false) {
    return Evaluate(plan_, {&good_, &bad_liveness_, &idle_}, metrics_, interrupted);
  }

  TestChecker good_{"G", CheckClass::kSafety, 3, 0};
  TestChecker bad_safety_{"S", CheckClass::kSafety, 3, 1};
  TestChecker bad_liveness_{"L", CheckClass::kLiveness, 3, 2};
  TestChecker idle_{"I", CheckClass::kSafety, 0, 0};
  Scenario plan_;
  Metrics metrics_;
};

TEST_F(ExpectationsTest, AnUnlistedSafetyViolationFailsTheRun) {
  EXPECT_EQ(Judge().exit, ExitCode::kSafety);
}

TEST_F(ExpectationsTest, AnUnlistedLivenessViolationIsOnlyAWarning) {
  const Outcome outcome = JudgeHarmless();
  EXPECT_EQ(outcome.exit, ExitCode::kPass);
  ASSERT_EQ(outcome.judgements.size(), 3u);
  EXPECT_EQ(outcome.judgements[1].verdict, Verdict::kFailed);
  EXPECT_FALSE(outcome.judgements[1].fails_run);
  EXPECT_EQ(outcome.judgements[1].found, "3 checked, 2 violated");
}

TEST_F(ExpectationsTest, AListedLivenessViolationGivesTwo) {
  plan_.expect = {Check("G"), Check("L")};
  EXPECT_EQ(JudgeHarmless().exit, ExitCode::kLiveness);
}

TEST_F(ExpectationsTest, AListedVacuousCheckDoesNotPass) {
  plan_.expect = {Check("I")};
  const Outcome outcome = JudgeHarmless();
  EXPECT_EQ(outcome.exit, ExitCode::kLiveness);
  EXPECT_EQ(outcome.judgements[0].verdict, Verdict::kVacuous);
}

TEST_F(ExpectationsTest, MustFailInverts) {
  plan_.expect = {Check("S", true)};
  EXPECT_EQ(Judge().exit, ExitCode::kPass);
  plan_.expect = {Check("S", true), Check("G", true)};
  EXPECT_EQ(Judge().exit, ExitCode::kLiveness);
  plan_.expect = {Check("S", true), Check("I", true)};
  EXPECT_EQ(Judge().exit, ExitCode::kLiveness) << "a vacuous check was not violated";
}

TEST_F(ExpectationsTest, WhatIsCountedFailsNothingButHasToHappen) {
  Expectation counted = Check("S");
  counted.counted = true;
  plan_.expect = {counted};
  const Outcome outcome = Judge();
  EXPECT_EQ(outcome.exit, ExitCode::kPass);
  EXPECT_EQ(outcome.judgements[0].verdict, Verdict::kFailed);
  EXPECT_EQ(outcome.judgements[0].found, "3 checked, 1 violated");
  counted.check = "I";
  plan_.expect.push_back(counted);
  EXPECT_EQ(Judge().exit, ExitCode::kLiveness);
}

TEST_F(ExpectationsTest, BoundsAreStrict) {
  metrics_.Record(Metric::kMatchTime, 20);
  using Relation = Expectation::Relation;
  plan_.expect = {Bound("match.time.max", Relation::kBelow, 21),
                  Bound("match.time.max", Relation::kAbove, 19),
                  Bound("match.time.max", Relation::kEquals, 20)};
  EXPECT_EQ(JudgeHarmless().exit, ExitCode::kPass);
  plan_.expect = {Bound("match.time.max", Relation::kBelow, 20)};
  EXPECT_EQ(JudgeHarmless().exit, ExitCode::kLiveness);
  plan_.expect = {Bound("match.time.max", Relation::kAbove, 20)};
  EXPECT_EQ(JudgeHarmless().exit, ExitCode::kLiveness);
  plan_.expect = {Bound("match.time.max", Relation::kEquals, 21)};
  EXPECT_EQ(JudgeHarmless().exit, ExitCode::kLiveness);
}

TEST_F(ExpectationsTest, AMetricWithoutASampleIsNotMet) {
  plan_.expect = {Bound("match.time.p99", Expectation::Relation::kBelow, 1'000'000)};
  const Outcome outcome = JudgeHarmless();
  EXPECT_EQ(outcome.exit, ExitCode::kLiveness);
  EXPECT_EQ(outcome.judgements[0].verdict, Verdict::kVacuous);
  EXPECT_EQ(outcome.judgements[0].found, "no sample");
}

TEST_F(ExpectationsTest, UnknownNamesFail) {
  plan_.expect = {Check("MM-99"), Bound("no.metric", Expectation::Relation::kBelow, 1)};
  const Outcome outcome = JudgeHarmless();
  EXPECT_EQ(outcome.exit, ExitCode::kLiveness);
  EXPECT_EQ(outcome.judgements[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(outcome.judgements[1].verdict, Verdict::kUnknown);
}

TEST_F(ExpectationsTest, AnInterruptedRunIsUnknownUnlessSomethingFailed) {
  plan_.expect = {Check("I"), Bound("match.time.p99", Expectation::Relation::kBelow, 1)};
  EXPECT_EQ(JudgeHarmless(true).exit, ExitCode::kUnfinished);
  plan_.expect.push_back(Check("L"));
  EXPECT_EQ(JudgeHarmless(true).exit, ExitCode::kLiveness);
  EXPECT_EQ(Judge(true).exit, ExitCode::kSafety);
}

}  // namespace
}  // namespace sim

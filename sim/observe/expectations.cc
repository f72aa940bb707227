#include "sim/observe/expectations.h"

#include <algorithm>

#include "sim/scenario/quantity.h"

namespace sim {
namespace {

bool Meets(const Expectation& expectation, int64_t value) {
  switch (expectation.relation) {
    case Expectation::Relation::kBelow:
      return value < expectation.bound;
    case Expectation::Relation::kAbove:
      return value > expectation.bound;
    case Expectation::Relation::kEquals:
      return value == expectation.bound;
    case Expectation::Relation::kHolds:
      break;
  }
  return value != 0;
}

// As scenario files write it: "95%", "20s".
std::string WithUnit(int64_t value, const std::string& unit) {
  if (unit == "us" && value % 1000 != 0) return InSeconds({value});
  if (unit == "us") return FormatQuantity(value, Measure::kDuration);
  if (unit == "ppm") return FormatQuantity(value, Measure::kShare);
  if (unit == "bytes") return FormatQuantity(value, Measure::kSize);
  return std::to_string(value);
}

std::string Wanted(const Expectation& expectation, const std::string& unit) {
  const std::string bound = WithUnit(expectation.bound, unit);
  const std::string prefix = expectation.must_fail ? "not " : "";
  switch (expectation.relation) {
    case Expectation::Relation::kBelow:
      return prefix + "below " + bound;
    case Expectation::Relation::kAbove:
      return prefix + "above " + bound;
    case Expectation::Relation::kEquals:
      return prefix + "equal to " + bound;
    case Expectation::Relation::kHolds:
      break;
  }
  return prefix + "more than 0";
}

Verdict Invert(Verdict verdict) {
  if (verdict == Verdict::kPassed) return Verdict::kFailed;
  return verdict == Verdict::kFailed ? Verdict::kPassed : verdict;
}

std::string Tally(const Checker& checker) {
  const std::string premises = std::to_string(checker.premises()) + " checked";
  if (checker.violations() == 0) return premises;
  return premises + ", " + std::to_string(checker.violations()) + " violated";
}

Judgement JudgeCheck(const Expectation& expectation, const std::vector<const Checker*>& checkers) {
  Judgement judgement;
  judgement.name = expectation.check;
  judgement.wanted = expectation.must_fail ? "is violated"
                     : expectation.counted ? "is counted"
                                           : "holds";
  const Checker* found = FindChecker(checkers, expectation.check);
  if (found == nullptr) {
    judgement.verdict = Verdict::kUnknown;
    judgement.found = "no such check in this run";
    judgement.fails_run = true;
    return judgement;
  }
  const Checker& checker = *found;
  judgement.found = Tally(checker);
  judgement.verdict = expectation.must_fail ? Invert(checker.verdict()) : checker.verdict();
  judgement.fails_run = judgement.verdict != Verdict::kPassed &&
                        !(expectation.counted && judgement.verdict == Verdict::kFailed);
  // A check that did not fail although it must have is no harm done.
  judgement.check_class = checker.verdict() == Verdict::kFailed && !expectation.must_fail
                              ? checker.info().check_class
                              : CheckClass::kLiveness;
  return judgement;
}

Judgement JudgeMetric(const Expectation& expectation, const Metrics& metrics) {
  Judgement judgement;
  judgement.name = expectation.metric;
  judgement.is_metric = true;
  const std::string unit = UnitOfMetric(expectation.metric);
  judgement.wanted = Wanted(expectation, unit);
  const auto value = metrics.Value(expectation.metric);
  if (!value.has_value()) {
    judgement.verdict = unit.empty() ? Verdict::kUnknown : Verdict::kVacuous;
    judgement.found = unit.empty() ? "no such metric" : "no sample";
  } else {
    judgement.found = WithUnit(*value, unit);
    const bool met = Meets(expectation, *value) != expectation.must_fail;
    judgement.verdict = met ? Verdict::kPassed : Verdict::kFailed;
  }
  judgement.fails_run = judgement.verdict != Verdict::kPassed;
  return judgement;
}

Judgement JudgeUnlisted(const Checker& checker) {
  Judgement judgement;
  judgement.name = checker.info().id;
  judgement.listed = false;
  judgement.wanted = "holds";
  judgement.found = Tally(checker);
  judgement.verdict = checker.verdict();
  judgement.check_class = checker.info().check_class;
  judgement.fails_run =
      checker.verdict() == Verdict::kFailed && judgement.check_class == CheckClass::kSafety;
  return judgement;
}

// What an interrupted run has not shown yet is unknown; what failed, failed.
void SoftenInterrupted(Judgement& judgement) {
  const bool open = judgement.verdict == Verdict::kVacuous || judgement.is_metric ||
                    judgement.wanted == "is violated";
  if (!judgement.fails_run || !open) return;
  judgement.verdict = Verdict::kUnknown;
  judgement.fails_run = false;
}

}  // namespace

bool IsExpected(const Scenario& scenario, std::string_view check) {
  return std::any_of(scenario.expect.begin(), scenario.expect.end(),
                     [&](const Expectation& expectation) { return expectation.check == check; });
}

Outcome Evaluate(const Scenario& scenario, const std::vector<const Checker*>& checkers,
                 const Metrics& metrics, bool interrupted) {
  Outcome outcome;
  for (const Expectation& expectation : scenario.expect) {
    outcome.judgements.push_back(expectation.check.empty() ? JudgeMetric(expectation, metrics)
                                                           : JudgeCheck(expectation, checkers));
  }
  for (const Checker* checker : checkers) {
    if (!IsExpected(scenario, checker->info().id))
      outcome.judgements.push_back(JudgeUnlisted(*checker));
  }
  bool safety = false;
  bool other = false;
  for (Judgement& judgement : outcome.judgements) {
    if (interrupted) SoftenInterrupted(judgement);
    if (!judgement.fails_run) continue;
    const bool is_safety =
        judgement.verdict == Verdict::kFailed && judgement.check_class == CheckClass::kSafety;
    (is_safety ? safety : other) = true;
  }
  if (interrupted) outcome.exit = ExitCode::kUnfinished;
  if (other) outcome.exit = ExitCode::kLiveness;
  if (safety) outcome.exit = ExitCode::kSafety;
  return outcome;
}

}  // namespace sim

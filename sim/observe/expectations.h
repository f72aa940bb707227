// Expectations: what the scenario asked for, judged against checkers and metrics.
//
// Rules: (1) every checker runs, listed or not; a safety violation fails the run even if nobody
// listed the check, a liveness violation only where it was listed; (2) an expectation about
// something that never happened (a vacuous check, a metric without a sample) is not met; (3)
// must_fail inverts: the run passes only when the check was violated, and a check that is counted
// fails it only when it was vacuous; (4) the exit code is 3 for a
// failed safety check, 2 for any other unmet expectation, 6 when the run was cut short with nothing
// failed, else 0. Source: simulator.md, section 4.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/exit_code.h"
#include "sim/observe/metrics.h"
#include "sim/scenario/scenario.h"

namespace sim {

struct Judgement {
  std::string name;    // A checker's id or a metric's name.
  bool listed = true;  // In the scenario's expectations.
  bool is_metric = false;
  std::string wanted;  // "holds", "is violated", "below 8s".
  std::string found;
  Verdict verdict = Verdict::kPassed;  // Of the expectation, must_fail already applied.
  bool fails_run = false;
  CheckClass check_class = CheckClass::kLiveness;
};

struct Outcome {
  std::vector<Judgement> judgements;  // Listed ones in the file's order, then the other checkers.
  ExitCode exit = ExitCode::kPass;
};

// The scenario lists the check.
[[nodiscard]] bool IsExpected(const Scenario& scenario, std::string_view check);

// `interrupted`: the run was cut short; call Checker::Interrupt before.
[[nodiscard]] Outcome Evaluate(const Scenario& scenario,
                               const std::vector<const Checker*>& checkers, const Metrics& metrics,
                               bool interrupted);

}  // namespace sim

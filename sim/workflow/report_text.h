// The text that a person reads before and after a run. Its first and last lines are a contract (docs/commands.md).
#pragma once

#include <string>
#include <string_view>

#include "sim/scenario/scenario.h"
#include "sim/workflow/session.h"

namespace sim {

[[nodiscard]] std::string_view NameOf(NetworkSpec::Model model);

// Scenario, its hash, seed, build, peers, network model.
[[nodiscard]] std::string FirstLine(const Scenario& scenario);

// A metric's value as people read it: "1.200 s", "98.50 %", "3.0 MiB".
[[nodiscard]] std::string ValueText(int64_t value, std::string_view unit);

struct ReportPlace {
  std::string program;  // As typed.
  std::string folder;   // Where the files are; empty: none were written.
  bool traced = false;  // A trace is among them.
  double wall_seconds = 0;
};

// Verdicts, the numbers that matter, memory, files; last `fingerprint <32 hex>`.
[[nodiscard]] std::string ResultText(const Session& session, const ReportPlace& place);

}  // namespace sim

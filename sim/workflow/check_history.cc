// orbsim check-history: a history of calls in, one line of verdict out, and why.
#include <ostream>

#include "sim/history/check.h"
#include "sim/history/history_reader.h"
#include "sim/scenario/file_reader.h"
#include "sim/workflow/commands.h"

namespace sim {
namespace {

core::Status Unreadable(const core::Status& status, const std::string& file) {
  if (status.code() == absl::StatusCode::kNotFound)
    return core::NotFound(file + ": found no such file, allowed a history");
  if (status.code() == absl::StatusCode::kResourceExhausted) {
    return core::ResourceExhausted(file + ": found more than " +
                                   std::to_string(kHistoryBytesMax >> 20) +
                                   " MiB, allowed a shorter history");
  }
  return core::Internal(file + ": found something that cannot be read, allowed a history");
}

ExitCode ExitOf(HistoryVerdict::Answer answer) {
  switch (answer) {
    case HistoryVerdict::Answer::kHolds:
      return ExitCode::kPass;
    case HistoryVerdict::Answer::kViolated:
      return ExitCode::kSafety;
    case HistoryVerdict::Answer::kUnknown:
      break;
  }
  return ExitCode::kUnfinished;
}

}  // namespace

ExitCode CheckHistory(const CheckHistoryOptions& options, Console& console) {
  DiskReader disk;
  const auto text = disk.Read(options.file, kHistoryBytesMax);
  if (!text.ok()) return Complain(console, Unreadable(text.status(), options.file));
  SearchBudget budget;
  budget.configurations = options.budget;
  const auto verdict = CheckHistory(*text, options.file, options.model, budget);
  if (!verdict.ok()) return Complain(console, verdict.status());
  console.out << verdict->line << "\n" << verdict->explanation;
  return ExitOf(verdict->answer);
}

}  // namespace sim

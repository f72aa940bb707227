// SweepLedger: the runs of a sweep that are over, a JSON object per line, appended as each ends. An interrupted sweep goes on
// from it, and the ledgers of two sweeps make one by concatenation.
//
//   {"build":"...","hash":"...","scenario":"..."}                     first, and again where files were joined
//   {"exit":3,"failed":["TX-4"],"fingerprint":"...","seed":17}        one per run
//
// Invariants: (1) runs of another scenario or build are never mixed in; (2) a line that an interruption tore off is dropped,
// and its run happens again. Thread rule: one thread at a time. Source: issue 4, reliability; docs/commands.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/exit_code.h"
#include "sim/scenario/scenario.h"

namespace sim {

struct SweepRun {
  uint64_t seed = 0;
  ExitCode exit = ExitCode::kPass;
  std::vector<std::string> failed;  // Names of the judgements that failed the run.
  std::string fingerprint;
};

class SweepLedger {
 public:
  // Errors: a file that cannot be read or written, a line that is none of these two, another scenario or build.
  [[nodiscard]] static core::StatusOr<SweepLedger> Open(const std::string& path,
                                                        const Scenario& scenario);
  SweepLedger(SweepLedger&& other) noexcept;
  SweepLedger& operator=(SweepLedger&&) = delete;
  ~SweepLedger();

  [[nodiscard]] const std::map<uint64_t, SweepRun>& runs() const { return runs_; }

  [[nodiscard]] core::Status Append(const SweepRun& run);

 private:
  explicit SweepLedger(std::string path) : path_(std::move(path)) {}

  core::Status Read(const std::string& header);
  core::Status ReadLine(const std::string& line, size_t number, const std::string& header);
  core::Status WriteLine(const std::string& line);

  std::string path_;
  int descriptor_ = -1;
  std::map<uint64_t, SweepRun> runs_;
};

}  // namespace sim

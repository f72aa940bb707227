// SweepLedger: the runs of a sweep that are over, a JSON object per line, appended as each ends. An interrupted sweep goes on
// from it, and the ledgers of two sweeps, or of the shards of one, make one by concatenation.
//
//   {"build":"...","chains":true,"hash":"...","scenario":"...","vary":["network.loss"],"version":2}   first, and again where files were joined
//   {"chain":"...","exit":3,"failed":["TX-4"],"faults":["crash"],"fingerprint":"...",                one per run; docs/commands.md has the members
//    "metrics":{...},"probes":["..."],"seed":17,"set":{"network.loss":"1%"},"signature":"...","vacuous":["BR-5"]}
//    of a guided sweep also "changes":{"reseed":"..."},"features":"..."
//
// Version 1 named no version, knew no chains, and its signatures went on with what else failed. It is read, and never gone on with.
//
// Invariants: (1) runs of another scenario, build, grid or kind of signature are never mixed in; (2) a line that an interruption tore off is
// dropped, and its run happens again. Thread rule: one thread at a time. Source: issues 4 and 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/exit_code.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/sweep/plan.h"

namespace sim {

struct SweepRun {
  SweepCell cell;
  ExitCode exit = ExitCode::kPass;
  std::vector<std::string> failed;  // Names of the judgements that failed the run.
  std::string signature;  // How it failed; the same for failures of one kind. Empty: it passed.
  std::string chain;      // The shape of what led there; empty: nobody asked, or there is none.
  std::vector<std::string> vacuous;  // Checks that had nothing to judge.
  std::vector<std::string> probes;   // Those that it reached (sim/observe/probes.h).
  std::vector<std::string> faults;   // Kinds that it had, each once, in the order of the alphabet.
  std::map<std::string, int64_t> metrics;  // Those that were asked for and have a value.
  std::string fingerprint;
  std::string features;  // What it showed (sim/observe/coverage.h); empty: nobody asked.
};

// What the runs of a ledger have in common: its first line.
struct LedgerHeader {
  std::string scenario;
  std::string hash;
  std::string build;
  std::vector<std::string> vary;  // Paths of the axes, in the order of a cell's values.
  bool chains = false;            // Signatures name the chain.
  int64_t version = kVersion;

  static constexpr int64_t kVersion = 2;

  friend bool operator==(const LedgerHeader&, const LedgerHeader&) = default;
};

[[nodiscard]] LedgerHeader HeaderOf(const Scenario& scenario, const std::vector<Axis>& axes,
                                    bool chains);

// What a ledger's file holds.
struct LedgerContent {
  std::optional<LedgerHeader> header;  // Nothing: not a line of it is whole.
  std::map<SweepCell, SweepRun> runs;
  size_t whole_bytes = 0;  // Of all lines but one that an interruption tore off.
};

// Of a sweep or an envelope whose results are in that folder.
[[nodiscard]] std::string LedgerPath(const std::string& folder);

// Errors name file, line, what was found and what is allowed: a file that cannot be read, a line that is none of these two, runs that
// are of another header than those before them.
[[nodiscard]] core::StatusOr<LedgerContent> ReadLedger(const std::string& path);

class SweepLedger {
 public:
  // That of the folder, both made where they are missing. Errors: those of ReadLedger, what cannot be made or written, runs of another
  // scenario, build or grid.
  [[nodiscard]] static core::StatusOr<SweepLedger> Open(const std::string& folder,
                                                        const LedgerHeader& header);
  SweepLedger(SweepLedger&& other) noexcept;
  SweepLedger& operator=(SweepLedger&&) = delete;
  ~SweepLedger();

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] const LedgerHeader& header() const { return header_; }

  [[nodiscard]] const std::map<SweepCell, SweepRun>& runs() const { return content_.runs; }

  [[nodiscard]] core::Status Append(const SweepRun& run);

 private:
  SweepLedger(std::string path, LedgerHeader header)
      : path_(std::move(path)), header_(std::move(header)) {}

  core::Status TakeUp();
  core::Status WriteLine(const std::string& line);

  std::string path_;
  LedgerHeader header_;
  int descriptor_ = -1;
  LedgerContent content_;
};

}  // namespace sim

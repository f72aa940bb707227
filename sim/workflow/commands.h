// The commands of orbsim, one function each: options in, exit code out. Text for people goes to the
// streams given, so that tests read it. The contract that scripts rely on is docs/commands.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/observe/exit_code.h"

namespace sim {

struct Console {
  std::ostream& out;
  std::ostream& error;
  std::string program = "orbsim";                // As typed: repro lines can be pasted.
  bool terminal = false;                         // Progress lines only where somebody watches.
  const std::atomic<bool>* stop_flag = nullptr;  // Set by Ctrl-C.
};

struct RunOptions {
  std::string file;
  std::optional<uint64_t> seed;
  std::vector<std::pair<std::string, std::string>> overrides;  // --set path=value
  std::vector<std::string> plant;
  int threads = 0;  // 0: the machine's.
  int shards = 0;   // 0: the engine's choice.
  std::string until;
  std::string out;  // Run directory; empty: results/<name>/<seed>.
  bool json = false;
  std::string trace = "none";
};

struct ReplayOptions {
  std::string capsule;
  std::string until;
  std::optional<uint32_t> peer;
  bool verbose = false;
  int threads = 0;
};

struct DeterminismOptions {
  std::string file;
  std::optional<uint64_t> seed;
  std::vector<std::pair<std::string, std::string>> overrides;
};

[[nodiscard]] ExitCode Run(const RunOptions& options, Console& console);
[[nodiscard]] ExitCode Check(const std::vector<std::string>& files, Console& console);
[[nodiscard]] ExitCode Replay(const ReplayOptions& options, Console& console);
[[nodiscard]] ExitCode Determinism(const DeterminismOptions& options, Console& console);
[[nodiscard]] ExitCode List(const std::string& what, Console& console);

}  // namespace sim

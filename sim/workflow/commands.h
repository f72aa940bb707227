// The commands of orbsim, one function each: options in, exit code out. Text for people goes to the
// streams given, so that tests read it. Their options are set by sim/command_line; the contract that
// scripts rely on is docs/commands.md.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/explorer.h"
#include "sim/observe/exit_code.h"
#include "sim/workflow/console.h"
#include "sim/workflow/scenario_source.h"

namespace sim {

struct RunOptions {
  ScenarioSource scenario;
  int threads = 0;  // 0: the machine's.
  int shards = 0;   // 0: the engine's choice.
  std::string until;
  std::string out;  // Run directory; empty: results/<name>[+<bug>...]/<seed>.
  bool json = false;
  std::string trace = "none";
  bool watch = false;  // A live table on the terminal instead of a progress line.
};

struct ReplayOptions {
  std::string capsule;
  std::string until;
  std::optional<uint32_t> peer;
  bool verbose = false;
  int threads = 0;
  bool state = false;     // Instead of a narration: what the peer is at `until`.
  bool debugger = false;  // On one thread, with a place where a debugger stops.
  std::string tell =
      {};  // For another build: "events" or "checkpoints", and nothing else; see docs/told_run.md.
  std::string from = {};  // Of what is told; empty: from the start.
};

struct ExplainOptions {
  std::string capsule;
  std::string check = {};  // Empty: the one that the capsule says failed.
  std::string svg = {};    // Where the picture goes; empty: none is drawn.
  bool force = false;      // May replace a picture.
  bool alone = false;      // Does not look for the nearest run that passes.
  int neighbours = 0;  // Runs that are tried for it, at most; 0: by how long the failing one is.
  int threads = 0;
};

struct DiffOptions {
  std::string a;             // A capsule.
  std::string b = {};        // Another one; empty: the same.
  Overrides overrides = {};  // Of the second.
  std::string with = {};     // Another orbsim that runs `a`, instead of a second run by this one.
  int threads = 0;
};

struct ExportOptions {
  std::string capsule;
  // Files to write, each empty when it is not wanted.
  std::string pcapng = {};
  std::string perfetto = {};
  std::string graphml = {};
  std::string dot = {};
  std::string csv = {};  // A folder.
  std::string until = {};
  std::vector<uint32_t> peers = {};  // What concerns these; empty: everybody.
  bool force = false;
  int threads = 0;
};

struct TravelOptions {
  std::string capsule;
  int checkpoints = 24;   // At most.
  int memory_mib = 2048;  // For all of them, at most.
  bool prompt = false;    // Somebody types: say where we are, and go on after a mistake.
};

struct SweepOptions {
  ScenarioSource scenario;
  std::string seeds = "100";  // As ParseSeeds takes it; the others likewise.
  std::vector<std::string> vary;
  std::string shard = "1/1";
  std::vector<std::string>
      metrics;             // Columns besides those that the scenario expects something of.
  int threads = 0;         // 0: the machine's. Each runs whole runs.
  bool fail_fast = false;  // The first run that does not pass ends it.
  std::string out;         // Folder of runs.jsonl; empty: results/<name>/sweep, or .../guided.
  bool guided = false;     // What runs showed decides which come next.
  int fresh = 25;          // Of a guided sweep: so many of a hundred runs take the next seed.
};

struct EnvelopeOptions {
  ScenarioSource scenario;
  std::string axis;  // The setting that is pushed.
  std::string from;  // Where the scenario passes.
  std::string to;    // Where it may not.
  std::string seeds = "20";
  std::string expect;  // The check or metric that is looked at; empty: whether the run passes.
  std::string at;      // The operating point; empty: what the scenario itself says.
  int jobs = 0;        // Runs at a time; 0: one per processor. Never changes the outcome.
  std::string out;     // Folder of runs.jsonl; empty: results/<name>/envelope.
};

struct OddsOptions {
  std::string capsule;
  std::string check;          // Its id; empty: the one that the capsule names.
  int seeds = 20;             // Other futures at each time.
  std::string within = "1s";  // They fail at most so long after the run did.
  int jobs = 0;               // Runs at a time; 0: one per processor. Never changes the outcome.
};

struct ShrinkOptions {
  std::string capsule;
  std::string out;      // The smaller capsule; empty: beside the other, with ".shrunk" in its name.
  std::string check;    // Its id; empty: the one that the capsule names.
  int jobs = 0;         // Runs at a time; 0: one per processor. Never changes the outcome.
  int seeds = 4;        // Each candidate is tried with so many.
  bool force = false;   // Replaces the files that are there.
  bool anyway = false;  // Takes the capsule of another build.
};

struct ReportOptions {
  std::vector<std::string> folders;  // Run directories, or one folder of a sweep.
  std::string out = {};              // Empty: report.html in the folder; of several, here.
  bool force = false;                // May replace it.
};

struct ExploreOptions {
  ScenarioSource scenario;
  Bounds bounds;
};

struct CheckHistoryOptions {
  std::string file;
  std::string model = "register";
  uint64_t budget = 4'000'000;  // Configurations for each key.
};

[[nodiscard]] ExitCode Run(const RunOptions& options, Console& console);
[[nodiscard]] ExitCode Check(const std::vector<std::string>& files, Console& console);
[[nodiscard]] ExitCode Replay(const ReplayOptions& options, Console& console);
[[nodiscard]] ExitCode Explain(const ExplainOptions& options, Console& console);
// Reads its commands from `in`. REQUIRES: the process has one thread.
[[nodiscard]] ExitCode Travel(const TravelOptions& options, std::istream& in, Console& console);
[[nodiscard]] ExitCode Diff(const DiffOptions& options, Console& console);
[[nodiscard]] ExitCode Export(const ExportOptions& options, Console& console);
[[nodiscard]] ExitCode Determinism(const ScenarioSource& source, Console& console);
[[nodiscard]] ExitCode Sweep(const SweepOptions& options, Console& console);
[[nodiscard]] ExitCode FindEnvelope(const EnvelopeOptions& options, Console& console);
[[nodiscard]] ExitCode Odds(const OddsOptions& options, Console& console);
[[nodiscard]] ExitCode Shrink(const ShrinkOptions& options, Console& console);
[[nodiscard]] ExitCode Report(const ReportOptions& options, Console& console);
[[nodiscard]] ExitCode Explore(const ExploreOptions& options, Console& console);
[[nodiscard]] ExitCode CheckHistory(const CheckHistoryOptions& options, Console& console);
[[nodiscard]] ExitCode List(const std::string& what, Console& console);

}  // namespace sim

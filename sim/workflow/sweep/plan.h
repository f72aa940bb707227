// SweepPlan: which runs a sweep makes. Every seed at every point of a grid of settings, or one shard of them.
//
// Thread rule: plain data. Source: simulator.md, section 4; docs/commands.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/workflow/scenario_source.h"

namespace sim {

struct SeedRange {
  uint64_t first = 1;
  uint64_t count = 100;
};

// A setting of the scenario that takes one value after the other.
struct Axis {
  std::string path;
  std::vector<std::string> values;
};

// The cells whose place in the plan leaves `index` when divided by `count`.
struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;
};

struct SweepPlan {
  SeedRange seeds;
  std::vector<Axis> axes;
  Shard shard;
};

// One run: its seed, a value for each axis, and what a guided sweep sets besides.
struct SweepCell {
  uint64_t seed = 0;
  std::vector<std::string> values;
  Overrides changes = {};

  friend auto operator<=>(const SweepCell&, const SweepCell&) = default;
};

// "100" (seeds 1 to 100) or "5..20". Errors say what was found and what is allowed.
[[nodiscard]] core::StatusOr<SeedRange> ParseSeeds(const std::string& text);
// "path=value,value,...". Commas inside brackets, braces and quotes are part of a value.
[[nodiscard]] core::StatusOr<Axis> ParseAxis(const std::string& text);
// "2/8": the second of eight.
[[nodiscard]] core::StatusOr<Shard> ParseShard(const std::string& text);

// Errors: more runs than one ledger is made for.
[[nodiscard]] core::Status Check(const SweepPlan& plan);
// All cells of the plan, or its shard's: every point of the grid with the first seed, then with the next one, so that a
// sweep that was interrupted has covered the grid evenly. The last axis moves first.
[[nodiscard]] std::vector<SweepCell> CellsOf(const SweepPlan& plan);
// How many these are.
[[nodiscard]] uint64_t CountOf(const SweepPlan& plan);
// Runs of the plan, all shards together.
[[nodiscard]] uint64_t SizeOf(const SweepPlan& plan);

// What the cell sets, as (path, value).
[[nodiscard]] Overrides SettingsOf(const std::vector<Axis>& axes, const SweepCell& cell);

// The scenario of that run.
[[nodiscard]] ScenarioSource SourceOf(const ScenarioSource& source, const std::vector<Axis>& axes,
                                      const SweepCell& cell);

}  // namespace sim

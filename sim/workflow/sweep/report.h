// What a sweep found, as text: how its runs ended, each kind of failure once; what they covered; the points of its grid; and
// a table of all runs.
//
// Everything here is a function of the runs, in the order of seeds, whoever made them when. Source: simulator.md, section 4.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "sim/workflow/scenario_source.h"
#include "sim/workflow/sweep/ledger.h"

namespace sim {

// Of the runs that the sweep asks for, those that are over, in the order of seeds.
using SweepRuns = std::vector<const SweepRun*>;

// Pairs of kinds of faults that met in one run.
[[nodiscard]] std::set<std::string> PairsOf(const std::vector<std::string>& kinds);

// The worst end: safety before all others, otherwise that of the first run that did not pass.
[[nodiscard]] ExitCode WorstOf(const SweepRuns& runs);

// One line for each kind of end; of failures also the chain, what failed, and the command that makes the first such run again.
[[nodiscard]] std::string EndsText(const SweepRuns& runs, const std::vector<Axis>& axes,
                                   const ScenarioSource& source, const std::string& program);

// The first run of each kind of end but success, in their order.
[[nodiscard]] SweepRuns FirstFailures(const SweepRuns& runs);

// What a run showed that none before it had.
struct News {
  size_t run = 0;  // Its place in the list.
  std::vector<std::string>
      shown;  // Checks that judged something and did not in all, probes, kinds of faults, and those that met.
};

// Of each run that showed anything for the first time.
[[nodiscard]] std::vector<News> NewsOf(const SweepRuns& runs);

// Which checks judged something, which probes were reached, which kinds of faults met in one run, and which seeds showed something for the first time.
[[nodiscard]] std::string CoverageText(const SweepRuns& runs);

// A line for each point of the grid: runs, share that passed, and the median of each metric. Empty without axes.
[[nodiscard]] std::string GridText(const SweepRuns& runs, const std::vector<Axis>& axes,
                                   const std::vector<std::string>& metrics);

// table.csv: a row per run; the columns are seed, axes, changes (of a guided sweep), exit, failed, signature, chain, metrics, fingerprint. Quoted as
// RFC 4180 has it.
[[nodiscard]] std::string CsvText(const SweepRuns& runs, const std::vector<Axis>& axes,
                                  const std::vector<std::string>& metrics);

}  // namespace sim

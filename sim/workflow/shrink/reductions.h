// Reductions: in which ways a failing scenario can be made smaller, in the order in which they are tried: faults, peers, workload,
// time, contents.
//
// Each proposes scenario files; whether one still fails is not its business, nor whether the loader takes it. A list offers its
// elements, of which any part can be left out. A simplification offers changes, each of which makes something smaller, so that
// taking one after the other comes to an end. All are pure. Source: issue 5 ("faults, peers, workload, time, message contents").
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/workflow/shrink/failing.h"
#include "sim/workflow/shrink/minimise.h"

namespace sim {

struct Change {
  std::string what;  // For the log: "duration 8min -> 12s".
  Json json;
};

struct Reduction {
  std::string_view what;  // First word of its lines in the log.
  // A list: how long it is, and the file with some of it. REQUIRES of keep: ascending indices below the size.
  size_t (*size)(const Failing&) = nullptr;
  Json (*keep)(const Failing&, const Indices& kept) = nullptr;
  // Or simplifications.
  std::vector<Change> (*changes)(const Failing&) = nullptr;
};

[[nodiscard]] std::span<const Reduction> Reductions();

// The file with only these entries of one of its lists.
[[nodiscard]] Json KeepEntries(const Failing& failing, const char* list, const Indices& kept);

// reductions.cc
[[nodiscard]] size_t FaultCount(const Failing& failing);
[[nodiscard]] Json KeepFaults(const Failing& failing, const Indices& kept);
[[nodiscard]] std::vector<Change> WithoutTrouble(const Failing& failing);
[[nodiscard]] size_t PeerCount(const Failing& failing);
[[nodiscard]] Json KeepPeers(const Failing& failing, const Indices& kept);

// workload_reductions.cc
[[nodiscard]] size_t OperationLines(const Failing& failing);
[[nodiscard]] Json KeepOperations(const Failing& failing, const Indices& kept);
[[nodiscard]] std::vector<Change> SingleOperations(const Failing& failing);
[[nodiscard]] std::vector<Change> SmallerContents(const Failing& failing);

// time_reductions.cc
[[nodiscard]] std::vector<Change> EarlierEnds(const Failing& failing);
[[nodiscard]] std::vector<Change> ShorterWaits(const Failing& failing);

}  // namespace sim

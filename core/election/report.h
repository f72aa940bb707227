// The report of a validation: what was found in each slice, summed from the leaves to the root with a
// hash at each node, and what shows across slices only. Authorities certify its hash, which stands for
// everything that an election's result depends on: template, roll, blocks, tally.
//
//   leaf        its blocks' anomalies, each with its place; hash over blocks and times of commit too
//   inner node  how many of each kind
//
// Thread rule: pure functions. Source: protocol document, 2.2 (validation report, certification).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/collections/merkle.h"
#include "core/election/block_check.h"
#include "core/election/slices.h"
#include "core/election/tally.h"

namespace core {

inline constexpr std::string_view kSliceReportDomain = "vt/report/slice/1";
inline constexpr std::string_view kReportDomain = "vt/report/1";

struct SliceReport {
  std::string prefix;
  uint64_t blocks = 0;
  uint64_t unitary = 0;  // Blocks of a single voter.
  uint64_t votes = 0;
  uint64_t voters = 0;
  std::array<uint64_t, kAnomalyKinds> counts{};  // By kind, from the first on.
  Anomalies anomalies;                           // Of a leaf.
  Key256 hash;

  friend bool operator==(const SliceReport&, const SliceReport&) = default;
};

struct Report {
  Key256 template_cid;
  TreeHead roll;
  TreeHead blocks;                  // Receipts are verified against it.
  Key256 tally;                     // The root's hash.
  std::vector<SliceReport> slices;  // In the order of SlicesOf; the first sums all.
  Anomalies across;

  friend bool operator==(const Report&, const Report&) = default;
};

// Whether there is nothing to object to.
[[nodiscard]] bool IsClean(const Report& report);
// What authorities certify.
[[nodiscard]] Key256 ReportHash(const Suite& suite, const Report& report);

// Of all blocks, or of those of a slice. REQUIRES: what SlicesOf requires.
[[nodiscard]] std::vector<SliceReport> ValidateSlices(const ElectionTerms& terms, const Roll& roll,
                                                      const DisclosedKey& key,
                                                      std::span<const CommittedBlock> blocks,
                                                      std::string prefix = {});

// What ValidateSlices gives for a slice, from what it gives for each of the slices that it is parted
// into. Errors: as those of JoinTallies.
[[nodiscard]] StatusOr<std::vector<SliceReport>> JoinReports(
    const ElectionTerms& terms, std::span<const std::vector<SliceReport>> parts);

// REQUIRES: the blocks ascend by cid, none twice; the tally is theirs.
[[nodiscard]] Report Validate(const ElectionTerms& terms, const Roll& roll, const DisclosedKey& key,
                              std::span<const CommittedBlock> blocks, const TallyTree& tally);

}  // namespace core

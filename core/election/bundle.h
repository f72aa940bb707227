// Everything about an election that somebody needs who verifies it without the network: one file of
// canonical bytes. What is in it is either signed by whom the template names, or computed again.
//
// What a bundle cannot show: that its first revision is the election you mean (you say its cid), that
// registrants on the roll may vote, and that a block was committed when it says; the authorities
// certify the last two. Thread rule: values and pure functions. Errors: decoding says what, found,
// allowed; VerifyBundle never fails, it says everything wrong that it finds, with its place.
// Source: protocol document, 2.2; issue 7, item 5.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/election/election.h"
#include "core/election/report.h"
#include "core/election/roll.h"

namespace core {

inline constexpr std::string_view kBundleDomain = "vt/election/bundle/1";
inline constexpr size_t kEntriesMax = 4096;
inline constexpr size_t kRollMax = size_t{1} << 24;
inline constexpr size_t kBlocksMax = size_t{1} << 22;

struct ElectionBundle {
  std::vector<ElectionEntry> entries;  // As they stand in the diary, without those it refuses.
  std::vector<RollEntry> roll;         // Ascending by key.
  std::vector<CommittedBlock> blocks;  // Ascending by cid.
  TallyTree tally;
  Report report;

  friend bool operator==(const ElectionBundle&, const ElectionBundle&) = default;
};

[[nodiscard]] Bytes Encode(const ElectionBundle& bundle);
// Errors: a list that does not ascend or is above its limit, bytes that are no encoding.
[[nodiscard]] StatusOr<ElectionBundle> DecodeBundle(std::span<const uint8_t> bytes);

// Something wrong, and where: "entry 3", "block 5f..e2, voter 4", "tally a3", "certification".
struct Finding {
  std::string place;
  std::string what;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// Nothing found: the result is that of the election with this id (the cid of its first revision).
[[nodiscard]] std::vector<Finding> VerifyBundle(const Suite& suite, const ElectionBundle& bundle,
                                                const Key256& election);

}  // namespace core

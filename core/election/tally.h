// The result: votes opened, counted per question and summed over the slices, from the leaves to the
// root, with a hash at each node.
//
//   leaf        counts of its blocks; every different text with its count
//   inner node  sums of its children; the texts with most votes, and how many others there were
//   hash        over prefix, sums and the children's hashes (of a leaf: the cids of its blocks)
//
// Two who counted the same blocks have the same root; where two roots differ, their trees say in which
// slice. An inner node's texts are cut from the exact sum over all leaves below it: what is rare in
// every part may be frequent in the whole, so a sum of cut lists would be wrong. A vote that does not
// open, or answers other questions, is spoiled: counted as such and nowhere else; its block's other
// voters cannot have seen it. Thread rule: pure functions; CountBlock may run in several threads.
// Source: protocol document, 2.2 (tally tree, text answers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/election/records.h"
#include "core/election/slices.h"

namespace core {

inline constexpr std::string_view kTallyNodeDomain = "vt/tally/1";
inline constexpr std::string_view kTextDomain = "vt/tally/text/1";
inline constexpr size_t kTopTexts = 16;  // Of an inner node.

struct TextCount {
  Key256 hash;       // Of the normalised text.
  std::string text;  // Normalised.
  uint64_t votes = 0;

  friend bool operator==(const TextCount&, const TextCount&) = default;
};

struct QuestionTally {
  std::vector<uint64_t> options;  // Of a choice: how often each was chosen.
  std::vector<TextCount> texts;   // Of a text: those with most votes first, then by hash.
  uint64_t other_texts = 0;       // Different ones that are not listed,
  uint64_t other_votes = 0;       // and votes for them.
  uint64_t blank = 0;

  friend bool operator==(const QuestionTally&, const QuestionTally&) = default;
};

struct TallyNode {
  std::string prefix;
  uint64_t blocks = 0;
  uint64_t votes = 0;  // Spoiled ones too.
  uint64_t spoiled = 0;
  std::vector<QuestionTally> questions;
  Key256 hash;

  friend bool operator==(const TallyNode&, const TallyNode&) = default;
};

using TallyTree = std::vector<TallyNode>;  // In the order of SlicesOf; the first is the result.

// Exact counts, as they are summed.
struct QuestionCounts {
  std::vector<uint64_t> options;
  std::map<std::string, uint64_t> texts;
  uint64_t blank = 0;
};

struct Counts {
  uint64_t blocks = 0;
  uint64_t votes = 0;
  uint64_t spoiled = 0;
  std::vector<QuestionCounts> questions;

  void Add(const Counts& other);
};

// Of nothing, with room for the questions.
[[nodiscard]] Counts EmptyCounts(const ElectionTemplate& definition);
[[nodiscard]] Counts CountBlock(const ElectionTerms& terms, const DisclosedKey& key,
                                const VoteBlock& block);

// Of all blocks, or of those of a slice. REQUIRES: what SlicesOf requires.
[[nodiscard]] TallyTree CountAll(const ElectionTerms& terms, const DisclosedKey& key,
                                 std::span<const CommittedBlock> blocks, std::string prefix = {});

// What CountAll gives for a slice, from what it gives for each of the slices that it is parted into.
// Errors: parts that are not those of one slice, in their order, or that say what CountAll never says.
[[nodiscard]] StatusOr<TallyTree> JoinTallies(const ElectionTerms& terms,
                                              std::span<const TallyTree> parts);

}  // namespace core

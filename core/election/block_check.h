// What can be wrong with blocks, by name and place.
//
// CheckBlock needs one block and the registrants in it: a slice of the blocks is checked by whoever
// has that slice. CheckVoters needs the released key besides. CheckAcross needs all blocks: what no
// slice can see. Each adds what it finds, in a fixed order, and leaves out what would follow from what
// it has named already. Thread rule: pure functions; slices may be checked in several threads.
// Source: protocol document, 1.6.8 (BN-2, BN-3, BN-11), 2.2 (slice validation).
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/election/records.h"
#include "core/election/roll.h"

namespace core {

enum class AnomalyKind : uint8_t {
  kWrongCid = 1,            // The records have another hash.
  kOtherTemplate = 2,       // Of another election or revision.
  kOutsidePeriod = 3,       // Committed before voting or after accruing.
  kUnequalCounts = 4,       // Votes, voters and signatures are not as many.
  kTooSmall = 5,            // Below the minimum, and not one alone where that is allowed.
  kTooLarge = 6,            // Above the capacity.
  kRepeatedNonce = 7,       // Or votes that do not ascend. Record: the vote.
  kRepeatedRegistrant = 8,  // Or voters that do not ascend. Record: the voter.
  kOddLength = 9,           // A sealed vote or voter of another length. Record: vote or voter.
  kUnregistered = 10,       // Record: the voter.
  kBadSignature = 11,       // Record: the voter.
  kOtherSlot = 12,     // The registrant's record does not point to the block. Record: the voter.
  kBadVoterPart = 13,  // Does not open, is not signed or names other cids. Record: the voter.
  kNonceInTwoBlocks = 14,       // Record: the vote in the later block.
  kRegistrantInTwoBlocks = 15,  // Record: the voter in the later block.
  kMissingBlock = 16,  // A registrant's record points to a block that is not there. Record: its
                       // place on the roll.
};

inline constexpr size_t kAnomalyKinds = 16;

struct Anomaly {
  AnomalyKind kind{};
  Key256 block;
  uint32_t record = 0;

  friend auto operator<=>(const Anomaly&, const Anomaly&) = default;
};

using Anomalies = std::vector<Anomaly>;

[[nodiscard]] std::string_view NameOf(AnomalyKind kind);

void CheckBlock(const ElectionTerms& terms, const Roll& roll, const CommittedBlock& block,
                Anomalies& found);
void CheckVoters(const ElectionTerms& terms, const Roll& roll, const DisclosedKey& key,
                 const CommittedBlock& block, Anomalies& found);
// REQUIRES: the blocks ascend by cid.
void CheckAcross(const ElectionTerms& terms, const Roll& roll,
                 std::span<const CommittedBlock> blocks, Anomalies& found);

}  // namespace core

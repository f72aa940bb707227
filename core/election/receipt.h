// The Merkle tree of blocks, and what a voter takes home: the proof that its vote stands in a block and
// the block among those that were counted.
//
//   a block's leaf  cid, and the Merkle head over its votes (nonce and box)
//   receipt         place of the vote in its block, place of the block among all, ascending by cid
//
// A voter verifies against the head that was certified, with its own vote record and a few hundred
// bytes. Who keeps its nonce can show what it voted once the key is released: a receipt proves to
// others, too. Thread rule: pure functions. Source: protocol document, 1.5 (Hashed tree), 2.2.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/collections/merkle.h"
#include "core/election/records.h"

namespace core {

inline constexpr std::string_view kBlockLeafDomain = "vt/vote-block/leaf/1";
inline constexpr std::string_view kReceiptDomain = "vt/receipt/1";

struct Receipt {
  Key256 cid;
  TreeHead votes;  // Of the block.
  uint64_t vote = 0;
  MerkleProof in_block;
  uint64_t block = 0;
  MerkleProof in_blocks;

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

[[nodiscard]] Bytes Encode(const Receipt& receipt);
[[nodiscard]] StatusOr<Receipt> DecodeReceipt(std::span<const uint8_t> bytes);

// REQUIRES of both: the blocks ascend by cid.
[[nodiscard]] MerkleTree TreeOfBlocks(const Suite& suite, std::span<const CommittedBlock> blocks);

// Nothing: the nonce stands in no block.
[[nodiscard]] std::optional<Receipt> ReceiptFor(const Suite& suite,
                                                std::span<const CommittedBlock> blocks,
                                                const Key256& nonce);

// `blocks` is the certified head.
[[nodiscard]] bool VerifyReceipt(const Suite& suite, const TreeHead& blocks,
                                 const VoteRecord& record, const Receipt& receipt);

}  // namespace core

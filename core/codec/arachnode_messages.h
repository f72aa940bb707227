// The messages of storage rings and what they are made of; core/codec/messages.h says what holds for all.
// Source: protocol document, section 1.2.2; docs/decisions/0019-rings-as-built.md.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/limits.h"
#include "core/codec/transaction_messages.h"

namespace core {

// joining: its blocks are not there yet. moving: from one ring to the next; it answers for `from`
// until it has settled. leaving: it answers until others have its blocks.
enum class RingStatus : uint8_t { kJoining = 1, kActive = 2, kMoving = 3, kLeaving = 4 };

// Where a storage node stands, by its own signed word. It answers for the keys that share the first
// `ring` bits with its node id; no prefix travels, so none can be false.
struct RingInfo {
  PeerId peer;
  uint64_t sequence = 0;  // Grows with each statement; the highest counts.
  RingStatus status = RingStatus::kActive;
  uint8_t ring = 0;       // 0..kRingMax.
  uint8_t from = 0;       // kMoving: where it comes from; otherwise its ring.
  uint64_t capacity = 0;  // Bytes.
  uint64_t used = 0;
  uint32_t blocks = 0;
  int64_t issued_ms = 0;  // Its clock.
  Signature signature{};

  friend bool operator==(const RingInfo&, const RingInfo&) = default;
};

// The latest revision of a block that a holder knows, with what proves it.
struct Archive {
  BlockId block;
  uint64_t revision = 0;
  Key256 hash;
  Key256 prior_hash;
  bool deleted = false;
  Certificate certificate;  // Made the revision.
  Certificate decision;     // Of a pended revision: the tail's commit; empty otherwise.
  Bytes value;

  [[nodiscard]] bool empty() const { return revision == 0; }

  friend bool operator==(const Archive&, const Archive&) = default;
};

// A block by its ring key, which is the hash of its id, and a revision of it.
struct KeyedRevision {
  Key256 key;
  uint64_t revision = 0;

  friend bool operator==(const KeyedRevision&, const KeyedRevision&) = default;
};

// Who answers for these keys? The asker tells what it knows itself: its own word first.
struct RefsRequest {
  std::vector<RingInfo> infos;
  std::vector<KeyedRevision> keys;  // Their revisions say nothing.

  friend bool operator==(const RefsRequest&, const RefsRequest&) = default;
};

// Those who do, as far as the sender knows; its own word first, if it stores.
struct Refs {
  std::vector<RingInfo> infos;

  friend bool operator==(const Refs&, const Refs&) = default;
};

// Which blocks with the first `bits` bits of `prefix` do you hold, behind `after`?
struct RangeRequest {
  Key256 prefix;
  uint8_t bits = 0;
  Key256 after;  // Zero: from the first.
  uint16_t limit = 0;

  friend bool operator==(const RangeRequest&, const RangeRequest&) = default;
};

struct Range {
  std::vector<KeyedRevision> blocks;  // Ascending by key.
  bool more = false;

  friend bool operator==(const Range&, const Range&) = default;
};

struct ArchiveRequest {
  Key256 key;

  friend bool operator==(const ArchiveRequest&, const ArchiveRequest&) = default;
};

enum class ArchiveState : uint8_t {
  kHeld = 1,
  kNotHeld = 2,  // The sender answers for the key and holds no such block.
  kNotMine = 3,  // It does not answer for the key.
  kDamaged = 4   // It ought to hold it and cannot read it.
};

struct ArchiveReply {
  Key256 key;
  ArchiveState state = ArchiveState::kNotMine;
  Archive archive;              // Of kHeld; empty otherwise.
  std::vector<RingInfo> infos;  // Others who answer for the key.

  friend bool operator==(const ArchiveReply&, const ArchiveReply&) = default;
};

// Keep this.
struct ArchiveStore {
  Archive archive;
  uint8_t seen = 0;     // Ring nodes that have stored it on its way here.
  bool inward = false;  // It has been sent inward already.

  friend bool operator==(const ArchiveStore&, const ArchiveStore&) = default;
};

enum class StoreVerdict : uint8_t {
  kStored = 1,   // Durable.
  kHave = 2,     // This revision or a later one was there.
  kNotMine = 3,  // The key is none of the sender's.
  kFull = 4,
  kRefused = 5,  // Its proof is no good.
  kFailed = 6    // The disk did not take it.
};

struct ArchiveAck {
  KeyedRevision block;
  StoreVerdict verdict = StoreVerdict::kStored;

  friend bool operator==(const ArchiveAck&, const ArchiveAck&) = default;
};

// Do you hold these, at this revision or a later one?
struct ConfirmRequest {
  std::vector<KeyedRevision> blocks;

  friend bool operator==(const ConfirmRequest&, const ConfirmRequest&) = default;
};

// What of the request the sender does not answer for, or does not hold, is missing.
struct Confirm {
  std::vector<RingInfo> infos;  // The sender's own word.
  std::vector<KeyedRevision> missing;

  friend bool operator==(const Confirm&, const Confirm&) = default;
};

// Does what you hold of a range differ from what I do? By core/arachnode/digest.h.
struct RangeDigestRequest {
  Key256 prefix;
  uint8_t bits = 0;
  uint64_t own = 0;  // The asker's digest of the range.

  friend bool operator==(const RangeDigestRequest&, const RangeDigestRequest&) = default;
};

// A part of a range.
struct BucketDigest {
  uint64_t digest = 0;
  uint32_t blocks = 0;

  friend bool operator==(const BucketDigest&, const BucketDigest&) = default;
};

// Of each of the range's 2^kBucketBits parts, ascending; of none when it does not differ.
struct RangeDigest {
  std::vector<BucketDigest> buckets;

  friend bool operator==(const RangeDigest&, const RangeDigest&) = default;
};

// Show that you hold this: only who reads the archive can answer.
struct HoldingChallenge {
  KeyedRevision block;
  Key256 nonce;

  friend bool operator==(const HoldingChallenge&, const HoldingChallenge&) = default;
};

struct HoldingProof {
  KeyedRevision block;  // The revision that is held.
  ArchiveState state = ArchiveState::kNotMine;
  Key256 proof;  // Of kHeld; zero otherwise.

  friend bool operator==(const HoldingProof&, const HoldingProof&) = default;
};

}  // namespace core

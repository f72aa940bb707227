// The messages of transactions and what they are made of; core/codec/messages.h says what holds for all.
// Source: protocol document, section 1.4.2.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/limits.h"

namespace core {

using Bytes = std::vector<uint8_t>;

// What a transaction does to its block. A put or a delete is one consensus. A multi-block
// transaction pends at every block's cluster and is then committed or cancelled at its tail's.
enum class TxAction : uint8_t {
  kPut = 1,
  kDelete = 2,
  kPendPut = 3,
  kPendDelete = 4,
  kCommit = 5,
  kCancel = 6
};

// About one block alone; the others are parts of a multi-block transaction.
[[nodiscard]] constexpr bool IsWrite(TxAction action) {
  return action == TxAction::kPut || action == TxAction::kDelete;
}

[[nodiscard]] constexpr bool IsPend(TxAction action) {
  return action == TxAction::kPendPut || action == TxAction::kPendDelete;
}

// At the tail of a multi-block transaction; everything else is about one block's next revision.
[[nodiscard]] constexpr bool Decides(TxAction action) {
  return action == TxAction::kCommit || action == TxAction::kCancel;
}

// Makes its block's next revision. A pend does not: its tail decides what becomes of it.
[[nodiscard]] constexpr bool MakesRevision(TxAction action) {
  return IsWrite(action) || action == TxAction::kCommit;
}

[[nodiscard]] constexpr bool CarriesValue(TxAction action) {
  return action == TxAction::kPut || action == TxAction::kPendPut;
}

[[nodiscard]] constexpr bool Erases(TxAction action) {
  return action == TxAction::kDelete || action == TxAction::kPendDelete;
}

// What a client asks of one cluster, signed by it. `of`, `tail` and `scope` belong to pends, commits
// and cancels and are zero otherwise.
struct Transaction {
  TxId id;
  TxAction action = TxAction::kPut;
  BlockId block;
  uint64_t base_revision = 0;  // The block's latest revision as the client read it; 0: none yet.
  Key256 base_hash;            // Of that revision; zero for none.
  Key256 content_hash;         // Of the revision that this makes (core/codec/canonical).
  TxId of;                     // The multi-block transaction.
  BlockId tail;                // Whose cluster decides it.
  Key256 scope;                // Over all its writes.
  int64_t expires_ms = 0;      // Client's clock.
  uint8_t priority = 0;        // 0..kPriorityMax, grows with retries.
  uint16_t attempt = 0;
  PublicKey client{};
  Signature signature{};

  friend bool operator==(const Transaction&, const Transaction&) = default;
};

// One of the peers that hold a block. Its key travels along, so that what it signed can be verified
// by whoever never heard of it.
struct Member {
  NodeId id;
  PublicKey key{};

  friend bool operator==(const Member&, const Member&) = default;
};

// A transaction and those who decide it, ascending by id. Its hash (core/codec/canonical) covers
// both: other members, another transaction.
struct TxRecord {
  Transaction transaction;
  std::vector<Member> members;

  friend bool operator==(const TxRecord&, const TxRecord&) = default;
};

enum class VoteKind : uint8_t { kApprove = 1, kReject = 2, kConflict = 3, kExpired = 4 };

// Why a member voted kReject, or why it refused to vote at all (TxRefusal).
enum class RejectReason : uint8_t {
  kNone = 0,
  kStale = 1,       // The base is not the member's latest revision.
  kInvalid = 2,     // The operation makes no sense: nothing to delete, a wrong content hash.
  kNoPend = 3,      // Commit of a transaction that is not pending here.
  kDecided = 4,     // The multi-block transaction was decided the other way.
  kMembership = 5,  // The declared members are not those that the member sees.
  kSignature = 6,   // Of the client or of a vote.
  kBusy = 7,        // No room: too many transactions are open.
  kExpiry = 8,      // Expires too far in the future to be remembered.
  kNoRoom = 9       // The value does not fit into what the member keeps for its clusters.
};

// Signed over the network, the transaction's hash, kind, reason and winner.
struct Vote {
  uint8_t member = 0;  // Index in the record's members.
  VoteKind kind = VoteKind::kReject;
  RejectReason reason = RejectReason::kNone;  // kReject only.
  Key256 winner;                              // kConflict: the transaction in the way.
  Signature signature{};

  friend bool operator==(const Vote&, const Vote&) = default;
};

// "What these votes decided is durable here": signed over the transaction's hash and theirs.
struct CommitAck {
  uint8_t member = 0;
  Signature signature{};

  friend bool operator==(const CommitAck&, const CommitAck&) = default;
};

// A decision that verifies on its own: q approvals, or r refusals.
struct Certificate {
  TxRecord record;
  bool committed = false;
  std::vector<Vote> votes;      // Ascending by member.
  std::vector<CommitAck> acks;  // Those that were known; may be empty.

  [[nodiscard]] bool empty() const { return record.members.empty(); }

  friend bool operator==(const Certificate&, const Certificate&) = default;
};

// Client to coordinator: run this.
struct TxSubmit {
  Transaction transaction;
  Bytes value;

  friend bool operator==(const TxSubmit&, const TxSubmit&) = default;
};

// Coordinator to members: will you promise this?
struct TxPromise {
  TxRecord record;
  Bytes value;

  friend bool operator==(const TxPromise&, const TxPromise&) = default;
};

// A member's vote, to whoever asked.
struct TxVote {
  Key256 tx;
  Vote vote;

  friend bool operator==(const TxVote&, const TxVote&) = default;
};

// No vote was cast, and none will be on this request.
struct TxRefusal {
  Key256 tx;
  RejectReason reason = RejectReason::kInvalid;

  friend bool operator==(const TxRefusal&, const TxRefusal&) = default;
};

// Coordinator to members: q of you approved; apply it.
struct TxCommit {
  TxRecord record;
  std::vector<Vote> votes;
  Bytes value;

  friend bool operator==(const TxCommit&, const TxCommit&) = default;
};

struct TxCommitAck {
  Key256 tx;
  CommitAck ack;

  friend bool operator==(const TxCommitAck&, const TxCommitAck&) = default;
};

// Anyone to members: this is how it ended. Members answer a commit with TxCommitAck.
struct TxOutcome {
  Certificate certificate;
  Bytes value;  // Of a committed put, for those who have not heard it.

  friend bool operator==(const TxOutcome&, const TxOutcome&) = default;
};

// Member to member: how did you vote? Whoever has not voted refuses now. Answered by TxVote or
// TxOutcome.
struct TxResolve {
  TxRecord record;

  friend bool operator==(const TxResolve&, const TxResolve&) = default;
};

// Client to any member: what became of the transaction, or of the multi-block transaction `id`?
struct TxStatus {
  TxId id;

  friend bool operator==(const TxStatus&, const TxStatus&) = default;
};

enum class TxState : uint8_t { kUnknown = 1, kPending = 2, kCommitted = 3, kAborted = 4 };

struct TxStatusReply {
  TxId id;
  TxState state = TxState::kUnknown;
  Certificate certificate;  // Of kCommitted and kAborted; empty otherwise.

  friend bool operator==(const TxStatusReply&, const TxStatusReply&) = default;
};

enum class TxVerdict : uint8_t {
  kCommitted = 1,
  kStale = 2,
  kConflict = 3,
  kRejected = 4,
  kInDoubt = 5,
  kUnavailable = 6  // Nothing was asked of anybody: another coordinator may be tried.
};

// Coordinator to client.
struct TxResult {
  TxId id;
  TxVerdict verdict = TxVerdict::kInDoubt;
  RejectReason reason = RejectReason::kNone;
  uint64_t revision = 0;    // Made (committed), or the coordinator's latest (stale).
  Certificate certificate;  // Of a decision; empty otherwise.

  friend bool operator==(const TxResult&, const TxResult&) = default;
};

// Asks a member for its highest revision up to `revision` (0: its latest).
struct BlockGet {
  BlockId block;
  uint64_t revision = 0;
  bool with_value = false;

  friend bool operator==(const BlockGet&, const BlockGet&) = default;
};

enum class BlockState : uint8_t {
  kAbsent = 1,  // Never written, as far as this member knows.
  kPresent = 2,
  kDeleted = 3,  // The revision is a tombstone.
  kExpired = 4,  // The revision was collected or never held here.
  kDamaged = 5,  // Storage lost what this member promised to keep.
  kUnknown = 6   // Not here, and not everybody who may have it could be asked.
};

struct BlockReply {
  BlockId block;
  BlockState state = BlockState::kAbsent;
  uint64_t revision = 0;
  Key256 hash;
  Key256 prior_hash;
  uint64_t latest = 0;
  Certificate certificate;  // Made the revision; empty for none.
  Certificate decision;     // Of a pended revision: the tail's commit; empty otherwise.
  Bytes value;
  // Members of the block's cluster as the replier remembers it, itself among them; 0: it is none.
  uint8_t cluster = 0;

  friend bool operator==(const BlockReply&, const BlockReply&) = default;
};

// What no honest member signs: two votes on one transaction that differ in approving. Of each such
// member the first has one and the second, at the same place, the other; both have the same record.
struct DoubleVote {
  Certificate first;
  Certificate second;

  friend bool operator==(const DoubleVote&, const DoubleVote&) = default;
};

}  // namespace core

// Typed facts that a peer reports. Metrics, checkers and traces are somebody else's classes
// (architecture.md, section 4).
//
// Observations never influence the run. They are plain data, small, and name what happened, not
// what to count. What is larger they point to: the effects keep it until they are cleared.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/input.h"

namespace core {

// ---- routing ----

struct Joined {  // Bootstrap is over: the table holds what a self-lookup found.
  uint32_t contacts = 0;
};

struct LookupDone {
  Key256 target;
  FixedList<PeerId, limits::kNodesMax> nearest;  // Nearest first.
  uint32_t hops = 0;                             // Longest chain of answers that led to the result.
  uint32_t requests = 0;
  uint32_t timeouts = 0;
  Duration took;
};

struct ContactAdded {
  PeerId peer;
};

struct ContactEvicted {
  PeerId peer;
};

// ---- matchmaking: participant ----

struct MatchStarted {
  Key256 topic;
  Role seek = Role::kWorker;
  uint16_t want = 0;
  Duration patience;
};

struct Published {  // Sent to the holders of the key; one observation for all of them.
  Key256 topic;
  Key256 key;
  Role role = Role::kWorker;
  uint8_t specificity = 0;
  uint64_t sequence = 0;
};

// What moved the specificity; checker MM-6 compares it with what holders said.
enum class RespecifyCause : uint8_t { kThin = 1, kCrowd = 2, kStart = 3 };

struct Respecified {
  Key256 topic;
  Role role = Role::kWorker;
  uint8_t from = 0;
  uint8_t to = 0;
  RespecifyCause cause = RespecifyCause::kThin;
};

struct Seen {  // A record passed every test of the seeker and is now a candidate.
  Key256 topic;
  const Record* record = nullptr;  // The effects', valid until they are cleared.
  Time received;
};

struct RecordRefused {  // A record failed a test; the holder that served it may be lying.
  PeerId holder;
  PeerId owner;
  enum class Reason : uint8_t {
    kSignature = 1,
    kFilter = 2,
    kExpired = 3,
    kTopic = 4,
    kSelf = 5
  } reason = Reason::kSignature;
  uint64_t sequence = 0;  // The record's; checker MM-3 dates it by the owner's publication.
};

struct Offered {
  TaskId task;
  PeerId worker;
};

struct Matched {  // The partner accepted.
  Key256 topic;
  TaskId task;
  PeerId partner;
};

enum class MatchEnd : uint8_t { kSatisfied = 1, kPatience = 2, kLeft = 3 };

struct MatchFinished {
  Key256 topic;
  MatchEnd end = MatchEnd::kSatisfied;
  uint16_t wanted = 0;
  uint16_t partners = 0;
  uint32_t requests = 0;  // RPCs spent, lookups included (MM-7).
  uint32_t levels = 0;    // Specificities tried.
  Duration took;
};

// ---- matchmaking: worker ----

struct TaskAccepted {
  TaskId task;
  PeerId matcher;
  uint16_t budget_left = 0;
  uint16_t budget = 0;
};

struct TaskDeclined {
  TaskId task;
  PeerId matcher;
  DeclineReason reason = DeclineReason::kBusy;
};

struct TaskFinished {
  TaskId task;
};

// ---- matchmaking: holder ----

struct Held {  // A record was taken or renewed.
  Key256 key;
  Key256 topic;
  PeerId owner;
  Role role = Role::kWorker;
  uint8_t specificity = 0;
  uint64_t sequence = 0;
  uint32_t count = 0;  // Worker records now held for the key.
};

struct Answered {  // A holder's traffic statement as it was meant, before the network.
  Key256 key;
  PeerId to;
  Traffic traffic;
  bool crowded = false;
  bool truncated = false;
  uint16_t records = 0;
};

struct Refused {  // Rate limit or capacity.
  PeerId from;
  uint32_t retry_after_ms = 0;
};

// ---- transactions: client ----

enum class CallKind : uint8_t { kPut = 1, kDelete = 2, kGet = 3, kRevision = 4, kTransact = 5 };

[[nodiscard]] constexpr bool IsWrite(CallKind call) {
  return call != CallKind::kGet && call != CallKind::kRevision;
}

struct CallStarted {  // Of a TransactCommand: `block` is the tail, CallWrite tells the rest.
  uint64_t request = 0;
  CallKind call = CallKind::kGet;
  BlockId block;
  uint64_t revision = 0;  // The base of a write, the revision asked for of a read.
  Key256 hash;            // Of the content that a put writes.
  uint16_t writes = 0;    // Of a TransactCommand.
};

struct CallWrite {  // One write of a TransactCommand, behind its CallStarted.
  uint64_t request = 0;
  BlockId block;
  uint64_t base_revision = 0;
  Key256 hash;
  bool erase = false;
};

struct CallAttempt {  // The call submits a transaction under this name.
  uint64_t request = 0;
  TxId id;  // RevisionApplied::by, once it is committed.
  uint16_t attempt = 0;
};

enum class CallOutcome : uint8_t {
  kCommitted = 1,    // The write is done, durable on a majority.
  kFound = 2,        // The read is answered; revision 0: the block was never written.
  kStale = 3,        // The base is not the latest revision: `revision` is. Nothing was written.
  kConflict = 4,     // Others were faster each time. Nothing was written, and never will be.
  kRejected = 5,     // Refused for good. Nothing was written.
  kUnavailable = 6,  // Too few members answered. Nothing was written.
  kInDoubt = 7,      // The write may take effect at any later time, or never.
  kExpired = 8,      // The revision that was asked for is no longer kept.
  kNoRoom = 9        // Too many members have no room for the value. Nothing was written.
};

struct CallFinished {
  uint64_t request = 0;
  CallKind call = CallKind::kGet;
  BlockId block;
  CallOutcome outcome = CallOutcome::kUnavailable;
  uint64_t revision = 0;  // Made, found, or (kStale) the latest.
  Key256 hash;            // Of that revision.
  bool deleted = false;   // That revision is a tombstone.
  // Committed, and every block of it was seen to carry it. Otherwise the blocks beside the tail follow later.
  bool landed = false;
  uint16_t attempts = 0;
  Duration took;
};

// The content of a block, right before the CallFinished of a GetCommand. The bytes are the
// effects', valid until they are cleared.
struct BlockRead {
  uint64_t request = 0;
  BlockId block;
  uint64_t revision = 0;
  std::span<const uint8_t> value;
};

// ---- transactions: members. `tx` is the hash over transaction and members. ----

struct VoteCast {  // Durable, about to be sent; told again after a restart.
  Key256 tx;
  TxId id;
  BlockId block;
  uint64_t base_revision = 0;
  VoteKind kind = VoteKind::kReject;
  RejectReason reason = RejectReason::kNone;
  Key256 winner;
};

struct LockTaken {
  BlockId block;
  Key256 tx;
};

struct LockReleased {
  BlockId block;
  Key256 tx;
  // The last three happen under upstream's rules only.
  enum class Cause : uint8_t {
    kCommitted = 1,
    kAborted = 2,
    kTimedOut = 3,
    kStolen = 4,
    kForgotten = 5
  } cause = Cause::kCommitted;
};

// A member knows how a transaction ended, and that is durable.
struct TxDecided {
  Key256 tx;
  TxId id;
  BlockId block;
  uint64_t base_revision = 0;
  bool committed = false;
};

struct RevisionApplied {  // Durable: this replica's latest is now `revision`.
  BlockId block;
  uint64_t revision = 0;
  TxAction action = TxAction::kPut;
  TxId by;    // The transaction, or the multi-block transaction that it is part of.
  Key256 tx;  // The transaction; of a pended revision: its pend.
  Key256 hash;
  Key256 prior_hash;
  bool restored = false;  // Caught up from another replica: revisions before may be missing here.
};

struct RevisionCollected {
  BlockId block;
  uint64_t revision = 0;
  bool tombstone = false;
};

struct ValueServed {  // A member whose values are bounded gave one to whoever asked.
  BlockId block;
  bool hit = false;  // It had it; otherwise it got it from the rings.
};

// Durable: this replica keeps the row of the latest revision and not its content, which the rings have.
struct ValueLetGo {
  BlockId block;
  uint64_t revision = 0;
  uint64_t bytes = 0;  // Of this block.
  uint64_t kept = 0;   // Of all blocks, behind it.
};

struct PendTaken {  // Durable: the block waits for the multi-block transaction.
  BlockId block;
  TxId of;
};

struct PendDropped {
  BlockId block;
  TxId of;
  bool committed = false;
};

// Consensus was reached on something that this replica cannot apply: it holds another action at
// that revision.
struct ForkSeen {
  BlockId block;
  uint64_t revision = 0;
  Key256 have;  // The transactions.
  Key256 got;
};

struct CertificateMade {  // By whoever counted the votes.
  Key256 tx;
  TxId id;
  TxAction action = TxAction::kPut;
  BlockId block;
  uint64_t base_revision = 0;
  Key256 content_hash;
  bool committed = false;
  uint8_t votes = 0;
  uint8_t members = 0;
};

struct ResolutionStarted {  // A member asks the others what became of a transaction.
  Key256 tx;
  BlockId block;
  bool blocked = false;  // Because it is in another one's way; otherwise it expired.
};

struct TransactionRefused {  // No vote: the request was not admissible.
  PeerId from;
  Key256 tx;
  RejectReason reason = RejectReason::kInvalid;
};

struct DoubleVoteProven {
  PeerId member;
  Key256 tx;
};

struct StoreFailed {  // A batch was refused; it is tried again.
  uint64_t ticket = 0;
  uint16_t tries = 0;
};

// ---- arachnode ----

struct RingChanged {  // This peer's place; told to its neighbours next.
  RingStatus status = RingStatus::kJoining;
  uint8_t ring = 0;
  uint8_t from = 0;
  bool lends = false;  // False: it has left the rings.
  uint64_t capacity = 0;
  uint64_t used = 0;
};

struct BlockHeld {  // Durable: this ring node holds the revision.
  Key256 key;
  BlockId block;
  uint64_t revision = 0;
  Key256 hash;
  uint64_t used = 0;  // Of the capacity, with it.
};

struct BlockReleased {  // Its bytes are reclaimed.
  Key256 key;
  uint64_t revision = 0;
};

struct OverlapSampled {  // Of so many keys: their fewest holders, and the sum of all.
  uint16_t keys = 0;
  uint16_t least = 0;
  uint32_t sum = 0;
};

struct HandoffEnded {
  bool done = false;
  uint8_t from = 0;
  uint8_t to = 0;       // kRingNone: it left.
  uint32_t blocks = 0;  // Confirmed elsewhere.
  Key256 stuck;         // The block that was not, unless done.
};

struct FillEnded {
  uint8_t ring = 0;
  uint32_t blocks = 0;  // Fetched.
  bool whole = false;   // False: some of what others named could not be fetched.
};

struct StoragePressure {  // Too full, and the floor forbids to move out.
  bool on = false;
};

struct ArchiveRefused {
  PeerId from;
  Key256 key;
};

enum class FetchEnd : uint8_t {
  kFound = 1,
  kAbsent = 2,   // All holders of its key that are known say that they do not hold it.
  kUnknown = 3,  // Not found, and not all of them could be asked.
  kSpared =
      4  // For a block that is to be made: as many as the floor say so, the others were not asked.
};

struct FetchEnded {  // A member's search for a block through the rings.
  BlockId block;
  Key256 key;
  FetchEnd end = FetchEnd::kUnknown;
  uint64_t revision = 0;  // Found.
  uint16_t contacts = 0;
  Duration took;
};

// ---- negotiation. An attempt begins with a ticket; `ticket` is its hash. ----

struct VoteStarted {
  Key256 template_cid;
  PublicKey registrant{};
  int64_t closes_ms = 0;
};

// The own slot is to be reserved for the ticket: the host answers with ReservedCommand.
struct ReservationWanted {
  Key256 template_cid;
  Key256 ticket;
  uint32_t attempt = 0;
  int64_t expires_ms = 0;
};

struct AttemptStarted {
  Key256 template_cid;
  Key256 ticket;
  Key256 nonce;  // Of this attempt's vote record.
  GroupKeyBytes pairing_key{};
  uint32_t attempt = 0;
};

struct TopicJoined {
  Key256 topic;
  NegotiationStage stage = NegotiationStage::kFree;
  uint8_t depth = 0;
};

// Told by both: the coordinator holds the partner's sealed records.
struct PairFormed {
  Key256 ticket;  // The own attempt.
  PeerId partner;
  bool coordinates = false;
  Duration estimate;  // One way, as the teller saw it.
};

// A pairing secret left this peer, for the seed.
struct SecretDisclosed {
  Key256 ticket;
  Key256 seed;
  PeerId to;
  bool coordinates = false;
};

// This peer has read a seed: it knows which two voters and which two votes it hides.
struct SeedOpened {
  Key256 ticket;
  Key256 seed;
  PeerId coordinator;
  PeerId partner;
};

// This peer is a member of the pool in this epoch; told at each acknowledgement.
struct PoolJoined {
  Key256 pool;
  Key256 ticket;
  uint32_t epoch = 0;
  uint16_t size = 0;
  PeerId coordinator;
};

enum class PoolLeaving : uint8_t {
  kReverted = 1,
  kDissolved = 2,
  kMerged = 3,
  kSigned = 4,
  kSilence = 5
};

struct PoolLeft {
  Key256 pool;
  Key256 ticket;
  uint32_t epoch = 0;
  PoolLeaving cause = PoolLeaving::kDissolved;
};

// By the coordinator that has taken over: all members acknowledged.
struct PoolsMerged {
  Key256 pool;
  Key256 taken;  // The smaller one.
  uint32_t epoch = 0;
  uint16_t size = 0;
};

// This registrant has signed the block.
struct BlockSignedBy {
  Key256 cid;
  Key256 ticket;
};

struct SignRefused {
  Key256 cid;
  Key256 ticket;
  SignObjection objection = SignObjection::kNone;
};

// A whole block is known to this peer, which may submit it. The bytes are the effects', valid until
// they are cleared: canonical, with all signatures.
struct BlockFormed {
  Key256 template_cid;
  Key256 cid;
  Key256 ticket;  // The own one.
  uint16_t voters = 0;
  std::span<const uint8_t> block;
};

enum class VoteEnd : uint8_t {
  kBlock = 1,    // In a block with others.
  kUnitary = 2,  // In a block alone.
  kMissed = 3,   // The period ended before.
  kRefused =
      4  // The slot was not to be had: this registrant votes elsewhere, or the command is no good.
};

struct VoteEnded {
  Key256 template_cid;
  VoteEnd end = VoteEnd::kMissed;
  Key256 cid;  // Of the block; zero without one.
  uint16_t voters = 0;
  uint32_t attempts = 0;
  uint32_t messages = 0;  // Sent for this vote.
  Duration took;
};

// Somebody broke a rule of negotiation: its message was not believed.
struct NegotiationRefused {
  PeerId from;
  NegotiationReject reason = NegotiationReject::kBad;
};

// ---- any ----

struct BadFrame {
  PeerId from;
  GarbledReason reason = GarbledReason::kMalformed;
};

// A peer's standing with this one fell below a threshold (protocol document, 1.0, reputation).
struct StandingFell {
  PeerId peer;
  uint32_t score = 0;
  bool banned = false;
};

using Observation = std::variant<
    Joined, LookupDone, ContactAdded, ContactEvicted, MatchStarted, Published, Respecified, Seen,
    RecordRefused, Offered, Matched, MatchFinished, TaskAccepted, TaskDeclined, TaskFinished, Held,
    Answered, Refused, BadFrame, StandingFell, CallStarted, CallWrite, CallAttempt, CallFinished,
    BlockRead, VoteCast, LockTaken, LockReleased, TxDecided, RevisionApplied, RevisionCollected,
    PendTaken, PendDropped, ForkSeen, CertificateMade, ResolutionStarted, TransactionRefused,
    DoubleVoteProven, StoreFailed, RingChanged, BlockHeld, BlockReleased, OverlapSampled,
    HandoffEnded, FillEnded, StoragePressure, ArchiveRefused, FetchEnded, ValueServed, ValueLetGo,
    VoteStarted, ReservationWanted, AttemptStarted, TopicJoined, PairFormed, SecretDisclosed,
    SeedOpened, PoolJoined, PoolLeft, PoolsMerged, BlockSignedBy, SignRefused, BlockFormed,
    VoteEnded, NegotiationRefused>;

// Every step of every peer copies them, and every user of a peer compiles that copy.
static_assert(std::is_trivially_copyable_v<Observation>);

}  // namespace core

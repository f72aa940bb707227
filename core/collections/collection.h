// Collection: one client's end of a collection. Local actions gather, are visible at once in an
// overlay, and become log entries by one transaction at a time.
//
//   phase        | event                                        | then
//   kIdle        | Refresh; Sync, log not known                 | kRefreshing
//   kIdle        | Sync                                         | kBuilding
//   kRefreshing  | header, tail and new entries are read        | kBuilding (syncing), else kIdle
//   kRefreshing, | a block is missing                           | the same, the block is wished for
//   kBuilding    | blocks contradict each other, or an answer   | kWaiting
//                |   is older than what the log says            |
//                | bytes that no client writes                  | kIdle, damaged
//   kBuilding    | the change set is made                       | kCommitting
//                | that of a joint action is made               | kOffering
//                | nothing is left to commit                    | kIdle, done
//                | header and tail are not those that were read | kRefreshing
//                | an action's condition fails                  | kRefreshing; failed again, and the log
//                |                                              |   did not move: the action is refused
//                | the same, and nothing else is left; a try of | kWaiting
//                |   the action that ended in doubt is open     |
//   kCommitting  | committed                                    | kBuilding
//                | stale, conflict, unavailable, in doubt       | kWaiting
//                | rejected                                     | kBuilding, one action; alone: it fails
//   kOffering    | the joint transaction has ended              | as kCommitting
//                | the action is withdrawn                      | kBuilding
//   kWaiting     | the back-off is over                         | kRefreshing
//   any          | more than tries_max in vain                  | kIdle, gave up; actions stay pending
//
// Invariants: (1) an action keeps its id through every try, and who meets it in the log takes it as
// committed: an answer that was lost, or in doubt, never makes a second entry; (2) every try writes
// the log's tail, so of two tries made from one state at most one succeeds; (3) a block is used only
// when it is at least as new as every entry and every earlier answer say (least revisions): a
// replica that lags cannot mislead; (4) a refusal is final only if header and tail, read after the
// blocks that led to it, show no new entry, and no try of the action that ended in doubt is open: its
// leaf may be read as it is now, header and tail as they were. A try is open for settle_time, or until
// a later commit of ours has shown that the log was read to its end; (5) a change set is made only
// from a tail whose entries were all read, or an action of a try that was in doubt could stand in it
// already.
// A joint action is one that other collections take part in. It is alone in its change set, which
// JointAction (joint_action.h) submits together with theirs.
// Each wish for a block or a transaction is answered once. Times and random numbers are inputs.
// Owner: who runs transactions. Thread rule: one thread. Source: protocol document, 1.5 (Client
// loop), 1.4.6, 1.4.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/limits.h"
#include "core/collections/conflict_rule.h"
#include "core/collections/draft.h"
#include "core/collections/log.h"

namespace core {

struct CollectionLimits {
  size_t actions_per_sync = 16;
  size_t writes_max = limits::kTransactionWritesMax;      // Blocks of one transaction.
  size_t write_bytes_max = limits::kTransactionBytesMax;  // Their contents together.
  size_t pending_max = 256;                               // Local actions not yet in the log.
  size_t cached_max = 1024;                               // Blocks kept between syncs.
  uint32_t tries_max = 10;                                // Protocol document, 1.4.3.
  Duration back_off_min = Milliseconds(100);
  Duration back_off_max = Seconds(5);
  Duration settle_time = Seconds(60);  // After it a transaction has ended, one way or the other.
};

struct FetchWish {
  uint64_t ticket = 0;
  BlockId block;
  uint64_t least_revision = 0;  // An older answer is of no use.
};

struct TransactWish {
  uint64_t ticket = 0;
  ChangeSet changes;
};

enum class TransactEnd : uint8_t {
  kCommitted = 1,  // Decided; may still be on its way to some blocks.
  kComplete,       // Committed, and known to have reached all blocks.
  kStale,
  kConflict,
  kRejected,
  kUnavailable,
  kInDoubt
};

enum class ActionEnd : uint8_t {
  kCommitted = 1,
  kDropped,   // By the conflict rule.
  kRefused,   // A condition of its edits does not hold.
  kRejected,  // Permanently, by the network.
  kDamaged,   // A collection that a joint action is part of cannot be read (joint_action.h).
};

struct ActionReport {
  ActionId id;
  ActionEnd end = ActionEnd::kCommitted;
  uint64_t sequence = 0;  // Of its log entry, when committed.
};

enum class SyncEnd : uint8_t {
  kDone = 1,  // Refreshed; every action that was pending has been reported.
  kGaveUp,    // Too many tries; what was not reported is still pending.
  kDamaged,   // The network's blocks break the format; see damage().
};

// What a step wants done; drained and cleared by the owner.
struct CollectionWishes {
  std::vector<FetchWish> fetches;
  std::vector<TransactWish> transactions;
  std::vector<ActionReport> reports;
  std::optional<SyncEnd> ended;

  void Clear() { *this = CollectionWishes{}; }
};

struct CollectionMoment {
  Time now;
  Random& random;
  CollectionWishes& wishes;
};

class Collection {
 public:
  enum class Phase : uint8_t {
    kIdle = 1,
    kRefreshing,
    kBuilding,
    kCommitting,
    kWaiting,
    kOffering
  };

  // REQUIRES: suite and rule outlive the collection; the name is within its limit; a sync has fewer
  // actions than a log block has entries.
  Collection(const Suite& suite, const Key256& network, CollectionName name,
             const ConflictRule& rule, const CollectionLimits& limits = {});

  // Reads header and log up to now. Does nothing while something is under way.
  void Refresh(const CollectionMoment& moment);

  // Adds a local action. InvalidArgument when the payload is too long or, in a tree, no encoding of
  // edits; ResourceExhausted when too many are pending. REQUIRES: the id is new; `others`, the
  // headers of the collections that take part in it, ascend.
  [[nodiscard]] Status Act(const ActionId& id, Bytes payload, std::vector<BlockId> others = {});

  // What Act would say.
  [[nodiscard]] Status CheckAct(const Bytes& payload) const;

  // Brings pending actions into the log.
  void Sync(const CollectionMoment& moment);

  void OnBlock(const CollectionMoment& moment, uint64_t ticket, FetchedBlock block);
  void OnUnavailable(const CollectionMoment& moment, uint64_t ticket);
  void OnTransactEnd(const CollectionMoment& moment, uint64_t ticket, TransactEnd end);
  void OnDeadline(const CollectionMoment& moment);

  [[nodiscard]] Time NextDeadline() const { return deadline_; }

  // This collection's part of a joint action's transaction, once it is made; otherwise nullptr.
  [[nodiscard]] const ChangeSet* OfferOf(const ActionId& id) const;
  // How that transaction ended. Does nothing unless the action's changes are on offer.
  void OnOfferEnd(const CollectionMoment& moment, const ActionId& id, TransactEnd end);
  // Gives up an action that another collection gave up. Does nothing unless it is pending.
  // REQUIRES: no transaction with it is under way.
  void Withdraw(const CollectionMoment& moment, const ActionId& id, ActionEnd end);

  // The tree as this client sees it: what it has read, and its pending actions on top (those whose
  // conditions hold). Trouble means that blocks are missing: FetchFor, and look again when they have
  // come. REQUIRES: a tree.
  [[nodiscard]] Draft Overlay() const;
  void FetchFor(const CollectionMoment& moment, const Draft& draft);

  struct Found {
    bool known = false;  // False: blocks are missing and have been wished for.
    std::optional<Bytes> value;
  };

  // One key of the overlay.
  [[nodiscard]] Found Find(const CollectionMoment& moment, const Bytes& key);

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] const BlockId& header() const { return header_; }

  // Of the next entry, as far as this client has read.
  [[nodiscard]] uint64_t next_sequence() const { return next_sequence_; }

  [[nodiscard]] size_t pending_count() const { return pending_.size(); }

  // Of the last refresh or sync.
  [[nodiscard]] const Status& damage() const { return damage_; }

  [[nodiscard]] const CollectionLimits& limits() const { return limits_; }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct PendingAction {
    ActionId id;
    Bytes payload;
    std::vector<BlockId> others;  // Of a joint action.
    Time open_until{0};           // A try of it that ended in doubt may show in the log until then.
  };

  // collection.cc: phases.
  void Proceed(const CollectionMoment& moment);
  void StartRefresh(const CollectionMoment& moment);
  void BackOff(const CollectionMoment& moment);
  void TakeEnd(const CollectionMoment& moment, TransactEnd end);
  void NoteOpen(Time until);
  void End(const CollectionMoment& moment, SyncEnd end);
  void Fetch(const CollectionMoment& moment, const BlockId& id);
  [[nodiscard]] bool Fetching(const BlockId& id) const;
  // Acts on a draft's trouble.
  void React(const CollectionMoment& moment, const Draft& draft);
  void Remember(const BlockId& id, FetchedBlock block);
  void TrimCache();
  void Report(const CollectionMoment& moment, const ActionId& id, ActionEnd end,
              uint64_t sequence = 0);

  // collection_refresh.cc. True when the phase is over, false when it waits.
  [[nodiscard]] bool ReadLog(const CollectionMoment& moment);
  void ReadTailOnly(Draft& view);
  void ReadNewEntries(const CollectionMoment& moment, Draft& view);
  void TakeEntry(const CollectionMoment& moment, const LogEntry& entry);
  void NoteBlocks(const LogAction& action);
  void FilterPending(const CollectionMoment& moment, const LogAction& theirs);

  // collection_build.cc.
  [[nodiscard]] bool OnReadState() const;
  [[nodiscard]] bool Build(const CollectionMoment& moment);

  // What one transaction makes of the pending actions.
  struct Gathered {
    Draft draft;
    std::vector<ActionId> refused;
    bool open = false;  // Something is refused that may stand in the log.
  };

  [[nodiscard]] bool Gather(const CollectionMoment& moment, Gathered& gathered);
  enum class Added : uint8_t { kYes, kRefused, kTrouble };
  [[nodiscard]] Added ApplyAction(Draft& draft, const PendingAction& action) const;
  [[nodiscard]] Added AddAction(Draft& draft, const PendingAction& action, Time now) const;
  [[nodiscard]] bool Confirm(const CollectionMoment& moment, const std::vector<ActionId>& refused);
  [[nodiscard]] Settlement SettlementAt(Time now) const;
  void Submit(const CollectionMoment& moment, const Draft& draft, bool creates);
  [[nodiscard]] bool IsJoint(const ActionId& id) const;
  void TakeCommitted(const CollectionMoment& moment, bool complete);
  void TakeRejected(const CollectionMoment& moment);

  const Suite* suite_;
  const ConflictRule* rule_;
  CollectionName name_;
  CollectionLimits limits_;
  BlockId header_;
  Phase phase_ = Phase::kIdle;
  bool known_ = false;  // The log was read, or it is known that there is none.
  bool syncing_ = false;
  std::vector<ActionId> doubted_;  // Refused once, when the log stood at doubted_at_.
  uint64_t doubted_at_ = 0;
  uint32_t tries_ = 0;
  size_t batch_max_;
  Time deadline_ = Time::Never();
  uint64_t next_ticket_ = 1;
  uint64_t next_sequence_ = 0;
  BlockId tail_;
  std::optional<LogReader> reader_;
  std::vector<ActionId> sought_;  // Pending by the tail's checkpoint: their blocks are not known.
  BlockSet cache_;
  std::map<BlockId, uint64_t> least_;     // Revisions that the log or an answer spoke of.
  std::map<uint64_t, BlockId> fetching_;  // By ticket.
  std::vector<PendingAction> pending_;
  std::vector<ActionReport> batch_;  // Of the transaction under way, with their sequences.
  LogContext after_;                 // Where it leaves the log.
  uint64_t transaction_ = 0;         // Its ticket.
  ChangeSet changes_;
  std::vector<ActionId> complete_;  // Own actions known to be complete, the oldest first.
  Status damage_;
};

}  // namespace core

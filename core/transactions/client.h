// Client: the calls of the local user. Reads are confirmed by a majority; writes are transactions that
// are tried again after a conflict, as new ones with a higher priority, and end in exactly one of the
// classes of CallOutcome.
//
//   phase        event                                   becomes
//   kLocating    lookup finished                         kReading (a write whose bases are known: kSubmitting
//                                                        or kPending)
//   kReading     read: answered                          done
//   kReading     write: the base is not the latest       done: stale (or committed, when the latest is
//                                                        this very write: a retry after a doubt)
//   kReading     write: all bases are the latest         kSubmitting (kPending when multi-block)
//   kPending     the tail pended, others not yet asked   (a retry) pends them
//   kPending     all blocks pended                       kSubmitting: the commit at the tail
//   kPending     one refused or in doubt                 kCancelling: at the tail
//   kSubmitting  committed                               done (multi-block, or without a majority's acks:
//                                                        kSpreading)
//   kSubmitting  conflict                                kBackingOff
//   kSubmitting  stale, and nothing was read             kReading
//   kCancelling  conflict                                cancels again, for kCancelBudget
//   kCancelling  over                                    kBackingOff or done
//   kBackingOff  time                                    kReading
//   kSpreading   every block's cluster shows it          done (the tail's does not and never acked: in
//                                                        doubt)
//   kAsking      the tail's decision, or member_wait     done (a pend in somebody's way, see Ask)
//
// One action per commit; the coordinator that answered last for a block is asked first the next time,
// this peer itself last. A base is known when it is 0 or what this peer saw last; whether it still is the
// latest the members judge in any case. Invariant: outcomes but committed and in doubt promise that nothing was
// written and nothing will be (TX-5). Owner: Transactions. Source: protocol document, 1.4.5 to 1.4.8.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/command.h"
#include "core/port/observation.h"
#include "core/transactions/confirmed_read.h"
#include "core/transactions/submission.h"
#include "core/transactions/tx_moment.h"

namespace core {

class Client {
 public:
  static constexpr size_t kCallsMax = 4096;
  static constexpr Duration kCancelBudget = Seconds(5);
  static constexpr size_t kCachedMax = 4096;  // Blocks; then all are forgotten.

  void OnCommand(const TxMoment& moment, const PutCommand& put);
  void OnCommand(const TxMoment& moment, const DeleteCommand& erase);
  void OnCommand(const TxMoment& moment, const GetCommand& get);
  void OnCommand(const TxMoment& moment, const RevisionCommand& revision);
  void OnCommand(const TxMoment& moment, const TransactCommand& transact);

  // A pend outlived its client: asks the tail's cluster how it ended, and cancels it there otherwise.
  // The decision comes out of TakeSettled. At most one such call per multi-block transaction.
  void Settle(const TxMoment& moment, const Transaction& pend);
  // A pend is in somebody's way: asks the tail's cluster whether it is decided, once. As Settle otherwise.
  void Ask(const TxMoment& moment, const Transaction& pend);
  [[nodiscard]] std::optional<Certificate> TakeSettled();

  void OnLookup(const TxMoment& moment, uint64_t token, std::span<const PeerId> nearest);
  void OnResult(const TxMoment& moment, PeerId from, uint64_t id, const TxResult& result);
  void OnStatusReply(const TxMoment& moment, PeerId from, uint64_t id, const TxStatusReply& reply);
  // False when no read of ours asked for it.
  bool OnBlockReply(const TxMoment& moment, PeerId from, uint64_t id, const BlockReply& reply);
  void OnDeadline(const TxMoment& moment);
  [[nodiscard]] Time NextDeadline() const;

  [[nodiscard]] size_t OpenCalls() const { return calls_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  enum class Phase : uint8_t {
    kLocating = 1,
    kReading = 2,
    kPending = 3,
    kSubmitting = 4,
    kCancelling = 5,
    kBackingOff = 6,
    kSpreading = 7,
    kDone = 8,
    kAsking = 9
  };

  // One block of a call.
  struct Leg {
    BlockWrite write;  // Of a read: the block and, as base_revision, the revision asked for.
    Key256 hash;       // That the write makes.
    std::vector<PeerId> cluster;
    uint64_t token = 0;  // Of the lookup.
    Key256 base_hash;
    std::unique_ptr<ConfirmedRead> read;
    std::unique_ptr<Submission> submission;
  };

  struct Call {
    uint64_t request = 0;
    CallKind kind = CallKind::kGet;
    bool settles = false;    // Nobody asked for it: see Settle.
    bool only_asks = false;  // And it decides nothing itself: see Ask.
    Phase phase = Phase::kLocating;
    std::vector<Leg> legs;
    size_t tail = 0;  // Index of the leg that decides.
    TxId of;
    Key256 scope;
    int64_t expires_ms = 0;
    uint16_t attempt = 0;
    uint8_t priority = 0;
    Time started;
    Time deadline = Time::Never();  // kLocating, kBackingOff, kCancelling between two tries
    Time cancel_until = Time::Never();
    std::unique_ptr<Submission> decision;
    TxVerdict why = TxVerdict::kConflict;  // kCancelling: what to tell in the end.
    RejectReason why_reason = RejectReason::kNone;
  };

  struct Cached {
    std::vector<PeerId> cluster;
    PeerId coordinator = kNoPeer;
    Time until;
    uint64_t revision = 0;  // The latest that this peer saw, and its hash.
    Key256 hash;
  };

  // ---- client.cc ----
  Call* BeginSettling(const TxMoment& moment, const Transaction& pend);
  Call& Begin(const TxMoment& moment, uint64_t request, CallKind kind);
  void Locate(const TxMoment& moment, Call& call, Leg& leg);
  void Advance(const TxMoment& moment, Call& call);
  // False when some base is not known.
  [[nodiscard]] bool RecallBases(Call& call) const;
  void Remember(const BlockId& block, uint64_t revision, const Key256& hash);
  void StartReading(const TxMoment& moment, Call& call);
  void Write(const TxMoment& moment, Call& call);
  void OnRead(const TxMoment& moment, Call& call);
  void OnRefused(const TxMoment& moment, Call& call, TxVerdict verdict, RejectReason reason);
  void BackOff(const TxMoment& moment, Call& call);
  static void DropAttempt(Call& call);
  [[nodiscard]] static bool HasLanded(const Call& call);
  void Finish(const TxMoment& moment, Call& call, CallOutcome outcome, size_t leg = 0);
  void Sweep();
  void Step(const TxMoment& moment);

  // ---- client_writes.cc ----
  [[nodiscard]] std::vector<PeerId> Coordinators(const TxMoment& moment, const Leg& leg) const;
  [[nodiscard]] Transaction Draft(const TxMoment& moment, const Call& call, const Leg& leg,
                                  TxAction action) const;
  void Submit(const TxMoment& moment, Call& call);
  void Pend(const TxMoment& moment, Call& call);
  void PendOne(const TxMoment& moment, Call& call, Leg& leg);
  void Decide(const TxMoment& moment, Call& call, TxAction action);
  void OnPended(const TxMoment& moment, Call& call);
  void OnSubmitted(const TxMoment& moment, Call& call);
  void OnCancelled(const TxMoment& moment, Call& call);
  void AskTail(const TxMoment& moment, Call& call);
  void OnSettleStatus(const TxMoment& moment, Call& call, const TxStatusReply& reply);
  void Spread(const TxMoment& moment, Call& call);
  void OnSpread(const TxMoment& moment, Call& call);
  void Tell(const TxMoment& moment, const Call& call, const Certificate& decision);

  std::vector<std::unique_ptr<Call>> calls_;
  FlatTable<BlockId, Cached> cache_;
  std::vector<Certificate> settled_;
  uint64_t last_token_ = 0;
};

}  // namespace core

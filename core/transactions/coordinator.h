// Coordinator: takes a client's transaction through its cluster. Any member may be one.
//
//   phase          event                              becomes
//   (none)         TxSubmit                           kStoringPromise (or an answer at once: stale; of a
//                                                     block that is not here, once the rings are asked)
//   kStoringPromise durable                           kPromising: TxPromise to all members
//   kPromising     q approvals                        kStoringCommit
//   kPromising     r refusals                         done: abort certificate to all, TxResult
//   kPromising     member_wait                        TxPromise again to the silent
//   kPromising     expiry                             kResolving: TxResolve to the silent
//   kResolving     q approvals, r refusals            as above; member_wait more: in_doubt, goes on
//   kStoringCommit durable                            kCommitting: TxCommit to all members
//   kCommitting    a majority of acks                 TxResult committed; the rest is retried
//   kCommitting    all acks, or ack_tries             done
//
// Under upstream's rules kPromising waits for all votes up to member_wait, and the decision is shown
// with the acks of a majority (TxOutcome). A phase is durable before it is acted on; a restarted
// coordinator resolves what it had promised and resumes what it had committed. Invariant: it never
// makes two certificates for one transaction. Owner: Transactions. Source: protocol document, 1.4.5.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/transactions/journal.h"
#include "core/transactions/tx_moment.h"
#include "core/transactions/vote_tally.h"
#include "core/transactions/voter.h"
#include "core/transactions/wanted_block.h"

namespace core {

class Coordinator {
 public:
  // REQUIRES: voter outlives this.
  explicit Coordinator(Voter& voter) : voter_(&voter) {}

  void Load(const TxMoment& moment, std::span<const StoredRow> rows);

  void OnSubmit(const TxMoment& moment, PeerId from, uint64_t id, const TxSubmit& submit);
  // What a submission waits for.
  void OnFetched(const TxMoment& moment, const SoughtBlock& fetched);

  [[nodiscard]] std::vector<WantedBlock> TakeWanted() { return std::exchange(wanted_, {}); }

  void OnVote(const TxMoment& moment, PeerId from, const TxVote& vote);
  void OnAck(const TxMoment& moment, PeerId from, const TxCommitAck& ack);
  // A member knows the end already.
  void OnOutcome(const TxMoment& moment, PeerId from, const TxOutcome& outcome);

  void OnDurable(const TxMoment& moment, const Due& due);
  void OnDeadline(const TxMoment& moment);
  [[nodiscard]] Time NextDeadline() const;

  [[nodiscard]] size_t OpenRounds() const { return rounds_.size(); }

  void CollectPeers(const Directory& directory, PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  enum class Phase : uint8_t {
    kStoringPromise = 1,
    kPromising = 2,
    kResolving = 3,
    kStoringCommit = 4,
    kCommitting = 5
  };

  struct Round {
    TxRecord record;
    Bytes value;
    Phase phase = Phase::kStoringPromise;
    VoteTally tally;
    std::vector<CommitAck> acks;  // Ascending by member.
    PeerId client = kNoPeer;
    uint64_t request = 0;
    bool answered = false;
    Time started;
    Time deadline = Time::Never();
    Duration wait;
    int tries = 0;

    explicit Round(const VoteTally& empty) : tally(empty) {}
  };

  // Of the first revision of a block, before the storage rings have said that there is none.
  struct Submitted {
    PeerId from;
    uint64_t id = 0;
    TxSubmit submit;
  };

  static constexpr size_t kSubmittedMax = 256;

  void Begin(const TxMoment& moment, const Submitted& submitted, bool sought);
  void Seek(const TxMoment& moment, const Submitted& submitted);
  static void Refuse(const TxMoment& moment, const Submitted& submitted, TxVerdict verdict,
                     RejectReason reason, uint64_t revision = 0);
  [[nodiscard]] Round* Find(const Key256& tx);
  Round& Open(const TxMoment& moment, const Key256& tx, const TxRecord& record);
  void Close(const TxMoment& moment, const Key256& tx);
  void AnswerDecided(const TxMoment& moment, PeerId to, uint64_t id,
                     const Certificate& certificate);
  void Answer(const TxMoment& moment, Round& round, const Certificate& certificate);
  void AnswerInDoubt(const TxMoment& moment, Round& round);
  void Weigh(const TxMoment& moment, const Key256& tx, Round& round);
  void Commit(const TxMoment& moment, const Key256& tx, Round& round);
  void Abort(const TxMoment& moment, const Key256& tx, Round& round);
  void ShowOutcome(const TxMoment& moment, const Round& round, const Certificate& certificate);
  void AskAgain(const TxMoment& moment, const Key256& tx, Round& round);
  void SendCommit(const TxMoment& moment, const Round& round);
  void OnTime(const TxMoment& moment, const Key256& tx, Round& round);
  [[nodiscard]] static bool HasAck(const Round& round, size_t member);

  Voter* voter_;
  FlatTable<Key256, std::unique_ptr<Round>> rounds_;
  FlatTable<TxId, Key256> by_id_;
  std::vector<Submitted> sought_;
  std::vector<WantedBlock> wanted_;  // Empty between steps.
};

}  // namespace core

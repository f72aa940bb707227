// Voter: one member of the clusters of its blocks. Votes, locks, applies, answers and resolves.
//
//   case       event                                       becomes
//   (none)     TxPromise, admissible                       kStoring (or kWaiting when in another's way)
//   (none)     TxResolve                                   kStoring: a refusal
//   kWaiting   what is in the way has ended, or time is up kStoring
//   kStoring   the vote is durable                         kVoted: TxVote to everybody who asked
//   any        q approvals (TxCommit, TxOutcome, resolved) kDecided: applied, then TxCommitAck
//   any        r refusals (TxOutcome, resolved)            kDecided
//   kVoted     approved and expired, or in another's way   resolves: TxResolve to the other members
//   kDecided   anything about it                           TxOutcome
//
// Rules (protocol document, 1.4.4): L2 a vote is final and durable before it is sent; L3 an approval
// locks the block, from the moment of the decision on; L4 whoever is in the way is resolved first if
// the newcomer outranks it, otherwise the vote is `conflict`, never silence; L5 only a certificate
// releases a lock; L6 q approvals are a commit, whoever shows them; L7 resolution at expiry; L8
// decisions are remembered. The upstream switches of TransactionsConfig change L3 to L7 where they say so.
// Invariants: a remote peer cannot make this remember more than open_max cases; votes and locks
// survive a crash (voter_load.cc). Owner: Transactions. Thread rule: one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
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
#include "core/repository/repository.h"
#include "core/transactions/acquaintances.h"
#include "core/transactions/certificate.h"
#include "core/transactions/journal.h"
#include "core/transactions/tx_moment.h"
#include "core/transactions/tx_rows.h"
#include "core/transactions/vote_tally.h"
#include "core/transactions/wanted_block.h"

namespace core {

class Voter {
 public:
  explicit Voter(const Context& context) : repository_(context) {}

  // Rows of tables 32 and 33, ascending. Repairs are written.
  void Load(const TxMoment& moment, std::span<const StoredRow> rows);

  void OnPromise(const TxMoment& moment, PeerId from, const TxPromise& promise);
  void OnCommit(const TxMoment& moment, PeerId from, const TxCommit& commit);
  void OnOutcome(const TxMoment& moment, PeerId from, const TxOutcome& outcome);
  void OnResolve(const TxMoment& moment, PeerId from, const TxResolve& resolve);
  // Of another member, asked for by a resolution of ours.
  void OnVote(const TxMoment& moment, PeerId from, const TxVote& vote);
  // Of a member that has forgotten how a transaction of ours ended.
  void OnRefusal(const TxMoment& moment, PeerId from, const TxRefusal& refusal);
  void OnStatus(const TxMoment& moment, PeerId from, uint64_t id, const TxStatus& status);
  void OnBlockGet(const TxMoment& moment, PeerId from, uint64_t id, const BlockGet& get);
  // To a question of a catch-up of ours.
  void OnBlockReply(const TxMoment& moment, PeerId from, uint64_t id, const BlockReply& reply);
  void OnDoubleVote(const TxMoment& moment, PeerId from, const DoubleVote& proof);
  void OnFetched(const TxMoment& moment, const SoughtBlock& fetched);
  void OnVouched(const TxMoment& moment, const VouchedValue& vouched);

  // Asks what may be let go of, when the values have grown near their bound. After every event.
  void MakeRoom(const TxMoment& moment);

  // Accuses whoever voted both ways: `known` is verified, of `shown` what differs from it is verified here.
  void Compare(const TxMoment& moment, const TxRecord& record, const Key256& tx,
               std::span<const Vote> known, std::span<const Vote> shown);

  void OnDurable(const TxMoment& moment, const Due& due);
  void OnDeadline(const TxMoment& moment);
  [[nodiscard]] Time NextDeadline() const;

  // The certificate of a decided transaction.
  [[nodiscard]] const Certificate* OutcomeOf(const Key256& tx) const;

  [[nodiscard]] const Repository& repository() const { return repository_; }

  // Pends whose client has not decided them by their expiry and a wait that grows with the own place
  // among the members, so that one asks first.
  [[nodiscard]] std::vector<Transaction> OverduePends(const TxMoment& moment) const;

  // Pends that somebody ran into since the last call, old enough for their client to have decided them;
  // the wait grows as above.
  [[nodiscard]] std::vector<Transaction> TakeInTheWay() { return std::exchange(in_the_way_, {}); }

  // What the storage rings are to be asked for, since the last call.
  [[nodiscard]] std::vector<WantedBlock> TakeWanted() { return std::exchange(wanted_, {}); }

  // Of which values the rings are to be asked whether they hold them, since the last call.
  [[nodiscard]] std::vector<PartingValue> TakeParting() { return std::exchange(to_part_, {}); }

  // The members that hold the pends of the multi-block transaction with this peer.
  [[nodiscard]] std::vector<Member> FellowsOf(const TxId& of) const;

  [[nodiscard]] size_t OpenCases() const { return cases_.size(); }

  // Transactions that hold a lock on the block, in the order in which they took it.
  [[nodiscard]] std::vector<Key256> LocksOn(const BlockId& block) const;

  void CollectPeers(const Directory& directory, PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  enum class Phase : uint8_t { kWaiting = 1, kStoring = 2, kVoted = 3 };

  struct Case {
    TxRecord record;
    Bytes value;
    bool has_value = false;
    bool signed_commit = false;  // Upstream: acknowledged, and forgotten but for the outcome.
    uint8_t self = 0;            // Own index in the members.
    Phase phase = Phase::kWaiting;
    Vote vote;                   // From kStoring on.
    std::vector<PeerId> askers;  // Wait for the vote.
    Time wait_until;             // kWaiting
    Time locked_at;
    bool locked = false;
    std::unique_ptr<VoteTally> tally;  // While resolving.
    Time resolve_at = Time::Never();
    Duration resolve_wait;
    bool expiry_resolved = false;
  };

  struct Asker {
    PeerId peer;
    Key256 votes;  // Hash of the votes that it showed.
  };

  struct Decided {
    Certificate certificate;
    uint8_t self = 0;
    bool durable = false;
    bool applied = false;  // A commit is in the repository (or was tolerated).
    Time at;
    std::vector<Asker> askers;  // Wait for the ack.
  };

  // A block that others know more of.
  struct CatchUp {
    std::vector<Member> members;  // To ask.
    uint64_t id = 0;
    Time ask_at;
    Duration wait;
    uint16_t tries = 0;
  };

  // Who is proven to have voted both ways.
  struct Conviction {
    ConvictionRow row;
    bool reported = false;  // To the standing: it has a handle here.

    [[nodiscard]] Time at() const { return Time{row.at_us}; }
  };

  struct Read {
    PeerId from;
    uint64_t id = 0;
    BlockGet get;
    bool sought = false;  // The rings were asked for it.
  };

  static constexpr size_t kReadsMax = 256;
  static constexpr size_t kAskersMax = 2 * limits::kMembersMax;
  static constexpr uint16_t kCatchUpTries = 12;
  static constexpr size_t kConvictedMax = 256;  // As many as have a standing.

  struct Judgement {
    VoteKind kind = VoteKind::kApprove;
    RejectReason reason = RejectReason::kNone;
    Key256 winner;
    bool behind = false;  // The base is missing here: it must be fetched.
    bool early = false;   // The pend is missing here: it is on its way.
  };

  // ---- voter.cc: voting ----
  [[nodiscard]] Case* Find(const Key256& tx);
  [[nodiscard]] std::unique_ptr<Case> Take(const Key256& tx);
  [[nodiscard]] RejectReason Admit(const TxMoment& moment, const TxRecord& record,
                                   const Bytes* value) const;
  [[nodiscard]] bool MayHaveForgotten(const TxMoment& moment, const Transaction& transaction) const;
  void Refuse(const TxMoment& moment, PeerId from, const Key256& tx, RejectReason reason);
  Case& Open(const TxMoment& moment, const Key256& tx, const TxRecord& record);
  void Answer(const TxMoment& moment, PeerId from, const Key256& tx, Case& known);
  [[nodiscard]] Judgement JudgeRoom(const TxMoment& moment, const Case& known);
  [[nodiscard]] Judgement Judge(const TxMoment& moment, const Key256& tx, const Case& known);
  [[nodiscard]] Judgement JudgeWrite(const TxMoment& moment, const Transaction& transaction) const;
  [[nodiscard]] int PendsOf(const PublicKey& client) const;
  [[nodiscard]] Judgement JudgeDecision(const TxMoment& moment,
                                        const Transaction& transaction) const;
  void Deliberate(const TxMoment& moment, const Key256& tx, bool may_wait);
  void Cast(const TxMoment& moment, const Key256& tx, Case& known, const Judgement& judgement);
  void Release(const TxMoment& moment, const Key256& tx, Case& known, LockReleased::Cause cause);
  [[nodiscard]] Case* LockInTheWay(const TxMoment& moment, const Key256& tx, const Case& known,
                                   Key256& winner);
  void Reconsider(const TxMoment& moment, const BlockId& block);
  void NoteInTheWay(const TxMoment& moment, const Transaction& of);

  // ---- voter_decide.cc: deciding and applying ----
  void Inherit(const TxMoment& moment, const Certificate& certificate);
  void Decide(const TxMoment& moment, const Key256& tx, Certificate certificate, const Bytes* value,
              std::span<const Asker> askers);
  [[nodiscard]] bool CarryOut(const TxMoment& moment, const Certificate& certificate,
                              const Bytes* value, StoreBatch& batch, Due& due);
  [[nodiscard]] bool CarryOutPend(const TxMoment& moment, const BlockId& block,
                                  const Certificate& decision, StoreBatch& batch,
                                  std::vector<Observation>& facts);
  [[nodiscard]] bool IsApplied(const TxMoment& moment, const BlockId& block,
                               std::span<const Member> members, Repository::Applied applied);
  void Propagate(const TxMoment& moment, const Key256& tx, const Certificate& decision);
  [[nodiscard]] bool IsMoot(const TxMoment& moment, const Transaction& transaction) const;
  void DropMootLocks(const TxMoment& moment, const BlockId& block);
  // Now, or when what it asks for is durable or fetched.
  void Serve(const TxMoment& moment, const Read& read);
  // What this member has; of what it lacks what the search for it has shown.
  void Reply(const TxMoment& moment, const Read& read, const SoughtBlock& sought);
  std::optional<Bytes> ValueFor(const TxMoment& moment, const Read& read, const Revision& revision,
                                const SoughtBlock& sought);
  void DecisionIsDurable(const TxMoment& moment, const Key256& tx);
  void SendOutcome(const TxMoment& moment, PeerId to, const Decided& decided);
  void Acknowledge(const TxMoment& moment, const Key256& tx, Decided& decided);
  void SignAndForget(const TxMoment& moment, PeerId from, const Key256& tx, Case& known,
                     const TxCommit& commit);
  void Sweep(const TxMoment& moment);

  // ---- voter_load.cc ----
  void LoadCase(const TxMoment& moment, const Key256& tx, CaseRow row);
  void LoadDecision(const TxMoment& moment, const Key256& tx, uint8_t self, CaseRow row);
  void LoadVote(const TxMoment& moment, const Key256& tx, uint8_t self, CaseRow row);

  // ---- voter_accuse.cc ----
  [[nodiscard]] bool IsNews(const TxMoment& moment, const NodeId& liar) const;
  void Convict(const TxMoment& moment, const Key256& tx, const DoubleVote& proof);
  void LoadConviction(const TxMoment& moment, const NodeId& liar, ConvictionRow row,
                      StoreBatch& batch);
  void Remember(const NodeId& liar, ConvictionRow row);
  void ReportConvicted(const TxMoment& moment);
  void ForgetConvicted(const TxMoment& moment, StoreBatch& batch);
  void Warn(const TxMoment& moment, PeerId who, const TxRecord& record);

  // ---- voter_resolution.cc ----
  void StartResolution(const TxMoment& moment, const Key256& tx, Case& known, bool blocked);
  void AskForVotes(const TxMoment& moment, Case& known);
  void Settle(const TxMoment& moment, const Key256& tx, Case& known);

  // ---- voter_fetch.cc ----
  [[nodiscard]] bool Lacks(const BlockId& block) const;
  [[nodiscard]] bool Seeks(const TxMoment& moment, const BlockGet& get) const;
  void AskRings(const TxMoment& moment, const Read& read);

  // ---- voter_room.cc ----
  // Bytes of values that are kept, or approved and on their way.
  [[nodiscard]] uint64_t UsedRoom() const;
  [[nodiscard]] bool HasRoom(const TxMoment& moment, size_t bytes) const;
  // What the values are to shrink to.
  [[nodiscard]] uint64_t RoomWanted(const TxMoment& moment) const;
  void TakeBack(const TxMoment& moment, const Archive& archive);

  // ---- voter_catch_up.cc ----
  // The revision becomes the block's latest, unless it is not newer.
  void Adopt(const TxMoment& moment, const ClaimedRevision& claim, const ProvenRevision& proven,
             const Bytes& value);
  void StartCatchUp(const TxMoment& moment, const BlockId& block, std::span<const Member> members);
  void Ask(const TxMoment& moment, const BlockId& block, CatchUp& catch_up);
  void ApplyLate(const TxMoment& moment, const BlockId& block);

  Repository repository_;
  FlatTable<Key256, std::unique_ptr<Case>> cases_;     // Undecided, not refused.
  FlatTable<Key256, std::unique_ptr<Case>> refusals_;  // Undecided, refused for good.
  FlatTable<Key256, std::unique_ptr<Decided>> decided_;
  FlatTable<TxId, Key256> by_id_;  // Of cases and decisions.
  FlatTable<TxId, Key256> by_of_;  // Multi-block transactions decided at a tail here.
  FlatTable<BlockId, CatchUp> catch_ups_;
  FlatTable<NodeId, std::unique_ptr<Conviction>> convicted_;
  std::vector<Transaction> in_the_way_;  // Pends; empty between steps.
  std::vector<Key256> undurable_;        // Decisions that are not durable yet.
  std::vector<Read> reads_;              // Wait for one of them.
  std::vector<Read> sought_;             // Wait for the storage rings.
  std::vector<WantedBlock> wanted_;      // Empty between steps.
  std::vector<PartingValue> parting_;    // The rings are asked whether they hold them.
  std::vector<PartingValue> to_part_;    // Of these the new ones; empty between steps.
  bool vouched_ = false;                 // For one of those asked about together.
  uint64_t refused_bytes_ = 0;           // The largest value that did not fit, until it would.
  Time room_at_ = Time::Never();         // Until then nobody would vouch for anything.
  Duration room_wait_;
  Acquaintances acquaintances_;
  Time sweep_at_ = Time::Never();
};

}  // namespace core

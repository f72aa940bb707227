#include "core/transactions/voter.h"

#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/tx_rows.h"

namespace core {
namespace {

// What all transactions of one multi-block write have in common.
const TxId& WholeOf(const Transaction& transaction) {
  return transaction.of == TxId{} ? transaction.id : transaction.of;
}

// Who goes first of two that want the same block: aged transactions, then a coin that nobody throws. Of
// two that meet on several blocks the same one goes first on all of them.
bool Outranks(const Transaction& a, const Transaction& b) {
  return a.priority != b.priority ? a.priority > b.priority : WholeOf(a) < WholeOf(b);
}

}  // namespace

Voter::Case* Voter::Find(const Key256& tx) {
  std::unique_ptr<Case>* found = cases_.Find(tx);
  if (found == nullptr) found = refusals_.Find(tx);
  return found == nullptr ? nullptr : found->get();
}

std::unique_ptr<Voter::Case> Voter::Take(const Key256& tx) {
  for (auto* table : {&cases_, &refusals_}) {
    std::unique_ptr<Case>* found = table->Find(tx);
    if (found == nullptr) continue;
    std::unique_ptr<Case> taken = std::move(*found);
    table->Erase(tx);
    return taken;
  }
  return nullptr;
}

const Certificate* Voter::OutcomeOf(const Key256& tx) const {
  const std::unique_ptr<Decided>* found = decided_.Find(tx);
  return found == nullptr ? nullptr : &(*found)->certificate;
}

std::vector<Key256> Voter::LocksOn(const BlockId& block) const {
  std::vector<std::pair<Time, Key256>> locks;
  cases_.ForEach([&](const Key256& tx, const std::unique_ptr<Case>& open) {
    if (open->locked && open->record.transaction.block == block) {
      locks.emplace_back(open->locked_at, tx);
    }
  });
  std::stable_sort(locks.begin(), locks.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Key256> hashes;
  hashes.reserve(locks.size());
  for (const auto& [at, tx] : locks) hashes.push_back(tx);
  return hashes;
}

// What costs nobody a vote: forgeries, and what this member could not remember. Everything else is
// answered by a vote, so that every admitted transaction can be decided.
RejectReason Voter::Admit(const TxMoment& moment, const TxRecord& record,
                          const Bytes* value) const {
  const Transaction& transaction = record.transaction;
  const TransactionsConfig& config = moment.config();
  if (!IndexOf(record.members, moment.self_id()).has_value() ||
      record.members.size() < static_cast<size_t>(config.cluster_min)) {
    return RejectReason::kMembership;
  }
  const int64_t latest_ms =
      moment.now_ms() +
      (config.lifetime * 2 + moment.context.config->matchmaking.clock_tolerance).us / 1000;
  if (transaction.expires_ms > latest_ms || MayHaveForgotten(moment, transaction)) {
    return RejectReason::kExpiry;
  }
  if (cases_.size() >= static_cast<size_t>(config.open_max)) return RejectReason::kBusy;
  int mine = 0;
  cases_.ForEach([&](const Key256&, const std::unique_ptr<Case>& open) {
    mine += open->record.transaction.client == transaction.client ? 1 : 0;
  });
  if (mine >= config.open_per_client) return RejectReason::kBusy;
  if (value != nullptr && CarriesValue(transaction.action) &&
      ContentHash(moment.suite(), *value) != transaction.content_hash) {
    return RejectReason::kInvalid;
  }
  if (!AreGenuine(moment, record.members) || !HasValidSignature(moment, transaction)) {
    return RejectReason::kSignature;
  }
  return RejectReason::kNone;
}

// Decisions are forgotten some time after the expiry, and then no new vote may be cast. But a commit
// that was forgotten has moved the block on: at an unmoved block there was none. A block that was
// deleted and forgotten looks unmoved too, after the life of a tombstone; not if its latest revision is
// older than the transaction.
bool Voter::MayHaveForgotten(const TxMoment& moment, const Transaction& transaction) const {
  const auto within = [&](Duration keep) {
    return transaction.expires_ms + keep.us / 1000 >= moment.now_ms();
  };
  if (within(moment.config().decided_keep)) return false;
  const Tip tip = repository_.TipOf(transaction.block);
  if (!IsWrite(transaction.action) || repository_.IsDamaged(transaction.block) ||
      tip.revision > transaction.base_revision) {
    return true;
  }
  const Revision* latest = repository_.Find(transaction.block, tip.revision);
  const bool older = latest != nullptr && latest->row.created_us / 1000 <= transaction.expires_ms;
  return !older && !within(moment.config().tombstone_ttl);
}

void Voter::Refuse(const TxMoment& moment, PeerId from, const Key256& tx, RejectReason reason) {
  if (reason == RejectReason::kSignature) moment.Report(from, Offence::kBadSignature);
  moment.effects.Observe(TransactionRefused{.from = from, .tx = tx, .reason = reason});
  moment.mail.Post(moment, from, 0, TxRefusal{.tx = tx, .reason = reason});
}

Voter::Case& Voter::Open(const TxMoment& moment, const Key256& tx, const TxRecord& record) {
  auto& slot = *cases_.Insert(tx).first;
  slot = std::make_unique<Case>();
  slot->record = record;
  slot->self = IndexOf(record.members, moment.self_id()).value_or(0);
  *by_id_.Insert(record.transaction.id).first = tx;
  if (sweep_at_ == Time::Never()) sweep_at_ = moment.now + moment.config().sweep_interval;
  return *slot;
}

void Voter::Answer(const TxMoment& moment, PeerId from, const Key256& tx, Case& known) {
  if (known.phase == Phase::kVoted) {
    moment.mail.Post(moment, from, 0, TxVote{.tx = tx, .vote = known.vote});
  } else if (std::find(known.askers.begin(), known.askers.end(), from) == known.askers.end() &&
             known.askers.size() < limits::kMembersMax) {
    known.askers.push_back(from);
  }
}

void Voter::OnPromise(const TxMoment& moment, PeerId from, const TxPromise& promise) {
  const Key256 tx = HashOf(moment, promise.record);
  if (const auto* decided = decided_.Find(tx)) return SendOutcome(moment, from, **decided);
  if (Case* known = Find(tx)) return Answer(moment, from, tx, *known);
  const RejectReason reason = Admit(moment, promise.record, &promise.value);
  if (reason != RejectReason::kNone) return Refuse(moment, from, tx, reason);
  Case& fresh = Open(moment, tx, promise.record);
  fresh.value = promise.value;
  fresh.has_value = true;
  fresh.askers.push_back(from);
  Warn(moment, from, promise.record);
  Deliberate(moment, tx, true);
}

// ---- judging ----

Voter::Judgement Voter::JudgeWrite(const TxMoment& moment, const Transaction& transaction) const {
  const auto reject = [](RejectReason reason) {
    return Judgement{
        .kind = VoteKind::kReject, .reason = reason, .winner = {}, .behind = false, .early = false};
  };
  const Tip tip = repository_.TipOf(transaction.block);
  const bool behind =
      repository_.IsDamaged(transaction.block) || tip.revision < transaction.base_revision;
  if (behind) {
    Judgement judgement = reject(RejectReason::kStale);
    judgement.behind = true;
    return judgement;
  }
  if (tip.revision != transaction.base_revision || tip.hash != transaction.base_hash) {
    return reject(RejectReason::kStale);
  }
  if (Erases(transaction.action)) {
    const bool sensible =
        tip.revision > 0 && !tip.deleted &&
        transaction.content_hash == TombstoneHash(moment.suite(), transaction.block);
    if (!sensible) return reject(RejectReason::kInvalid);
  }
  if (!IsPend(transaction.action)) return {};
  if (by_of_.Find(transaction.of) != nullptr) return reject(RejectReason::kDecided);
  return PendsOf(transaction.client) <= moment.config().open_per_client
             ? Judgement{}
             : reject(RejectReason::kBusy);
}

// Taken and on their way. Each keeps a block from all others until it is decided or has expired, so
// nobody may have many.
int Voter::PendsOf(const PublicKey& client) const {
  int pends = 0;
  repository_.ForEachPend([&](const BlockId&, const TxId&, const PendRow& pend) {
    pends += pend.certificate.record.transaction.client == client ? 1 : 0;
  });
  cases_.ForEach([&](const Key256&, const std::unique_ptr<Case>& open) {
    const Transaction& transaction = open->record.transaction;
    pends += IsPend(transaction.action) && transaction.client == client ? 1 : 0;
  });
  return pends;
}

// Commits and cancels of a multi-block transaction, at its tail.
Voter::Judgement Voter::JudgeDecision(const TxMoment& moment,
                                      const Transaction& transaction) const {
  const auto reject = [](RejectReason reason) {
    return Judgement{
        .kind = VoteKind::kReject, .reason = reason, .winner = {}, .behind = false, .early = false};
  };
  if (by_of_.Find(transaction.of) != nullptr) return reject(RejectReason::kDecided);
  const PendRow* pend = repository_.FindPend(transaction.block, transaction.of);
  if (transaction.action == TxAction::kCancel) {
    // Its own client may give up at any time, others once it has expired.
    if (pend == nullptr) return {};
    const Transaction& pended = pend->certificate.record.transaction;
    const bool may = pended.client == transaction.client || pended.expires_ms < moment.now_ms();
    return may ? Judgement{} : reject(RejectReason::kInvalid);
  }
  if (pend == nullptr) {
    // The client goes on when a majority has the pend, and its commit may overtake the news.
    Judgement judgement = reject(RejectReason::kNoPend);
    judgement.early = true;
    return judgement;
  }
  const Transaction& pended = pend->certificate.record.transaction;
  if (pended.client != transaction.client || pended.scope != transaction.scope ||
      pended.tail != transaction.block || pended.base_revision != transaction.base_revision) {
    return reject(RejectReason::kInvalid);
  }
  if (!moment.config().check_pending_when_voting) return {};
  const Tip tip = repository_.TipOf(transaction.block);
  const bool current = tip.revision == pended.base_revision && tip.hash == pended.base_hash;
  return current ? Judgement{} : reject(RejectReason::kStale);
}

// The lock of another transaction on the block; upstream's rules may remove it.
Voter::Case* Voter::LockInTheWay(const TxMoment& moment, const Key256& tx, const Case& known,
                                 Key256& winner) {
  const TransactionsConfig& config = moment.config();
  for (const Key256& other : LocksOn(known.record.transaction.block)) {
    if (other == tx) continue;
    Case& holder = *Find(other);
    const Duration ttl = config.reservation_ttl;
    if (ttl.us > 0 && holder.locked_at + ttl < moment.now) {
      Release(moment, other, holder, LockReleased::Cause::kTimedOut);
    } else if (config.priority_steals &&
               known.record.transaction.priority > holder.record.transaction.priority) {
      Release(moment, other, holder, LockReleased::Cause::kStolen);
    } else {
      winner = other;
      return &holder;
    }
  }
  return nullptr;
}

Voter::Judgement Voter::Judge(const TxMoment& moment, const Key256& tx, const Case& known) {
  const Transaction& transaction = known.record.transaction;
  const auto refuse = [](VoteKind kind, RejectReason reason) {
    return Judgement{.kind = kind, .reason = reason, .winner = {}, .behind = false, .early = false};
  };
  if (transaction.expires_ms < moment.now_ms()) {
    return refuse(VoteKind::kExpired, RejectReason::kNone);
  }
  if (!known.has_value && CarriesValue(transaction.action)) {
    return refuse(VoteKind::kExpired, RejectReason::kNone);
  }
  if (!IsAdmissible(moment, transaction.block, known.record.members)) {
    return refuse(VoteKind::kReject, RejectReason::kMembership);
  }
  Key256 winner;
  if (LockInTheWay(moment, tx, known, winner) != nullptr) {
    return {.kind = VoteKind::kConflict,
            .reason = {},
            .winner = winner,
            .behind = false,
            .early = false};
  }
  if (Decides(transaction.action)) return JudgeDecision(moment, transaction);
  if (moment.config().check_pending_when_voting) {
    const PendRow* pend = repository_.OtherPend(transaction.block, transaction.of);
    if (pend != nullptr) {
      return {.kind = VoteKind::kConflict,
              .reason = {},
              .winner = pend->tx,
              .behind = false,
              .early = false};
    }
  }
  const Judgement judgement = JudgeWrite(moment, transaction);
  const bool comes = judgement.kind == VoteKind::kApprove && CarriesValue(transaction.action);
  return comes ? JudgeRoom(moment, known) : judgement;
}

void Voter::Deliberate(const TxMoment& moment, const Key256& tx, bool may_wait) {
  Case& known = *Find(tx);
  const Judgement judgement = Judge(moment, tx, known);
  if (!may_wait || !moment.config().peer_resolution) return Cast(moment, tx, known, judgement);
  Case* holder = judgement.kind == VoteKind::kConflict ? Find(judgement.winner) : nullptr;
  if (judgement.kind == VoteKind::kConflict && holder == nullptr) {
    NoteInTheWay(moment, known.record.transaction);
  }
  const bool outranks =
      holder != nullptr && Outranks(known.record.transaction, holder->record.transaction);
  const bool waits = outranks || judgement.behind || judgement.early;
  if (!waits) return Cast(moment, tx, known, judgement);
  known.phase = Phase::kWaiting;
  known.wait_until = moment.now + moment.config().resolve_wait;
  if (judgement.behind) {
    StartCatchUp(moment, known.record.transaction.block, known.record.members);
  } else if (outranks && holder->locked_at + moment.config().member_wait <= moment.now) {
    // Whoever is asked and has no vote refuses. A younger transaction is still on its way to them, and
    // its coordinator will end it sooner than rivals who kill each other.
    StartResolution(moment, judgement.winner, *holder, true);
  }
}

void Voter::Cast(const TxMoment& moment, const Key256& tx, Case& known,
                 const Judgement& judgement) {
  known.phase = Phase::kStoring;
  known.vote = {.member = known.self,
                .kind = judgement.kind,
                .reason = judgement.reason,
                .winner = judgement.winner,
                .signature = {}};
  SignVote(moment, tx, known.vote);
  const Transaction& transaction = known.record.transaction;
  if (judgement.kind == VoteKind::kApprove) {
    known.locked = true;
    known.locked_at = moment.now;
    moment.effects.Observe(LockTaken{.block = transaction.block, .tx = tx});
  } else {
    known.value.clear();
    known.has_value = false;
  }
  StoreBatch batch;
  if (acquaintances_.empty()) acquaintances_.Store(moment, batch);
  batch.Put(TxRowKey(TxRowKind::kCase, tx), EncodeRow(CaseRow{.record = known.record,
                                                              .value = known.value,
                                                              .voted = true,
                                                              .vote = known.vote,
                                                              .outcome = {},
                                                              .at_us = moment.now.us,
                                                              .applied = false}));
  Due due{.step = Due::Step::kVote, .tx = tx, .facts = {}};
  due.facts.push_back(FactOf(tx, transaction, known.vote));
  moment.journal.Commit(moment, std::move(batch), std::move(due));
}

void Voter::Release(const TxMoment& moment, const Key256& tx, Case& known,
                    LockReleased::Cause cause) {
  if (!known.locked) return;
  known.locked = false;
  moment.effects.Observe(
      LockReleased{.block = known.record.transaction.block, .tx = tx, .cause = cause});
}

// What was in the way of somebody has gone: those who wait are looked at in the order of their rank.
void Voter::Reconsider(const TxMoment& moment, const BlockId& block) {
  std::vector<Key256> waiting;
  cases_.ForEach([&](const Key256& tx, const std::unique_ptr<Case>& open) {
    if (open->phase == Phase::kWaiting && open->record.transaction.block == block) {
      waiting.push_back(tx);
    }
  });
  std::sort(waiting.begin(), waiting.end(), [&](const Key256& a, const Key256& b) {
    return Outranks(Find(a)->record.transaction, Find(b)->record.transaction);
  });
  for (const Key256& tx : waiting) {
    const Case* open = Find(tx);
    if (open != nullptr && open->phase == Phase::kWaiting) Deliberate(moment, tx, true);
  }
}

// ---- time and storage ----

void Voter::OnDurable(const TxMoment& moment, const Due& due) {
  if (due.step == Due::Step::kVote) {
    Case* known = Find(due.tx);
    if (known == nullptr || known->phase != Phase::kStoring) return;
    known->phase = Phase::kVoted;
    for (const PeerId asker : std::exchange(known->askers, {})) {
      moment.mail.Post(moment, asker, 0, TxVote{.tx = due.tx, .vote = known->vote});
    }
    if (known->tally != nullptr) {
      known->tally->AddOwn(known->vote);
      return Settle(moment, due.tx, *known);
    }
    if (known->locked && IsMoot(moment, known->record.transaction)) {
      return DropMootLocks(moment, known->record.transaction.block);
    }
    // Refusals hold nothing up; they stand aside, so that time need not look at them.
    if (!known->locked && known->vote.kind != VoteKind::kApprove) {
      std::unique_ptr<Case> refused = Take(due.tx);
      *refusals_.Insert(due.tx).first = std::move(refused);
    }
  } else if (due.step == Due::Step::kDecision) {
    DecisionIsDurable(moment, due.tx);
  }
}

void Voter::OnDeadline(const TxMoment& moment) {
  std::vector<Key256> due;
  cases_.ForEach([&](const Key256& tx, const std::unique_ptr<Case>& open) {
    (void)open;
    due.push_back(tx);
  });
  for (const Key256& tx : due) {
    Case* open = Find(tx);
    if (open == nullptr) continue;
    if (open->phase == Phase::kWaiting && open->wait_until <= moment.now) {
      Deliberate(moment, tx, false);
    } else if (open->tally != nullptr && open->resolve_at <= moment.now) {
      AskForVotes(moment, *open);
    } else if (open->locked && open->tally == nullptr && !open->expiry_resolved &&
               open->record.transaction.expires_ms < moment.now_ms()) {
      open->expiry_resolved = true;
      StartResolution(moment, tx, *open, false);
    }
  }
  std::vector<BlockId> asking;
  catch_ups_.ForEach([&](const BlockId& block, const CatchUp& catch_up) {
    if (catch_up.ask_at <= moment.now) asking.push_back(block);
  });
  for (const BlockId& block : asking) Ask(moment, block, *catch_ups_.Find(block));
  if (sweep_at_ <= moment.now) Sweep(moment);
  if (room_at_ <= moment.now) room_at_ = Time::Never();
}

Time Voter::NextDeadline() const {
  Time next = std::min(sweep_at_, room_at_);
  cases_.ForEach([&](const Key256&, const std::unique_ptr<Case>& open) {
    if (open->phase == Phase::kWaiting) next = std::min(next, open->wait_until);
    if (open->tally != nullptr) next = std::min(next, open->resolve_at);
    if (open->locked && open->tally == nullptr && !open->expiry_resolved) {
      next = std::min(next, Time{open->record.transaction.expires_ms * 1000 + 1000});
    }
  });
  catch_ups_.ForEach(
      [&](const BlockId&, const CatchUp& catch_up) { next = std::min(next, catch_up.ask_at); });
  return next;
}

}  // namespace core

// How a member learns the end of a transaction, applies it, and says so.
#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/tx_rows.h"
#include "core/transactions/voter.h"

namespace core {
namespace {

RevisionRow RowOf(const Transaction& transaction, const TxId& by, const Key256& tx) {
  RevisionRow row;
  row.action = transaction.action;
  row.by = by;
  row.tx = tx;
  row.hash = transaction.content_hash;
  row.prior_hash = transaction.base_hash;
  return row;
}

}  // namespace

void Voter::OnCommit(const TxMoment& moment, PeerId from, const TxCommit& commit) {
  const Key256 tx = HashOf(moment, commit.record);
  const Asker asker{.peer = from, .votes = HashOf(moment, tx, commit.votes)};
  if (auto* decided = decided_.Find(tx)) {
    if (!(*decided)->certificate.committed) {
      Compare(moment, commit.record, tx, (*decided)->certificate.votes, commit.votes);
      return SendOutcome(moment, from, **decided);
    }
    if ((*decided)->askers.size() < kAskersMax) (*decided)->askers.push_back(asker);
    return Acknowledge(moment, tx, **decided);
  }
  Case* known = Find(tx);
  // A case was admitted with its record, so only the votes are new.
  const bool genuine = known != nullptr || (AreGenuine(moment, commit.record.members) &&
                                            HasValidSignature(moment, commit.record.transaction));
  if (!genuine || !AreEnough(moment, commit.record, tx, commit.votes, true)) {
    return Refuse(moment, from, tx, RejectReason::kSignature);
  }
  if (!IndexOf(commit.record.members, moment.self_id()).has_value()) return;
  if (known != nullptr && moment.config().forget_at_commit_signature) {
    return SignAndForget(moment, from, tx, *known, commit);
  }
  Certificate certificate{
      .record = commit.record, .committed = true, .votes = commit.votes, .acks = {}};
  Decide(moment, tx, std::move(certificate), &commit.value, std::span(&asker, 1));
}

// Upstream's rule: the commit's own signature ends the member's interest; the content is applied when
// the coordinator shows everybody's.
void Voter::SignAndForget(const TxMoment& moment, PeerId from, const Key256& tx, Case& known,
                          const TxCommit& commit) {
  if (!known.has_value && !commit.value.empty()) {
    known.value = commit.value;
    known.has_value = true;
  }
  known.signed_commit = true;
  Release(moment, tx, known, LockReleased::Cause::kForgotten);
  const Key256 votes = HashOf(moment, tx, commit.votes);
  moment.mail.Post(moment, from, 0,
                   TxCommitAck{.tx = tx, .ack = SignAck(moment, known.self, tx, votes)});
  Reconsider(moment, known.record.transaction.block);
}

void Voter::OnOutcome(const TxMoment& moment, PeerId from, const TxOutcome& outcome) {
  const Certificate& certificate = outcome.certificate;
  const Key256 tx = HashOf(moment, certificate.record);
  const bool mine = IndexOf(certificate.record.members, moment.self_id()).has_value();
  const Asker asker{.peer = from, .votes = HashOf(moment, tx, certificate.votes)};
  if (auto* decided = decided_.Find(tx)) {
    if ((*decided)->certificate.committed != certificate.committed) {
      return Compare(moment, certificate.record, tx, (*decided)->certificate.votes,
                     certificate.votes);
    }
    if (!certificate.committed) return;
    if ((*decided)->askers.size() < kAskersMax) (*decided)->askers.push_back(asker);
    Acknowledge(moment, tx, **decided);
    return Propagate(moment, tx, certificate);
  }
  if (!IsValid(moment, certificate, tx, moment.config().forget_at_commit_signature)) {
    return Refuse(moment, from, tx, RejectReason::kSignature);
  }
  if (mine) {
    Decide(moment, tx, certificate, &outcome.value, std::span(&asker, 1));
  } else {
    Inherit(moment, certificate);
  }
  Propagate(moment, tx, certificate);
}

// A member that came after the decision takes over what its block has become.
void Voter::Inherit(const TxMoment& moment, const Certificate& certificate) {
  const Transaction& transaction = certificate.record.transaction;
  const bool moves = certificate.committed && !Decides(transaction.action);
  if (!moves || repository_.TipOf(transaction.block).revision > transaction.base_revision) return;
  if (!moment.config().peer_resolution || OwnClusterSize(moment, transaction.block) == 0) return;
  StartCatchUp(moment, transaction.block, certificate.record.members);
}

void Voter::Decide(const TxMoment& moment, const Key256& tx, Certificate certificate,
                   const Bytes* value, std::span<const Asker> askers) {
  const Transaction transaction = certificate.record.transaction;
  const std::unique_ptr<Case> open = Take(tx);
  if (open != nullptr && open->has_value) value = &open->value;
  if (open != nullptr && open->tally != nullptr) {
    Compare(moment, certificate.record, tx, open->tally->votes(), certificate.votes);
  }
  auto decided = std::make_unique<Decided>();
  decided->self = IndexOf(certificate.record.members, moment.self_id()).value_or(0);
  decided->at = moment.now;
  decided->askers.assign(askers.begin(), askers.end());
  StoreBatch batch;
  Due due{.step = Due::Step::kDecision, .tx = tx, .facts = {}};
  decided->applied = !certificate.committed || CarryOut(moment, certificate, value, batch, due);
  const bool committed = certificate.committed;
  CaseRow row{.record = certificate.record,
              .value = {},
              .voted = open != nullptr && open->phase != Phase::kWaiting,
              .vote = {},
              .outcome = std::move(certificate),
              .at_us = moment.now.us,
              .applied = decided->applied};
  if (row.voted) row.vote = open->vote;
  batch.Put(TxRowKey(TxRowKind::kCase, tx), EncodeRow(row));
  due.facts.push_back(FactOf(tx, transaction, committed));
  decided->certificate = std::move(row.outcome);
  *decided_.Insert(tx).first = std::move(decided);
  *by_id_.Insert(transaction.id).first = tx;
  undurable_.push_back(tx);
  if (sweep_at_ == Time::Never()) sweep_at_ = moment.now + moment.config().sweep_interval;
  if (open != nullptr) {
    Release(moment, tx, *open,
            committed ? LockReleased::Cause::kCommitted : LockReleased::Cause::kAborted);
    for (const PeerId asker : open->askers) SendOutcome(moment, asker, **decided_.Find(tx));
  }
  moment.journal.Commit(moment, std::move(batch), std::move(due));
  DropMootLocks(moment, transaction.block);
  Reconsider(moment, transaction.block);
}

// A lock on a base that the block has left protects nothing: the revision behind that base is
// certified, so the lock's transaction is that one or can never be committed. Its vote stays.
bool Voter::IsMoot(const TxMoment& moment, const Transaction& transaction) const {
  return moment.config().peer_resolution && !Decides(transaction.action) &&
         transaction.base_revision < repository_.TipOf(transaction.block).revision;
}

void Voter::DropMootLocks(const TxMoment& moment, const BlockId& block) {
  for (const Key256& tx : LocksOn(block)) {
    Case& known = *Find(tx);
    if (known.phase != Phase::kVoted || !IsMoot(moment, known.record.transaction)) continue;
    Release(moment, tx, known, LockReleased::Cause::kAborted);
    known.tally.reset();
    std::unique_ptr<Case> moot = Take(tx);
    *refusals_.Insert(tx).first = std::move(moot);
  }
}

// Puts the committed transaction of `due` into the repository; false when that must wait for a catch-up.
bool Voter::CarryOut(const TxMoment& moment, const Certificate& certificate, const Bytes* value,
                     StoreBatch& batch, Due& due) {
  const Transaction& transaction = certificate.record.transaction;
  const BlockId& block = transaction.block;
  if (Decides(transaction.action)) {
    *by_of_.Insert(transaction.of).first = due.tx;
    if (transaction.action == TxAction::kCancel) {
      repository_.DropPend(block, transaction.of, false, batch, due.facts);
      return true;
    }
    return CarryOutPend(moment, block, certificate, batch, due.facts);
  }
  const bool has_content =
      Erases(transaction.action) ||
      (value != nullptr && ContentHash(moment.suite(), *value) == transaction.content_hash);
  if (!has_content) {
    StartCatchUp(moment, block, certificate.record.members);
    return false;
  }
  Bytes content = Erases(transaction.action) ? Bytes() : *value;
  if (IsPend(transaction.action)) {
    // A decision that overtook the pend was carried out without it, and nobody will tell it again.
    const Key256* decided = by_of_.Find(transaction.of);
    const Certificate* decision = decided == nullptr ? nullptr : OutcomeOf(*decided);
    if (decision != nullptr && decision->record.transaction.action == TxAction::kCancel) {
      return true;
    }
    PendRow pend{.tx = due.tx, .certificate = certificate, .value = std::move(content)};
    repository_.AddPend(block, transaction.of, std::move(pend), batch, due.facts);
    if (decision == nullptr || repository_.FindPend(block, transaction.of) == nullptr) return true;
    return CarryOutPend(moment, block, *decision, batch, due.facts);
  }
  Repository::Change change{.block = block,
                            .base_revision = transaction.base_revision,
                            .row = RowOf(transaction, transaction.id, due.tx),
                            .value = std::move(content)};
  change.row.certificate = certificate;
  return IsApplied(moment, block, certificate.record.members,
                   repository_.Apply(moment.now, std::move(change), batch, due.facts));
}

bool Voter::IsApplied(const TxMoment& moment, const BlockId& block, std::span<const Member> members,
                      Repository::Applied applied) {
  switch (applied) {
    case Repository::Applied::kDone:
    case Repository::Applied::kAlready:
      return true;
    case Repository::Applied::kFork:
      return moment.config().tolerate_local_refusal;
    case Repository::Applied::kGap:
      break;
  }
  if (moment.config().peer_resolution) StartCatchUp(moment, block, members);
  return moment.config().tolerate_local_refusal;
}

// The pend of one block follows the decision of its tail.
bool Voter::CarryOutPend(const TxMoment& moment, const BlockId& block, const Certificate& decision,
                         StoreBatch& batch, std::vector<Observation>& facts) {
  const TxId& of = decision.record.transaction.of;
  const PendRow* found = repository_.FindPend(block, of);
  if (found == nullptr) {
    // Only the tail hears of it without a pend. Its commit names the base: what followed may be here.
    const bool passed =
        repository_.TipOf(block).revision > decision.record.transaction.base_revision;
    return IsApplied(moment, block, decision.record.members,
                     passed ? Repository::Applied::kAlready : Repository::Applied::kGap);
  }
  const PendRow pend = *found;
  const Transaction& transaction = pend.certificate.record.transaction;
  Repository::Change change{.block = block,
                            .base_revision = transaction.base_revision,
                            .row = RowOf(transaction, of, pend.tx),
                            .value = pend.value};
  change.row.certificate = pend.certificate;
  change.row.decision = decision;
  const Repository::Applied applied =
      repository_.Apply(moment.now, std::move(change), batch, facts);
  if (applied != Repository::Applied::kGap) repository_.DropPend(block, of, true, batch, facts);
  // Its own cluster has what came before it; the tail's never saw the block.
  return IsApplied(moment, block, pend.certificate.record.members, applied);
}

// Blocks here that wait for what was decided at another block's cluster.
void Voter::Propagate(const TxMoment& moment, const Key256& tx, const Certificate& decision) {
  const Transaction& transaction = decision.record.transaction;
  const bool commits = transaction.action == TxAction::kCommit;
  if (!decision.committed || (!commits && transaction.action != TxAction::kCancel)) return;
  std::vector<BlockId> blocks;
  repository_.ForEachPend([&](const BlockId& block, const TxId& of, const PendRow& pend) {
    const bool waits = of == transaction.of && block != transaction.block &&
                       pend.certificate.record.transaction.tail == transaction.block;
    if (waits) blocks.push_back(block);
  });
  for (const BlockId& block : blocks) {
    StoreBatch batch;
    Due due{.step = Due::Step::kFacts, .tx = tx, .facts = {}};
    if (commits) {
      (void)CarryOutPend(moment, block, decision, batch, due.facts);
    } else {
      repository_.DropPend(block, transaction.of, false, batch, due.facts);
    }
    if (!batch.writes.empty()) moment.journal.Commit(moment, std::move(batch), std::move(due));
    Reconsider(moment, block);
  }
}

void Voter::SendOutcome(const TxMoment& moment, PeerId to, const Decided& decided) {
  TxOutcome outcome{.certificate = decided.certificate, .value = {}};
  const Transaction& transaction = decided.certificate.record.transaction;
  if (decided.certificate.committed && transaction.action == TxAction::kPut) {
    const Revision* made = repository_.Find(transaction.block, transaction.base_revision + 1);
    if (made != nullptr && made->row.by == transaction.id) {
      outcome.value = repository_.ContentOf(transaction.block, *made).value_or(Bytes());
    }
  } else if (decided.certificate.committed && transaction.action == TxAction::kPendPut) {
    const PendRow* pend = repository_.FindPend(transaction.block, transaction.of);
    if (pend != nullptr) outcome.value = pend->value;
  }
  moment.mail.Post(moment, to, 0, std::move(outcome));
}

// "What these votes decided is durable here."
void Voter::Acknowledge(const TxMoment& moment, const Key256& tx, Decided& decided) {
  if (!decided.durable || !decided.applied || !decided.certificate.committed) return;
  for (const Asker& asker : std::exchange(decided.askers, {})) {
    moment.mail.Post(moment, asker.peer, 0,
                     TxCommitAck{.tx = tx, .ack = SignAck(moment, decided.self, tx, asker.votes)});
  }
}

// ---- questions ----

void Voter::OnStatus(const TxMoment& moment, PeerId from, uint64_t id, const TxStatus& status) {
  TxStatusReply reply{.id = status.id, .state = TxState::kUnknown, .certificate = {}};
  const Key256* tx = by_of_.Find(status.id);
  if (tx == nullptr) tx = by_id_.Find(status.id);
  if (tx != nullptr) {
    if (const Certificate* outcome = OutcomeOf(*tx)) {
      reply.state = outcome->committed ? TxState::kCommitted : TxState::kAborted;
      reply.certificate = *outcome;
    } else if (Find(*tx) != nullptr) {
      reply.state = TxState::kPending;
    }
  }
  moment.mail.Post(moment, from, id, std::move(reply));
}

void Voter::OnBlockGet(const TxMoment& moment, PeerId from, uint64_t id, const BlockGet& get) {
  Serve(moment, {.from = from, .id = id, .get = get});
}

void Voter::Serve(const TxMoment& moment, const Read& read) {
  const auto moves = [&](const Key256& tx) {
    return OutcomeOf(tx)->record.transaction.block == read.get.block;
  };
  if (std::any_of(undurable_.begin(), undurable_.end(), moves)) {
    // What is told must be durable, or a crash could take back what a reader has seen.
    if (reads_.size() < kReadsMax) reads_.push_back(read);
    return;
  }
  if (!read.sought && Seeks(moment, read.get)) return AskRings(moment, read);
  Reply(moment, read, {.block = read.get.block, .end = FetchEnd::kAbsent, .archive = {}});
}

void Voter::Reply(const TxMoment& moment, const Read& read, const SoughtBlock& sought) {
  const BlockGet& get = read.get;
  const Repository::Reading reading = repository_.Read(get.block, get.revision);
  BlockReply reply;
  reply.block = get.block;
  reply.state = reading.state;
  reply.latest = reading.latest;
  reply.cluster = static_cast<uint8_t>(OwnClusterSize(moment, get.block));
  const Tip tip = repository_.TipOf(get.block);
  const bool gives =
      get.with_value && reading.revision != nullptr && !reading.revision->tombstone();
  std::optional<Bytes> value = gives ? ValueFor(moment, read, *reading.revision, sought) : Bytes();
  if (!value.has_value()) {
    // The rings have it, and did not give it: as good as silence.
    reply.state = BlockState::kUnknown;
    reply.latest = 0;
  } else if (reading.revision != nullptr) {
    const RevisionRow& row = reading.revision->row;
    reply.revision = reading.revision->number;
    reply.hash = row.hash;
    reply.prior_hash = row.prior_hash;
    reply.certificate = row.certificate;
    reply.decision = row.decision;
    reply.value = *std::move(value);
  } else if (reading.state == BlockState::kDeleted) {
    reply.revision = tip.revision;
    reply.hash = tip.hash;
  } else if (reading.state == BlockState::kAbsent && sought.end != FetchEnd::kAbsent) {
    reply.state = BlockState::kUnknown;
  }
  moment.mail.Post(moment, read.from, read.id, std::move(reply));
}

void Voter::DecisionIsDurable(const TxMoment& moment, const Key256& tx) {
  std::erase(undurable_, tx);
  std::unique_ptr<Decided>* decided = decided_.Find(tx);
  if (decided == nullptr) return;
  (*decided)->durable = true;
  Acknowledge(moment, tx, **decided);
  for (const Read& read : std::exchange(reads_, {})) Serve(moment, read);
}

// ---- forgetting ----

void Voter::Sweep(const TxMoment& moment) {
  const TransactionsConfig& config = moment.config();
  sweep_at_ = moment.now + config.sweep_interval;
  StoreBatch batch;
  Due due;
  repository_.Sweep(moment.now, batch, due.facts);
  const auto keeps = [&](const Transaction& transaction, Duration time) {
    return transaction.expires_ms + time.us / 1000 >= moment.now_ms();
  };
  const auto forget = [&](const Key256& tx, const Transaction& transaction) {
    batch.Delete(TxRowKey(TxRowKind::kCase, tx));
    const Key256* named = by_id_.Find(transaction.id);
    if (named != nullptr && *named == tx) by_id_.Erase(transaction.id);
    const Key256* of = by_of_.Find(transaction.of);
    if (of != nullptr && *of == tx) by_of_.Erase(transaction.of);
  };
  decided_.EraseIf([&](const Key256& tx, const std::unique_ptr<Decided>& decided) {
    const Certificate& certificate = decided->certificate;
    const Transaction& transaction = certificate.record.transaction;
    // A revision remembers a commit; nothing else remembers an abort, or lets a tail tell other blocks.
    const bool remembered = certificate.committed && !Decides(transaction.action);
    const Duration time =
        remembered ? config.decided_keep : std::max(config.decided_keep, config.history_ttl);
    const bool old = decided->durable && decided->applied && !keeps(transaction, time) &&
                     decided->at + config.decided_keep <= moment.now;
    if (old) forget(tx, transaction);
    return old;
  });
  refusals_.EraseIf([&](const Key256& tx, const std::unique_ptr<Case>& open) {
    const bool old =
        !keeps(open->record.transaction, std::max(config.decided_keep, config.history_ttl));
    if (old) forget(tx, open->record.transaction);
    return old;
  });
  ForgetConvicted(moment, batch);
  ReportConvicted(moment);
  acquaintances_.Store(moment, batch);
  if (!batch.writes.empty()) moment.journal.Commit(moment, std::move(batch), std::move(due));
}

}  // namespace core

#include "core/transactions/coordinator.h"

#include <algorithm>
#include <utility>

#include "core/repository/rows.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/tx_rows.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"",          "storing promise", "promising",
                                        "resolving", "storing commit",  "committing"};

struct Verdict {
  TxVerdict verdict = TxVerdict::kRejected;
  RejectReason reason = RejectReason::kNone;
};

// What a client is told of an abort: the kind that most refusals have, permanent ones last.
Verdict VerdictOf(std::span<const Vote> refusals) {
  size_t conflicts = 0;
  size_t stale = 0;
  RejectReason other = RejectReason::kNone;
  for (const Vote& vote : refusals) {
    if (vote.kind == VoteKind::kConflict || vote.kind == VoteKind::kExpired) ++conflicts;
    if (vote.kind != VoteKind::kReject) continue;
    if (vote.reason == RejectReason::kStale) {
      ++stale;
    } else {
      other = vote.reason;
    }
  }
  const size_t others = refusals.size() - conflicts - stale;
  if (stale > 0 && stale >= others && stale >= conflicts) {
    return {TxVerdict::kStale, RejectReason::kStale};
  }
  if (conflicts >= others) return {TxVerdict::kConflict, RejectReason::kNone};
  return {TxVerdict::kRejected, other};
}

}  // namespace

Coordinator::Round* Coordinator::Find(const Key256& tx) {
  std::unique_ptr<Round>* found = rounds_.Find(tx);
  return found == nullptr ? nullptr : found->get();
}

bool Coordinator::HasAck(const Round& round, size_t member) {
  return std::any_of(round.acks.begin(), round.acks.end(),
                     [member](const CommitAck& ack) { return ack.member == member; });
}

Coordinator::Round& Coordinator::Open(const TxMoment& moment, const Key256& tx,
                                      const TxRecord& record) {
  auto& slot = *rounds_.Insert(tx).first;
  slot = std::make_unique<Round>(VoteTally(moment.config(), record.members.size()));
  slot->record = record;
  slot->started = moment.now;
  *by_id_.Insert(record.transaction.id).first = tx;
  return *slot;
}

void Coordinator::Close(const TxMoment& moment, const Key256& tx) {
  const std::unique_ptr<Round>* found = rounds_.Find(tx);
  if (found == nullptr) return;
  const TxId id = (*found)->record.transaction.id;
  const Key256* named = by_id_.Find(id);
  if (named != nullptr && *named == tx) by_id_.Erase(id);
  rounds_.Erase(tx);
  StoreBatch batch;
  batch.Delete(TxRowKey(TxRowKind::kRound, tx));
  moment.journal.Commit(moment, std::move(batch), {});
}

// ---- answers to the client ----

void Coordinator::AnswerDecided(const TxMoment& moment, PeerId to, uint64_t id,
                                const Certificate& certificate) {
  const Transaction& transaction = certificate.record.transaction;
  TxResult result{.id = transaction.id,
                  .verdict = TxVerdict::kCommitted,
                  .reason = RejectReason::kNone,
                  .revision = transaction.base_revision + 1,
                  .certificate = certificate};
  if (!certificate.committed) {
    const Verdict verdict = VerdictOf(certificate.votes);
    result.verdict = verdict.verdict;
    result.reason = verdict.reason;
    result.revision = voter_->repository().TipOf(transaction.block).revision;
  }
  moment.mail.Post(moment, to, id, std::move(result));
}

void Coordinator::Answer(const TxMoment& moment, Round& round, const Certificate& certificate) {
  round.answered = true;
  AnswerDecided(moment, round.client, round.request, certificate);
}

// Unless something was answered already.
void Coordinator::AnswerInDoubt(const TxMoment& moment, Round& round) {
  if (std::exchange(round.answered, true)) return;
  moment.mail.Post(moment, round.client, round.request,
                   TxResult{.id = round.record.transaction.id,
                            .verdict = TxVerdict::kInDoubt,
                            .reason = RejectReason::kNone,
                            .revision = 0,
                            .certificate = {}});
}

// ---- promising ----

void Coordinator::Refuse(const TxMoment& moment, const Submitted& submitted, TxVerdict verdict,
                         RejectReason reason, uint64_t revision) {
  moment.mail.Post(moment, submitted.from, submitted.id,
                   TxResult{.id = submitted.submit.transaction.id,
                            .verdict = verdict,
                            .reason = reason,
                            .revision = revision,
                            .certificate = {}});
}

void Coordinator::OnSubmit(const TxMoment& moment, PeerId from, uint64_t id,
                           const TxSubmit& submit) {
  Begin(moment, {.from = from, .id = id, .submit = submit}, false);
}

void Coordinator::Begin(const TxMoment& moment, const Submitted& submitted, bool sought) {
  const Transaction& transaction = submitted.submit.transaction;
  const auto refuse = [&](TxVerdict verdict, RejectReason reason, uint64_t revision) {
    Refuse(moment, submitted, verdict, reason, revision);
  };
  // Who would be refused by its own gate does not ask the others: they would lock for nothing.
  const std::vector<PeerId> present = PresentOf(OwnView(moment, transaction.block));
  const TxRecord record{.transaction = transaction, .members = MembersOf(moment, present)};
  if (!IndexOf(record.members, moment.self_id()).has_value() ||
      !IsAdmissible(moment, transaction.block, record.members)) {
    return refuse(TxVerdict::kUnavailable, RejectReason::kMembership, 0);
  }
  const Key256 tx = HashOf(moment, record);
  if (Round* round = Find(tx)) {
    round->client = submitted.from;
    round->request = submitted.id;
    round->answered = false;
    return;
  }
  if (const Certificate* outcome = voter_->OutcomeOf(tx)) {
    return AnswerDecided(moment, submitted.from, submitted.id, *outcome);
  }
  if (!HasValidSignature(moment, transaction)) {
    moment.Report(submitted.from, Offence::kBadSignature);
    return refuse(TxVerdict::kRejected, RejectReason::kSignature, 0);
  }
  if (CarriesValue(transaction.action) &&
      ContentHash(moment.suite(), submitted.submit.value) != transaction.content_hash) {
    return refuse(TxVerdict::kRejected, RejectReason::kInvalid, 0);
  }
  if (transaction.expires_ms < moment.now_ms()) {
    return refuse(TxVerdict::kRejected, RejectReason::kExpiry, 0);
  }
  if (rounds_.size() >= static_cast<size_t>(moment.config().open_max)) {
    return refuse(TxVerdict::kUnavailable, RejectReason::kBusy, 0);
  }
  const Tip tip = voter_->repository().TipOf(transaction.block);
  if (IsWrite(transaction.action) && tip.revision > transaction.base_revision) {
    return refuse(TxVerdict::kStale, RejectReason::kStale, tip.revision);
  }
  const bool makes = !Decides(transaction.action) && tip.revision == 0;
  if (makes && !sought && moment.asks_rings) return Seek(moment, submitted);
  Round& round = Open(moment, tx, record);
  round.value = submitted.submit.value;
  round.client = submitted.from;
  round.request = submitted.id;
  StoreBatch batch;
  batch.Put(TxRowKey(TxRowKind::kRound, tx),
            EncodeRow(RoundRow{.record = record, .value = round.value, .votes = {}}));
  moment.journal.Commit(moment, std::move(batch),
                        {.step = Due::Step::kPromising, .tx = tx, .facts = {}});
}

// A cluster that has lost a block, all of it, would make its first revision once more (BR-1).
void Coordinator::Seek(const TxMoment& moment, const Submitted& submitted) {
  const Transaction& transaction = submitted.submit.transaction;
  const auto same = std::find_if(sought_.begin(), sought_.end(), [&](const Submitted& other) {
    return other.submit.transaction == transaction;
  });
  if (same != sought_.end()) {
    same->from = submitted.from;
    same->id = submitted.id;
    return;
  }
  if (sought_.size() >= kSubmittedMax) {
    return Refuse(moment, submitted, TxVerdict::kUnavailable, RejectReason::kBusy);
  }
  sought_.push_back(submitted);
  wanted_.push_back({.block = transaction.block, .to_make = true, .known = 0});
}

void Coordinator::OnFetched(const TxMoment& moment, const SoughtBlock& fetched) {
  std::vector<Submitted> ready;
  std::erase_if(sought_, [&](const Submitted& submitted) {
    const bool mine = submitted.submit.transaction.block == fetched.block;
    if (mine) ready.push_back(submitted);
    return mine;
  });
  for (const Submitted& submitted : ready) {
    if (fetched.end == FetchEnd::kUnknown) {
      Refuse(moment, submitted, TxVerdict::kUnavailable, RejectReason::kBusy);
    } else {
      Begin(moment, submitted, true);
    }
  }
}

void Coordinator::OnVote(const TxMoment& moment, PeerId, const TxVote& message) {
  Round* round = Find(message.tx);
  if (round == nullptr) return;
  if (round->phase != Phase::kPromising && round->phase != Phase::kResolving) return;
  switch (round->tally.Add(moment, round->record, message.tx, message.vote)) {
    case VoteTally::Added::kNew:
      return Weigh(moment, message.tx, *round);
    case VoteTally::Added::kDouble:
      return voter_->Compare(moment, round->record, message.tx, round->tally.votes(),
                             std::span(&message.vote, 1));
    case VoteTally::Added::kKnown:
    case VoteTally::Added::kInvalid:
      return;
  }
}

void Coordinator::Weigh(const TxMoment& moment, const Key256& tx, Round& round) {
  const bool patient = moment.config().wait_for_all_members &&
                       round.tally.size() < round.record.members.size() &&
                       moment.now < round.deadline;
  if (patient) return;
  if (round.tally.Committed()) return Commit(moment, tx, round);
  if (round.tally.Aborted()) Abort(moment, tx, round);
}

void Coordinator::Commit(const TxMoment& moment, const Key256& tx, Round& round) {
  round.phase = Phase::kStoringCommit;
  round.deadline = Time::Never();
  const std::vector<Vote> votes = round.tally.Votes(true);
  moment.effects.Observe(FactOf(round.record, tx, true, votes.size()));
  StoreBatch batch;
  batch.Put(TxRowKey(TxRowKind::kRound, tx),
            EncodeRow(RoundRow{.record = round.record, .value = round.value, .votes = votes}));
  moment.journal.Commit(moment, std::move(batch),
                        {.step = Due::Step::kCommitting, .tx = tx, .facts = {}});
}

void Coordinator::ShowOutcome(const TxMoment& moment, const Round& round,
                              const Certificate& certificate) {
  const TxOutcome outcome{.certificate = certificate,
                          .value = certificate.committed ? round.value : Bytes()};
  for (const Member& member : round.record.members) {
    (void)moment.mail.PostTo(moment, member.id, 0, outcome);
  }
}

void Coordinator::Abort(const TxMoment& moment, const Key256& tx, Round& round) {
  const Certificate certificate = round.tally.Certify(round.record);
  moment.effects.Observe(FactOf(round.record, tx, false, certificate.votes.size()));
  ShowOutcome(moment, round, certificate);
  Answer(moment, round, certificate);
  Close(moment, tx);
}

// ---- committing ----

void Coordinator::SendCommit(const TxMoment& moment, const Round& round) {
  std::vector<Member> silent;
  for (size_t i = 0; i < round.record.members.size(); ++i) {
    if (!HasAck(round, i)) silent.push_back(round.record.members[i]);
  }
  moment.mail.PostToAll(
      moment, silent,
      TxCommit{.record = round.record, .votes = round.tally.Votes(true), .value = round.value});
}

void Coordinator::OnAck(const TxMoment& moment, PeerId, const TxCommitAck& message) {
  Round* round = Find(message.tx);
  if (round == nullptr || round->phase != Phase::kCommitting) return;
  if (HasAck(*round, message.ack.member)) return;
  const std::vector<Vote> votes = round->tally.Votes(true);
  const Key256 hash = HashOf(moment, message.tx, votes);
  if (!HasValidSignature(moment, round->record, message.tx, hash, message.ack)) return;
  const auto after =
      std::find_if(round->acks.begin(), round->acks.end(),
                   [&](const CommitAck& other) { return other.member > message.ack.member; });
  round->acks.insert(after, message.ack);
  if (round->acks.size() == round->tally.quorum().majority) {
    const Certificate certificate{
        .record = round->record, .committed = true, .votes = votes, .acks = round->acks};
    if (moment.config().forget_at_commit_signature) ShowOutcome(moment, *round, certificate);
    Answer(moment, *round, certificate);
  }
  if (round->acks.size() == round->record.members.size()) Close(moment, message.tx);
}

// Somebody else has resolved it: the members who know it are told of by those who do.
void Coordinator::OnOutcome(const TxMoment& moment, PeerId, const TxOutcome& outcome) {
  const Key256* named = by_id_.Find(outcome.certificate.record.transaction.id);
  if (named == nullptr) return;
  const Key256 tx = *named;
  Round* round = Find(tx);
  if (round == nullptr || !(round->record == outcome.certificate.record)) return;
  if (round->phase != Phase::kPromising && round->phase != Phase::kResolving) return;
  if (!IsValid(moment, outcome.certificate, tx)) return;
  // Who told this coordinator something else counts as it did there, or the round would never end.
  voter_->Compare(moment, round->record, tx, round->tally.votes(), outcome.certificate.votes);
  for (const Vote& vote : outcome.certificate.votes) round->tally.AddCertified(vote);
  return outcome.certificate.committed ? Commit(moment, tx, *round) : Abort(moment, tx, *round);
}

// ---- time and storage ----

void Coordinator::OnDurable(const TxMoment& moment, const Due& due) {
  Round* round = Find(due.tx);
  if (round == nullptr) return;
  if (due.step == Due::Step::kPromising && round->phase == Phase::kStoringPromise) {
    round->phase = Phase::kPromising;
    round->deadline = moment.now + moment.config().member_wait;
    moment.mail.PostToAll(moment, round->record.members,
                          TxPromise{.record = round->record, .value = round->value});
  } else if (due.step == Due::Step::kCommitting && round->phase == Phase::kStoringCommit) {
    round->phase = Phase::kCommitting;
    round->wait = moment.config().ack_retry;
    round->deadline = moment.now + moment.config().member_wait;
    SendCommit(moment, *round);
  }
}

// Promises to the silent again; after the expiry nobody may approve any more, and asking settles it.
void Coordinator::AskAgain(const TxMoment& moment, const Key256& tx, Round& round) {
  const bool expired = round.record.transaction.expires_ms < moment.now_ms();
  if (expired && moment.config().peer_resolution) round.phase = Phase::kResolving;
  const Time expiry{round.record.transaction.expires_ms * 1000};
  if (expired && moment.now > expiry + moment.config().member_wait) {
    AnswerInDoubt(moment, round);
    // Without resolution nobody will ever know more, and when all may have forgotten it neither.
    const Duration told = std::max(moment.config().decided_keep, moment.config().history_ttl);
    if (!moment.config().peer_resolution || moment.now > expiry + told) return Close(moment, tx);
  }
  round.wait = std::min(round.wait * 2 + moment.config().ack_retry, moment.config().ack_retry_cap);
  round.deadline = moment.now + std::max(round.wait, moment.config().ack_retry);
  for (size_t i = 0; i < round.record.members.size(); ++i) {
    if (round.tally.Find(static_cast<uint8_t>(i)) != nullptr) continue;
    const NodeId& to = round.record.members[i].id;
    if (expired) {
      (void)moment.mail.PostTo(moment, to, 0, TxResolve{.record = round.record});
    } else {
      (void)moment.mail.PostTo(moment, to, 0,
                               TxPromise{.record = round.record, .value = round.value});
    }
  }
}

void Coordinator::OnTime(const TxMoment& moment, const Key256& tx, Round& round) {
  if (round.phase == Phase::kPromising || round.phase == Phase::kResolving) {
    if (round.tally.Committed() || round.tally.Aborted()) return Weigh(moment, tx, round);
    return AskAgain(moment, tx, round);
  }
  if (round.phase != Phase::kCommitting) return;
  if (++round.tries > moment.config().ack_tries) {
    // Enough approvals exist, so it is committed; too few are known to have it on disk.
    AnswerInDoubt(moment, round);
    return Close(moment, tx);
  }
  round.deadline = moment.now + round.wait;
  round.wait = std::min(round.wait * 2, moment.config().ack_retry_cap);
  SendCommit(moment, round);
}

void Coordinator::OnDeadline(const TxMoment& moment) {
  std::vector<Key256> due;
  rounds_.ForEach([&](const Key256& tx, const std::unique_ptr<Round>& round) {
    if (round->deadline <= moment.now) due.push_back(tx);
  });
  for (const Key256& tx : due) {
    if (Round* round = Find(tx)) OnTime(moment, tx, *round);
  }
}

Time Coordinator::NextDeadline() const {
  Time next = Time::Never();
  rounds_.ForEach([&](const Key256&, const std::unique_ptr<Round>& round) {
    next = std::min(next, round->deadline);
  });
  return next;
}

void Coordinator::Load(const TxMoment& moment, std::span<const StoredRow> rows) {
  ForEachTxRow<RoundRow>(rows, TxRowKind::kRound, [&](const Key256& tx, RoundRow row) {
    Round& round = Open(moment, tx, row.record);
    round.value = std::move(row.value);
    round.wait = moment.config().ack_retry;
    round.deadline = moment.now;
    for (const Vote& vote : row.votes) round.tally.AddOwn(vote);
    round.phase = row.votes.empty() ? Phase::kResolving : Phase::kCommitting;
  });
}

void Coordinator::CollectPeers(const Directory& directory, PeerSet& peers) const {
  rounds_.ForEach([&](const Key256&, const std::unique_ptr<Round>& round) {
    peers.Add(round->client);
    for (const Member& member : round->record.members) {
      peers.Add(directory.FindByNodeId(member.id));
    }
  });
  for (const Submitted& submitted : sought_) peers.Add(submitted.from);
}

template <typename State>
void Coordinator::Tell(State& state) const {
  rounds_.ForEach([&](const Key256& tx, const std::unique_ptr<Round>& round) {
    state.Part("round", [&] {
      state.Add("tx", tx);
      state.Add("phase", round->phase, kPhases);
      state.Show("action", round->record.transaction.action);
      state.Show("block", round->record.transaction.block);
      TellVotes(state, round->tally.votes());
      state.Hash(round->acks.size());
      for (const CommitAck& ack : round->acks) state.Add("acks", ack.member);
      state.Add("client", round->client);
      state.Add("request", round->request);
      state.Add("answered", round->answered);
      state.Add("deadline", round->deadline);
      state.Add("wait", round->wait);
      state.Add("tries", round->tries);
    });
  });
  for (const Submitted& submitted : sought_) {
    state.Part("sought", [&] {
      state.Add("from", submitted.from);
      state.Add("request", submitted.id);
      state.Add("id", submitted.submit.transaction.id.bytes);
      state.Show("block", submitted.submit.transaction.block);
    });
  }
}

void Coordinator::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Coordinator::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Coordinator::HeapBytes() const {
  size_t bytes = rounds_.HeapBytes() + by_id_.HeapBytes() + sought_.capacity() * sizeof(Submitted);
  for (const Submitted& submitted : sought_) bytes += submitted.submit.value.capacity();
  rounds_.ForEach([&](const Key256&, const std::unique_ptr<Round>& round) {
    bytes += sizeof(Round) + round->value.capacity() +
             round->record.members.capacity() * sizeof(Member) +
             round->tally.size() * sizeof(Vote) + round->acks.capacity() * sizeof(CommitAck);
  });
  return bytes;
}

}  // namespace core

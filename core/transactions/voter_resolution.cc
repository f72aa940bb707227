// L7: how members find out the end of a transaction without its coordinator, and that of a pend without
// its client.
//
// Whoever holds a lock that has expired, or that is in another one's way, asks all other members.
// Each answers with its vote, and whoever has none refuses now, for good: so with enough members
// reachable one of the two certificates can be made. Source: protocol document, 1.4.4, 1.4.5.
#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/voter.h"

namespace core {

void Voter::StartResolution(const TxMoment& moment, const Key256& tx, Case& known, bool blocked) {
  if (!moment.config().peer_resolution || known.tally != nullptr) return;
  const Transaction& transaction = known.record.transaction;
  moment.effects.Observe(
      ResolutionStarted{.tx = tx, .block = transaction.block, .blocked = blocked});
  known.tally = std::make_unique<VoteTally>(moment.config(), known.record.members.size());
  if (known.phase == Phase::kVoted) known.tally->AddOwn(known.vote);
  known.resolve_wait = moment.config().ack_retry;
  AskForVotes(moment, known);
}

void Voter::AskForVotes(const TxMoment& moment, Case& known) {
  known.resolve_at = moment.now + known.resolve_wait;
  known.resolve_wait = std::min(known.resolve_wait * 2, moment.config().ack_retry_cap);
  const auto& members = known.record.members;
  for (size_t i = 0; i < members.size(); ++i) {
    if (i == known.self || known.tally->Find(static_cast<uint8_t>(i)) != nullptr) continue;
    (void)moment.mail.PostTo(moment, members[i].id, 0, TxResolve{.record = known.record});
  }
}

void Voter::OnResolve(const TxMoment& moment, PeerId from, const TxResolve& resolve) {
  const Key256 tx = HashOf(moment, resolve.record);
  if (const auto* decided = decided_.Find(tx)) return SendOutcome(moment, from, **decided);
  if (Case* known = Find(tx)) return Answer(moment, from, tx, *known);
  if (!moment.config().peer_resolution) return;
  const RejectReason reason = Admit(moment, resolve.record, nullptr);
  if (reason != RejectReason::kNone) return Refuse(moment, from, tx, reason);
  Case& fresh = Open(moment, tx, resolve.record);
  fresh.askers.push_back(from);
  Warn(moment, from, resolve.record);
  Cast(moment, tx, fresh,
       {.kind = VoteKind::kExpired,
        .reason = RejectReason::kNone,
        .winner = {},
        .behind = false,
        .early = false});
}

void Voter::OnVote(const TxMoment& moment, PeerId, const TxVote& message) {
  if (const Certificate* outcome = OutcomeOf(message.tx)) {
    return Compare(moment, outcome->record, message.tx, outcome->votes,
                   std::span(&message.vote, 1));
  }
  Case* known = Find(message.tx);
  if (known == nullptr || known->tally == nullptr) return;
  switch (known->tally->Add(moment, known->record, message.tx, message.vote)) {
    case VoteTally::Added::kNew:
      return Settle(moment, message.tx, *known);
    case VoteTally::Added::kDouble:
      return Compare(moment, known->record, message.tx, known->tally->votes(),
                     std::span(&message.vote, 1));
    case VoteTally::Added::kKnown:
    case VoteTally::Added::kInvalid:
      return;
  }
}

// What was forgotten has moved the block on: the block itself says how.
void Voter::OnRefusal(const TxMoment& moment, PeerId, const TxRefusal& refusal) {
  const Case* known = Find(refusal.tx);
  if (known == nullptr || known->tally == nullptr) return;
  if (refusal.reason != RejectReason::kExpiry) return;
  StartCatchUp(moment, known->record.transaction.block, known->record.members);
}

// ---- pends ----

namespace {

// From its submission on, as far as its expiry tells; each of the members asks in its turn.
Time TurnOf(const TxMoment& moment, const TxRecord& record, Time from) {
  const auto place = IndexOf(record.members, moment.self_id()).value_or(0);
  return from + moment.config().member_wait * (int64_t{place} + 1);
}

}  // namespace

std::vector<Transaction> Voter::OverduePends(const TxMoment& moment) const {
  std::vector<Transaction> overdue;
  if (!moment.config().peer_resolution) return overdue;
  repository_.ForEachPend([&](const BlockId&, const TxId&, const PendRow& pend) {
    const TxRecord& record = pend.certificate.record;
    const Time expiry{record.transaction.expires_ms * 1000};
    if (TurnOf(moment, record, expiry) <= moment.now) overdue.push_back(record.transaction);
  });
  return overdue;
}

// Its client may have vanished behind the tail's decision, and then nobody need wait for the expiry.
void Voter::NoteInTheWay(const TxMoment& moment, const Transaction& of) {
  const PendRow* pend = repository_.OtherPend(of.block, of.of);
  if (pend == nullptr) return;
  const TxRecord& record = pend->certificate.record;
  const Time submitted = Time{record.transaction.expires_ms * 1000} - moment.config().lifetime;
  if (TurnOf(moment, record, submitted) <= moment.now) in_the_way_.push_back(record.transaction);
}

// Enough votes: the members are told what they add up to.
void Voter::Settle(const TxMoment& moment, const Key256& tx, Case& known) {
  if (!known.tally->Committed() && !known.tally->Aborted()) return;
  const Certificate certificate = known.tally->Certify(known.record);
  moment.effects.Observe(FactOf(known.record, tx, certificate.committed, certificate.votes.size()));
  TxOutcome outcome{.certificate = certificate, .value = {}};
  if (certificate.committed && known.has_value) outcome.value = known.value;
  const std::vector<Member> members = known.record.members;
  Decide(moment, tx, certificate, nullptr, {});
  for (const Member& member : members) {
    if (member.id != moment.self_id()) (void)moment.mail.PostTo(moment, member.id, 0, outcome);
  }
}

}  // namespace core

// The writing half of Client: one transaction for a single block; pends, a commit at the tail and its
// spreading for several (protocol document, 1.4.7).
#include <algorithm>
#include <utility>

#include "core/codec/canonical.h"
#include "core/transactions/certificate.h"
#include "core/transactions/client.h"
#include "core/transactions/mail.h"

namespace core {

// Cache hit, then the nearest, those in doubt behind, this peer last (1.4.8).
std::vector<PeerId> Client::Coordinators(const TxMoment& moment, const Leg& leg) const {
  std::vector<PeerId> order = leg.cluster;
  const Cached* cached = cache_.Find(leg.write.block);
  const PeerId first = cached == nullptr ? kNoPeer : cached->coordinator;
  const auto rank = [&](PeerId peer) {
    if (peer == moment.self) return 3;
    if (peer == first) return 0;
    return moment.conduct.IsDoubtful(moment.now, peer) ? 2 : 1;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](PeerId a, PeerId b) { return rank(a) < rank(b); });
  return order;
}

Transaction Client::Draft(const TxMoment& moment, const Call& call, const Leg& leg,
                          TxAction action) const {
  Transaction transaction;
  moment.random.Fill(transaction.id.bytes);
  transaction.action = action;
  transaction.block = leg.write.block;
  transaction.expires_ms = call.expires_ms;
  // Who gives up makes room for all others: nobody goes before it.
  transaction.priority =
      action == TxAction::kCancel ? uint8_t{limits::kPriorityMax} : call.priority;
  transaction.attempt = call.attempt;
  transaction.client = moment.context.directory->PublicKeyOf(moment.self);
  if (action != TxAction::kCancel) {
    transaction.base_revision = leg.write.base_revision;
    transaction.base_hash = leg.base_hash;
    transaction.content_hash = leg.hash;
  }
  if (action != TxAction::kPut && action != TxAction::kDelete) {
    transaction.of = call.of;
    transaction.scope = call.scope;
    transaction.tail = call.legs[call.tail].write.block;
  }
  return transaction;
}

void Client::Submit(const TxMoment& moment, Call& call) {
  ++call.attempt;
  call.phase = Phase::kSubmitting;
  call.expires_ms = moment.now_ms() + moment.config().lifetime.us / 1000;
  const Leg& leg = call.legs[0];
  const Transaction transaction =
      Draft(moment, call, leg, call.kind == CallKind::kDelete ? TxAction::kDelete : TxAction::kPut);
  moment.effects.Observe(
      CallAttempt{.request = call.request, .id = transaction.id, .attempt = call.attempt});
  call.decision =
      std::make_unique<Submission>(moment, transaction, leg.write.value, Coordinators(moment, leg));
}

// ---- several blocks ----

void Client::Pend(const TxMoment& moment, Call& call) {
  ++call.attempt;
  call.phase = Phase::kPending;
  call.expires_ms = moment.now_ms() + moment.config().lifetime.us / 1000;
  moment.random.Fill(call.of.bytes);
  moment.effects.Observe(
      CallAttempt{.request = call.request, .id = call.of, .attempt = call.attempt});
  std::vector<ScopeEntry> entries;
  for (const Leg& leg : call.legs) {
    entries.push_back({leg.write.block, leg.write.base_revision, leg.hash});
  }
  std::vector<uint8_t> bytes;
  ScopeBytes(call.of, entries, bytes);
  call.scope = moment.Sha256(bytes);
  call.cancel_until = Time::Never();
  // After a conflict the tail goes first: whoever gets it meets nobody with the same tail elsewhere,
  // and whoever does not holds nothing that others wait for.
  if (call.attempt > 1) return PendOne(moment, call, call.legs[call.tail]);
  for (Leg& leg : call.legs) PendOne(moment, call, leg);
}

void Client::PendOne(const TxMoment& moment, Call& call, Leg& leg) {
  const Transaction transaction =
      Draft(moment, call, leg, leg.write.erase ? TxAction::kPendDelete : TxAction::kPendPut);
  leg.submission =
      std::make_unique<Submission>(moment, transaction, leg.write.value, Coordinators(moment, leg));
}

// All pends that were submitted have ended.
void Client::OnPended(const TxMoment& moment, Call& call) {
  if (call.legs[call.tail].submission->verdict() == TxVerdict::kCommitted) {
    bool more = false;
    for (Leg& leg : call.legs) {
      if (leg.submission != nullptr) continue;
      PendOne(moment, call, leg);
      more = true;
    }
    if (more) return;
  }
  bool any = false;
  bool all = true;
  for (const Leg& leg : call.legs) {
    if (leg.submission == nullptr) continue;  // Behind a tail that refused.
    const TxVerdict verdict = leg.submission->verdict();
    if (verdict != TxVerdict::kCommitted && all) {
      all = false;
      call.why = verdict;
      call.why_reason = leg.submission->reason();
    }
    any = any || verdict == TxVerdict::kCommitted || verdict == TxVerdict::kInDoubt;
  }
  if (all) return Decide(moment, call, TxAction::kCommit);
  if (any) return Decide(moment, call, TxAction::kCancel);
  OnRefused(moment, call, call.why, call.why_reason);
}

void Client::Decide(const TxMoment& moment, Call& call, TxAction action) {
  call.phase = action == TxAction::kCommit ? Phase::kSubmitting : Phase::kCancelling;
  // A decision outlives its pends: otherwise a slow cancel would leave them to others.
  call.expires_ms = moment.now_ms() + moment.config().lifetime.us / 1000;
  const Leg& tail = call.legs[call.tail];
  call.decision = std::make_unique<Submission>(moment, Draft(moment, call, tail, action), Bytes(),
                                               Coordinators(moment, tail));
  // Perhaps it was decided long ago.
  if (call.settles) AskTail(moment, call);
}

void Client::AskTail(const TxMoment& moment, Call& call) {
  call.request = moment.random.Next();
  for (const PeerId peer : call.legs[call.tail].cluster) {
    moment.mail.Post(moment, peer, call.request, TxStatus{.id = call.of});
  }
}

void Client::OnSettleStatus(const TxMoment& moment, Call& call, const TxStatusReply& reply) {
  const Certificate& certificate = reply.certificate;
  const Transaction& transaction = certificate.record.transaction;
  const bool decides = reply.state == TxState::kCommitted && certificate.committed &&
                       Decides(transaction.action) && transaction.of == call.of &&
                       transaction.block == call.legs[0].write.block;
  if (!decides || call.phase == Phase::kDone) return;
  // Whoever passes a forgery on is blamed for it.
  if (!IsValid(moment, certificate, HashOf(moment, certificate.record))) return;
  settled_.push_back(certificate);
  call.phase = Phase::kDone;
}

void Client::OnSubmitted(const TxMoment& moment, Call& call) {
  const Submission& decision = *call.decision;
  if (decision.coordinator() != kNoPeer && decision.coordinator() != moment.self) {
    Cached* cached = cache_.Find(call.legs[call.tail].write.block);
    if (cached != nullptr) cached->coordinator = decision.coordinator();
  }
  if (decision.verdict() != TxVerdict::kCommitted) {
    if (call.kind == CallKind::kTransact && decision.verdict() != TxVerdict::kInDoubt) {
      // The commit will never be; the pends must not wait for their expiry.
      call.why = decision.verdict();
      call.why_reason = decision.reason();
      return Decide(moment, call, TxAction::kCancel);
    }
    return OnRefused(moment, call, decision.verdict(), decision.reason());
  }
  // A decision that some member told of may be nowhere else yet, and whoever reads next could miss it.
  if (call.kind == CallKind::kTransact || !decision.durable()) return Spread(moment, call);
  Finish(moment, call, CallOutcome::kCommitted);
}

void Client::OnCancelled(const TxMoment& moment, Call& call) {
  const Submission& decision = *call.decision;
  const bool cancelled = decision.verdict() == TxVerdict::kCommitted;
  if (cancelled && call.settles) settled_.push_back(decision.certificate());
  if (call.settles) {
    // Whom it asked in vain may have been the survivors of a cut: the next time it looks anew.
    if (!cancelled) cache_.Erase(call.legs[call.tail].write.block);
    return Finish(moment, call, CallOutcome::kConflict);
  }
  if (cancelled) {
    Tell(moment, call, decision.certificate());
    const bool doubt =
        call.why == TxVerdict::kInDoubt;  // Of a pend, which can come to nothing now.
    return OnRefused(moment, call, doubt ? TxVerdict::kConflict : call.why, call.why_reason);
  }
  // Pends in the way of others wait for their expiry if nobody cancels them.
  if (call.cancel_until == Time::Never()) call.cancel_until = moment.now + kCancelBudget;
  if (decision.verdict() == TxVerdict::kConflict && moment.now < call.cancel_until) {
    call.decision.reset();
    call.deadline = moment.now + moment.config().backoff_base;
    return;
  }
  // Nobody can commit it but this client, and it will not.
  const bool doubt = call.why == TxVerdict::kInDoubt;
  OnRefused(moment, call, doubt ? TxVerdict::kConflict : call.why, call.why_reason);
}

// Tells all members of all blocks how the tail decided.
void Client::Tell(const TxMoment& moment, const Call& call, const Certificate& decision) {
  for (size_t i = 0; i < call.legs.size(); ++i) {
    if (i == call.tail) continue;
    for (const PeerId peer : call.legs[i].cluster) {
      moment.mail.Post(moment, peer, 0, TxOutcome{.certificate = decision, .value = {}});
    }
  }
}

void Client::Spread(const TxMoment& moment, Call& call) {
  call.phase = Phase::kSpreading;
  Tell(moment, call, call.decision->certificate());
  for (Leg& leg : call.legs) {
    const ConfirmedRead::Question question{.block = leg.write.block,
                                           .revision = 0,
                                           .at_least = leg.write.base_revision + 1,
                                           .with_value = false};
    leg.read = std::make_unique<ConfirmedRead>(moment, question, leg.cluster);
  }
}

// Whoever missed the tail's decision asks for it when its pend expires. But "committed" promises that a
// majority of the tail has it (TX-4), by its acks or by what was just read there.
void Client::OnSpread(const TxMoment& moment, Call& call) {
  const bool read = call.legs[call.tail].read->phase() == ConfirmedRead::Phase::kDone;
  const bool durable = read || call.decision->durable();
  Finish(moment, call, durable ? CallOutcome::kCommitted : CallOutcome::kInDoubt, call.tail);
}

}  // namespace core

#include "core/negotiation/pairing.h"

#include <algorithm>

#include "core/negotiation/ticket.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "reserving", "looking", "answered", "offered", "over"};

}  // namespace

std::optional<NegotiationReject> FlawOf(const VoteMoment& moment, PeerId from, PeerId owner,
                                        const Ticket& ticket) {
  if (ticket.registrant == moment.vote.registrant()) return NegotiationReject::kDuplicate;
  const NodeId& node = moment.context.directory->NodeIdOf(owner);
  // Clocks differ: that a ticket is over proves nothing.
  const bool fits = ticket.template_cid == moment.vote.template_cid();
  if (!fits || ticket.expires_ms <= moment.now_ms()) return NegotiationReject::kBad;
  // Somebody's key twice would open alone what two are to open.
  const bool key = moment.context.sealing->IsKey(ticket.pairing_key) &&
                   ticket.pairing_key != moment.vote.ticket().pairing_key;
  if (ticket.node != node || !key) {
    moment.Report(from, Offence::kProtocolViolation);
    return NegotiationReject::kBad;
  }
  moment.effects.CountVerify();
  const TicketUse use{
      .template_cid = moment.vote.template_cid(), .node = node, .now_ms = moment.now_ms()};
  if (IsGoodTicket(moment.context, ticket, use)) return std::nullopt;
  moment.Report(from, Offence::kBadSignature);
  return NegotiationReject::kBad;
}

void Reject(const NegotiationMoment& moment, PeerId to, uint64_t id, NegotiationReject reason) {
  if (reason == NegotiationReject::kBad || reason == NegotiationReject::kLatency) {
    moment.Refuse(to, reason);
  }
  moment.Send(to, id, NegotiationRefusal{.reason = reason});
}

// ---- free ----

Status Pairing::Begin(const VoteMoment& moment) {
  RETURN_IF_ERROR(moment.vote.Renew(moment));
  // Greets that are open carry the former ticket.
  moment.others.Pause();
  deadline_ = Time::Never();
  if (!moment.rules().reserve) {
    Resume(moment);
    return absl::OkStatus();
  }
  phase_ = Phase::kReserving;
  const Ticket& ticket = moment.vote.ticket();
  moment.effects.Observe(ReservationWanted{.template_cid = ticket.template_cid,
                                           .ticket = moment.vote.ticket_hash(),
                                           .attempt = ticket.attempt,
                                           .expires_ms = ticket.expires_ms});
  return absl::OkStatus();
}

void Pairing::Resume(const VoteMoment& moment) {
  phase_ = Phase::kLooking;
  other_ = kNoPeer;
  deadline_ = Time::Never();
  moment.others.Look(moment, NegotiationStage::kFree);
}

void Pairing::OnReserved(const VoteMoment& moment) {
  if (phase_ == Phase::kReserving) Resume(moment);
}

// ---- locked ----

void Pairing::Lock(const VoteMoment& moment, Phase phase, PeerId other, uint64_t id,
                   const Ticket& ticket) {
  phase_ = phase;
  other_ = other;
  exchange_ = id;
  ticket_ = ticket;
  deadline_ = moment.now + moment.rules().pair_lock;
  moment.others.Pause();
}

bool Pairing::IsLockedTo(PeerId from, uint64_t id) const {
  const bool locked = phase_ == Phase::kAnswered || phase_ == Phase::kOffered;
  return locked && other_ == from && exchange_ == id;
}

void Pairing::Unlock(const VoteMoment& moment) {
  moment.others.Rest(moment, other_, NegotiationReject::kFarther);
  // What was sealed can be sealed again: an error would have shown with the first attempt.
  if (phase_ == Phase::kAnswered && Begin(moment).ok()) return;
  Resume(moment);
}

void Pairing::End(const VoteMoment& moment, PairOutcome outcome) {
  phase_ = Phase::kOver;
  other_ = kNoPeer;
  deadline_ = Time::Never();
  moment.others.Pause();
  outcome_ = std::move(outcome);
}

// ---- messages ----

void Pairing::OnGreet(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet) {
  if (phase_ == Phase::kOver || phase_ == Phase::kReserving) {
    return Reject(moment, from, id, NegotiationReject::kBusy);
  }
  if (phase_ != Phase::kLooking) {
    if (from != other_) Reject(moment, from, id, NegotiationReject::kBusy);
    return;
  }
  const bool glare = moment.others.HasGreeted(from);
  const bool free = greet.stage == NegotiationStage::kFree;
  if (glare && free && moment.self_id() < moment.context.directory->NodeIdOf(from)) return;
  if (!glare && !moment.others.IsAcceptable(moment, from)) {
    return Reject(moment, from, id, NegotiationReject::kFarther);
  }
  if (const auto flaw = FlawOf(moment, from, from, greet.ticket)) {
    moment.others.Rest(moment, from, *flaw);
    return Reject(moment, from, id, *flaw);
  }
  if (free) return Answer(moment, from, id, greet);
  BecomeThirdOf(moment, from, id, greet);
}

void Pairing::Answer(const VoteMoment& moment, PeerId from, uint64_t id, const Greet& greet) {
  const PairSeal seal = PairSealOf(moment.context, moment.vote.ticket(), greet.ticket);
  auto hidden = Hide(moment, moment.vote, seal);
  if (!hidden.ok()) {
    // The own key is good, so it is the other one that is none.
    moment.Report(from, Offence::kProtocolViolation);
    moment.others.Rest(moment, from, NegotiationReject::kBad);
    return Reject(moment, from, id, NegotiationReject::kBad);
  }
  moment.Send(from, id,
              Pair{.ticket = moment.vote.ticket(),
                   .voter = std::move(hidden->voter),
                   .vote = std::move(hidden->vote)});
  Lock(moment, Phase::kAnswered, from, id, greet.ticket);
}

void Pairing::BecomeThirdOf(const VoteMoment& moment, PeerId from, uint64_t id,
                            const Greet& greet) {
  moment.Send(from, id, PairAck{.ticket = moment.vote.ticket()});
  Lock(moment, Phase::kOffered, from, id, greet.ticket);
}

void Pairing::OnPair(const VoteMoment& moment, PeerId from, uint64_t id, const Pair& pair) {
  const auto greet = phase_ == Phase::kLooking ? moment.others.TakeGreet(from, id) : std::nullopt;
  if (!greet.has_value()) return Reject(moment, from, id, NegotiationReject::kBusy);
  const bool fits = moment.others.FitsEstimate(moment, *greet);
  std::optional<NegotiationReject> flaw;
  if (!fits) flaw = NegotiationReject::kLatency;
  if (!flaw.has_value() && (pair.voter.empty() || pair.voter.size() != pair.vote.size())) {
    flaw = NegotiationReject::kBad;
  }
  if (!flaw.has_value()) flaw = FlawOf(moment, from, from, pair.ticket);
  if (flaw.has_value()) {
    moment.others.Rest(moment, from, *flaw);
    return Reject(moment, from, id, *flaw);
  }
  moment.Send(from, id, PairAck{.ticket = moment.vote.ticket()});
  End(moment, {.role = PairRole::kCoordinator,
               .other = from,
               .exchange = id,
               .ticket = pair.ticket,
               .hidden = {.voter = pair.voter, .vote = pair.vote},
               .seed = {}});
}

void Pairing::OnPairAck(const VoteMoment& moment, PeerId from, uint64_t id, const PairAck& ack) {
  const bool agreed = phase_ == Phase::kAnswered && IsLockedTo(from, id) && ack.ticket == ticket_;
  if (!agreed) return Reject(moment, from, id, NegotiationReject::kDissolved);
  End(moment, {.role = PairRole::kPartner,
               .other = from,
               .exchange = id,
               .ticket = ack.ticket,
               .hidden = {},
               .seed = {}});
}

void Pairing::OnSeed(const VoteMoment& moment, PeerId from, uint64_t id, const PoolSeed& seed) {
  const bool asked =
      phase_ == Phase::kOffered && IsLockedTo(from, id) && seed.coordinator == ticket_;
  if (!asked) return Reject(moment, from, id, NegotiationReject::kDissolved);
  End(moment, {.role = PairRole::kThird,
               .other = from,
               .exchange = id,
               .ticket = seed.coordinator,
               .hidden = {},
               .seed = seed});
}

bool Pairing::OnRefusal(const VoteMoment& moment, PeerId from, uint64_t id,
                        NegotiationReject reason) {
  if (IsLockedTo(from, id)) {
    Unlock(moment);
    return true;
  }
  if (phase_ != Phase::kLooking || !moment.others.TakeGreet(from, id).has_value()) return false;
  moment.others.Rest(moment, from, reason);
  return true;
}

void Pairing::OnLinkDown(const VoteMoment& moment, PeerId peer) {
  if (IsLockedTo(peer, exchange_)) Unlock(moment);
}

void Pairing::OnDeadline(const VoteMoment& moment) {
  if (deadline_ > moment.now) return;
  Reject(moment, other_, exchange_, NegotiationReject::kDissolved);
  Unlock(moment);
}

void Pairing::Stop(const VoteMoment& moment) {
  if (other_ != kNoPeer) Reject(moment, other_, exchange_, NegotiationReject::kDissolved);
  phase_ = Phase::kOver;
  other_ = kNoPeer;
  deadline_ = Time::Never();
}

// ---- state ----

void Pairing::CollectPeers(PeerSet& peers) const {
  peers.Add(other_);
}

template <typename State>
void Pairing::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("locked to", other_);
  state.Add("exchange", exchange_);
  state.Add("deadline", deadline_);
}

void Pairing::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Pairing::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core

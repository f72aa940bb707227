#include "core/negotiation/formation.h"

#include <algorithm>
#include <variant>

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"", "free", "seeding", "in a pool", "stopped"};

// Which election a message is about, where it says.
const Key256* TemplateOf(const Body& body) {
  if (const auto* present = std::get_if<Present>(&body)) return &present->template_cid;
  if (const auto* greet = std::get_if<Greet>(&body)) return &greet->ticket.template_cid;
  if (const auto* pair = std::get_if<Pair>(&body)) return &pair->ticket.template_cid;
  if (const auto* ack = std::get_if<PairAck>(&body)) return &ack->ticket.template_cid;
  if (const auto* seed = std::get_if<PoolSeed>(&body)) return &seed->coordinator.template_cid;
  if (const auto* confirm = std::get_if<SeedConfirm>(&body)) {
    return &confirm->coordinator.template_cid;
  }
  return nullptr;
}

}  // namespace

// ---- beginnings and ends ----

Status Formation::Begin(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  RETURN_IF_ERROR(pairing_.Begin(at));
  renew_at_ = moment.now + moment.rules().ticket_life / 2;
  Settle(at);
  return absl::OkStatus();
}

void Formation::BeginAttempt(const VoteMoment& moment) {
  phase_ = Phase::kFree;
  renew_at_ = moment.now + moment.rules().ticket_life / 2;
  // What was sealed once can be sealed again.
  CHECK(pairing_.Begin(moment).ok());
}

void Formation::OnReserved(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  if (phase_ == Phase::kFree) pairing_.OnReserved(at);
  Settle(at);
}

void Formation::EnterPool(const VoteMoment& moment) {
  phase_ = Phase::kInPool;
  renew_at_ = Time::Never();
  moment.others.Leave(moment);
  vote_.Forget();
}

void Formation::OnFormed(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  seeding_.OnFormed(at);
  Settle(at);
}

void Formation::Return(const NegotiationMoment& moment) {
  if (phase_ != Phase::kInPool) return;
  const VoteMoment at = MomentOf(moment);
  BeginAttempt(at);
  Settle(at);
}

void Formation::BreakUp(const NegotiationMoment& moment) {
  const bool waits =
      seeding_.phase() == Seeding::Phase::kSeeking || seeding_.phase() == Seeding::Phase::kPartner;
  if (!waits) return;
  const VoteMoment at = MomentOf(moment);
  seeding_.Dissolve(at);
  Settle(at);
}

void Formation::Stop(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  seeding_.Dissolve(at);
  (void)seeding_.TakeOutcome();
  pairing_.Stop(at);
  EnterPool(at);
  phase_ = Phase::kStopped;
}

void Formation::Settle(const VoteMoment& moment) {
  if (auto paired = pairing_.TakeOutcome()) {
    phase_ = Phase::kSeeding;
    renew_at_ = Time::Never();
    seeding_.Begin(moment, std::move(*paired));
  }
  if (auto seeded = seeding_.TakeOutcome()) OnSeeded(moment, std::move(*seeded));
  moment.others.Advance(moment);
}

void Formation::OnSeeded(const VoteMoment& moment, SeedingOutcome outcome) {
  using End = SeedingOutcome::End;
  if (outcome.end == End::kMember || outcome.end == End::kPool) {
    if (outcome.end == End::kPool) pool_ = std::move(outcome.pool);
    return EnterPool(moment);
  }
  if (outcome.end == End::kDissolved) {
    BeginAttempt(moment);
  } else {
    phase_ = Phase::kFree;
    renew_at_ = moment.now + moment.rules().ticket_life / 2;
    pairing_.Resume(moment);
  }
  if (outcome.awaits.has_value() && pairing_.phase() == Pairing::Phase::kLooking) {
    const AwaitedSeed& seed = *outcome.awaits;
    pairing_.BecomeThirdOf(moment, seed.from, seed.id, seed.greet);
  }
}

// ---- messages ----

bool Formation::OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message) {
  const Key256* template_cid = TemplateOf(message.body);
  if (template_cid != nullptr && *template_cid != vote_.template_cid()) return false;
  if (phase_ == Phase::kStopped) return false;
  const VoteMoment at = MomentOf(moment);
  const bool taken = Route(at, from, message);
  Settle(at);
  return taken;
}

bool Formation::OnGreet(const VoteMoment& moment, PeerId from, const Message& message,
                        const Greet& greet) {
  if (phase_ == Phase::kInPool) return false;
  if (greet.stage == NegotiationStage::kPool) {
    Reject(moment, from, message.id, NegotiationReject::kBad);
    return true;
  }
  moment.others.Note(moment, from, greet.stage, greet.depth, message.sent_ms);
  if (phase_ == Phase::kSeeding) {
    seeding_.OnGreet(moment, from, message.id, greet);
  } else {
    pairing_.OnGreet(moment, from, message.id, greet);
  }
  return true;
}

bool Formation::Route(const VoteMoment& moment, PeerId from, const Message& message) {
  const uint64_t id = message.id;
  const Body& body = message.body;
  if (const auto* greet = std::get_if<Greet>(&body)) return OnGreet(moment, from, message, *greet);
  if (const auto* received = std::get_if<SeedReceived>(&body)) {
    return seeding_.OnReceived(moment, from, *received);
  }
  if (const auto* refusal = std::get_if<NegotiationRefusal>(&body)) {
    return phase_ == Phase::kSeeding ? seeding_.OnRefusal(moment, from, id, refusal->reason)
                                     : pairing_.OnRefusal(moment, from, id, refusal->reason);
  }
  if (const auto* present = std::get_if<Present>(&body)) {
    const bool seeks = present->stage != NegotiationStage::kPool && phase_ != Phase::kInPool;
    if (seeks) moment.others.Note(moment, from, present->stage, present->depth, message.sent_ms);
    return seeks;
  }
  if (phase_ == Phase::kInPool) return false;
  if (const auto* pair = std::get_if<Pair>(&body)) {
    pairing_.OnPair(moment, from, id, *pair);
  } else if (const auto* seed = std::get_if<PoolSeed>(&body)) {
    pairing_.OnSeed(moment, from, id, *seed);
  } else if (const auto* confirm = std::get_if<SeedConfirm>(&body)) {
    seeding_.OnConfirm(moment, from, id, *confirm);
  } else if (const auto* ack = std::get_if<PairAck>(&body)) {
    if (phase_ == Phase::kSeeding) {
      seeding_.OnPairAck(moment, from, id, *ack);
    } else {
      pairing_.OnPairAck(moment, from, id, *ack);
    }
  } else {
    return false;
  }
  return true;
}

void Formation::Decline(const NegotiationMoment& moment, PeerId from, const Message& message) {
  const Body& body = message.body;
  if (std::holds_alternative<Greet>(body) || std::holds_alternative<Pair>(body)) {
    Reject(moment, from, message.id, NegotiationReject::kBusy);
  } else if (std::holds_alternative<PairAck>(body) || std::holds_alternative<PoolSeed>(body) ||
             std::holds_alternative<SeedConfirm>(body)) {
    Reject(moment, from, message.id, NegotiationReject::kDissolved);
  }
}

void Formation::OnNewcomers(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  others_.MeetNewcomers(at);
}

void Formation::OnLinkDown(const NegotiationMoment& moment, PeerId peer) {
  const VoteMoment at = MomentOf(moment);
  others_.OnLinkDown(peer);
  pairing_.OnLinkDown(at, peer);
  seeding_.OnLinkDown(at, peer);
  Settle(at);
}

void Formation::OnDeadline(const NegotiationMoment& moment) {
  const VoteMoment at = MomentOf(moment);
  others_.OnDeadline(at);
  pairing_.OnDeadline(at);
  seeding_.OnDeadline(at);
  // A ticket that is about to end is no use to anybody; half of its life covers all that follows.
  if (renew_at_ <= moment.now && idle()) BeginAttempt(at);
  if (renew_at_ <= moment.now) renew_at_ = moment.now + moment.rules().pair_lock;
  Settle(at);
}

Time Formation::NextDeadline() const {
  return std::min(
      {others_.NextDeadline(), pairing_.NextDeadline(), seeding_.NextDeadline(), renew_at_});
}

// ---- state ----

void Formation::CollectPeers(PeerSet& peers) const {
  others_.CollectPeers(peers);
  pairing_.CollectPeers(peers);
  seeding_.CollectPeers(peers);
}

template <typename State>
void Formation::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("renews", renew_at_);
  state.Module("vote", vote_);
  state.Module("others", others_);
  state.Module("pairing", pairing_);
  state.Module("seeding", seeding_);
}

void Formation::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Formation::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Formation::HeapBytes() const {
  return vote_.HeapBytes() + others_.HeapBytes() + seeding_.HeapBytes();
}

}  // namespace core

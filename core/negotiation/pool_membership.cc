#include "core/negotiation/pool_membership.h"

#include <algorithm>
#include <utility>

#include "core/negotiation/vote_block.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"out", "member", "signed"};

PoolPlace PlaceOf(const PoolInform& inform) {
  return {
      .pool = inform.pool, .epoch = inform.epoch, .size = inform.size, .coordinator = inform.peer};
}

bool IsSize(const PoolMoment& moment, size_t size) {
  return size >= static_cast<size_t>(moment.rules().block_min) &&
         size <= static_cast<size_t>(moment.rules().capacity);
}

}  // namespace

void ReportJoined(const PoolMoment& moment, const PoolPlace& place) {
  moment.effects.Observe(PoolJoined{.pool = place.pool,
                                    .ticket = moment.ticket_hash,
                                    .epoch = place.epoch,
                                    .size = place.size,
                                    .coordinator = place.coordinator});
}

void ReportLeft(const PoolMoment& moment, const PoolPlace& place, PoolLeaving cause) {
  moment.effects.Observe(PoolLeft{
      .pool = place.pool, .ticket = moment.ticket_hash, .epoch = place.epoch, .cause = cause});
}

void PoolMembership::Enter(const PoolMoment& moment, const PoolPlace& place) {
  phase_ = Phase::kMember;
  place_ = place;
  former_ = {};
  HearCoordinator(moment);
}

void PoolMembership::HearCoordinator(const PoolMoment& moment) {
  leave_at_ = std::min({moment.now + moment.silence_max(), moment.closes(),
                        PoolMoment::AtMs(moment.ticket.expires_ms)});
}

void PoolMembership::Acknowledge(const PoolMoment& moment, PeerId to, uint64_t id) const {
  moment.Send(to, id, PoolAck{.pool = place_.pool, .epoch = place_.epoch});
}

bool PoolMembership::IsFromFormer(PeerId from) const {
  return former_.coordinator != kNoPeer && from == former_.coordinator;
}

bool PoolMembership::OnFormed(const PoolMoment& moment, PeerId from, uint64_t id,
                              const PoolInform& inform) {
  const bool formed = inform.event == PoolEvent::kFormed && from == moment.opener &&
                      inform.peer == from && IsSize(moment, inform.size);
  if (!formed || moment.now >= moment.closes()) return false;
  Enter(moment, PlaceOf(inform));
  ReportJoined(moment, place_);
  Acknowledge(moment, from, id);
  return true;
}

bool PoolMembership::OnInform(const PoolMoment& moment, PeerId from, uint64_t id,
                              const PoolInform& inform) {
  if (phase_ == Phase::kOut) return OnFormed(moment, from, id, inform);
  const bool own =
      from == place_.coordinator && (inform.pool == place_.pool || inform.former == place_.pool);
  const bool former =
      IsFromFormer(from) && (inform.pool == former_.pool || inform.pool == place_.pool);
  if (!own && !former) return false;
  if (inform.event == PoolEvent::kDissolved) {
    if (inform.epoch >= place_.epoch) Leave(moment, PoolLeaving::kDissolved);
  } else if (inform.epoch == place_.epoch && inform.pool == place_.pool) {
    if (own) {
      former_ = {};
      if (phase_ == Phase::kMember) HearCoordinator(moment);
    }
    Acknowledge(moment, from, id);
  } else if (inform.epoch > place_.epoch && phase_ == Phase::kMember) {
    OnLaterEpoch(moment, from, id, inform);
  }
  return true;
}

// REQUIRES: from the coordinator, or from the former one.
void PoolMembership::OnLaterEpoch(const PoolMoment& moment, PeerId from, uint64_t id,
                                  const PoolInform& inform) {
  const bool own = from == place_.coordinator;
  const bool same = own && inform.pool == place_.pool && inform.peer == from;
  const bool back = IsFromFormer(from) && inform.event == PoolEvent::kReverted &&
                    inform.pool == former_.pool && inform.peer == from;
  const bool away = own && inform.event == PoolEvent::kMerged && inform.former == place_.pool &&
                    inform.pool != place_.pool && inform.peer != from &&
                    inform.peer != moment.self && inform.peer != kNoPeer;
  if (same && inform.event == PoolEvent::kReverted && inform.size == 0) {
    return Leave(moment, PoolLeaving::kReverted);
  }
  if (!(same || back || away) || inform.event == PoolEvent::kFormed ||
      !IsSize(moment, inform.size)) {
    return moment.Accuse(from, Offence::kProtocolViolation);
  }
  if (!same) ReportLeft(moment, place_, back ? PoolLeaving::kReverted : PoolLeaving::kMerged);
  former_ = away ? place_ : PoolPlace{};
  place_ = PlaceOf(inform);
  HearCoordinator(moment);
  ReportJoined(moment, place_);
  Acknowledge(moment, from, id);
}

SignObjection PoolMembership::Objection(const PoolMoment& moment, const BlockForm& form) const {
  const int64_t last = std::min(moment.terms.closes_ms, moment.ticket.expires_ms);
  const int64_t clock_error = moment.config().clock_tolerance.us / 1000;
  if (form.deadline_ms > last || moment.now_ms() >= last ||
      moment.now_ms() >= form.deadline_ms + clock_error) {
    return SignObjection::kLate;
  }
  if (form.voters.size() > static_cast<size_t>(moment.rules().capacity)) {
    return SignObjection::kSize;
  }
  return ObjectionTo(moment.context, moment.template_cid(), form, moment.own);
}

bool PoolMembership::OnForm(const PoolMoment& moment, PeerId from, uint64_t id,
                            const BlockForm& form) {
  const bool own = phase_ != Phase::kOut && from == place_.coordinator &&
                   form.pool == place_.pool && form.epoch == place_.epoch;
  if (!own) return false;
  former_ = {};
  if (phase_ == Phase::kSigned) {
    if (form.cid == sign_.cid) {
      moment.Send(from, id, sign_);
    } else {
      moment.Accuse(from, Offence::kProtocolViolation);  // Two lists of one epoch.
    }
    return true;
  }
  const SignObjection objection = Objection(moment, form);
  if (objection != SignObjection::kNone) {
    moment.effects.Observe(
        SignRefused{.cid = form.cid, .ticket = moment.ticket_hash, .objection = objection});
    moment.Send(
        from, id,
        BlockSign{.pool = form.pool, .cid = form.cid, .objection = objection, .signature = {}});
    return true;
  }
  sign_ = {.pool = form.pool,
           .cid = form.cid,
           .objection = SignObjection::kNone,
           .signature = SignBlock(moment, form.cid)};
  form_ = std::make_unique<BlockForm>(form);
  phase_ = Phase::kSigned;
  leave_at_ = PoolMoment::AtMs(moment.ticket.expires_ms);
  ask_pause_ = moment.rules().ack_wait;
  ask_at_ = moment.now + ask_pause_;
  moment.Send(from, id, sign_);
  return true;
}

bool PoolMembership::OnSigned(const PoolMoment& moment, PeerId from, const BlockSigned& block) {
  const bool own = phase_ == Phase::kSigned && from == place_.coordinator &&
                   block.pool == place_.pool && block.cid == sign_.cid;
  if (!own) return false;
  if (!IsSignedByAll(moment, *form_, block.signatures)) {
    moment.Accuse(from, Offence::kBadSignature);
    return true;
  }
  ReportBlock(moment, *form_, block.signatures);
  end_ = {.kind = PoolEnd::Kind::kBlock,
          .cid = form_->cid,
          .voters = static_cast<uint16_t>(form_->voters.size())};
  Leave(moment, PoolLeaving::kSigned);
  return true;
}

void PoolMembership::Leave(const PoolMoment& moment, PoolLeaving cause) {
  ReportLeft(moment, place_, cause);
  if (cause != PoolLeaving::kSigned) end_.kind = PoolEnd::Kind::kFree;
  phase_ = Phase::kOut;
  form_.reset();
  leave_at_ = Time::Never();
  ask_at_ = Time::Never();
}

void PoolMembership::OnDeadline(const PoolMoment& moment) {
  if (leave_at_ <= moment.now) {
    const bool in_time = moment.now < moment.closes() && moment.now_ms() < moment.ticket.expires_ms;
    if (in_time) moment.Report(place_.coordinator, Offence::kConnectionFailure);
    return Leave(moment, PoolLeaving::kSilence);
  }
  if (ask_at_ > moment.now) return;
  ask_pause_ = std::min(ask_pause_ * 2, moment.rules().present_interval);
  ask_at_ = moment.now + ask_pause_;
  moment.Send(place_.coordinator, 0, sign_);
}

PoolEnd PoolMembership::TakeEnded() {
  return std::exchange(end_, {});
}

Time PoolMembership::NextDeadline() const {
  return std::min(leave_at_, ask_at_);
}

void PoolMembership::CollectPeers(PeerSet& peers) const {
  peers.Add(place_.coordinator);
  peers.Add(former_.coordinator);
}

template <typename State>
void PoolMembership::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("pool", place_.pool);
  state.Add("epoch", place_.epoch);
  state.Add("size", place_.size);
  state.Add("coordinator", place_.coordinator);
  state.Add("former pool", former_.pool);
  state.Hash(former_.epoch);
  state.Add("former coordinator", former_.coordinator);
  state.Add("signed", sign_.cid);
  state.Hash(ask_pause_);
  state.Add("asks", ask_at_);
  state.Add("leaves", leave_at_);
  state.Hash(end_.kind);
}

void PoolMembership::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void PoolMembership::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t PoolMembership::HeapBytes() const {
  if (form_ == nullptr) return 0;
  size_t bytes = sizeof(BlockForm) + form_->voters.capacity() * sizeof(VoterRecord) +
                 form_->votes.capacity() * sizeof(VoteRecord);
  for (const VoterRecord& voter : form_->voters) bytes += voter.sealed.capacity();
  for (const VoteRecord& vote : form_->votes) bytes += vote.sealed.capacity();
  return bytes;
}

}  // namespace core

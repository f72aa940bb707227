// PoolCoordination: two pools become one. The transition table is in pool_coordination.h.
#include <algorithm>
#include <set>

#include "core/negotiation/pool_coordination.h"
#include "core/negotiation/ticket.h"

namespace core {
namespace {

bool IsGoodTicketOf(const PoolMoment& moment, PeerId peer, const Ticket& ticket) {
  moment.effects.CountVerify();
  return IsGoodTicket(moment.context, ticket,
                      {.template_cid = moment.template_cid(),
                       .node = moment.context.directory->NodeIdOf(peer),
                       .now_ms = moment.now_ms()});
}

}  // namespace

// Two coordinators say the same of each other's pools.
bool PoolCoordination::IsLarger(size_t other_size, const Key256& other) const {
  if (pool_.size() != other_size) return pool_.size() > other_size;
  return pool_.id > other;
}

// Whether a greet from that pool counts for more than the own one under way: of two that greet each other, one.
bool PoolCoordination::Prefers(const Key256& pool) const {
  if (merge_.peer == kNoPeer) return true;
  if (pool == merge_.pool) return pool < pool_.id;
  return Nearer(pool_.id, pool, merge_.pool);
}

void PoolCoordination::BeginMerge(const PoolMoment& moment, const Merge& merge, Phase phase) {
  merge_ = merge;
  merge_.until = moment.now + moment.rules().greet_timeout;
  phase_ = phase;
}

void PoolCoordination::Greet(const PoolMoment& moment) {
  const Partner* partner = partners_.Choose(moment, pool_.size());
  if (partner == nullptr) return;
  BeginMerge(moment, {.peer = partner->peer, .pool = partner->pool, .id = moment.random.Next()},
             Phase::kStanding);
  moment.Send(merge_.peer, merge_.id,
              MergeGreet{.pool = pool_.id,
                         .epoch = pool_.epoch,
                         .size = static_cast<uint16_t>(pool_.size()),
                         .ticket = moment.ticket});
}

void PoolCoordination::LeaveMerge() {
  merge_ = {};
  merged_ = {};
  phase_ = Phase::kStanding;
}

// The other coordinator was silent for too long.
void PoolCoordination::GiveUpMerge(const PoolMoment& moment) {
  moment.Report(merge_.peer, Offence::kConnectionFailure);
  if (phase_ == Phase::kMoved) return TakeBack(moment, {}, true);
  if (phase_ == Phase::kStanding) {
    partners_.Drop(merge_.peer);
  } else {
    partners_.Rest(merge_.peer, moment.now + moment.rules().greet_timeout * kFlawRest);
  }
  LeaveMerge();
}

bool PoolCoordination::OnGreet(const PoolMoment& moment, PeerId from, uint64_t id,
                               const MergeGreet& greet) {
  if (greet.ticket.template_cid != moment.template_cid()) return false;
  if (!IsGoodTicketOf(moment, from, greet.ticket)) {
    moment.Accuse(from, Offence::kProtocolViolation);
    return true;
  }
  // A greet from a member is a late one, from before its pool was taken.
  const bool fits = pool_.size() + greet.size <= static_cast<size_t>(moment.rules().capacity) &&
                    greet.pool != pool_.id && !IsMember(from);
  if (phase_ != Phase::kStanding || !IsSettled() || !fits || IsFormDue(moment) ||
      !Prefers(greet.pool)) {
    moment.Decline(from, id, NegotiationReject::kBusy);
    if (!fits) partners_.SayPresent(moment, {from}, pool_.size());  // It has not heard of the size.
    return true;
  }
  const Merge merge{.peer = from, .pool = greet.pool, .id = id};
  if (IsLarger(greet.size, greet.pool)) {
    BeginMerge(moment, merge, Phase::kTaking);
    moment.Send(from, id,
                MergeAck{.verdict = MergeVerdict::kAgreed,
                         .pool = greet.pool,
                         .into = pool_.id,
                         .epoch = pool_.epoch,
                         .size = static_cast<uint16_t>(pool_.size())});
  } else {
    BeginMerge(moment, merge, Phase::kGiving);
    Give(moment);
  }
  return true;
}

void PoolCoordination::Give(const PoolMoment& moment) {
  phase_ = Phase::kGiving;
  merge_.until = moment.now + moment.rules().ack_wait;
  moment.Send(merge_.peer, merge_.id,
              MergeLists{.pool = pool_.id,
                         .into = merge_.pool,
                         .epoch = pool_.epoch,
                         .voters = pool_.voters,
                         .votes = pool_.votes,
                         .members = pool_.members});
}

bool PoolCoordination::OnLists(const PoolMoment& moment, PeerId from, uint64_t id,
                               const MergeLists& lists) {
  const bool awaited = phase_ == Phase::kTaking || phase_ == Phase::kStanding;
  if (lists.into != pool_.id || from != merge_.peer || id != merge_.id) return false;
  if (!awaited || lists.pool != merge_.pool) return true;
  const std::optional<NegotiationReject> flaw = FlawOf(moment, from, lists);
  if (!flaw.has_value()) {
    Take(moment, lists);
    return true;
  }
  moment.Refuse(from, *flaw);
  if (*flaw == NegotiationReject::kBad) moment.Report(from, Offence::kProtocolViolation);
  moment.Decline(from, id, *flaw);
  partners_.Rest(from, moment.now + moment.rules().greet_timeout * kFlawRest);
  LeaveMerge();
  return true;
}

// Nothing that is in both pools, a ticket for each voter, and the giver among its own.
std::optional<NegotiationReject> PoolCoordination::FlawOf(const PoolMoment& moment, PeerId from,
                                                          const MergeLists& lists) const {
  const size_t size = lists.members.size();
  const bool fits = pool_.size() + size <= static_cast<size_t>(moment.rules().capacity);
  const bool counts = lists.voters.size() == size && lists.votes.size() == size &&
                      size >= static_cast<size_t>(moment.rules().block_min);
  if (!fits || !counts || !IsLarger(size, lists.pool)) return NegotiationReject::kBad;

  std::set<PublicKey> voters;
  std::set<Key256> nonces;
  std::set<PublicKey> holders;
  std::set<PeerId> peers;
  for (const VoterRecord& voter : lists.voters) voters.insert(voter.registrant);
  for (const VoteRecord& vote : lists.votes) nonces.insert(vote.nonce);
  for (const PoolMember& member : lists.members) {
    peers.insert(member.peer);
    holders.insert(member.ticket.registrant);
  }
  const bool sound = voters.size() == size && nonces.size() == size && peers.size() == size &&
                     voters == holders && peers.contains(from);
  if (!sound) return NegotiationReject::kBad;
  for (const VoterRecord& voter : pool_.voters) {
    if (voters.contains(voter.registrant)) return NegotiationReject::kDuplicate;
  }
  for (const VoteRecord& vote : pool_.votes) {
    if (nonces.contains(vote.nonce)) return NegotiationReject::kDuplicate;
  }
  for (const PoolMember& member : pool_.members) {
    if (peers.contains(member.peer)) return NegotiationReject::kDuplicate;
  }
  const bool tickets = std::all_of(
      lists.members.begin(), lists.members.end(),
      [&](const PoolMember& member) { return IsGoodTicketOf(moment, member.peer, member.ticket); });
  return tickets ? std::nullopt : std::optional(NegotiationReject::kBad);
}

void PoolCoordination::Take(const PoolMoment& moment, const MergeLists& lists) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  merged_ = pool_;
  merged_.epoch = std::max(pool_.epoch, lists.epoch) + 1;
  append(merged_.voters, lists.voters);
  append(merged_.votes, lists.votes);
  append(merged_.members, lists.members);
  SortLists(merged_);
  merge_.until = Time::Never();
  phase_ = Phase::kTaken;
  StartRound(moment, PoolEvent::kMerged, moment.rules().ack_wait * 2);
}

void PoolCoordination::SendVerdict(const PoolMoment& moment, MergeVerdict verdict, uint32_t epoch) {
  verdict_ = {.giver = merge_.peer,
              .id = merge_.id,
              .word = {.verdict = verdict,
                       .pool = merge_.pool,
                       .into = pool_.id,
                       .epoch = epoch,
                       .size = static_cast<uint16_t>(pool_.size())}};
  moment.Send(verdict_.giver, verdict_.id, verdict_.word);
}

void PoolCoordination::FinishTaking(const PoolMoment& moment) {
  const Key256 taken = merge_.pool;
  pool_ = std::move(merged_);
  form_at_ = std::min(form_at_, TicketTime(moment));
  SendVerdict(moment, MergeVerdict::kDone, pool_.epoch);
  partners_.Drop(merge_.peer);
  partners_.TellAll();
  LeaveMerge();
  ReportJoined(moment, Place(moment));
  moment.effects.Observe(PoolsMerged{.pool = pool_.id,
                                     .taken = taken,
                                     .epoch = pool_.epoch,
                                     .size = static_cast<uint16_t>(pool_.size())});
}

void PoolCoordination::RevertTaking(const PoolMoment& moment, std::vector<PeerId> silent) {
  roll_.End();
  SendVerdict(moment, MergeVerdict::kReverted, merged_.epoch);
  partners_.Rest(merge_.peer, moment.now + moment.rules().greet_timeout * kFlawRest);
  pool_.epoch = merged_.epoch + 1;
  silent_ = std::move(silent);
  LeaveMerge();
  StartRound(moment, PoolEvent::kReverted, moment.rules().ack_wait);
  ReportJoined(moment, Place(moment));
}

bool PoolCoordination::OnMergeAck(const PoolMoment& moment, PeerId from, uint64_t id,
                                  const MergeAck& ack) {
  const bool of_merge = from == merge_.peer && id == merge_.id;
  const bool giving = ack.pool == pool_.id && ack.into == merge_.pool;
  const bool moved = phase_ == Phase::kMoved || phase_ == Phase::kMoving;
  if (of_merge && giving && ack.verdict == MergeVerdict::kAgreed) {
    if (phase_ == Phase::kStanding && !IsLarger(ack.size, ack.into)) Give(moment);
    return true;
  }
  if (of_merge && giving && phase_ == Phase::kGiving && ack.verdict == MergeVerdict::kReverted) {
    partners_.Rest(from, moment.now + moment.rules().greet_timeout * kFlawRest);
    LeaveMerge();
    return true;
  }
  if (of_merge && giving && moved && ack.epoch == taker_.epoch) {
    if (ack.verdict == MergeVerdict::kReverted) {
      TakeBack(moment, {}, false);
    } else if (phase_ == Phase::kMoved) {
      HandOver(moment);
    }
    return true;
  }
  const bool taken_back = ack.verdict == MergeVerdict::kReverted && ack.into == pool_.id;
  if (of_merge && taken_back && phase_ == Phase::kTaken && ack.pool == merge_.pool) {
    RevertTaking(moment, {from});
    return true;
  }
  // It was believed to be ours: nobody can tell its records apart any more.
  const bool late =
      from == verdict_.giver && ack.pool == verdict_.word.pool && ack.epoch == verdict_.word.epoch;
  if (late && taken_back && verdict_.word.verdict == MergeVerdict::kDone) {
    Stop(moment);
    return true;
  }
  return of_merge || late;
}

// The taker's word that the pools are one, or that this peer is a member.
bool PoolCoordination::OnInform(const PoolMoment& moment, PeerId from, uint64_t id,
                                const PoolInform& inform) {
  if (from != merge_.peer || inform.pool != merge_.pool || inform.peer != from) return false;
  if (phase_ == Phase::kMoved && inform.former != pool_.id && inform.epoch >= taker_.epoch) {
    HandOver(moment);
    return false;  // What it says is a member's business.
  }
  if (inform.event != PoolEvent::kMerged || inform.former != pool_.id) return false;
  if (phase_ == Phase::kMoved && inform.epoch == taker_.epoch) {
    moment.Send(from, id, PoolAck{.pool = taker_.pool, .epoch = taker_.epoch});
    return true;
  }
  if (phase_ == Phase::kMoving) return inform.epoch == taker_.epoch;
  const bool fits =
      inform.size > pool_.size() && inform.size <= static_cast<size_t>(moment.rules().capacity);
  if (phase_ != Phase::kGiving || inform.epoch <= pool_.epoch || !fits) return false;
  taker_ = {.pool = inform.pool, .epoch = inform.epoch, .size = inform.size, .coordinator = from};
  taker_round_ = id;
  lists_ = inform.lists;
  merge_.until = Time::Never();
  phase_ = Phase::kMoving;
  StartRound(moment, PoolEvent::kMerged, moment.rules().ack_wait);
  return true;
}

// All own members follow: for them and itself, this peer acknowledges; again until it is told the end.
void PoolCoordination::FinishMoving(const PoolMoment& moment) {
  if (phase_ == Phase::kMoving) {
    ReportLeft(moment, Place(moment), PoolLeaving::kMerged);
    ReportJoined(moment, taker_);
    phase_ = Phase::kMoved;
    merge_.until = moment.now + moment.rules().ack_wait * 3;
  }
  ask_at_ = moment.now + moment.rules().ack_wait;
  moment.Send(merge_.peer, taker_round_, PoolAck{.pool = taker_.pool, .epoch = taker_.epoch});
}

void PoolCoordination::TakeBack(const PoolMoment& moment, std::vector<PeerId> silent, bool tell) {
  roll_.End();
  if (tell) {
    moment.Send(merge_.peer, merge_.id,
                MergeAck{.verdict = MergeVerdict::kReverted,
                         .pool = pool_.id,
                         .into = taker_.pool,
                         .epoch = taker_.epoch,
                         .size = static_cast<uint16_t>(pool_.size())});
  }
  if (phase_ == Phase::kMoved) ReportLeft(moment, taker_, PoolLeaving::kReverted);
  partners_.Rest(merge_.peer, moment.now + moment.rules().greet_timeout * kFlawRest);
  pool_.epoch = taker_.epoch + 1;
  silent_ = std::move(silent);
  LeaveMerge();
  StartRound(moment, PoolEvent::kReverted, moment.rules().ack_wait);
  ReportJoined(moment, Place(moment));
}

void PoolCoordination::HandOver(const PoolMoment& moment) {
  handed_to_ = taker_;
  roll_.End();
  partners_.End(moment);
  merge_ = {};
  phase_ = Phase::kOver;
}

bool PoolCoordination::OnForm(const PoolMoment& moment, PeerId from, const BlockForm& form) {
  const bool member = phase_ == Phase::kMoved && from == taker_.coordinator &&
                      form.pool == taker_.pool && form.epoch >= taker_.epoch;
  if (member) HandOver(moment);
  return false;  // What it says is a member's business.
}

}  // namespace core

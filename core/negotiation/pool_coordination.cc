#include "core/negotiation/pool_coordination.h"

#include <algorithm>

#include "core/port/names.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"opening", "standing", "taking",  "taken", "giving",
                                        "moving",  "moved",    "signing", "over"};

size_t RecordBytes(const std::vector<VoterRecord>& voters, const std::vector<VoteRecord>& votes) {
  size_t bytes = voters.capacity() * sizeof(VoterRecord) + votes.capacity() * sizeof(VoteRecord);
  for (const VoterRecord& voter : voters) bytes += voter.sealed.capacity();
  for (const VoteRecord& vote : votes) bytes += vote.sealed.capacity();
  return bytes;
}

}  // namespace

PoolCoordination::PoolCoordination(const PoolMoment& moment, Pool pool) : pool_(std::move(pool)) {
  SortLists(pool_);
  ++pool_.epoch;
  StartRound(moment, PoolEvent::kFormed, moment.rules().ack_wait);
}

void PoolCoordination::SortLists(Pool& pool) {
  std::sort(pool.voters.begin(), pool.voters.end(),
            [](const VoterRecord& a, const VoterRecord& b) { return a.registrant < b.registrant; });
  std::sort(pool.votes.begin(), pool.votes.end(),
            [](const VoteRecord& a, const VoteRecord& b) { return a.nonce < b.nonce; });
}

std::vector<PeerId> PoolCoordination::Others(const PoolMoment& moment) const {
  std::vector<PeerId> others;
  for (const PoolMember& member : pool_.members) {
    if (member.peer != moment.self) others.push_back(member.peer);
  }
  return others;
}

bool PoolCoordination::IsMember(PeerId peer) const {
  return std::any_of(pool_.members.begin(), pool_.members.end(),
                     [&](const PoolMember& member) { return member.peer == peer; });
}

std::vector<NamedNode> PoolCoordination::Named(const PoolMoment& moment) const {
  std::vector<NamedNode> named;
  for (const PeerId peer : silent_) {
    named.push_back({.id = moment.context.directory->NodeIdOf(peer)});
  }
  return named;
}

void PoolCoordination::StartRound(const PoolMoment& moment, PoolEvent event, Duration wait) {
  event_ = event;
  const Pool& pool = phase_ == Phase::kTaken ? merged_ : pool_;
  if (phase_ != Phase::kMoving) {
    lists_ = ListsHash(moment.context, moment.template_cid(), pool.voters, pool.votes);
  }
  std::vector<PeerId> whom = Others(moment);
  if (phase_ == Phase::kTaken) whom.push_back(merge_.peer);
  roll_.Begin(moment, std::move(whom), wait);
  keep_at_ = moment.now + moment.rules().present_interval;
  SendRound(moment, roll_.missing());
}

void PoolCoordination::SendRound(const PoolMoment& moment, std::span<const PeerId> to) const {
  const PoolPlace place = phase_ == Phase::kMoving ? taker_ : Place(moment);
  PoolInform inform{
      .event = event_,
      .pool = place.pool,
      .epoch = place.epoch,
      .size = place.size,
      .lists = lists_,
      .former = phase_ == Phase::kMoving ? pool_.id : Key256{},
      .peer = place.coordinator,
      .silent = event_ == PoolEvent::kReverted ? Named(moment) : std::vector<NamedNode>{}};
  std::vector<PeerId> members(to.begin(), to.end());
  const bool giver = phase_ == Phase::kTaken && std::erase(members, merge_.peer) != 0;
  moment.SendAll(members, roll_.id(), inform);
  if (!giver) return;
  inform.former = merge_.pool;
  moment.Send(merge_.peer, roll_.id(), std::move(inform));
}

PoolPlace PoolCoordination::Place(const PoolMoment& moment) const {
  const Pool& pool = phase_ == Phase::kTaken ? merged_ : pool_;
  return {.pool = pool.id,
          .epoch = pool.epoch,
          .size = static_cast<uint16_t>(pool.size()),
          .coordinator = moment.self};
}

// Everybody has answered.
void PoolCoordination::EndRound(const PoolMoment& moment) {
  roll_.End();
  silent_.clear();
  switch (phase_) {
    case Phase::kOpening:
      form_at_ = std::min(FormTime(moment), TicketTime(moment));
      partners_.Begin(moment, pool_.id);
      ReportJoined(moment, Place(moment));
      phase_ = Phase::kStanding;
      break;
    case Phase::kTaken:
      FinishTaking(moment);
      break;
    case Phase::kMoving:
      FinishMoving(moment);
      break;
    case Phase::kSigning:
      FinishForm(moment);
      break;
    default:
      break;
  }
}

// Not everybody has.
void PoolCoordination::OnSilent(const PoolMoment& moment, std::vector<PeerId> silent) {
  roll_.End();
  switch (phase_) {
    case Phase::kOpening:
      silent_ = std::move(silent);
      return RevertFormation(moment);
    case Phase::kTaken:
      return RevertTaking(moment, std::move(silent));
    case Phase::kMoving:
      return TakeBack(moment, std::move(silent), true);
    case Phase::kSigning:
      return Dissolve(moment, std::move(silent));
    default:
      break;
  }
  const bool twice = std::any_of(silent.begin(), silent.end(), [&](PeerId peer) {
    return std::find(silent_.begin(), silent_.end(), peer) != silent_.end();
  });
  if (twice) return Dissolve(moment, std::move(silent));
  silent_ = std::move(silent);
}

void PoolCoordination::RevertFormation(const PoolMoment& moment) {
  ++pool_.epoch;
  PoolInform inform = DissolvedInform(moment, pool_.id, pool_.epoch);
  inform.event = PoolEvent::kReverted;
  inform.silent = Named(moment);
  moment.SendAll(Others(moment), 0, std::move(inform));
  End(moment, {.kind = PoolEnd::Kind::kFree, .cid = {}, .voters = 0});
}

void PoolCoordination::Dissolve(const PoolMoment& moment, std::vector<PeerId> silent) {
  silent_ = std::move(silent);
  PoolInform inform = DissolvedInform(moment, pool_.id, pool_.epoch);
  inform.silent = Named(moment);
  moment.SendAll(Others(moment), 0, std::move(inform));
  if (phase_ != Phase::kOpening) ReportLeft(moment, Place(moment), PoolLeaving::kDissolved);
  End(moment, {.kind = PoolEnd::Kind::kFree, .cid = {}, .voters = 0});
}

void PoolCoordination::End(const PoolMoment& moment, PoolEnd end) {
  end_ = end;
  if (end.kind != PoolEnd::Kind::kBlock) signatures_.clear();  // Some are not all.
  ended_ = {.pool = pool_.id,
            .epoch = pool_.epoch,
            .cid = end.cid,
            .signatures = std::move(signatures_),
            .until = TicketsEnd()};
  roll_.End();
  partners_.End(moment);
  merge_ = {};
  phase_ = Phase::kOver;
}

void PoolCoordination::Stop(const PoolMoment& moment) {
  if (phase_ == Phase::kTaken) RevertTaking(moment, {});
  if (phase_ == Phase::kMoving || phase_ == Phase::kMoved) TakeBack(moment, {}, true);
  if (phase_ != Phase::kOver) Dissolve(moment, {});
}

bool PoolCoordination::OnPresent(const PoolMoment& moment, PeerId from, const Present& present) {
  const bool mine = phase_ != Phase::kOpening && present.stage == NegotiationStage::kPool &&
                    present.template_cid == moment.template_cid() && present.pool != pool_.id;
  if (mine) partners_.OnPresent(moment, from, present);
  return mine;
}

bool PoolCoordination::OnAck(const PoolMoment& moment, PeerId from, uint64_t id,
                             const PoolAck& ack) {
  if (roll_.open() && phase_ != Phase::kSigning && roll_.id() == id) {
    const PoolPlace place = phase_ == Phase::kMoving ? taker_ : Place(moment);
    if (ack.pool == place.pool && ack.epoch == place.epoch && roll_.OnAnswer(from, id) &&
        roll_.complete()) {
      EndRound(moment);
    }
    return true;
  }
  if (from == verdict_.giver && ack.pool == pool_.id && ack.epoch == verdict_.word.epoch) {
    moment.Send(from, verdict_.id, verdict_.word);
    return true;
  }
  return IsMember(from) && ack.pool == pool_.id;
}

// A member that says so is in no pool, or in another one.
bool PoolCoordination::OnRefusal(const PoolMoment& moment, PeerId from, uint64_t id,
                                 const NegotiationRefusal& refusal) {
  const bool of_merge = from == merge_.peer && id == merge_.id;
  if (of_merge &&
      (phase_ == Phase::kStanding || phase_ == Phase::kTaking || phase_ == Phase::kGiving)) {
    const int64_t rounds = refusal.reason == NegotiationReject::kBusy ? 1 : kFlawRest;
    partners_.Rest(from, moment.now + moment.rules().greet_timeout * rounds);
    // Who is busy is so for a few round trips: not all of its neighbours should try all others meanwhile.
    greets_at_ =
        moment.now + Duration{moment.random.Between(0, moment.rules().greet_timeout.us / 3)};
    LeaveMerge();
    return true;
  }
  if (!roll_.IsMissing(from, id)) return false;
  if (phase_ == Phase::kStanding) {
    Dissolve(moment, {from});
  } else {
    OnSilent(moment, {from});
  }
  return true;
}

void PoolCoordination::OnDeadline(const PoolMoment& moment) {
  if (roll_.over(moment.now)) {
    for (const PeerId peer : roll_.missing()) moment.Report(peer, Offence::kConnectionFailure);
    OnSilent(moment, roll_.missing());
  } else if (roll_.TakeRepeat(moment.now)) {
    if (phase_ == Phase::kSigning) {
      moment.SendAll(roll_.missing(), roll_.id(), *form_);
    } else {
      SendRound(moment, roll_.missing());
    }
  }
  if (merge_.until <= moment.now) GiveUpMerge(moment);
  if (phase_ == Phase::kMoved && ask_at_ <= moment.now) FinishMoving(moment);
}

void PoolCoordination::Advance(const PoolMoment& moment) {
  if (phase_ != Phase::kStanding) return;
  if (moment.now >= moment.closes()) return Dissolve(moment, {});
  if (IsSettled() && IsFormDue(moment)) return BeginForm(moment);
  if (!roll_.open() && keep_at_ <= moment.now) {
    StartRound(moment, event_, moment.rules().ack_wait);
  }
  partners_.Advance(moment, pool_.size());
  if (greets_at_ <= moment.now) greets_at_ = Time::Never();
  const bool free = merge_.peer == kNoPeer && greets_at_ == Time::Never();
  if (IsSettled() && free) Greet(moment);
}

Time PoolCoordination::NextDeadline() const {
  if (phase_ == Phase::kOver) return Time::Never();
  Time next = std::min(roll_.NextDeadline(), merge_.until);
  if (phase_ == Phase::kMoved) next = std::min(next, ask_at_);
  if (phase_ != Phase::kStanding) return next;
  if (!roll_.open()) next = std::min(next, keep_at_);
  if (IsSettled()) next = std::min(next, form_at_);
  return std::min({next, greets_at_, partners_.NextDeadline()});
}

void PoolCoordination::CollectPeers(PeerSet& peers) const {
  for (const PoolMember& member : pool_.members) peers.Add(member.peer);
  for (const PoolMember& member : merged_.members) peers.Add(member.peer);
  roll_.CollectPeers(peers);
  partners_.CollectPeers(peers);
  peers.AddAll(silent_);
  peers.Add(merge_.peer);
  peers.Add(verdict_.giver);
  peers.Add(taker_.coordinator);
  peers.Add(handed_to_.coordinator);
}

template <typename State>
void PoolCoordination::Tell(State& state) const {
  state.Add("phase", phase_, kPhases);
  state.Add("pool", pool_.id);
  state.Add("epoch", pool_.epoch);
  state.Add("lists", lists_);
  for (const PoolMember& member : pool_.members) state.Add("member", member.peer);
  state.Add("event", event_);
  state.Module("roll call", roll_);
  state.Add("silent", silent_);
  state.Add("keeps", keep_at_);
  state.Add("forms", form_at_);
  state.Add("greets", greets_at_);
  state.Module("partners", partners_);
  state.Part("merge", [&] {
    state.Add("peer", merge_.peer);
    state.Add("pool", merge_.pool);
    state.Add("id", merge_.id);
    state.Add("until", merge_.until);
  });
  state.Hash(merged_.epoch);
  state.Add("taker", taker_.coordinator);
  state.Hash(taker_.pool);
  state.Hash(taker_.epoch);
  state.Hash(taker_round_);
  state.Add("asks", ask_at_);
  state.Add("giver", verdict_.giver);
  state.Hash(verdict_.word.verdict);
  state.Hash(verdict_.word.epoch);
  for (const BlockSignature& each : signatures_) state.Add("signed by", each.registrant);
  state.Hash(end_.kind);
}

void PoolCoordination::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void PoolCoordination::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t PoolCoordination::HeapBytes() const {
  size_t bytes = roll_.HeapBytes() + partners_.HeapBytes() + silent_.capacity() * sizeof(PeerId) +
                 signatures_.capacity() * sizeof(BlockSignature);
  for (const Pool* pool : {&pool_, &merged_}) {
    bytes += RecordBytes(pool->voters, pool->votes) + pool->members.capacity() * sizeof(PoolMember);
  }
  if (form_ != nullptr) bytes += sizeof(BlockForm) + RecordBytes(form_->voters, form_->votes);
  return bytes;
}

}  // namespace core

#include "core/negotiation/pools.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace core {

void Pools::Begin(const PoolMoment& moment, Pool pool) {
  CHECK(!inside());
  coordination_ = std::make_unique<PoolCoordination>(moment, std::move(pool));
}

bool Pools::OnArrival(const PoolMoment& moment, PeerId from, const Message& message) {
  bool taken = ToCoordination(moment, from, message);
  Settle(moment);
  if (!taken) {
    taken = ToMembership(moment, from, message) || ToEnded(moment, from, message);
    Settle(moment);
  }
  return taken;
}

bool Pools::ToCoordination(const PoolMoment& moment, PeerId from, const Message& message) {
  if (coordination_ == nullptr) return false;
  PoolCoordination& pool = *coordination_;
  const uint64_t id = message.id;
  const Body& body = message.body;
  if (const auto* it = std::get_if<Present>(&body)) return pool.OnPresent(moment, from, *it);
  if (const auto* it = std::get_if<PoolInform>(&body)) return pool.OnInform(moment, from, id, *it);
  if (const auto* it = std::get_if<PoolAck>(&body)) return pool.OnAck(moment, from, id, *it);
  if (const auto* it = std::get_if<MergeGreet>(&body)) return pool.OnGreet(moment, from, id, *it);
  if (const auto* it = std::get_if<MergeLists>(&body)) return pool.OnLists(moment, from, id, *it);
  if (const auto* it = std::get_if<MergeAck>(&body)) return pool.OnMergeAck(moment, from, id, *it);
  if (const auto* it = std::get_if<BlockForm>(&body)) return pool.OnForm(moment, from, *it);
  if (const auto* it = std::get_if<BlockSign>(&body)) return pool.OnSign(moment, from, *it);
  if (const auto* it = std::get_if<NegotiationRefusal>(&body)) {
    return pool.OnRefusal(moment, from, id, *it);
  }
  return false;
}

bool Pools::ToMembership(const PoolMoment& moment, PeerId from, const Message& message) {
  if (coordination_ != nullptr) return false;
  const uint64_t id = message.id;
  if (const auto* inform = std::get_if<PoolInform>(&message.body)) {
    if (membership_ == nullptr) membership_ = std::make_unique<PoolMembership>();
    return membership_->OnInform(moment, from, id, *inform);
  }
  if (membership_ == nullptr) return false;
  if (const auto* form = std::get_if<BlockForm>(&message.body)) {
    return membership_->OnForm(moment, from, id, *form);
  }
  const auto* block = std::get_if<BlockSigned>(&message.body);
  return block != nullptr && membership_->OnSigned(moment, from, *block);
}

bool Pools::ToEnded(const PoolMoment& moment, PeerId from, const Message& message) const {
  if (const auto* ack = std::get_if<PoolAck>(&message.body)) {
    return ended_.Answer(moment, from, message.id, ack->pool);
  }
  const auto* sign = std::get_if<BlockSign>(&message.body);
  return sign != nullptr && ended_.Answer(moment, from, message.id, sign->pool);
}

void Pools::Decline(const NegotiationMoment& moment, PeerId from, const Message& message) {
  const auto refuse = [&](NegotiationReject reason) {
    moment.Send(from, message.id, NegotiationRefusal{.reason = reason});
  };
  const auto* inform = std::get_if<PoolInform>(&message.body);
  const auto* merge = std::get_if<MergeAck>(&message.body);
  const bool awaited = inform != nullptr && inform->event != PoolEvent::kDissolved;
  if (awaited || std::holds_alternative<BlockForm>(message.body)) {
    refuse(NegotiationReject::kDissolved);
  } else if (std::holds_alternative<MergeGreet>(message.body) ||
             std::holds_alternative<MergeLists>(message.body) ||
             (merge != nullptr && merge->verdict == MergeVerdict::kAgreed)) {
    refuse(NegotiationReject::kBusy);
  }
}

void Pools::Settle(const PoolMoment& moment) {
  if (coordination_ != nullptr) {
    coordination_->Advance(moment);
    if (coordination_->phase() == PoolCoordination::Phase::kOver) {
      const PoolPlace place = coordination_->handed_to();
      if (place.coordinator != kNoPeer) {
        membership_ = std::make_unique<PoolMembership>();
        membership_->Enter(moment, place);
      } else {
        end_ = coordination_->end();
        ended_.Add(coordination_->TakeEndedPool());
      }
      coordination_.reset();
    }
  }
  if (membership_ != nullptr && membership_->phase() == PoolMembership::Phase::kOut) {
    const PoolEnd end = membership_->TakeEnded();
    if (end.kind != PoolEnd::Kind::kNone) end_ = end;
    membership_.reset();
  }
}

void Pools::OnNewcomers(const PoolMoment& moment) {
  Settle(moment);
}

void Pools::OnDeadline(const PoolMoment& moment) {
  ended_.OnDeadline(moment.now);
  if (coordination_ != nullptr) coordination_->OnDeadline(moment);
  if (membership_ != nullptr) membership_->OnDeadline(moment);
  Settle(moment);
}

void Pools::Stop(const PoolMoment& moment) {
  if (coordination_ != nullptr) coordination_->Stop(moment);
  if (membership_ != nullptr) membership_->Stop(moment);
  Settle(moment);
}

PoolEnd Pools::TakeEnded() {
  return std::exchange(end_, {});
}

Time Pools::NextDeadline() const {
  Time next = ended_.NextDeadline();
  if (coordination_ != nullptr) next = std::min(next, coordination_->NextDeadline());
  if (membership_ != nullptr) next = std::min(next, membership_->NextDeadline());
  return next;
}

void Pools::CollectPeers(PeerSet& peers) const {
  if (coordination_ != nullptr) coordination_->CollectPeers(peers);
  if (membership_ != nullptr) membership_->CollectPeers(peers);
}

template <typename State>
void Pools::Tell(State& state) const {
  if (coordination_ != nullptr) state.Module("coordination", *coordination_);
  if (membership_ != nullptr) state.Module("membership", *membership_);
  state.Module("ended", ended_);
  state.Hash(end_.kind);
}

void Pools::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Pools::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Pools::HeapBytes() const {
  size_t bytes = ended_.HeapBytes();
  if (coordination_ != nullptr) bytes += sizeof(PoolCoordination) + coordination_->HeapBytes();
  if (membership_ != nullptr) bytes += sizeof(PoolMembership) + membership_->HeapBytes();
  return bytes;
}

}  // namespace core

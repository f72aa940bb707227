#include "core/negotiation/ended_pools.h"

#include <algorithm>

namespace core {

PoolInform DissolvedInform(const PoolMoment& moment, const Key256& pool, uint32_t epoch) {
  PoolInform inform;
  inform.event = PoolEvent::kDissolved;
  inform.pool = pool;
  inform.epoch = epoch;
  inform.peer = moment.self;
  return inform;
}

bool EndedPools::Answer(const PoolMoment& moment, PeerId from, uint64_t id,
                        const Key256& pool) const {
  const auto found = std::find_if(pools_.begin(), pools_.end(),
                                  [&](const EndedPool& ended) { return ended.pool == pool; });
  if (found == pools_.end()) return false;
  if (found->signatures.empty()) {
    moment.Send(from, id, DissolvedInform(moment, pool, found->epoch));
  } else {
    moment.Send(from, id,
                BlockSigned{.pool = pool, .cid = found->cid, .signatures = found->signatures});
  }
  return true;
}

void EndedPools::OnDeadline(Time now) {
  std::erase_if(pools_, [&](const EndedPool& ended) { return ended.until <= now; });
}

Time EndedPools::NextDeadline() const {
  Time next = Time::Never();
  for (const EndedPool& ended : pools_) next = std::min(next, ended.until);
  return next;
}

template <typename State>
void EndedPools::Tell(State& state) const {
  for (const EndedPool& ended : pools_) {
    state.Part("ended", [&] {
      state.Add("pool", ended.pool);
      state.Add("epoch", ended.epoch);
      state.Add("cid", ended.cid);
      state.Add("until", ended.until);
      for (const BlockSignature& each : ended.signatures) state.Hash(each.signature);
    });
  }
}

void EndedPools::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void EndedPools::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t EndedPools::HeapBytes() const {
  size_t bytes = pools_.capacity() * sizeof(EndedPool);
  for (const EndedPool& ended : pools_) {
    bytes += ended.signatures.capacity() * sizeof(BlockSignature);
  }
  return bytes;
}

}  // namespace core

// EndedPools: what became of the pools that this peer coordinated, for members whom the news did not reach.
//
//   a question about              | the answer
//   a pool whose block is signed  | all signatures
//   a pool that was dissolved     | that it was
//   any other pool                | none: after a crash, only silence is true
//
// Who has signed a block must not sign another one before it knows that the first will never be (BN-2), so it
// asks until it is told; an entry is kept as long as such a member is bound, to the end of its ticket. Memory: a
// key for each dissolved pool, 96 bytes a voter for a signed one. Owner: Pools.
// Source: docs/decisions/0022-negotiation-as-built.md, 13.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/negotiation/pool_moment.h"

namespace core {

struct EndedPool {
  Key256 pool;
  uint32_t epoch = 0;
  Key256 cid;
  std::vector<BlockSignature> signatures;  // None: dissolved.
  Time until;
};

class EndedPools {
 public:
  void Add(EndedPool pool) { pools_.push_back(std::move(pool)); }

  // Whether the pool is one of these.
  [[nodiscard]] bool Answer(const PoolMoment& moment, PeerId from, uint64_t id,
                            const Key256& pool) const;
  void OnDeadline(Time now);

  [[nodiscard]] bool empty() const { return pools_.empty(); }

  [[nodiscard]] Time NextDeadline() const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  std::vector<EndedPool> pools_;
};

// That the pool is over, for its members.
[[nodiscard]] PoolInform DissolvedInform(const PoolMoment& moment, const Key256& pool,
                                         uint32_t epoch);

}  // namespace core

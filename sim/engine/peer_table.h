// PeerTable: the lines of all peers, in one block on huge pages, and the run's fingerprint.
//
// The fingerprint is the per-peer chains folded by peer id into 128 bits (architecture.md, section
// 5, rule 7). Thread rule: a line belongs to the thread that runs its peer's shard; Fold is for
// window starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "sim/engine/inline.h"
#include "sim/engine/peer_line.h"

namespace sim {

class PeerTable {
 public:
  explicit PeerTable(uint32_t peers);

  [[nodiscard]] PeerLine& operator[](core::PeerId peer) { return lines_.get()[peer.value]; }

  [[nodiscard]] const PeerLine& operator[](core::PeerId peer) const {
    return lines_.get()[peer.value];
  }

  ORB_ALWAYS_INLINE void Prefetch(core::PeerId peer) const {
    __builtin_prefetch(lines_.get() + peer.value, 1);
  }

  [[nodiscard]] core::Fingerprint Fold() const;

  [[nodiscard]] size_t MemoryUsage() const { return peers_ * sizeof(PeerLine); }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  uint32_t peers_;
  std::unique_ptr<PeerLine, Free> lines_;
};

// The chain after one more event: a folded 128-bit product per word, five cycles on the way from
// chain to chain.
[[nodiscard]] ORB_ALWAYS_INLINE uint64_t FoldProduct(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

struct Delivered {
  int64_t time;
  core::PeerId from;
  uint32_t sequence;
  uint64_t payload_digest;
};

[[nodiscard]] ORB_ALWAYS_INLINE uint64_t Extend(uint64_t chain, const Delivered& what) {
  // A product, not a shift by 32: for that GCC reads a spilled 32-bit member back as 64 bits, which
  // stalls until the store has reached the cache, 10 ns for each event.
  const uint64_t source = what.from.value * 0x9e3779b97f4a7c15ull + what.sequence;
  const uint64_t word = FoldProduct(static_cast<uint64_t>(what.time) ^ 0xa0761d6478bd642full,
                                    source ^ 0xe7037ed1a0b428dbull);
  return FoldProduct(chain ^ word, what.payload_digest ^ 0x8ebc6af09c88c6e3ull);
}

}  // namespace sim

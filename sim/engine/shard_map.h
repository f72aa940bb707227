// ShardMap: which contiguous block of peers an event belongs to.
//
// A block is a power of two of peers, so that finding it is a shift; the wish of the options is
// rounded to at least that many shards, and never to blocks above 65,536 peers, so that a sort key
// (peer, offset, index) fits 64 bits. Results do not depend on it. Immutable: any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/base/check.h"
#include "core/base/ids.h"

namespace sim {

class ShardMap {
 public:
  // wanted 0: chosen so that a block's hot state stays in the second-level cache.
  ShardMap(uint32_t peers, int wanted) : peers_(peers) {
    CHECK(peers > 0 && peers < 0xfffffff0u);
    CHECK(wanted >= 0);
    const uint32_t block =
        wanted == 0 ? std::clamp(std::bit_ceil((peers - 1) / kSmallWorldShards + 1), kSmallestBlock,
                                 kUsualBlock)
                    : std::bit_floor(std::max(peers / static_cast<uint32_t>(wanted), 1u));
    bits_ = std::min(static_cast<int>(std::bit_width(block)) - 1, kMostBits);
    count_ = ((peers - 1) >> bits_) + 1;
  }

  [[nodiscard]] uint32_t peers() const { return peers_; }

  [[nodiscard]] uint32_t count() const { return count_; }

  [[nodiscard]] int bits() const { return bits_; }

  [[nodiscard]] uint32_t ShardOf(core::PeerId peer) const { return peer.value >> bits_; }

  [[nodiscard]] core::PeerId FirstOf(uint32_t shard) const { return {shard << bits_}; }

 private:
  static constexpr uint32_t kSmallWorldShards = 16;
  static constexpr uint32_t kSmallestBlock = 64;
  static constexpr uint32_t kUsualBlock = 4096;
  static constexpr int kMostBits = 16;
  uint32_t peers_;
  uint32_t count_ = 1;
  int bits_ = 0;
};

}  // namespace sim

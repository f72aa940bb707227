// Identifiers as strong types: a peer handle cannot be added to a key, a topic cannot stand where a
// node id belongs.
//
// PeerId is a 32-bit handle that the host's Directory maps to a NodeId; tables in the core hold
// handles (4 bytes, not 32). Key256 is a point of the Kademlia key space: big-endian, bit 0 is the
// most significant, distance is XOR. Source: protocol document, sections 1.0 and 1.1.3.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/base/words.h"

namespace core {

// A peer as the local host numbers it. Stable for the life of the process; meaningless to anybody
// else.
struct PeerId {
  uint32_t value = 0;

  friend constexpr auto operator<=>(PeerId, PeerId) = default;
};

inline constexpr PeerId kNoPeer{0xffffffffu};

// A point of the 256-bit key space: node ids, rendezvous keys, topic hashes, lookup targets.
struct Key256 {
  static constexpr int kBits = 256;
  std::array<uint8_t, 32> bytes{};

  friend constexpr auto operator<=>(const Key256&, const Key256&) = default;

  // Bit 0 is the most significant. REQUIRES: 0 <= index < 256.
  [[nodiscard]] constexpr bool Bit(int index) const {
    return ((bytes[static_cast<size_t>(index) / 8] >> (7 - index % 8)) & 1) != 0;
  }

  constexpr void FlipBit(int index) {
    bytes[static_cast<size_t>(index) / 8] =
        static_cast<uint8_t>(bytes[static_cast<size_t>(index) / 8] ^ (0x80u >> (index % 8)));
  }
};

// SHA-256 of a peer's Ed25519 public key.
using NodeId = Key256;

// Big-endian 64-bit word `index` (0 is the most significant) of a key.
[[nodiscard]] inline uint64_t WordOf(const Key256& key, int index) {
  return LoadWord<std::endian::big>(key.bytes.data() + static_cast<size_t>(index) * 8);
}

[[nodiscard]] Key256 operator^(const Key256& a, const Key256& b);

// True when a is nearer to target than b in the XOR metric. Total for distinct a and b.
[[nodiscard]] bool Nearer(const Key256& target, const Key256& a, const Key256& b);

// Number of leading bits that a and b share, 0..256.
[[nodiscard]] int CommonPrefix(const Key256& a, const Key256& b);

// The `bits` most significant bits of head, the rest of tail, positions kept. REQUIRES: 0 <= bits
// <= 256.
[[nodiscard]] Key256 Splice(const Key256& head, const Key256& tail, int bits);

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;
using Digest256 = std::array<uint8_t, 32>;

// Identifies a task that a matcher offers; drawn at random by the matcher.
struct TaskId {
  std::array<uint8_t, 16> bytes{};

  friend constexpr auto operator<=>(const TaskId&, const TaskId&) = default;
};

// Names a transaction; drawn at random by the client that submits it.
struct TxId {
  std::array<uint8_t, 16> bytes{};

  friend constexpr auto operator<=>(const TxId&, const TxId&) = default;
};

// Names a block of the repository. The peers nearest to its SHA-256 hold it.
using BlockId = Key256;

}  // namespace core

// Why a message did not arrive, and how often: counted where the message dies.
//
// The network itself counts nothing (its calls are const and come from several threads); whoever
// calls keeps one DropCounts per shard and adds them up at the barrier.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sim {

// Append only: names are metrics.
enum class DropReason : uint8_t {
  kNone,
  kLoss,       // The link's own loss.
  kFault,      // A loss rule.
  kPartition,  // A partition or isolation.
  kNat,        // The receiver is not reachable from there.
  kUpQueue,    // Would have waited longer than the queue limit.
  kDownQueue,
  kDown,     // The receiver is not running (the world's to say).
  kCorrupt,  // The codec refused the frame (the world's to say).
};

inline constexpr size_t kDropReasons = 9;

[[nodiscard]] std::string_view NameOf(DropReason reason);

struct DropCounts {
  std::array<uint64_t, kDropReasons> counts{};

  void Add(DropReason reason) { ++counts[static_cast<size_t>(reason)]; }

  void Add(const DropCounts& other) {
    for (size_t i = 0; i < kDropReasons; ++i) counts[i] += other.counts[i];
  }

  [[nodiscard]] uint64_t Of(DropReason reason) const { return counts[static_cast<size_t>(reason)]; }
};

}  // namespace sim

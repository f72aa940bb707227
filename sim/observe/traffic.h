// TrafficCounters: what the network carried, counted by the lanes that carried it. Each lane fills
// its own without locks; the world adds them up at the end of a window and hands the sum to
// Metrics.
//
// Invariant: plain integers, so that the sum does not depend on the order of adding.
// Source: simulator.md, section 4 (metrics.csv).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "core/codec/messages.h"
#include "sim/network/drop.h"
#include "sim/observe/histogram.h"

namespace sim {

inline constexpr size_t kMessageTypes = std::variant_size_v<core::BodyVariant>;

// snake_case, by the index of the alternative in core::Body; part of the metrics' names.
[[nodiscard]] std::string_view NameOfMessageType(size_t index);

struct TypeTraffic {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t bytes = 0;  // Of the frames sent.
};

struct TrafficCounters {
  std::array<TypeTraffic, kMessageTypes> by_type{};
  DropCounts dropped;
  uint64_t steps = 0;
  Histogram queue_delay;  // Microseconds that messages waited for bandwidth; fill only if modelled.

  void Add(const TrafficCounters& other);
  void Clear();

  [[nodiscard]] TypeTraffic Total() const;
  [[nodiscard]] uint64_t DroppedTotal() const;
};

}  // namespace sim

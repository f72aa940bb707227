// What went in and out, by type of message, since the start. Plain counters, read by metrics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/codec/message_types.h"
#include "core/port/input.h"

namespace node {

struct MessageCounter {
  uint64_t in = 0;
  uint64_t in_bytes = 0;
  uint64_t out = 0;  // Receivers, not sends.
  uint64_t out_bytes = 0;
};

struct MessageCounters {
  static constexpr size_t kReasons = 6;  // Values of core::GarbledReason, from 1.

  std::array<MessageCounter, core::kMessageTypeCount> types{};  // As core::kMessageTypes.
  std::array<uint64_t, kReasons> garbled{};

  [[nodiscard]] uint64_t garbled_as(core::GarbledReason reason) const {
    return garbled[static_cast<size_t>(reason)];
  }
};

}  // namespace node

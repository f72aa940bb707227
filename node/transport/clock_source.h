// Where the transport reads its clocks: the system's, or in tests one that the test moves.
#pragma once

#include <chrono>

#include "core/base/time.h"
#include "node/handshake/handshake.h"

namespace node {

class ClockSource {
 public:
  virtual ~ClockSource() = default;

  [[nodiscard]] virtual Clock Now() const = 0;

  [[nodiscard]] virtual core::Time Steady() const = 0;
};

class SystemClock : public ClockSource {
 public:
  [[nodiscard]] Clock Now() const override {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return {.steady = Steady(),
            .wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
  }

  [[nodiscard]] core::Time Steady() const override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  }
};

}  // namespace node

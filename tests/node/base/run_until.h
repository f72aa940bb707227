// Turns a loop until something holds, with a deadline far beyond what any step takes.
#pragma once

#include <chrono>
#include <functional>

#include "node/transport/asio.h"

namespace node {

[[nodiscard]] inline bool RunUntil(asio::io_context& io, const std::function<bool()>& condition,
                                   std::chrono::seconds deadline = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace node

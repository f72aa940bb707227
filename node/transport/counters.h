// What a transport has counted since it was made, for metrics. Live numbers (routines, open
// sockets) are the transport's functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "node/transport/close_reason.h"
#include "node/transport/frame.h"

namespace node {

struct TransportCounters {
  uint64_t accepted = 0;
  uint64_t dialled = 0;
  uint64_t opened = 0;
  uint64_t bytes_in = 0;  // Of open sockets, as TCP carried them.
  uint64_t bytes_out = 0;
  uint64_t frames_in = 0;  // Whole and well formed.
  uint64_t frames_out = 0;
  uint64_t packets_in = 0;  // Handed to the owner.
  uint64_t requests_out = 0;
  uint64_t answers_in = 0;
  uint64_t late_answers = 0;  // Came behind their deadline and were dropped.
  uint64_t timed_out = 0;     // Requests.
  uint64_t error_frames_in = 0;
  uint64_t streams_expired = 0;  // Payloads whose parts did not all come in time.
  uint64_t busy = 0;             // Sends refused because the write buffer was full.
  uint64_t read_pauses = 0;      // A sink was full.
  uint64_t turned_away = 0;      // Accepted and closed at once: a limit on what is pending.
  uint64_t accept_failures = 0;  // Accepting stopped for a while: no descriptors or no memory.
  std::array<uint64_t, kChunkFaultCount> rejected{};
  std::array<uint64_t, kCloseReasonCount> closed{};

  [[nodiscard]] uint64_t rejected_total() const {
    uint64_t sum = 0;
    for (const uint64_t count : rejected) sum += count;
    return sum;
  }
};

}  // namespace node

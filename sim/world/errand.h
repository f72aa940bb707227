// Errand: what the world asks of one peer, packed into an event's payload. Sent by kWorld, carried
// out in the peer's own turn, so that a million peers start on all threads.
#pragma once

#include <cstdint>

namespace sim {

struct Errand {
  enum class Kind : uint32_t {
    kStart = 0,  // A new incarnation.
    kLeave = 1,  // The device goes away: silence; its disk remembers the routing table unless the
                 // group wipes.
    kCrash =
        2,  // The process dies; its machine refuses what arrives. detail: 1 + index of the fault
            // that says what the disk keeps, or 0.
    kWipe = 3,        // As kCrash, and the disk is lost.
    kCommand = 4,     // detail: index of the operation.
    kPause = 5,       // detail: index of the fault, whose end is when it goes on.
    kClockMoved = 6,  // The clock jumped: deadlines have moved.
    kSlow = 7,        // detail: index of the fault, whose amount each message costs until it ends.
    kDisk = 8,        // detail: index of the fault that begins to trouble the disk.
    kDiskMended = 9,  // What could not be read can be read again.
  };
  static constexpr uint32_t kDetailMax = (1u << 28) - 1;

  Kind kind = Kind::kStart;
  uint32_t detail = 0;

  [[nodiscard]] uint32_t Packed() const { return static_cast<uint32_t>(kind) << 28 | detail; }

  static Errand Unpack(uint32_t payload) {
    return {static_cast<Kind>(payload >> 28), payload & kDetailMax};
  }
};

}  // namespace sim

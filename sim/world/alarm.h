// Alarm: what a peer's machine has set for itself, packed into an event's payload: from the peer to the
// peer, above every handle of a frame (sim/world/frame_pool.h: the largest class would need 2^28 slots of
// 6 MiB to come near). An alarm of an earlier incarnation is void.
#pragma once

#include <cstdint>

namespace sim {

struct Alarm {
  enum class Kind : uint32_t {
    kWritten = 0,  // The disk has done what it was writing.
    kRestart = 1,  // The machine starts the process again.
  };
  static constexpr uint32_t kFirst = 0xf0000000u;
  static constexpr int kKindShift = 24;
  static constexpr uint32_t kIncarnationMask = (1u << kKindShift) - 1;

  Kind kind = Kind::kWritten;
  uint32_t incarnation = 0;  // Its low bits.

  Alarm(Kind what, uint32_t whose) : kind(what), incarnation(whose & kIncarnationMask) {}

  [[nodiscard]] uint32_t Packed() const {
    return kFirst | static_cast<uint32_t>(kind) << kKindShift | incarnation;
  }

  static Alarm Unpack(uint32_t payload) {
    return {static_cast<Kind>((payload & ~kFirst) >> kKindShift), payload};
  }

  // Of the incarnation that runs.
  [[nodiscard]] bool IsOf(uint32_t whose) const {
    return incarnation == (whose & kIncarnationMask);
  }
};

}  // namespace sim

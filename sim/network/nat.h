// Reachability: whom a peer's NAT lets in (simulator.md, section 2).
//
//   receiver \ sender   public, full cone, relay-only, one-way | restricted | symmetric
//   public              always                                 | always     | always
//   full cone           once it has sent anything within 120 s (all senders)
//   restricted          once it has sent to that sender within 120 s       | never
//   symmetric           once it has sent to that sender within 120 s | never | never
//   relay-only          always, over its relay (Network adds the way)
//   one-way             only within 30 s after it has sent to that sender
//
// "Never": a symmetric NAT shows each partner another port, so two such peers cannot punch a hole,
// in either direction. Only what a peer sends keeps its mapping alive (RFC 4787, REQ-6).
// Invariant: memory is bounded by the peers sent to within the lifetime, times two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "sim/engine/event.h"
#include "sim/scenario/scenario.h"

namespace sim {

inline constexpr Duration kMappingLifetime = core::Seconds(120);
inline constexpr Duration kOneWayAnswerTime = core::Seconds(30);

// Whom a NATted peer has sent to, and when last.
class NatTable {
 public:
  // Forgets mappings older than `lifetime` when it needs room.
  void Sent(WorldTime now, core::PeerId to, Duration lifetime);

  [[nodiscard]] bool SentTo(core::PeerId to, WorldTime now, Duration lifetime) const;
  [[nodiscard]] bool SentAnything(WorldTime now, Duration lifetime) const;

  [[nodiscard]] size_t size() const { return mappings_.size(); }

  [[nodiscard]] size_t MemoryUsage() const {
    return sizeof(*this) + mappings_.capacity() * sizeof(Mapping);
  }

 private:
  // 12 bytes: the time is split so that nothing is padded.
  struct Mapping {
    uint32_t peer;
    uint32_t sent_low;
    uint32_t sent_high;

    void Set(WorldTime at) {
      sent_low = static_cast<uint32_t>(at.us);
      sent_high = static_cast<uint32_t>(at.us >> 32);
    }

    [[nodiscard]] WorldTime Sent() const {
      return {static_cast<int64_t>(uint64_t{sent_high} << 32 | sent_low)};
    }
  };

  [[nodiscard]] std::vector<Mapping>::const_iterator Position(core::PeerId peer) const;

  std::vector<Mapping> mappings_;  // Ascending by peer.
  WorldTime last_{-kMappingLifetime.us - 1};
};

// True for classes that need a NatTable once they talk.
[[nodiscard]] bool KeepsMappings(Reachability reachability);

// How long a mapping of the class lives.
[[nodiscard]] Duration LifetimeOf(Reachability reachability);

// Does the receiver's side let a message in? `table` is the receiver's, null before it talked.
[[nodiscard]] bool Admits(Reachability sender, core::PeerId from, Reachability receiver,
                          const NatTable* table, WorldTime now);

}  // namespace sim

// Observer: sees the whole world, never influences it. Metrics, checkers and traces implement it.
//
// What happened in one window arrives at its end, ordered by time: the same order for any number of
// threads. Of the same time messages come first, then world facts, then users' facts, then facts by
// (peer, index within the step). Thread rule: all calls come from one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/port/context.h"
#include "core/port/observation.h"
#include "sim/engine/event.h"
#include "sim/network/drop.h"
#include "sim/observe/traffic.h"
#include "sim/scenario/scenario.h"

namespace sim {

struct Fact {
  WorldTime at;
  core::PeerId peer;
  uint32_t index = 0;  // Within the peer's step.
  core::Time local;    // The peer's own clock at that moment.
  core::Observation what;
};

// A process or network event that the world caused.
struct WorldFact {
  enum class Kind : uint8_t {
    kStarted,
    kStopped,
    kPaused,
    kResumed,
    kFaultBegan,
    kFaultEnded,
    kCalm,
    kCommanded,
    kUnreadable,  // A peer could not start, because its stored state cannot be read.
    kForgot  // A disk lost what it had reported as durable: all of it, or what came from `since` on.
  } kind = Kind::kStarted;
  WorldTime at;
  core::PeerId peer;  // kNoPeer for faults and calm.
  // Index in Scenario::faults, also of a pause; incarnation of a start or of one that failed; for
  // kCommanded the index in Scenario::workload of the operation given.
  uint32_t detail = 0;
  WorldTime since = {};  // kForgot; zero: all.
};

struct UserFact;  // sim/observe/user_fact.h

// One message on its way. A message that is sent and later arrives, or is dropped, makes two facts; one
// that the network doubles three.
struct MessageFact {
  enum class Fate : uint8_t { kSent, kDelivered, kDropped };
  WorldTime at;
  core::PeerId from;
  core::PeerId to;
  const core::Message* message = nullptr;  // nullptr: dropped, or the frame could not be decoded.
  uint32_t bytes = 0;                      // Of the frame.
  Fate fate = Fate::kSent;
  DropReason reason = DropReason::kNone;  // Other than kNone when dropped.
  size_t type =
      kMessageTypes;  // Index of the type that the sender gave it; kMessageTypes: unknown.
  // As it travels, with what the network did to it; empty unless an observer wants frames.
  std::span<const uint8_t> frame = {};
};

// Which observations an observer wants to be told: one bit per alternative of core::Observation.
struct FactMask {
  uint64_t low = 0;
  uint64_t high = 0;

  [[nodiscard]] static constexpr FactMask Of(size_t alternative) {
    return alternative < 64 ? FactMask{uint64_t{1} << alternative, 0}
                            : FactMask{0, uint64_t{1} << (alternative - 64)};
  }

  [[nodiscard]] constexpr bool Has(size_t alternative) const {
    const FactMask one = Of(alternative);
    return ((low & one.low) | (high & one.high)) != 0;
  }

  friend constexpr FactMask operator|(FactMask a, FactMask b) {
    return {a.low | b.low, a.high | b.high};
  }

  friend bool operator==(FactMask, FactMask) = default;
};

static_assert(std::variant_size_v<core::Observation> <= 128);
inline constexpr FactMask kAllFacts{~uint64_t{0}, ~uint64_t{0}};

template <typename Wanted, typename... Alternatives>
constexpr size_t AlternativeOf(const std::variant<Alternatives...>*) {
  constexpr bool kSame[] = {std::is_same_v<Wanted, Alternatives>...};
  size_t index = 0;
  while (!kSame[index]) ++index;
  return index;
}

template <typename... Wanted>
constexpr FactMask MaskOf() {
  return (FactMask::Of(AlternativeOf<Wanted>(static_cast<const core::Observation*>(nullptr))) |
          ...);
}

// What an observer may look at. Valid during a call.
class WorldView {
 public:
  virtual ~WorldView() = default;
  [[nodiscard]] virtual const Scenario& scenario() const = 0;
  // With the true suite, also when a planted bug gave the peers another one.
  [[nodiscard]] virtual const core::Context& context() const = 0;
  [[nodiscard]] virtual uint32_t PeerCount() const = 0;
  [[nodiscard]] virtual bool IsUp(core::PeerId peer) const = 0;
  // False for peers of a group with an adversary role; a planted bug does not make a peer
  // dishonest.
  [[nodiscard]] virtual bool IsHonest(core::PeerId peer) const = 0;
  // Behind a NAT or a relay: a client, member of no cluster.
  [[nodiscard]] virtual bool IsClient(core::PeerId peer) const = 0;
  // Can a message from a reach b now (both up, no partition, reachability)?
  [[nodiscard]] virtual bool CanReach(core::PeerId a, core::PeerId b) const = 0;
  // Smallest time in which a request and its answer can pass between a and b, without jitter and
  // queues.
  [[nodiscard]] virtual core::Duration RoundTrip(core::PeerId a, core::PeerId b) const = 0;
  // Everybody in the peer's routing table; empty when it is down.
  [[nodiscard]] virtual std::vector<core::PeerId> ContactsOf(core::PeerId peer) const = 0;
  [[nodiscard]] virtual WorldTime Now() const = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;

  // Facts outside the mask need not be delivered. Asked once, before the run.
  [[nodiscard]] virtual FactMask Wants() const { return kAllFacts; }

  // Messages are tapped only when an observer wants them: it costs a call per message.
  [[nodiscard]] virtual bool WantsMessages() const { return false; }

  // Also their bytes: it costs a copy of each frame. Asked of those who want messages.
  [[nodiscard]] virtual bool WantsFrames() const { return false; }

  virtual void OnFact(const WorldView&, const Fact&) {}

  virtual void OnWorldFact(const WorldView&, const WorldFact&) {}

  virtual void OnUserFact(const WorldView&, const UserFact&) {}

  virtual void OnMessage(const WorldView&, const MessageFact&) {}

  // What the lanes counted since the last call; before the checkpoint of the same time.
  virtual void OnTraffic(const WorldView&, const TrafficCounters&) {}

  // Every simulated second.
  virtual void OnCheckpoint(const WorldView&) {}

  virtual void OnEnd(const WorldView&) {}
};

}  // namespace sim

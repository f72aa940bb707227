// Observer: sees the whole world, never influences it. Metrics, checkers and traces implement it.
//
// Facts of one window arrive at its end, ordered by (time, peer, index within the step): the same
// order for any number of threads. Thread rule: all calls come from one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/peer/peer.h"
#include "core/port/context.h"
#include "core/port/observation.h"
#include "sim/engine/event.h"
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
    kCalm
  } kind = Kind::kStarted;
  WorldTime at;
  core::PeerId peer;    // kNoPeer for faults and calm.
  uint32_t detail = 0;  // Index of the fault; incarnation of a start.
};

// What an observer may look at. Valid during a call.
class WorldView {
 public:
  virtual ~WorldView() = default;
  [[nodiscard]] virtual const Scenario& scenario() const = 0;
  [[nodiscard]] virtual const core::Context& context() const = 0;
  [[nodiscard]] virtual uint32_t PeerCount() const = 0;
  [[nodiscard]] virtual bool IsUp(core::PeerId peer) const = 0;
  [[nodiscard]] virtual bool IsHonest(core::PeerId peer) const = 0;
  // Can a message from a reach b now (both up, no partition, reachability)?
  [[nodiscard]] virtual bool CanReach(core::PeerId a, core::PeerId b) const = 0;
  // Smallest time in which a request and its answer can pass between a and b, without jitter and
  // queues.
  [[nodiscard]] virtual core::Duration RoundTrip(core::PeerId a, core::PeerId b) const = 0;
  [[nodiscard]] virtual const core::Peer* PeerAt(core::PeerId peer) const = 0;  // nullptr: down.
  [[nodiscard]] virtual WorldTime Now() const = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;

  virtual void OnFact(const WorldView&, const Fact&) {}

  virtual void OnWorldFact(const WorldView&, const WorldFact&) {}

  // Every simulated second.
  virtual void OnCheckpoint(const WorldView&) {}

  virtual void OnEnd(const WorldView&) {}
};

}  // namespace sim

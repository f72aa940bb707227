// Participant: what a host drives. core::Peer is the production one; benchmarks of the engine drive smaller ones over the
// same codec and the same network.
//
// Invariants: (1) Step never blocks, throws, or reads a clock; (2) it touches this participant, the effects and immutable
// things; (3) no input can trigger a CHECK; (4) NextDeadline is Time::Never() or when to deliver Wake.
// Thread rule: one thread at a time. Source: architecture.md, section 4.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/effects.h"
#include "core/port/input.h"

namespace core {

class Participant {
 public:
  virtual ~Participant() = default;

  virtual void Step(Time now, const Input& input, Effects& effects) = 0;
  [[nodiscard]] virtual Time NextDeadline() const = 0;

  // Fills the routing table from knowledge that the host already has (a persisted peer store, a warm simulation).
  // REQUIRES: before Start.
  virtual void SeedRoutes(std::span<const PeerId> contacts) = 0;
  // Everybody in the routing table, in bucket order.
  [[nodiscard]] virtual std::vector<PeerId> Contacts() const = 0;

  // Draws from this stream from now on, for hosts that look at other futures of one past. Default: it draws nothing.
  virtual void Reseed(const Random& /*random*/) {}

  // Canonical state: equal digests mean equal futures for equal inputs.
  virtual void Digest(Hasher& hasher) const = 0;

  // The same state for people, part by part: equal descriptions mean equal digests. One that is measured and not looked at may
  // tell nothing.
  virtual void Describe(StateListener&) const {}

  // Bytes owned, this object included.
  [[nodiscard]] virtual size_t MemoryUsage() const = 0;
};

}  // namespace core

// Peer: one participant of the network as a value that is told the time and what happened, and
// answers with what it wants done. The composition root of the protocol folders; routes each input
// to the flow that it belongs to.
//
// Invariants: (1) Step never blocks, throws, or reads a clock; (2) it touches this peer, the
// effects and immutable things; (3) no input can trigger a CHECK; (4) NextDeadline is Time::Never()
// or the earliest deadline of any flow. Thread rule: one thread at a time. Source: architecture.md,
// section 4.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/arachnode/ring_overview.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/random.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/peer/settled_state.h"
#include "core/port/context.h"
#include "core/port/effects.h"
#include "core/port/input.h"
#include "core/port/participant.h"

namespace core {

struct ModuleDigest {
  std::string_view module;  // A literal.
  Fingerprint digest;
};

class Peer : public Participant {
 public:
  // REQUIRES: context and secret outlive the peer.
  Peer(PeerId self, const Context& context, const SecretKey& secret, Random random);
  Peer(Peer&&) noexcept;
  Peer& operator=(Peer&&) noexcept;
  ~Peer() override;

  void Step(Time now, const Input& input, Effects& effects) override;
  [[nodiscard]] Time NextDeadline() const override;

  // Fills the routing table from knowledge that the host already has (a persisted peer store, a
  // warm simulation). REQUIRES: before Start.
  void SeedRoutes(std::span<const PeerId> contacts) override;

  // Everybody in the routing table, in bucket order.
  [[nodiscard]] std::vector<PeerId> Contacts() const override;

  void Reseed(const Random& random) override;

  // Every handle that this peer may use again, its own excepted: between two steps a host may give
  // any other handle to somebody else. (A handle's recent rate of requests does not count.)
  void CollectPeers(PeerSet& peers) const;

  // Canonical state: equal digests mean equal futures for equal inputs.
  void Digest(Hasher& hasher) const override;
  void Describe(StateListener& listener) const override;
  // The same for each module by itself, for people who look for a difference.
  [[nodiscard]] std::vector<ModuleDigest> ModuleDigests() const;
  // Its place in the storage rings, for people.
  [[nodiscard]] RingOverview Rings() const;
  // What can be compared with another machine's.
  [[nodiscard]] SettledState Settled() const;
  // Bytes owned, this object included.
  [[nodiscard]] size_t MemoryUsage() const override;

 private:
  struct State;

  template <typename Into>
  void Tell(Into& state) const;

  std::unique_ptr<State> state_;
};

}  // namespace core

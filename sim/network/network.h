// Network: everything that happens to a message between two peers (simulator.md, section 2).
//
//   sender's step      Send: up queue -> cuts -> loss -> rules -> delay = base (over the relay for
//                      relay-only receivers) + jitter + reorder + rule, >= Lookahead()
//   receiver's step    Receive, at arrival: reachability -> down queue
//
// Invariants: (1) const calls are pure functions of their arguments, the scenario, the seed and the
// active faults; what changes is the LinkState of the peer whose step it is, so any thread may
// call; (2) every draw is counter-based on (seed, sender, sequence): no order, no state; (3) no
// delay is below Lookahead(); (4) no remote peer can make it fail: whatever is wrong with the
// scenario is refused by Create.
// The scenario must outlive the network. Begin and End only at window starts.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/engine/event.h"
#include "sim/network/drop.h"
#include "sim/network/latency.h"
#include "sim/network/link.h"
#include "sim/network/placement.h"
#include "sim/network/rules.h"
#include "sim/scenario/scenario.h"

namespace sim {

// One message on its way. `sequence` never repeats for a sender within a run, restarts included:
// the message's draws hang on it.
struct Posting {
  WorldTime now;
  core::PeerId from;
  core::PeerId to;
  uint32_t sequence = 0;
  uint32_t bytes = 0;
};

struct Passage {
  bool lost = false;
  bool duplicated = false;
  bool corrupted = false;
  uint8_t corrupt_flip = 0;               // To be xored onto the byte; not 0 when corrupted.
  DropReason reason = DropReason::kNone;  // Why, when lost.
  uint32_t corrupt_position = 0;          // Below bytes.
  core::PeerId relay = core::kNoPeer;     // Who carried it, for the count of relay load.
  Duration delay;
  Duration duplicate_delay;  // Of the second copy.
};

struct ReceiverVerdict {
  DropReason reason = DropReason::kNone;  // Not kNone: dropped.
  WorldTime at;  // Deliver then: now, or when the down queue has passed it.

  [[nodiscard]] bool dropped() const { return reason != DropReason::kNone; }
};

class Network {
 public:
  // Refuses a scenario whose network, groups or distributions do not fit together.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<Network>> Create(const Scenario& scenario,
                                                                       uint64_t seed);
  static void Create(Scenario&&, uint64_t) = delete;  // The scenario would die first.
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // The smallest delay that Send can return, at least the scenario's floor.
  [[nodiscard]] Duration Lookahead() const { return latency_.Smallest(); }

  // Base delay of the pair on a direct way: no relay, jitter, queue or fault.
  [[nodiscard]] Duration OneWay(core::PeerId from, core::PeerId to) const {
    return latency_.OneWay(from, to);
  }

  // Base delay of the way that messages take: over the receiver's relay where it has one.
  [[nodiscard]] Duration Route(core::PeerId from, core::PeerId to) const;

  // In the sender's step.
  [[nodiscard]] Passage Send(const Posting& posting, LinkState& sender) const;

  // In the receiver's step, at now = arrival time.
  [[nodiscard]] ReceiverVerdict Receive(const Posting& posting, LinkState& receiver) const;

  // What happens to messages is drawn from this seed from now on; who is how far from whom stays.
  void Reseed(uint64_t seed);

  // REQUIRES: IsLinkFault(fault.kind).
  void Begin(const Fault& fault, uint32_t index) { rules_.Begin(fault, index); }

  void End(uint32_t index) { rules_.End(index); }

  // Is the way from one to the other cut by a partition or isolation now? A relayed way is cut
  // where either of its halves is.
  [[nodiscard]] bool Blocked(core::PeerId from, core::PeerId to) const;

  // Would the receiver's NAT let a message in now? For observers; changes nothing.
  [[nodiscard]] bool Reachable(core::PeerId from, core::PeerId to, const LinkState& receiver,
                               WorldTime now) const;

  [[nodiscard]] const Placement& placement() const { return *placement_; }

  [[nodiscard]] size_t MemoryUsage() const { return sizeof(*this) + placement_->MemoryUsage(); }

 private:
  Network(const Scenario& scenario, uint64_t seed, std::unique_ptr<Placement> placement);

  [[nodiscard]] core::PeerId RelayBetween(core::PeerId from, core::PeerId to) const;
  [[nodiscard]] Duration Extra(uint64_t occasion, bool copy, uint32_t counter) const;
  void Touch(Passage& passage, const Posting& posting, uint64_t occasion) const;

  const NetworkSpec& spec_;
  std::unique_ptr<Placement> placement_;  // On the heap: latency_ refers to it.
  Latency latency_;
  Rules rules_;
  uint64_t message_key_;
  bool jitters_;
};

}  // namespace sim

// Placement: where each peer stands (region or row of the latency matrix), its access delay, its
// reachability and its bandwidth, drawn by seed.
//
// Invariants: (1) counter-based: what a peer gets depends on (seed, peer) and its group only, so
// more peers move nobody; (2) 4 bytes per peer, plus 4 where the scenario has access delays;
// (3) immutable once made, so any thread may read. Simulator.md, section 2.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/scenario/scenario.h"

namespace sim {

// Bits per second; 0: unlimited.
struct Rates {
  uint64_t up = 0;
  uint64_t down = 0;

  friend bool operator==(const Rates&, const Rates&) = default;
};

class Placement {
 public:
  // Refuses unknown regions, overlapping groups, and more sites or rate classes than fit.
  [[nodiscard]] static core::StatusOr<Placement> Make(const Scenario& scenario, uint64_t seed);

  [[nodiscard]] uint32_t PeerCount() const { return static_cast<uint32_t>(packed_.size()); }

  // Index of the peer's region, or its row of the matrix; 0 for models without either.
  [[nodiscard]] uint32_t SiteOf(core::PeerId peer) const { return packed_[peer.value] & 0xffff; }

  [[nodiscard]] Reachability ReachabilityOf(core::PeerId peer) const {
    return static_cast<Reachability>(packed_[peer.value] >> 16 & 7);
  }

  [[nodiscard]] const Rates& RatesOf(core::PeerId peer) const {
    return rates_[packed_[peer.value] >> 19];
  }

  [[nodiscard]] Duration AccessOf(core::PeerId peer) const {
    return {access_us_.empty() ? 0 : int64_t{access_us_[peer.value]}};
  }

  // A public peer, fixed by the hash of the client, that relays what is sent to it.
  // REQUIRES: HasRelay(peer), there is a public peer (Make checks it).
  [[nodiscard]] core::PeerId RelayOf(core::PeerId client) const;

  [[nodiscard]] bool HasRelay(core::PeerId peer) const {
    return ReachabilityOf(peer) == Reachability::kRelayOnly;
  }

  // True when nobody is behind a NAT or a relay; spares a look at both ends of every message.
  [[nodiscard]] bool AllPublic() const { return all_public_; }

  [[nodiscard]] size_t MemoryUsage() const;

 private:
  class Maker;

  std::vector<uint32_t> packed_;  // site 16 | reachability 3 | rate class 13.
  std::vector<uint32_t> access_us_;
  std::vector<Rates> rates_;
  uint64_t seed_ = 0;
  bool all_public_ = true;
};

}  // namespace sim

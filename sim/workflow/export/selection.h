// Selection: the peers that an export is about; empty: all of them.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "sim/scenario/scenario.h"

namespace sim {

class Selection {
 public:
  Selection() = default;

  explicit Selection(std::vector<core::PeerId> peers) : peers_(std::move(peers)) {
    std::sort(peers_.begin(), peers_.end());
  }

  // What concerns nobody in particular (core::kNoPeer) is always in.
  [[nodiscard]] bool Has(core::PeerId peer) const {
    return peers_.empty() || peer == core::kNoPeer ||
           std::binary_search(peers_.begin(), peers_.end(), peer);
  }

  [[nodiscard]] bool HasEither(core::PeerId a, core::PeerId b) const { return Has(a) || Has(b); }

 private:
  std::vector<core::PeerId> peers_;  // Ascending.
};

// Index of the peer's group. REQUIRES: the scenario has this peer.
[[nodiscard]] inline size_t GroupOf(const Scenario& scenario, core::PeerId peer) {
  size_t index = 0;
  while (peer.value - scenario.groups[index].first >= scenario.groups[index].count) ++index;
  return index;
}

}  // namespace sim

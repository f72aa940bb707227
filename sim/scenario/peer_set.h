// PeerSet: peers as sorted, disjoint, non-touching half-open ranges of handles, with set algebra.
//
// Invariants (kept by every function here): (1) ranges ascend and neither overlap nor touch;
// (2) no range is empty. So equal sets have equal ranges. Cost is linear in the number of ranges,
// never in the number of peers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"

namespace sim {

struct PeerSet {
  std::vector<std::pair<uint32_t, uint32_t>> ranges;

  [[nodiscard]] bool Contains(core::PeerId peer) const;
  [[nodiscard]] uint32_t Count() const;
  // The index-th member in ascending order. REQUIRES: index < Count().
  [[nodiscard]] core::PeerId At(uint32_t index) const;

  friend bool operator==(const PeerSet&, const PeerSet&) = default;
};

// The set of [from, to); empty when from >= to.
[[nodiscard]] PeerSet RangeOf(uint32_t from, uint32_t to);
[[nodiscard]] PeerSet Union(const PeerSet& a, const PeerSet& b);
[[nodiscard]] PeerSet Minus(const PeerSet& a, const PeerSet& b);

// Members number `from` up to, not including, `to` in ascending order.
// REQUIRES: from <= to <= Count().
[[nodiscard]] PeerSet Slice(const PeerSet& set, uint32_t from, uint32_t to);

// As a scenario file writes it: "peers[0..5] + peers[9..12]"; the empty set is "".
[[nodiscard]] std::string ToText(const PeerSet& set);

}  // namespace sim

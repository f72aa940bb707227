// The overlay as a graph: vertices are peers, an edge u -> v is an entry v in u's routing table.
// Boost.Graph does the work; this file is the border to it.
//
// FindComponents needs 8 bytes per peer and streams the edges; OverlayGraph holds them all (about 4
// bytes per entry). Samples are evenly spaced members, so no random number is drawn. Thread rule:
// one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/observe/observer.h"

namespace sim {

struct Components {
  size_t count = 0;
  size_t largest = 0;
  core::PeerId example = core::kNoPeer;  // Somebody outside the largest component.
};

// Weak components among the members (ascending). REQUIRES: members is sorted.
[[nodiscard]] Components FindComponents(const WorldView& world,
                                        const std::vector<core::PeerId>& members);

class OverlayGraph {
 public:
  OverlayGraph(const WorldView& world, const std::vector<core::PeerId>& members);

  // Contacts of the index-th member that are members themselves.
  [[nodiscard]] size_t Degree(size_t index) const;

  // Longest of the shortest directed paths from `samples` members.
  [[nodiscard]] int64_t DiameterOfSample(size_t samples) const;

  // Of the ordered pairs of a sampled member's contacts, how many (ppm) are connected.
  [[nodiscard]] int64_t ClusteringOfSample(size_t samples) const;

 private:
  std::vector<size_t> offsets_;    // By member, where its contacts begin; one more at the end.
  std::vector<uint32_t> targets_;  // Indexes of members, sorted per member.
};

}  // namespace sim

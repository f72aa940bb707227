// WarmTables: the routing tables that peers of a settled network would have, from global knowledge
// at t = 0.
//
// For every bucket of a peer it picks up to k members of the matching id range, spread evenly over
// the range with a seeded draw in each part, so that a bucket is a fair sample and two seeds give
// two networks. Thread rule: const calls from several threads. Source: simulator.md, section 2
// (bootstrap).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "sim/world/world_directory.h"

namespace sim {

class WarmTables {
 public:
  // `members` are the peers that may stand in tables. REQUIRES: directory outlives this object.
  WarmTables(const WorldDirectory& directory, const std::vector<core::PeerId>& members,
             uint64_t seed, int bucket_size);

  // Replaces `contacts` by the table of `peer`, farthest bucket first.
  void ContactsFor(core::PeerId peer, std::vector<core::PeerId>& contacts) const;

 private:
  struct Member {
    uint64_t prefix = 0;  // First word of the node id: 64 bits tell a million peers apart.
    core::PeerId peer;
  };

  // Indices of members_, [first, last).
  struct Range {
    size_t first = 0;
    size_t last = 0;
  };

  void Sample(core::PeerId peer, Range range, std::vector<core::PeerId>& contacts) const;
  [[nodiscard]] size_t LowerBound(Range range, uint64_t prefix) const;

  const WorldDirectory& directory_;
  std::vector<Member> members_;  // Ascending by prefix.
  uint64_t seed_;
  uint64_t bucket_size_;
};

}  // namespace sim

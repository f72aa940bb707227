// Group algebra: names of peers in a scenario file become PeerSets.
//
//   expression = term { ("+" | "-") term }              left to right
//   term       = ( name | "(" expression ")" ) { slice }
//   slice      = "[" bound "]" | "[" bound ".." bound "]"
//   bound      = integer | percentage                   both of one kind
//
// a[3] is the member number 3 (from 0); a[10%] are the first 10 %; a[5..9] and a[0%..50%] begin
// with the first bound and end before the second. "peers" is everybody. A percentage of n members
// is rounded down. Source: simulator.md, section 3 ("group algebra").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/peer_set.h"

namespace sim {

struct GroupNames {
  std::vector<std::pair<std::string, PeerSet>> groups;
  uint32_t peers = 0;  // "peers" is [0, peers).
  // A group's count or name was refused: what depends on it cannot be judged.
  bool sizes_unknown = false;
  bool names_unknown = false;
};

struct PeersResult {
  PeerSet peers;
  // What is wrong; empty `found`: nothing is.
  std::string found;
  std::string allowed;
  std::string nearest;
  bool by_size = false;  // It depends on how many peers the groups have.
};

[[nodiscard]] PeersResult ParsePeers(std::string_view text, const GroupNames& names);

// The way back, in the groups' names: "members[3] + writers". Empty when nobody is left of the set.
// REQUIRES: the groups divide [0, names.peers) in ascending order. Who is beyond is left out.
[[nodiscard]] std::string PeersText(const PeerSet& peers, const GroupNames& names);

}  // namespace sim

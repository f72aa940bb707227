// Population: of which group and in which region each peer of a run is, so that a trace, which has handles only, can be counted
// between groups and between regions.
//
// Six bytes per peer. Thread rule: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "sim/scenario/scenario.h"

namespace sim {

struct Population {
  uint32_t peers = 0;
  std::vector<std::string> groups;
  std::vector<std::string> regions;  // Empty: the network has none.
  std::vector<uint16_t> group_of;    // By peer.
  std::vector<uint16_t> region_of;   // By peer; empty like regions.
};

[[nodiscard]] core::StatusOr<Population> PopulationOf(const Scenario& scenario);

}  // namespace sim

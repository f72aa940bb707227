#include "sim/workflow/report/population.h"

#include "sim/network/placement.h"

namespace sim {

core::StatusOr<Population> PopulationOf(const Scenario& scenario) {
  Population population;
  population.peers = scenario.PeerCount();
  population.group_of.resize(population.peers);
  for (const Group& group : scenario.groups) {
    for (uint32_t i = 0; i < group.count && group.first + i < population.peers; ++i)
      population.group_of[group.first + i] = static_cast<uint16_t>(population.groups.size());
    population.groups.push_back(group.name);
  }
  if (scenario.network.model != NetworkSpec::Model::kRegions) return population;
  ASSIGN_OR_RETURN(const Placement placement, Placement::Make(scenario, scenario.seed));
  for (const Region& region : scenario.network.regions) population.regions.push_back(region.name);
  population.region_of.reserve(population.peers);
  for (uint32_t peer = 0; peer < population.peers; ++peer)
    population.region_of.push_back(static_cast<uint16_t>(placement.SiteOf({peer})));
  return population;
}

}  // namespace sim

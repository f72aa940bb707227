// Scenarios of a few lines for the tests of sim/network.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "sim/network/network.h"
#include "sim/scenario/scenario.h"

namespace sim {

inline PeerSet Range(uint32_t first, uint32_t end) {
  PeerSet set;
  set.ranges.emplace_back(first, end);
  return set;
}

// One group of `count` peers, 50 ms apart, without jitter.
inline Scenario SmallWorld(uint32_t count) {
  Scenario scenario;
  scenario.duration = core::Minutes(10);
  Group group;
  group.name = "all";
  group.count = count;
  scenario.groups.push_back(group);
  return scenario;
}

// Appends a group behind the existing ones.
inline Group& AddGroup(Scenario& scenario, const char* name, uint32_t count) {
  Group group;
  group.name = name;
  for (const Group& before : scenario.groups) group.first += before.count;
  group.count = count;
  scenario.groups.push_back(group);
  return scenario.groups.back();
}

inline std::unique_ptr<Network> MakeNetwork(const Scenario& scenario, uint64_t seed = 1) {
  auto network = Network::Create(scenario, seed);
  EXPECT_TRUE(network.ok()) << network.status().ToString();
  return std::move(network).value();
}

void MakeNetwork(Scenario&&, uint64_t = 1) = delete;  // Networks refer to their scenario.

inline Fault LinkFault(Fault::Kind kind, PeerSet targets, PeerSet others = {}) {
  Fault fault;
  fault.kind = kind;
  fault.targets = std::move(targets);
  fault.others = std::move(others);
  return fault;
}

}  // namespace sim

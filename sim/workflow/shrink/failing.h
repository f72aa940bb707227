// Failing: a scenario that breaks a check, written out so that any part of it can be left out: every fault stands in its list,
// peers are named by their groups, there is a workload, and nothing is
// expected but the check.
//
// Plain data; the scenario is shared and never changed. Thread rule: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "sim/observe/checkers/checker.h"
#include "sim/scenario/group_algebra.h"
#include "sim/scenario/scenario.h"

namespace sim {

using Json = nlohmann::json;

struct Failing {
  Json json;                                 // The scenario file.
  std::shared_ptr<const Scenario> scenario;  // The same, bound; its lists are those of the file.
  Violation violation;                       // Of the check.
  uint64_t events = 0;                       // Until it was seen.
};

// The scenario of a capsule as a file in that form. REQUIRES: it was loaded from `canonical`, and holds the drawn faults.
[[nodiscard]] Json WrittenOut(const Scenario& scenario, const std::string& check);

[[nodiscard]] GroupNames NamesOf(const std::vector<Group>& groups);

// Faults as a scenario with these groups writes them; those that hit nobody of them are left out.
[[nodiscard]] Json FaultsText(const std::vector<Fault>& faults, const GroupNames& names);

// How much there is of it: "peers 7  faults 2  operations 61  duration 3min  seed 1".
[[nodiscard]] std::string SizeText(const Scenario& scenario);

}  // namespace sim

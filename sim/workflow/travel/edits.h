// Edits: what a branch changes of the run that it leaves: faults and settings. A branch is run from the start with the same seed, so
// any change is possible; one that takes effect later than an instant leaves all before that instant as it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "sim/observe/capsule.h"
#include "sim/scenario/scenario.h"
#include "sim/workflow/scenario_source.h"

namespace sim {

class Edits {
 public:
  // REQUIRES: the capsule outlives this; `scenario` is the one in it.
  Edits(const Capsule& capsule, const Scenario& scenario)
      : capsule_(capsule), faults_(scenario.faults) {}

  // One fault as a scenario file writes it. Errors: what is wrong with it.
  [[nodiscard]] core::Status AddFault(std::string_view json);
  // By its number in FaultsText. Errors: there is none.
  [[nodiscard]] core::Status RemoveFault(std::string_view number);
  // "network.loss=1%". Errors: what is wrong with it.
  [[nodiscard]] core::Status Set(std::string_view assignment);

  [[nodiscard]] core::StatusOr<Scenario> Apply() const;

  // A line each, numbered.
  [[nodiscard]] std::string FaultsText() const;

  [[nodiscard]] int count() const { return count_; }

 private:
  const Capsule& capsule_;
  std::vector<Fault> faults_;
  Overrides overrides_;
  int count_ = 0;
};

}  // namespace sim

// A holder that takes everything in and says nothing: answers to Find, Provide and FindNode are
// dropped. It answers Ping, so it stays in everybody's tables. Scenario 31 of scenarios.md.
#pragma once

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class SilentHolder : public Role {
 public:
  explicit SilentHolder(const Occasions& occasions) : occasions_(occasions) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  Occasions occasions_;
};

}  // namespace sim

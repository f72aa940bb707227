// A holder that keeps records back: from Found and Push it takes out all records, or those whose
// owners are not its accomplices. Traffic figures stay as they are, so that what it says and what
// it shows disagree. A Push that would show nothing is not sent.
#pragma once

#include "sim/network/members.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class WithholdingHolder : public Role {
 public:
  // Records of `spared` owners stay; nobody is spared when the set is empty.
  WithholdingHolder(const Occasions& occasions, const PeerSet& spared)
      : occasions_(occasions), spared_(spared) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  void Withhold(std::vector<core::Record>& records) const;

  Occasions occasions_;
  Members spared_;
};

}  // namespace sim

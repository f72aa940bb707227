// A holder that makes records up: it adds `count` of them to each Found, as if its accomplices were
// registered there with room for everything. The signatures are random bytes.
//
// The pattern is a record of the same answer, or the last one that anybody published with it;
// without either there is nothing to imitate. Traffic figures stay as they are.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.h"
#include "sim/scenario/scenario.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class Forger : public Role {
 public:
  // REQUIRES: owners is not empty.
  Forger(const Occasions& occasions, const PeerSet& owners, int64_t count)
      : occasions_(occasions), owners_(owners), count_(count) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  [[nodiscard]] core::PeerId RandomOwner();
  [[nodiscard]] core::Record Forge(const core::Record& pattern);

  Occasions occasions_;
  PeerSet owners_;
  int64_t count_;
  std::optional<core::Record> seen_;
};

}  // namespace sim

// A storage node that keeps nothing of what it takes. It acknowledges every archive, and gives none out:
// ranges are empty, digests say that there is nothing.
//
//   holding   says of every block that it holds it, and shows made-up proofs
//   nothing   says of every block that it lacks it, whenever it is asked
//
// It lends as much as its command says, times `room`. Protocol document, 1.2.10: false capacity, false
// holding, false not-found.
#pragma once

#include <cstdint>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class FalseHolder : public Role {
 public:
  enum class Claims : uint8_t { kHolding, kNothing };

  FalseHolder(const Occasions& occasions, Claims claims, int64_t room)
      : occasions_(occasions), claims_(claims), room_(room) {}

  bool Before(core::Time now, core::Input& input) override;
  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  void Deny(core::Body& body) const;
  void Claim(core::Body& body);

  Occasions occasions_;
  Claims claims_;
  int64_t room_;
  std::vector<core::KeyedRevision> asked_;  // By the ConfirmRequest of this step.
};

}  // namespace sim

// A holder that lies about how crowded a key is, in every ProvideAck, Found and Push.
//
//   over       all traffic figures x 32 (at least 32, saturating), crowded, truncated
//   under      all traffic figures 0, not crowded, not truncated
//   flipping   over and under in turn, one answer each
//
// Records and retry_after stay as they are. Checker MM-6; scenario 31 of scenarios.md.
#pragma once

#include <cstdint>

#include "sim/world/adversaries/occasions.h"
#include "sim/world/role.h"

namespace sim {

class LyingHolder : public Role {
 public:
  enum class Lie : uint8_t { kOver, kUnder, kFlipping };
  static constexpr uint32_t kFactor = 32;

  LyingHolder(const Occasions& occasions, Lie lie) : occasions_(occasions), lie_(lie) {}

  void After(core::Time now, const core::Input& input, core::Effects& effects) override;

 private:
  // Does the next answer overstate?
  [[nodiscard]] bool NextIsOver();

  Occasions occasions_;
  Lie lie_;
  bool over_next_ = true;
};

}  // namespace sim

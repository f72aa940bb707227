// Occasions: a role's own stream of random numbers, and its decision whether to misbehave now.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/random.h"

namespace sim {

class Occasions {
 public:
  Occasions(core::Ratio rate, uint64_t seed, core::PeerId self, uint32_t incarnation)
      : rate_(rate),
        random_({.seed = seed,
                 .peer = self.value,
                 .incarnation = incarnation,
                 .purpose = core::Purpose::kAdversary}) {}

  // True with the role's rate; asked once per occasion.
  [[nodiscard]] bool Misbehave() { return random_.Chance(rate_); }

  [[nodiscard]] bool Never() const { return rate_.numerator == 0; }

  [[nodiscard]] core::Random& random() { return random_; }

 private:
  core::Ratio rate_;
  core::Random random_;
};

}  // namespace sim

// What a member of a shuffle may do wrong, each as something that it sends instead of what it should.
#pragma once

#include <string_view>
#include <vector>

#include "tests/core/negotiation/shuffle_rig.h"

namespace core {

struct ShuffleDeviation {
  std::string_view name;
  // What the others are to find; of several, any.
  std::vector<ShuffleFault> faults;
  // The last step in which it shows. What breaks a shuffle before all have endorsed leaves the secrets
  // where they are.
  ShuffleStep shows_at;
  // REQUIRES: the rig outlives it. Counts the statements that are not what they should be.
  std::function<ShuffleRig::Deviation(const ShuffleRig& rig, size_t member, size_t& count)> make;
};

// All that somebody is named for.
[[nodiscard]] const std::vector<ShuffleDeviation>& ShuffleDeviations();

// Says a step's statement to nobody before everybody is asked; to the odd members never.
[[nodiscard]] ShuffleRig::Deviation SaysLate(ShuffleStep step);
[[nodiscard]] ShuffleRig::Deviation SaysToSome(ShuffleStep step);

}  // namespace core

#include "sim/scenario/vocabulary.h"

namespace sim {

std::vector<Profile> BuiltInProfiles() {
  return {{"strict", "The documented defaults.", {}},
          {"linear",
           "Matchers widen one bit a step, as the seed text says.",
           {{"matchmaking.gallop", "false"}}},
          {"single-root", "One root per topic.", {{"matchmaking.roots", "1"}}},
          {"three-roots",
           "Three epoch-salted roots per topic, against an eclipse of one.",
           {{"matchmaking.roots", "3"}}}};
}

}  // namespace sim

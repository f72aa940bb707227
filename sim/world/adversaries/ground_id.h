// Ground ids: node ids made to lie near a key, for an attacker who eclipses it (scenario 32).
//
// A node id is a hash, so an attacker tries key after key: sharing b leading bits takes 2^b tries
// on average. With up to 24 bits that is 16.8 million hashes; a million peers have about 20 bits of
// prefix in common with their nearest neighbours, so 24 is enough to be nearest.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/ids.h"
#include "core/base/status.h"

namespace sim {

inline constexpr uint32_t kGrindBitsMax = 24;

struct GroundId {
  uint64_t seed = 0;  // The one that gave the id.
  core::NodeId id;
  uint64_t tries = 0;
};

// The first of first_seed, first_seed + 1, ... whose id shares `bits` leading bits with `near`.
// Refuses more than kGrindBitsMax bits, and gives up after 2^(bits + 6) tries, which a hash needs
// with a probability of e^-64.
[[nodiscard]] core::StatusOr<GroundId> GrindId(
    const core::Key256& near, uint32_t bits, uint64_t first_seed,
    const std::function<core::NodeId(uint64_t)>& id_of_seed);

}  // namespace sim

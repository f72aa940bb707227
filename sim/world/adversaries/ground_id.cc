#include "sim/world/adversaries/ground_id.h"

#include "absl/strings/str_cat.h"

namespace sim {

core::StatusOr<GroundId> GrindId(const core::Key256& near, uint32_t bits, uint64_t first_seed,
                                 const std::function<core::NodeId(uint64_t)>& id_of_seed) {
  if (bits > kGrindBitsMax) {
    return core::InvalidArgument(
        absl::StrCat("ground id: found ", bits, " bits, allowed: 0 to ", kGrindBitsMax));
  }
  const uint64_t tries_max = uint64_t{1} << (bits + 6);
  for (uint64_t tries = 1; tries <= tries_max; ++tries) {
    const uint64_t seed = first_seed + (tries - 1);
    const core::NodeId id = id_of_seed(seed);
    if (core::CommonPrefix(near, id) >= static_cast<int>(bits)) return GroundId{seed, id, tries};
  }
  return core::ResourceExhausted(
      absl::StrCat("ground id: no id with ", bits, " bits in ", tries_max, " tries"));
}

}  // namespace sim

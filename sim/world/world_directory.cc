#include "sim/world/world_directory.h"

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/random.h"

namespace sim {
namespace {

// Twice the peers, a power of two: probes stay short.
size_t SlotsFor(size_t peers) {
  size_t slots = 16;
  while (slots < peers * 2) slots *= 2;
  return slots;
}

}  // namespace

WorldDirectory::WorldDirectory(const Scenario& scenario, uint64_t seed, const core::Suite& suite,
                               const core::Key256& network)
    : index_(SlotsFor(scenario.PeerCount()), 0) {
  const uint32_t count = scenario.PeerCount();
  ids_.resize(count);
  keys_.resize(count);
  secrets_.resize(count);
  for (const Group& group : scenario.groups) {
    const core::Key256 target = GrindTarget(group, suite, network);
    for (uint32_t i = 0; i < group.count; ++i) MakeIdentity(group.first + i, seed, group, suite, target);
  }
}


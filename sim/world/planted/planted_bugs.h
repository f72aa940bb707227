// Planted bugs: real misbehaviour that a checker must catch. Scenario::plant names them; each wraps
// every peer of the world (or decorates what the peers may read) and leaves observations alone, so
// that what the checkers see was caused, never forged.
//
// Rules: roles keep rule 1 of architecture.md, section 5: they touch their own state, the input and
// the effects. A planted peer still counts as honest: the bug is ours. Source: simulator.md,
// section 5; docs/determinism.md, hazard 25.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "sim/world/role.h"

namespace sim {

struct PlantedBug {
  std::string_view name;
  std::string_view check;  // The id of the checker that must catch it.
  std::string_view description;
  // Needs WrongContext, or a user of collections who errs, besides or instead of a role.
  bool wraps_context = false;
  // Other checks of blocks that may catch it too, because their rules follow from the broken one; no
  // other may.
  std::string_view caught_too = {};
};

// In the order in which `orbsim list bugs` shows them.
[[nodiscard]] std::span<const PlantedBug> PlantedBugs();

// The role for one peer; nullptr for a bug that needs none. An unknown name is an error that lists
// the known ones. REQUIRES: context.context outlives the role.
[[nodiscard]] core::StatusOr<std::unique_ptr<Role>> MakePlanted(const std::string& name,
                                                                const RoleContext& context);

}  // namespace sim

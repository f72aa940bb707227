// Roles by name: what a scenario's "adversary" may be (simulator.md, section 2).
//
// Each role is one file here and edits the outputs of an honest peer; with rate 0 it changes
// nothing. Adding one: a file, a line in the table of roles.cc, a test that it changes exactly what
// its description says.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/ids.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/port/context.h"
#include "sim/scenario/scenario.h"
#include "sim/world/adversaries/options.h"
#include "sim/world/role.h"

namespace sim {

// All roles, ascending by name.
[[nodiscard]] std::span<const RoleInfo> RoleTable();

// Is this a role of the table with options that it allows? For the scenario loader.
[[nodiscard]] core::Status CheckRole(const AdversarySpec& spec);

[[nodiscard]] core::StatusOr<std::unique_ptr<Role>> MakeRole(const AdversarySpec& spec,
                                                             const RoleContext& context);

}  // namespace sim

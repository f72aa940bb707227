// What a simulated voter casts: a pure function of scenario, operation and peer, so that whoever
// checks a run can make it again and compare.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/port/command.h"
#include "core/port/context.h"
#include "sim/scenario/scenario.h"

namespace sim {

// The cid of an election that scenarios call by a name.
[[nodiscard]] core::Key256 ElectionNamed(const core::Context& context, std::string_view name);

// Which of the operation's choices the peer votes for. REQUIRES: the operation is a vote.
[[nodiscard]] uint32_t ChoiceOf(const Scenario& scenario, uint32_t operation, core::PeerId peer);

[[nodiscard]] core::VoteCommand BallotOf(const Scenario& scenario, const core::Context& context,
                                         uint32_t operation, core::PeerId peer);

}  // namespace sim

// Account: what one arm of a conformance run saw, in words that both arms share: peers by their number in the scenario,
// no times, no handles.
//
// The arms are simulated_arm.h (sim::World) and node_arm.h (node::Host over TCP); body.h says what they must have in common.
// Source: issue 3, point 8; docs/conformance.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/crypto/suite.h"
#include "core/peer/settled_state.h"
#include "core/port/observation.h"
#include "sim/scenario/scenario.h"

namespace conformance {

// Who plays: the same in both arms. By number of the peer.
struct Cast {
  core::Key256 network;
  std::vector<core::SecretKey> secrets;
  std::vector<core::NodeId> ids;
  std::vector<core::Duration> starts;  // After the beginning of the run.
};

// The decisions, and what must not happen. Peers within are numbers of the scenario.
using Said =
    std::variant<core::Joined, core::Matched, core::MatchFinished, core::TaskAccepted,
                 core::RecordRefused, core::BadFrame, core::StandingFell, core::CallFinished,
                 core::RingChanged, core::FillEnded, core::HandoffEnded>;

struct Report {
  uint32_t peer = 0;
  Said what;
};

struct Account {
  std::vector<core::SettledState> ready;  // When the first operation was given; by peer.
  std::vector<Report> reports;            // Of each peer in their order.
  std::vector<core::SettledState> settled;
  std::vector<std::string> troubles;  // What the arm could not do as the scenario says.
};

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// Nothing for observations that depend on time or chance. `number_of`: from a handle to the peer's number.
template <typename NumberOf>
[[nodiscard]] std::optional<Said> ToSaid(const core::Observation& observation,
                                         const NumberOf& number_of) {
  using Result = std::optional<Said>;
  return std::visit(Overloaded{[](const core::Joined& said) -> Result { return said; },
                               [](const core::MatchFinished& said) -> Result { return said; },
                               [](const core::CallFinished& said) -> Result { return said; },
                               [](const core::RingChanged& said) -> Result { return said; },
                               [](const core::FillEnded& said) -> Result { return said; },
                               [](const core::HandoffEnded& said) -> Result { return said; },
                               [&](core::Matched said) -> Result {
                                 said.partner = number_of(said.partner);
                                 return said;
                               },
                               [&](core::TaskAccepted said) -> Result {
                                 said.matcher = number_of(said.matcher);
                                 return said;
                               },
                               [&](core::RecordRefused said) -> Result {
                                 said.holder = number_of(said.holder);
                                 said.owner = number_of(said.owner);
                                 return said;
                               },
                               [&](core::BadFrame said) -> Result {
                                 said.from = number_of(said.from);
                                 return said;
                               },
                               [&](core::StandingFell said) -> Result {
                                 said.peer = number_of(said.peer);
                                 return said;
                               },
                               [](const auto&) -> Result { return std::nullopt; }},
                    observation);
}

}  // namespace conformance

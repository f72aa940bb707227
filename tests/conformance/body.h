// The body of the conformance test: what the simulator and real nodes must have in common after the same scenario, stated
// once for both.
//
//   of each arm alone                                              compared
//   1. every peer joins, once                                      5. a match ends alike, with as many partners
//   2. every match ends once                                       6. the partners are the same where timing cannot choose:
//   3. partners are distinct, of the topic, at most as many as        everybody who could be one is wanted and has room
//      wanted; satisfied means exactly as many                     7. the settled states, when the first operation is given
//   4. a partner agrees: it has the same task from the same peer      and at the end
//   nobody sends a bad frame or record, nobody loses standing      8. a call about blocks ends alike, with the same revision
//                                                                     and content; where several peers write a block at one
//                                                                     moment, timing chooses who is first, and the ends of
//                                                                     all together agree
//                                                                  9. a peer passes through the same places in the storage
//                                                                     rings, and its fills and handoffs end alike
//
// Rules for scenario files: who takes part in a topic does so once; nothing happens by chance (no spread, no repetition,
// no random target), and nothing that real nodes on one machine cannot do (no faults, no churn, no adversaries).
// Source: issue 3, point 8; docs/conformance.md.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"
#include "tests/conformance/account.h"

namespace conformance {

// What keeps the scenario from being played by both arms; empty: nothing.
[[nodiscard]] std::vector<std::string> Obstacles(const sim::Scenario& scenario);

// Everything in which the accounts break the rules above; empty: they conform.
[[nodiscard]] std::vector<std::string> Disagreements(const sim::Scenario& scenario,
                                                     const Cast& cast, const Account& simulated,
                                                     const Account& real);

}  // namespace conformance

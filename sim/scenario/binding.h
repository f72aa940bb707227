// Binding: from the checked JSON value to the Scenario, section by section.
//
// Each section reads what conform.h found good, leaves the documented default for the rest, and
// adds a finding for what only makes sense across keys (a slice beyond a group, shares that do not
// sum to 100 %, an operation after the end). Order matters: network before groups, groups before
// all that names peers.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "sim/scenario/compose.h"
#include "sim/scenario/group_algebra.h"
#include "sim/scenario/json_value.h"
#include "sim/scenario/parameters.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/vocabulary.h"

namespace sim {

struct Binding {
  Findings& findings;
  Composer& composer;
  const Vocabulary& vocabulary;
  Scenario& scenario;
  GroupNames names;
  // The parameters file once it was read; empty inside when it was bad.
  std::optional<std::optional<NetworkParameters>> parameters;
};

void BindNetwork(const JsonValue& top, Binding& binding);
void BindGroups(const JsonValue& top, Binding& binding);
void BindWorkload(const JsonValue& top, Binding& binding);
void BindFaults(const JsonValue& top, Binding& binding);
void BindExpectations(const JsonValue& top, Binding& binding);
void BindProtocol(const JsonValue& top, Binding& binding);

// A distribution (kDistributionTable), its data file included.
[[nodiscard]] Distribution BindDistribution(const JsonValue& value, const std::string& path,
                                            Binding& binding);
[[nodiscard]] ChurnSpec BindChurn(const JsonValue& value, const std::string& path,
                                  Binding& binding);

// The parameters behind the words home, datacentre and fitted, read once. `at` and `path` are the
// key that asks. nullptr: the file is missing or bad, which is among the findings.
[[nodiscard]] const NetworkParameters* ParametersFor(const JsonValue& top, FilePosition at,
                                                     const std::string& path, Binding& binding);

// The fault list's own part, shared with FaultsFromJson.
[[nodiscard]] Fault BindFault(const JsonValue& value, const std::string& path,
                              const GroupNames& names, Findings& findings);

// Peers of a good kPeers value; empty, with a finding, when the expression is wrong.
[[nodiscard]] PeerSet BindPeers(const JsonValue& value, const std::string& path,
                                const GroupNames& names, Findings& findings);

[[nodiscard]] core::Topic BindTopic(const JsonValue& value);

}  // namespace sim

// What is told of a node as JSON, the same on the admin pages and over the control socket.
//
// Units stand last in the names (`uptime_us`); what there is not, is null. Texts that came from other peers are in here
// as they came; Dump makes printable ASCII of them. Keys are only ever added: docs/control_protocol.md.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/host/node_view.h"

namespace node {

using Json = nlohmann::ordered_json;

// Why the node cannot be relied on now; empty: it can.
[[nodiscard]] std::string NotReady(const NodeStatus& status);

[[nodiscard]] Json StatusJson(const NodeStatus& status);
[[nodiscard]] Json PeersJson(const std::vector<PeerStatus>& peers);
// The place in the storage rings: null where nothing is lent.
[[nodiscard]] Json RingJson(const NodeView& view);
// Digest per module of the core, and what the flight recorder holds.
[[nodiscard]] Json StateJson(const NodeView& view);

// One line of ASCII, without a line feed; broken UTF-8 becomes U+FFFD.
[[nodiscard]] std::string Dump(const Json& json);

}  // namespace node

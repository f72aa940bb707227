// The overlay as it is now, for graph tools: vertices are peers, an edge u -> v is an entry v in u's routing table.
//
// Vertices: peer (handle), group, region (of the group; empty: drawn), node_id, up, honest. Edges: shared_bits (leading bits that
// both node ids have in common), round_trip_us (without jitter and queues). With a selection: its peers, who is in their
// tables, in whose tables they are, and the edges between a peer of the selection and anybody. Memory: the graph and
// its text. Written by Boost.Graph. Thread rule: one thread.
#pragma once

#include <string>

#include "sim/observe/observer.h"
#include "sim/workflow/export/selection.h"

namespace sim {

[[nodiscard]] std::string OverlayGraphml(const WorldView& world, const Selection& selection);
[[nodiscard]] std::string OverlayDot(const WorldView& world, const Selection& selection);

}  // namespace sim

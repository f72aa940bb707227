// The metrics of a node, all names beginning with orbnode_. docs/node.md, "Admin pages", says which to watch.
#pragma once

#include "node/admin/metrics_text.h"
#include "node/host/node_view.h"

namespace node {

void WriteNodeMetrics(const NodeView& view, MetricsText& out);

}  // namespace node

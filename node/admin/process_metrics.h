// The metrics of a process that Prometheus' client libraries agree on: process_cpu_seconds_total, process_open_fds and so on.
//
// Read from /proc/self and getrusage; what cannot be read (no /proc) is left out, never made up.
#pragma once

#include "node/admin/metrics_text.h"
#include "node/base/clocks.h"

namespace node {

void WriteProcessMetrics(const Moment& now, MetricsText& out);

}  // namespace node

// histograms.csv: the course of every histogram of a run, by which `orbsim report` draws it.
//
//   metric,unit,up_to,share_ppm     of the samples so many millionths are `up_to` or less
//
// A row for each bucket that holds something, told to a millionth of the samples. Source: issue 5. Thread rule: one thread.
#pragma once

#include <string>

#include "sim/observe/metrics.h"

namespace sim {

[[nodiscard]] std::string HistogramsCsv(const Metrics& metrics);

}  // namespace sim

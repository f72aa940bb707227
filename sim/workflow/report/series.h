// timeline.csv and histograms.csv of a run directory as the page draws them. Errors: what csv_columns.h says.
//
// Thread rule: plain data.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

// Rows of the timeline that a page carries; of more, neighbours are drawn together.
inline constexpr size_t kTimelineRowsMax = 1500;

// {"names": [...], "every_s": seconds per row, "end_us": [...], "columns": [[...], ...]}; what is counted is a mean per second.
[[nodiscard]] core::StatusOr<nlohmann::ordered_json> TimelineJson(const std::string& path);

// [{"metric": ..., "unit": ..., "up_to": [...], "share_ppm": [...]}, ...]
[[nodiscard]] core::StatusOr<nlohmann::ordered_json> HistogramsJson(const std::string& path);

}  // namespace sim

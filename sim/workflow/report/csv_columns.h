// The CSV files of a run directory (timeline.csv, histograms.csv): columns of integers behind columns of text, no quotes.
//
// Errors name file, line, what was found and what is allowed. Thread rule: plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace sim {

struct CsvColumns {
  std::vector<std::string> names;              // Of all columns.
  size_t texts = 0;                            // So many columns at the left are text.
  std::vector<std::vector<std::string>> text;  // By row.
  std::vector<std::vector<int64_t>> numbers;   // By row.
};

[[nodiscard]] core::StatusOr<CsvColumns> ReadCsv(const std::string& path, size_t texts);

}  // namespace sim

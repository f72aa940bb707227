// Tables as text: for people with columns as wide as what they hold, for programs as RFC 4180 has them.
#pragma once

#include <string>
#include <vector>

namespace sim {

// REQUIRES: all rows have the cells of the first; there is one.
[[nodiscard]] std::string Aligned(const std::vector<std::vector<std::string>>& rows);
// A line, quoted where it must be.
[[nodiscard]] std::string CsvLine(std::vector<std::string> fields);

}  // namespace sim

#include "sim/workflow/report/series.h"

#include <algorithm>

#include "sim/workflow/lines.h"
#include "sim/workflow/report/csv_columns.h"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

// What stands for a moment, not for what happened in the second.
bool IsLevel(const std::string& column) {
  return column == "peers_up";
}

// Rows begin to end as one.
Json Together(const CsvColumns& csv, size_t column, size_t begin, size_t end) {
  if (IsLevel(csv.names[column])) return csv.numbers[end - 1][column];
  int64_t sum = 0;
  for (size_t row = begin; row < end; ++row) sum += csv.numbers[row][column];
  if (end - begin == 1) return sum;
  return static_cast<double>(sum) / static_cast<double>(end - begin);
}

}  // namespace

core::StatusOr<Json> TimelineJson(const std::string& path) {
  ASSIGN_OR_RETURN(const CsvColumns csv, ReadCsv(path, 0));
  if (csv.names[0] != "end_us") return BadLine(path, 1, csv.names[0], "end_us first");
  const size_t rows = csv.numbers.size();
  const size_t every = std::max<size_t>(1, (rows + kTimelineRowsMax - 1) / kTimelineRowsMax);
  Json ends = Json::array();
  Json columns = Json::array();
  for (size_t column = 0; column < csv.names.size(); ++column) {
    Json values = Json::array();
    for (size_t row = 0; row < rows; row += every) {
      const size_t end = std::min(rows, row + every);
      values.push_back(column == 0 ? Json(csv.numbers[end - 1][0])
                                   : Together(csv, column, row, end));
    }
    if (column == 0) {
      ends = std::move(values);
    } else {
      columns.push_back(std::move(values));
    }
  }
  return Json{{"names", std::vector<std::string>(csv.names.begin() + 1, csv.names.end())},
              {"every_s", every},
              {"end_us", ends},
              {"columns", columns}};
}

core::StatusOr<Json> HistogramsJson(const std::string& path) {
  ASSIGN_OR_RETURN(const CsvColumns csv, ReadCsv(path, 2));
  if (csv.names != std::vector<std::string>{"metric", "unit", "up_to", "share_ppm"})
    return BadLine(path, 1, "other columns", "metric,unit,up_to,share_ppm");
  Json histograms = Json::array();
  for (size_t row = 0; row < csv.text.size(); ++row) {
    if (row == 0 || csv.text[row] != csv.text[row - 1]) {
      histograms.push_back({{"metric", csv.text[row][0]},
                            {"unit", csv.text[row][1]},
                            {"up_to", Json::array()},
                            {"share_ppm", Json::array()}});
    }
    histograms.back()["up_to"].push_back(csv.numbers[row][0]);
    histograms.back()["share_ppm"].push_back(csv.numbers[row][1]);
  }
  return histograms;
}

}  // namespace sim

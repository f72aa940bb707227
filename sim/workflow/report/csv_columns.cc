#include "sim/workflow/report/csv_columns.h"

#include <charconv>
#include <utility>

#include "sim/workflow/lines.h"

namespace sim {
namespace {

std::vector<std::string> CellsOfLine(const std::string& line) {
  std::vector<std::string> cells;
  size_t begin = 0;
  for (;;) {
    const size_t end = line.find(',', begin);
    cells.push_back(line.substr(begin, end - begin));
    if (end == std::string::npos) return cells;
    begin = end + 1;
  }
}

bool ReadNumber(const std::string& text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

core::Status TakeRow(const std::string& path, size_t number, std::vector<std::string> cells,
                     CsvColumns& columns) {
  if (cells.size() != columns.names.size()) {
    return BadLine(path, number, std::to_string(cells.size()) + " columns",
                   std::to_string(columns.names.size()) + ", as the first line has");
  }
  std::vector<int64_t> numbers(cells.size() - columns.texts);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string& cell = cells[columns.texts + i];
    if (!ReadNumber(cell, numbers[i]))
      return BadLine(path, number, "\"" + cell + "\"", "an integer");
  }
  cells.resize(columns.texts);
  columns.text.push_back(std::move(cells));
  columns.numbers.push_back(std::move(numbers));
  return core::Status();
}

}  // namespace

core::StatusOr<CsvColumns> ReadCsv(const std::string& path, size_t texts) {
  CsvColumns columns;
  columns.texts = texts;
  RETURN_IF_ERROR(ForEachLine(path, [&](const std::string& line, size_t number) {
    std::vector<std::string> cells = CellsOfLine(line);
    if (number > 1) return TakeRow(path, number, std::move(cells), columns);
    columns.names = std::move(cells);
    if (columns.names.size() > texts) return core::Status();
    return BadLine(path, 1, std::to_string(columns.names.size()) + " columns",
                   "more than " + std::to_string(texts));
  }));
  if (columns.names.empty()) return BadLine(path, 1, "an empty file", "a line of column names");
  return columns;
}

}  // namespace sim

#include "sim/scenario/reference.h"

#include <algorithm>
#include <vector>

#include "sim/scenario/allowed.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

class ReferenceWriter {
 public:
  std::string Run() {
    Gather(kScenarioTable);
    Gather(kParametersTable);
    for (const KeyTable* table : tables_) Write(*table);
    text_ += "### Units\n\n| measure | units |\n|---|---|\n";
    for (const auto& [name, measure] :
         {std::pair{"duration", Measure::kDuration}, std::pair{"size", Measure::kSize},
          std::pair{"rate", Measure::kRate}, std::pair{"share", Measure::kShare}}) {
      text_ += "| " + std::string(name) + " |";
      for (const std::string_view unit : UnitNames(measure)) text_ += " " + std::string(unit);
      text_ += " |\n";
    }
    return std::move(text_);
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  void Gather(const KeyTable& table) {
    if (std::find(tables_.begin(), tables_.end(), &table) != tables_.end()) return;
    tables_.push_back(&table);
    GatherRows(table.rows);
    for (const KeyCase& one : table.cases) GatherRows(one.rows);
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  void GatherRows(std::span<const KeyRow> rows) {
    for (const KeyRow& row : rows) {
      if (row.table != nullptr) Gather(*row.table);
    }
  }

  void Write(const KeyTable& table) {
    text_ += "### " + std::string(table.name) + "\n\n" + std::string(table.about) + "\n\n";
    text_ += "| key | allowed | default | meaning |\n|---|---|---|---|\n";
    if (!table.selector.empty()) {
      text_ += "| `" + std::string(table.selector) + "` | one of the words below | required | ";
      text_ += "Which keys there are. |\n";
    }
    for (const KeyRow& row : table.rows) WriteRow(row);
    for (const KeyCase& one : table.cases) {
      text_ += "| **" + std::string(table.selector) + " = \"" + std::string(one.word.word) +
               "\"** | | | " + Cell(one.word.about) + " |\n";
      for (const KeyRow& row : one.rows) WriteRow(row);
    }
    text_ += '\n';
  }

  void WriteRow(const KeyRow& row) {
    std::string fallback = row.required ? "required" : "";
    if (!row.fallback.empty()) fallback = "`" + std::string(row.fallback) + "`";
    std::string about(row.about);
    if (row.table != nullptr) about += " See " + std::string(row.table->name) + ".";
    text_ += "| `" + std::string(row.key) + "` | " + Cell(AllowedBy(row)) + " | " + fallback +
             " | " + Cell(about) + " |\n";
    for (const KeyWord& word : row.words) {
      if (word.about.empty()) continue;
      text_ += "| | \"" + std::string(word.word) + "\" | | " + Cell(word.about) + " |\n";
    }
  }

  // A bar would end the cell.
  static std::string Cell(std::string_view text) {
    std::string cell;
    for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
    return cell;
  }

  std::vector<const KeyTable*> tables_;
  std::string text_;
};

}  // namespace

std::string ScenarioReference() {
  return ReferenceWriter().Run();
}

}  // namespace sim

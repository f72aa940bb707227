#include "node/config/reference.h"

#include <string_view>
#include <vector>

#include "node/config/option_table.h"
#include "node/config/option_value.h"

namespace node {
namespace {

std::vector<const OptionRow*> RowsOf(std::string_view section) {
  std::vector<const OptionRow*> rows;
  for (const OptionRow& row : OptionRows()) {
    if (row.section == section) rows.push_back(&row);
  }
  return rows;
}

std::string Capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

void WriteOption(const OptionRow& row, const std::string& indent, bool last, std::string& text) {
  text += indent + "// " + std::string(row.about) + "\n";
  text += indent + "// " + Capital(AllowedBy(row)) + ".\n";
  text += indent + "\"" + std::string(row.key) + "\": " + std::string(row.fallback);
  text += last ? "\n" : ",\n";
}

// A bar would end the cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

void WriteTable(std::string_view section, std::string& text) {
  text += "| option | allowed | default | meaning |\n|---|---|---|---|\n";
  for (const OptionRow* row : RowsOf(section)) {
    text += "| `" + std::string(row->key) + "` | " + Cell(AllowedBy(*row)) + " | `" +
            std::string(row->fallback) + "` | " + Cell(row->about) + " |\n";
  }
  text += '\n';
}

}  // namespace

std::string DefaultConfigText() {
  std::string text =
      "// Configuration of orbnode. Every option stands here with its default; an option that is "
      "left\n"
      "// out has its default too, so \"{}\" is a complete file. See "
      "docs/node_configuration.md.\n{\n";
  for (const OptionRow* row : RowsOf("")) WriteOption(*row, "  ", false, text);
  const auto sections = OptionSections();
  for (const OptionSection& section : sections) {
    text +=
        "\n  // " + std::string(section.about) + "\n  \"" + std::string(section.name) + "\": {\n";
    const std::vector<const OptionRow*> rows = RowsOf(section.name);
    for (const OptionRow* row : rows) WriteOption(*row, "    ", row == rows.back(), text);
    text += &section == &sections.back() ? "  }\n" : "  },\n";
  }
  return text + "}\n";
}

std::string ConfigReference() {
  std::string text = "### Top of the file\n\n";
  WriteTable("", text);
  for (const OptionSection& section : OptionSections()) {
    text += "### " + std::string(section.name) + "\n\n" + std::string(section.about) + "\n\n";
    WriteTable(section.name, text);
  }
  text.pop_back();
  return text;
}

}  // namespace node

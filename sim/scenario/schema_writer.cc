#include <set>

#include "nlohmann/json.hpp"

#include "sim/scenario/allowed.h"
#include "sim/scenario/key_table.h"
#include "sim/scenario/reference.h"

namespace sim {
namespace {
using Json = nlohmann::ordered_json;

std::string Pattern(Measure measure) {
  constexpr std::string_view kNumber = "^-?[0-9]+(\\.[0-9]+)?";
  std::string units;
  for (const std::string_view name : UnitNames(measure)) {
    if (!units.empty()) units += '|';
    units += name;
  }
  return std::string(kNumber) + (units.empty() ? "$" : "(" + units + ")$");
}

Json Words(std::span<const KeyWord> words) {
  Json list = Json::array();
  for (const std::string_view word : WordsOf(words)) list.push_back(std::string(word));
  return {{"type", "string"}, {"enum", list}};
}

Json Integer(const KeyRow& row) {
  Json json = {{"type", "integer"}, {"minimum", row.low}};
  if (row.high != std::numeric_limits<int64_t>::max()) json["maximum"] = row.high;
  return json;
}

Json List(const KeyRow& row, Json items) {
  return {{"type", "array"},
          {"items", std::move(items)},
          {"minItems", row.count_low},
          {"maxItems", row.count_high}};
}

class SchemaWriter {
 public:
  std::string Run(const KeyTable& root) {
    Json json = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Orbweaver scenario"}};
    json.update(Object(root));
    json["$defs"] = std::move(definitions_);
    return json.dump(1) + "\n";
  }

 private:
  Json Reference(const KeyTable& table) {
    const std::string name(table.name);
    if (started_.insert(name).second) definitions_[name] = Object(table);
    return {{"$ref", "#/$defs/" + name}};
  }

  // Tables contain no circles, so this ends.
  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  Json Object(const KeyTable& table) {
    Json json = {{"description", std::string(table.about)}, {"type", "object"}};
    if (table.selector.empty()) {
      json.update(Members(table.rows, {}, "", {}));
      return json;
    }
    Json cases = Json::array();
    for (const KeyCase& one : table.cases) {
      Json member = {{"description", std::string(one.word.about)}};
      member.update(Members(table.rows, one.rows, table.selector, one.word));
      cases.push_back(std::move(member));
    }
    json["oneOf"] = std::move(cases);
    return json;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  Json Members(std::span<const KeyRow> common, std::span<const KeyRow> own,
               std::string_view selector, const KeyWord& word) {
    Json properties = Json::object();
    Json required = Json::array();
    if (!selector.empty()) {
      properties[std::string(selector)] = {{"const", std::string(word.word)},
                                           {"description", std::string(word.about)}};
      required.push_back(std::string(selector));
    }
    for (const auto& rows : {common, own}) {
      for (const KeyRow& row : rows) {
        properties[std::string(row.key)] = Member(row);
        if (row.required) required.push_back(std::string(row.key));
      }
    }
    Json json = {{"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) json["required"] = std::move(required);
    return json;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  Json Member(const KeyRow& row) {
    Json json = {{"description", std::string(row.about) + " Allowed: " + AllowedBy(row) + "."}};
    json.update(row.list ? List(row, One(row)) : One(row));
    if (!row.fallback.empty()) json["default"] = Json::parse(row.fallback);
    return json;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the tables nest.
  Json One(const KeyRow& row) {
    if (const auto measure = MeasureOf(row.kind)) {
      return {{"type", "string"}, {"pattern", Pattern(*measure)}};
    }
    switch (row.kind) {
      case KeyKind::kFlag:
        return {{"type", "boolean"}};
      case KeyKind::kInteger:
        return Integer(row);
      case KeyKind::kName:
        return {{"type", "string"}, {"pattern", "^[A-Za-z][A-Za-z0-9_]*$"}};
      case KeyKind::kWord:
        return Words(row.words);
      case KeyKind::kTarget:
        return {{"type", "string"}, {"pattern", "^(random|[0-9a-f]{64})$"}};
      case KeyKind::kBound:
        return {{"type", Json::array({"string", "integer"})}};
      case KeyKind::kIntegers:
        return List(row, Integer(row));
      case KeyKind::kGrid:
        return List(row, {{"type", "array"}, {"items", Integer(row)}});
      case KeyKind::kOptions:
        return {{"type", "object"}};
      case KeyKind::kObject:
        if (row.words.empty()) return Reference(*row.table);
        return {{"oneOf", Json::array({Words(row.words), Reference(*row.table)})}};
      default:
        return {{"type", "string"}, {"minLength", 1}};
    }
  }

  std::set<std::string> started_;
  Json definitions_ = Json::object();
};

}  // namespace

std::string ScenarioSchema() {
  return SchemaWriter().Run(kScenarioTable);
}

}  // namespace sim

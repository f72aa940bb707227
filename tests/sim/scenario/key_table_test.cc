// The key tables against what is generated from them and against the structs that they fill.
#include "sim/scenario/key_table.h"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "sim/scenario/describe.h"
#include "sim/scenario/reference.h"
#include "tests/sim/scenario/scenario_texts.h"

namespace {

std::string FileText(const std::string& path) {
  std::ifstream stream(ORBWEAVER_SOURCE_DIR "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(KeyTableTest, TheSchemaFileIsTheTables) {
  EXPECT_TRUE(FileText("scenarios/schema.json") == sim::ScenarioSchema())
      << "scenarios/schema.json is not what the tables say: run orbschema";
}

TEST(KeyTableTest, TheReferenceInTheDocumentIsTheTables) {
  EXPECT_TRUE(
      FileText("docs/scenario_files.md").ends_with("edit below -->\n\n" + sim::ScenarioReference()))
      << "docs/scenario_files.md is not what the tables say: run orbschema";
}

// Visits every table that a file can reach.
void Visit(const sim::KeyTable& table, std::set<const sim::KeyTable*>& seen) {
  if (!seen.insert(&table).second) return;
  const auto rows = [&](std::span<const sim::KeyRow> list) {
    for (const sim::KeyRow& row : list) {
      if (row.table != nullptr) Visit(*row.table, seen);
    }
  };
  rows(table.rows);
  for (const sim::KeyCase& one : table.cases) rows(one.rows);
}

std::set<const sim::KeyTable*> AllTables() {
  std::set<const sim::KeyTable*> tables;
  Visit(sim::kScenarioTable, tables);
  Visit(sim::kParametersTable, tables);
  return tables;
}

void CheckRow(const sim::KeyTable& table, const sim::KeyRow& row) {
  EXPECT_FALSE(row.about.empty()) << table.name << "." << row.key;
  EXPECT_EQ(row.kind == sim::KeyKind::kObject, row.table != nullptr)
      << table.name << "." << row.key;
  EXPECT_LE(row.low, row.high) << table.name << "." << row.key;
  EXPECT_FALSE(row.required && !row.fallback.empty()) << table.name << "." << row.key;
  if (!row.fallback.empty()) {
    EXPECT_FALSE(nlohmann::json::parse(row.fallback, nullptr, false).is_discarded()) << row.key;
  }
}

TEST(KeyTableTest, EachRowIsComplete) {
  std::set<std::string_view> names;
  for (const sim::KeyTable* table : AllTables()) {
    EXPECT_TRUE(names.insert(table->name).second) << "two tables of the name " << table->name;
    EXPECT_FALSE(table->about.empty()) << table->name;
    for (const sim::KeyRow& row : table->rows) CheckRow(*table, row);
    for (const sim::KeyCase& one : table->cases) {
      for (const sim::KeyRow& row : one.rows) CheckRow(*table, row);
    }
  }
  EXPECT_GE(names.size(), 20u);
}

// Every object of the schema that belongs to `table` has exactly its keys.
void CompareKeys(const nlohmann::json& schema, std::span<const sim::KeyRow> common,
                 std::span<const sim::KeyRow> own, std::string_view selector) {
  std::set<std::string> expected;
  if (!selector.empty()) expected.insert(std::string(selector));
  for (const sim::KeyRow& row : common) expected.insert(std::string(row.key));
  for (const sim::KeyRow& row : own) expected.insert(std::string(row.key));
  std::set<std::string> actual;
  for (const auto& [key, value] : schema.at("properties").items()) actual.insert(key);
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(schema.at("additionalProperties"), false);
}

TEST(KeyTableTest, TheSchemaFileHasEveryKeyOfEveryTable) {
  const nlohmann::json schema = nlohmann::json::parse(FileText("scenarios/schema.json"));
  CompareKeys(schema, sim::kScenarioTable.rows, {}, "");
  std::set<const sim::KeyTable*> tables;
  Visit(sim::kScenarioTable, tables);
  tables.erase(&sim::kScenarioTable);
  EXPECT_EQ(schema.at("$defs").size(), tables.size());
  for (const sim::KeyTable* table : tables) {
    const nlohmann::json& part = schema.at("$defs").at(std::string(table->name));
    if (table->selector.empty()) CompareKeys(part, table->rows, {}, "");
    for (size_t i = 0; i < table->cases.size(); ++i) {
      CompareKeys(part.at("oneOf").at(i), table->rows, table->cases[i].rows, table->selector);
    }
  }
}

// All keys with a default, written out.
nlohmann::json Defaults(std::span<const sim::KeyRow> rows) {
  nlohmann::json json = nlohmann::json::object();
  for (const sim::KeyRow& row : rows) {
    const bool section = row.table != nullptr && !row.list && row.fallback == "{}";
    if (section) {
      json[std::string(row.key)] = Defaults(row.table->rows);
    } else if (!row.fallback.empty()) {
      json[std::string(row.key)] = nlohmann::json::parse(row.fallback);
    }
  }
  return json;
}

std::string WithoutHash(const sim::Scenario& scenario) {
  std::string text = sim::PrintScenario(scenario);
  const size_t start = text.find("hash ");
  return text.erase(start, text.find('\n', start) - start);
}

nlohmann::json Minimal() {
  return nlohmann::json::parse(tests::ScenarioWith(
      R"("workload": [{"at": "1s", "do": "match", "who": "crowd", "topic": "t"},
                      {"at": "1s", "do": "work", "who": "crowd", "topic": "t"},
                      {"at": "1s", "do": "leave", "who": "crowd", "topic": "t"},
                      {"at": "1s", "do": "lookup", "who": "crowd"},
                      {"at": "1s", "do": "put", "who": "crowd", "block": "b"},
                      {"at": "1s", "do": "delete", "who": "crowd", "block": "b"},
                      {"at": "1s", "do": "get", "who": "crowd", "block": "b"},
                      {"at": "1s", "do": "revision", "who": "crowd", "block": "b"},
                      {"at": "1s", "do": "transact", "who": "crowd", "block": "b", "blocks": 3, "writes": 2},
                      {"at": "1s", "do": "lend", "who": "crowd", "capacity": "1MiB"},
                      {"at": "1s", "do": "vote", "who": "crowd", "election": "e", "voters": 10, "closes": "9s"},
                      {"at": "1s", "do": "append", "who": "crowd", "collection": "d"},
                      {"at": "1s", "do": "insert", "who": "crowd", "collection": "t"},
                      {"at": "1s", "do": "erase", "who": "crowd", "collection": "t"}],
         "faults": [{"at": "1s", "for": "1s", "do": "loss", "ratio": "1%"}])"));
}

TEST(KeyTableTest, WritingEveryDefaultOutChangesNothing) {
  nlohmann::json full = Minimal();
  full.update(Defaults(sim::kScenarioTable.rows), true);
  nlohmann::json minimal = Minimal();
  full["workload"] = minimal["workload"];
  full["faults"] = minimal["faults"];
  for (nlohmann::json& group : full["groups"]) group.update(Defaults(sim::kGroupTable.rows));
  ASSERT_EQ(full["workload"].size(), sim::kOperationTable.cases.size());
  for (size_t i = 0; i < sim::kOperationTable.cases.size(); ++i) {
    const sim::KeyCase& verb = sim::kOperationTable.cases[i];
    nlohmann::json& operation = full["workload"][i];
    ASSERT_EQ(operation["do"], verb.word.word);
    for (const auto rows : {sim::kOperationTable.rows, verb.rows}) {
      const nlohmann::json defaults = Defaults(rows);
      for (const auto& [key, value] : defaults.items()) {
        if (!operation.contains(key)) operation[key] = value;
      }
    }
  }
  full["faults"][0].update(Defaults(sim::kFaultTable.rows));
  full["faults"][0].update(Defaults(sim::kFaultTable.cases[1].rows));
  full["use"] = nlohmann::json::array();
  const auto a = tests::LoadText(minimal.dump());
  const auto b = tests::LoadText(full.dump());
  ASSERT_TRUE(a.ok()) << a.status();
  ASSERT_TRUE(b.ok()) << b.status();
  std::string written = WithoutHash(*b);
  // "public" written out is listed as such; left out it is an empty list, which means the same.
  for (const char* line : {"group crowd public 100%\n", "group seekers public 100%\n"}) {
    const size_t at = written.find(line);
    ASSERT_NE(at, std::string::npos);
    written.erase(at, std::string(line).size());
  }
  EXPECT_EQ(written, WithoutHash(*a));
}

TEST(KeyTableTest, EveryParameterOfTheProtocolsHasAKey) {
  // These bindings stop compiling when a parameter is added to core/port/config.h.
  const auto [r1, r2, r3, r4, r5, r6] = core::RoutingConfig{};
  const auto [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
              m20, m21, m22, m23, m24, m25, m26, m27, m28, m29] = core::MatchmakingConfig{};
  const auto [t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15, t16, t17, t18, t19,
              t20, t21, t22, t23, t24, t25, t26, t27, t28, t29, t30, t31] =
      core::TransactionsConfig{};
  const auto [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19,
              a20, a21, a22, a23, a24, a25, a26, a27] = core::ArachnodeConfig{};
  const auto [n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19,
              n20, n21, n22, n23, n24, n25] = core::NegotiationConfig{};
  EXPECT_EQ(r1 + m1 + t1 + a1 + n1, 77);
  const auto lines = sim::DescribeProtocol({});
  ASSERT_EQ(lines.size(), 6u + 29u + 31u + 27u + 25u);
  std::set<std::string> described;
  for (const auto& [path, value] : lines) described.insert(path);
  for (const sim::KeyRow& section : sim::kProtocolTable.rows) {
    for (const sim::KeyRow& row : section.table->rows) {
      EXPECT_EQ(described.erase(std::string(section.key) + "." + std::string(row.key)), 1u)
          << row.key;
    }
  }
  EXPECT_TRUE(described.empty());
}

TEST(KeyTableTest, EveryParameterOfTheProtocolsReachesItsField) {
  for (const sim::KeyRow& section : sim::kProtocolTable.rows) {
    for (const sim::KeyRow& row : section.table->rows) {
      const std::string path = std::string(section.key) + "." + std::string(row.key);
      std::string value = row.fallback == "true" ? "false" : "true";
      if (row.kind == sim::KeyKind::kInteger)
        value = row.key == "roots" ? "3" : std::to_string(row.low + 5);
      if (row.kind == sim::KeyKind::kDuration) value = "\"11s\"";
      if (row.kind == sim::KeyKind::kSize) value = "\"5KiB\"";
      const bool quoted = value.starts_with('"');
      auto overrides =
          std::vector<std::pair<std::string, std::string>>{{"protocol." + path, value}};
      // What must stay below or above it.
      const std::map<std::string, std::pair<std::string, std::string>> others = {
          {"matchmaking.high_water", {"matchmaking.low_water", "1"}},
          {"transactions.backoff_base", {"transactions.backoff_cap", "\"1min\""}},
          {"transactions.ack_retry", {"transactions.ack_retry_cap", "\"1min\""}}};
      if (const auto other = others.find(path); other != others.end()) {
        overrides.emplace_back("protocol." + other->second.first, other->second.second);
      }
      const auto scenario = tests::LoadText(tests::ScenarioWith(""), {}, overrides);
      ASSERT_TRUE(scenario.ok()) << scenario.status();
      for (const auto& [name, text] : sim::DescribeProtocol(scenario->protocol)) {
        if (name != path) continue;
        EXPECT_EQ(value, quoted ? "\"" + text + "\"" : text) << path;
      }
    }
  }
}

}  // namespace

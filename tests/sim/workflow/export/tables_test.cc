#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/sim/workflow/export/exported_run.h"

namespace sim {
namespace {

using Json = nlohmann::json;
using Row = std::map<std::string, std::string>;

class TablesTest : public ExportedRun {
 protected:
  void ExportTables(std::vector<uint32_t> peers = {}) {
    const std::string capsule = MakeCapsule();
    ASSERT_EQ(Exported({.capsule = capsule, .csv = At("tables"), .peers = std::move(peers)}),
              ExitCode::kPass)
        << error_.str();
  }

  std::vector<std::string> LinesOf(const std::string& file) {
    return absl::StrSplit(TextOf(At("tables/" + file)), '\n', absl::SkipEmpty());
  }

  // Nothing in this run needs quotes.
  std::vector<Row> RowsOf(const std::string& file) {
    const std::vector<std::string> lines = LinesOf(file);
    const std::vector<std::string> names = absl::StrSplit(lines.at(0), ',');
    std::vector<Row> rows;
    for (size_t i = 1; i < lines.size(); ++i) {
      const std::vector<std::string> values = absl::StrSplit(lines[i], ',');
      EXPECT_EQ(values.size(), names.size()) << lines[i];
      Row& row = rows.emplace_back();
      for (size_t j = 0; j < names.size(); ++j) row[names[j]] = values.at(j);
    }
    return rows;
  }

  // As the run's own summary counted.
  int64_t Metric(const std::string& name) {
    const Json summary = Json::parse(TextOf(At("run/summary.json")));
    return summary.at("metrics").at(name).at("value");
  }
};

TEST_F(TablesTest, MessagesAreThoseThatTheMetricsCounted) {
  ExportTables();
  std::map<std::string, int64_t> fates;
  std::set<std::string> sent;
  int64_t unsent = 0;
  for (const Row& row : RowsOf("messages.csv")) {
    ++fates[row.at("fate")];
    EXPECT_EQ(row.at("drop").empty(), row.at("fate") != "dropped");
    const std::string name =
        row.at("from") + " " + row.at("to") + " " + row.at("type") + " " + row.at("id");
    if (row.at("fate") == "sent") sent.insert(name);
    unsent += sent.contains(name) ? 0 : 1;
  }
  EXPECT_EQ(fates["sent"], Metric("network.sent"));
  EXPECT_EQ(fates["delivered"], Metric("network.delivered"));
  EXPECT_EQ(fates["dropped"], Metric("network.dropped"));
  EXPECT_GT(fates["dropped"], 10);
  EXPECT_LT(unsent, fates["sent"] / 10)
      << "what arrives was sent, but for damage to its id or type";
}

TEST_F(TablesTest, OperationsAreThoseThatTheMetricsCounted) {
  ExportTables();
  int64_t calls = 0;
  std::map<std::string, int64_t> outcomes;
  for (const Row& row : RowsOf("operations.csv")) {
    EXPECT_LE(std::stoll(row.at("begun_us")) + std::stoll(row.at("took_us")), 12'000'000);
    EXPECT_GE(std::stoll(row.at("took_us")), 0);
    EXPECT_EQ(row.at("subject").size(), row.at("kind") == "task" ? 32u : 64u);
    const bool call =
        row.at("kind") != "match" && row.at("kind") != "task" && row.at("kind") != "lookup";
    calls += call ? 1 : 0;
    ++outcomes[row.at("outcome")];
  }
  EXPECT_EQ(calls, Metric("calls.started"));
  EXPECT_EQ(outcomes["committed"], Metric("calls.committed"));
}

TEST_F(TablesTest, PeersAreAsTheRunLeftThem) {
  ExportTables();
  const std::vector<Row> rows = RowsOf("peers.csv");
  ASSERT_EQ(rows.size(), 16u);
  EXPECT_EQ(rows[3].at("peer"), "3");
  EXPECT_EQ(rows[3].at("group"), "members");
  EXPECT_EQ(rows[3].at("client"), "0");
  EXPECT_EQ(rows[12].at("client"), "1");
  EXPECT_EQ(rows[12].at("group"), "writers");
  for (const Row& row : rows) {
    EXPECT_EQ(row.at("up"), "1");
    EXPECT_EQ(row.at("node_id").size(), 64u);
    EXPECT_GT(std::stoi(row.at("contacts")), 3);
  }
}

TEST_F(TablesTest, EventsAreJsonInTheOrderOfTime) {
  ExportTables();
  int64_t last = 0;
  std::map<std::string, int> kinds;
  std::set<std::string> names;
  for (const std::string& line : LinesOf("events.jsonl")) {
    const Json event = Json::parse(line, nullptr, false);
    ASSERT_TRUE(event.is_object()) << line;
    EXPECT_GE(event.at("time_us").get<int64_t>(), last);
    last = event.at("time_us");
    ++kinds[event.at("kind")];
    names.insert(event.at("event"));
    if (event.at("kind") == "fact") {
      EXPECT_TRUE(event.contains("peer") && event.contains("local_us"));
    }
  }
  EXPECT_GT(kinds["fact"], 100);
  EXPECT_GT(kinds["world"], 16);
  EXPECT_GT(kinds["user"], 0);
  for (const char* name :
       {"started", "fault_began", "call_finished", "revision_applied", "matched", "action_begun"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST_F(TablesTest, OfTwoPeersOnlyWhatConcernsThem) {
  ExportTables({0, 15});
  for (const Row& row : RowsOf("messages.csv")) {
    const std::set<std::string> ends = {row.at("from"), row.at("to")};
    EXPECT_TRUE(ends.contains("0") || ends.contains("15"));
  }
  EXPECT_EQ(RowsOf("peers.csv").size(), 2u);
  for (const Row& row : RowsOf("operations.csv"))
    EXPECT_TRUE(row.at("peer") == "0" || row.at("peer") == "15");
}

TEST_F(TablesTest, TheNotebookReadsThem) {
  ExportTables();
  const std::string command = "python3 '" + SourcePath("docs/notebook.py") + "' --check '" +
                              At("tables") + "' >'" + At("told") + "' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << TextOf(At("told"));
  EXPECT_THAT(TextOf(At("told")), testing::HasSubstr("16 peers"));
}

}  // namespace
}  // namespace sim

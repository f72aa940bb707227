// A report says what the files of a run say, is equal for equal runs, and refuses what is damaged by file and place.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/observe/file_out.h"
#include "sim/observe/probes.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kScenario[] = "scenarios/two_writers.json";

class ReportTest : public CommandTest {
 protected:
  void MakeRun(const std::string& name, const std::string& trace, int threads = 2,
               Overrides overrides = {}) {
    RunOptions options;
    options.scenario = {SourcePath(kScenario), {}, std::move(overrides), {}};
    options.threads = threads;
    options.out = folder_ + "/" + name;
    options.trace = trace;
    (void)Told(&sim::Run, options);
  }

  void MakeSweep(const std::string& name) {
    SweepOptions options;
    options.scenario.file = SourcePath(kScenario);
    options.seeds = "3";
    options.vary = {"profile=strict,upstream", "network.loss=1%,0.5%"};
    options.metrics = {"write.time.p50"};
    options.threads = 2;
    options.out = folder_ + "/" + name;
    (void)Told(&Sweep, options, ExitCode::kSafety);
  }

  void MakeEnvelope(const std::string& name) {
    EnvelopeOptions options;
    options.scenario.file = SourcePath(kScenario);
    options.axis = "network.loss";
    options.from = "0%";
    options.to = "99%";
    options.seeds = "2";
    options.at = "1%";
    options.jobs = 2;
    options.out = folder_ + "/" + name;
    (void)Told(&FindEnvelope, options);
  }

  // Empty: it went well; otherwise what was said to be wrong.
  std::string Complaint(const std::vector<std::string>& names,
                        const std::string& page = "page.html", bool force = true) {
    out_.str("");
    error_.str("");
    Console console = MakeConsole();
    ReportOptions options;
    for (const std::string& name : names) options.folders.push_back(folder_ + "/" + name);
    options.out = folder_ + "/" + page;
    options.force = force;
    const ExitCode exit = sim::Report(options, console);
    EXPECT_EQ(exit == ExitCode::kPass, error_.str().empty()) << error_.str();
    EXPECT_TRUE(exit == ExitCode::kPass || exit == ExitCode::kBadInput);
    return error_.str();
  }

  void Write(const std::string& file, const std::string& text) const {
    ASSERT_TRUE(WriteFileWhole(folder_ + "/" + file, text).ok());
  }

  void Replace(const std::string& file, const std::string& what, const std::string& by) const {
    std::string text = File(file);
    const size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos) << file << " has no " << what;
    Write(file, text.replace(at, what.size(), by));
  }

  // What the page was given to draw.
  [[nodiscard]] json Data(const std::string& page = "page.html") const {
    const std::string text = File(page);
    const std::string opening = R"(<script type="application/json" id="data">)";
    const size_t begin = text.find(opening) + opening.size();
    return json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  }
};

uint64_t SumOf(const json& rows, const char* member) {
  uint64_t sum = 0;
  for (const json& row : rows) sum += row[member].get<uint64_t>();
  return sum;
}

TEST_F(ReportTest, WhatTheTraceSaysIsWhatTheMetricsSay) {
  MakeRun("run", "full");
  ASSERT_EQ(Complaint({"run"}), "");
  const json run = Data()["runs"][0];
  const json metrics = run["summary"]["metrics"];
  ASSERT_GT(metrics["network.sent"]["value"], 0);
  EXPECT_EQ(SumOf(run["trace"]["types"], "sent"), metrics["network.sent"]["value"]);
  EXPECT_EQ(SumOf(run["trace"]["types"], "delivered"), metrics["network.delivered"]["value"]);
  EXPECT_EQ(SumOf(run["trace"]["types"], "bytes"), metrics["network.bytes"]["value"]);
  uint64_t between_groups = 0;
  for (const json& cell : run["trace"]["groups"]["cells"])
    between_groups += cell[0].get<uint64_t>();
  EXPECT_EQ(between_groups, metrics["network.sent"]["value"]);
  for (const json& type : run["trace"]["types"]) {
    uint64_t over_time = 0;
    for (const json& bin : type["delivered_by_time"]) over_time += bin.get<uint64_t>();
    EXPECT_EQ(over_time, type["delivered"]) << type["type"];
  }
  EXPECT_GT(SumOf(run["trace"]["delays"], "count"), 0u) << "no question found its answer";
  EXPECT_TRUE(run["missing"].empty()) << run["missing"];
}

TEST_F(ReportTest, EveryCallOfTheHistoryIsCounted) {
  MakeRun("run", "none");
  ASSERT_EQ(Complaint({"run"}), "");
  const json calls = Data()["runs"][0]["calls"];
  std::istringstream history(File("run/history.jsonl"));
  uint64_t invoked = 0;
  for (std::string line; std::getline(history, line);)
    invoked += line.find("\"invoke\"") != std::string::npos;
  ASSERT_GT(invoked, 0u);
  EXPECT_EQ(calls["calls"].get<uint64_t>() + calls["open"].get<uint64_t>(), invoked);
  EXPECT_EQ(
      SumOf(calls["kinds"], "ok") + SumOf(calls["kinds"], "fail") + SumOf(calls["kinds"], "info"),
      calls["calls"]);
}

TEST_F(ReportTest, TheRingHasEveryPeerOfASmallRunInItsGroup) {
  MakeRun("run", "none");
  ASSERT_EQ(Complaint({"run"}), "");
  const json run = Data()["runs"][0];
  ASSERT_EQ(run["peers"]["peers"].size(), run["summary"]["peers"]);
  for (const json& peer : run["peers"]["peers"]) {
    const json& group = run["groups"][peer["group"].get<size_t>()];
    EXPECT_GE(peer["peer"], group["first"]);
    EXPECT_LT(peer["peer"].get<int>(), group["first"].get<int>() + group["count"].get<int>());
    EXPECT_EQ(peer["node_id"].get<std::string>().size(), 64u);
  }
  EXPECT_FALSE(run["peers"]["places"].empty()) << "blocks were written, so replicas are somewhere";
}

TEST_F(ReportTest, EqualRunsGiveEqualPages) {
  MakeRun("run", "messages", 1);
  ASSERT_EQ(Complaint({"run"}, "one.html"), "");
  std::filesystem::remove_all(folder_ + "/run");
  MakeRun("run", "messages", 2);
  ASSERT_EQ(Complaint({"run"}, "two.html"), "");
  EXPECT_EQ(File("one.html"), File("two.html"));
}

TEST_F(ReportTest, ThePageNamesNothingOutsideItself) {
  MakeRun("run", "none");
  ASSERT_EQ(Complaint({"run"}), "");
  const std::string page = File("page.html");
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loads : {"<link", " src=\"", "@import", "url("}) {
    EXPECT_EQ(page.substr(0, page.find("<script>")).find(loads), std::string::npos) << loads;
  }
  EXPECT_THAT(page, HasSubstr("Copyright 2010-2022 Mike Bostock"));
}

TEST_F(ReportTest, NamesCannotEndTheScript) {
  const std::string name = "</script><script>alert(1)</script>&{{style}}";
  MakeRun("run", "none", 2, {{"about", "\"" + name + "\""}});
  ASSERT_EQ(Complaint({"run"}), "");
  EXPECT_EQ(Data()["runs"][0]["about"], name);
  const std::string page = File("page.html");
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
}

TEST_F(ReportTest, WhatIsMissingIsNamedWithWhatWouldGiveIt) {
  MakeRun("run", "none");
  for (const char* file : {"timeline.csv", "histograms.csv", "peers.jsonl", "history.jsonl"})
    std::filesystem::remove(folder_ + "/run/" + file);
  ASSERT_EQ(Complaint({"run"}), "");
  const std::string missing = Data()["runs"][0]["missing"].dump();
  for (const char* file : {"timeline.csv", "histograms.csv", "peers.jsonl", "history.jsonl"})
    EXPECT_THAT(missing, HasSubstr(std::string("no ") + file));
  EXPECT_THAT(missing, HasSubstr("--trace messages"));
  std::filesystem::remove(folder_ + "/run/capsule.json");
  ASSERT_EQ(Complaint({"run"}), "");
  EXPECT_THAT(Data()["runs"][0]["missing"].dump(), HasSubstr("no capsule.json"));
}

TEST_F(ReportTest, FilesOfAnotherRunAreLeftOut) {
  MakeRun("run", "messages");
  MakeRun("other", "messages", 2, {{"seed", "77"}});
  for (const char* file : {"trace.jsonl", "peers.jsonl"}) {
    std::filesystem::copy_file(folder_ + "/other/" + file, folder_ + "/run/" + file,
                               std::filesystem::copy_options::overwrite_existing);
  }
  ASSERT_EQ(Complaint({"run"}), "");
  const json run = Data()["runs"][0];
  EXPECT_TRUE(run["trace"].is_null());
  EXPECT_TRUE(run["peers"].is_null());
  EXPECT_THAT(run["missing"].dump(), HasSubstr("trace.jsonl is of another run"));
}

// A hundred lenders for a minute and a half.
TEST_F(ReportTest, TheWebOfStorageRingsIsReadStrictly) {
  RunOptions options;
  options.scenario = {SourcePath("scenarios/rings_crowd.json"), {}, {}, {}};
  options.until = "90s";
  options.out = folder_ + "/run";
  options.trace = "none";
  (void)Told(&sim::Run, options, ExitCode::kUnfinished);
  ASSERT_EQ(Complaint({"run"}), "");
  const json rings = Data()["runs"][0]["rings"];
  EXPECT_EQ(rings["nodes"].size(), 100u);
  ASSERT_GT(rings["frames"].size(), 50u);
  EXPECT_EQ(rings["frames"].back()["places"].get<std::string>().size(), 300u);
  EXPECT_EQ(rings["frames"].back()["end_us"], 90'000'000);
  EXPECT_EQ(rings["frames"].back()["overlap_milli"], 100'000);
  const std::vector<std::vector<std::string>> damages = {
      {"\"version\":1", "\"version\":7", "rings.jsonl:1: found version 7"},
      {"\"shown\":100", "\"shown\":\"x\"", "rings.jsonl:1: found \"x\" as shown"},
      {"\"node_id\":", "\"id\":", "rings.jsonl:2: found nothing as node_id"},
      {"\"places\":\"", "\"places\":\"a", "found places of other nodes"},
      {"\"places\":\"...", "\"places\":\"x..", "found places of other nodes"},
      {"\"fell\":", "\"fell\":-", "as fell"}};
  for (const auto& damage : damages) {
    const std::string whole = File("run/rings.jsonl");
    Replace("run/rings.jsonl", damage[0], damage[1]);
    EXPECT_THAT(Complaint({"run"}), HasSubstr(damage[2]));
    Write("run/rings.jsonl", whole);
  }
  std::filesystem::remove(folder_ + "/run/rings.jsonl");
  ASSERT_EQ(Complaint({"run"}), "");
  EXPECT_THAT(Data()["runs"][0]["missing"].dump(), HasSubstr("no rings.jsonl"));
}

TEST_F(ReportTest, SeveralRunsComeInTheOrderGiven) {
  MakeRun("a", "none");
  MakeRun("b", "none", 2, {{"seed", "77"}});
  ASSERT_EQ(Complaint({"b", "a"}), "");
  const json data = Data();
  EXPECT_EQ(data["kind"], "comparison");
  ASSERT_EQ(data["runs"].size(), 2u);
  EXPECT_EQ(data["runs"][0]["summary"]["seed"], 77);
  EXPECT_THAT(Complaint(std::vector<std::string>(9, "a")), HasSubstr("allowed 1 to 8"));
}

TEST_F(ReportTest, AResultIsNotOverwritten) {
  MakeRun("run", "none");
  Write("page.html", "mine");
  EXPECT_THAT(Complaint({"run"}, "page.html", false), HasSubstr("--force"));
  EXPECT_EQ(File("page.html"), "mine");
  EXPECT_EQ(Complaint({"run"}, "page.html", true), "");
}

TEST_F(ReportTest, AFolderThatIsNoRunIsRefused) {
  std::filesystem::create_directories(folder_ + "/empty");
  EXPECT_THAT(Complaint({"empty"}), HasSubstr("found no summary.json and no runs.jsonl"));
  EXPECT_THAT(Complaint({"nowhere"}), HasSubstr("/nowhere: found no summary.json"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/page.html"));
}

// Each way of damaging a file, and what the error says.
struct Damage {
  std::string file;
  std::string what;
  std::string by;
  std::string said;
};

TEST_F(ReportTest, DamagedFilesAreRefusedByNameAndPlace) {
  MakeRun("run", "messages");
  const std::vector<Damage> damages = {
      {"summary.json", "orbweaver summary", "orbweaver capsule", "\"orbweaver summary\""},
      {"summary.json", "\"schema\": 1", "\"schema\": 2", "version 2; expected version 1"},
      {"summary.json", "\"unit\": \"count\"", "\"unit\": 7", "metrics/"},
      {"summary.json", "{", "", "summary.json:2:"},
      {"timeline.csv", "\n1000000,", "\n1000000,x,",
       "timeline.csv:2: found 19 columns, allowed 18"},
      {"timeline.csv", "\n1000000,", "\nten,", "timeline.csv:2: found \"ten\", allowed an integer"},
      {"histograms.csv", "share_ppm", "share", "histograms.csv:1: found other columns"},
      {"peers.jsonl", "\"version\":1", "\"version\":9", "peers.jsonl:1: found version 9"},
      {"peers.jsonl", "\"work\":", "\"work\":-", "as work"},
      {"peers.jsonl", "\"states\":\"", "\"states\":\"0", "states of another number of peers"},
      {"capsule.json", "\"seed\": ", "\"seed\": 1", "capsule.json"},
      {"trace.jsonl", "\"version\":1", "\"version\":2", "trace.jsonl:1: found version 2"},
      {"trace.jsonl", "\"from\":", "\"from\":4000", "found peer 4000"},
      {"trace.jsonl", "\n{\"t\"", "\n{\"t\"x", "trace.jsonl:2: found text that is no JSON object"},
      {"trace.jsonl", "\n{\"t\":", "\n{\"u\":", "trace.jsonl:2: found a line without t or e"},
      {"history.jsonl", "\"type\":\"invoke\"", "\"type\":\"ok\"", "history.jsonl:1: found an end"},
      {"history.jsonl", "\"process\":", "\"p\":", "history.jsonl:1: found a line without process"}};
  for (const Damage& damage : damages) {
    const std::string file = "run/" + damage.file;
    const std::string whole = File(file);
    Replace(file, damage.what, damage.by);
    EXPECT_THAT(Complaint({"run"}), HasSubstr(damage.said)) << damage.file << " " << damage.by;
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/page.html"));
    Write(file, whole);
  }
  EXPECT_EQ(Complaint({"run"}), "") << "all was put back";
}

TEST_F(ReportTest, EmptyFilesAreRefused) {
  MakeRun("run", "messages");
  for (const char* file : {"timeline.csv", "histograms.csv", "peers.jsonl", "trace.jsonl"}) {
    const std::string whole = File(std::string("run/") + file);
    Write(std::string("run/") + file, "");
    EXPECT_THAT(Complaint({"run"}), HasSubstr(std::string(file) + ":1: found an empty file"));
    Write(std::string("run/") + file, whole);
  }
}

TEST_F(ReportTest, ASweepIsShownInTheOrderOfItsGridWhoeverCameFirst) {
  MakeSweep("sweep");
  ASSERT_EQ(Complaint({"sweep"}, "one.html"), "");
  const json sweep = Data("one.html")["sweep"];
  EXPECT_EQ(sweep["runs"], 12);
  EXPECT_EQ(sweep["axes"][0]["values"], json({"strict", "upstream"}));
  EXPECT_EQ(sweep["axes"][1]["values"], json({"0.5%", "1%"})) << "by size, not as they came";
  EXPECT_EQ(sweep["columns"]["seed"].size(), 12u);
  EXPECT_EQ(sweep["places"].size(), 2u);
  EXPECT_THAT(sweep["metrics"].dump(), HasSubstr("write.time.p50"));
  // The ledger is written as runs end: its order means nothing.
  std::istringstream ledger(File("sweep/runs.jsonl"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(ledger, line);) lines.push_back(line);
  std::reverse(lines.begin() + 1, lines.end());
  std::string turned;
  for (const std::string& line : lines) turned += line + "\n";
  Write("sweep/runs.jsonl", turned);
  ASSERT_EQ(Complaint({"sweep"}, "two.html"), "");
  EXPECT_EQ(File("one.html"), File("two.html"));
}

TEST_F(ReportTest, ASweepSaysWhatItsRunsReachedAndWhatTheyNeverDid) {
  MakeSweep("sweep");
  Replace("sweep/runs.jsonl", "\"faults\":[]", R"("faults":["crash","isolate"])");
  Replace("sweep/runs.jsonl", "\"faults\":[]", R"("faults":["partition"])");
  Replace("sweep/runs.jsonl", "\"probes\":[", R"("probes":["of another build",)");
  ASSERT_EQ(Complaint({"sweep"}), "");
  const json sweep = Data()["sweep"];
  EXPECT_EQ(sweep["fault_pairs"],
            json({{"crash + isolate", 1}, {"crash + partition", 0}, {"isolate + partition", 0}}));
  std::map<std::string, int> reached;
  for (const json& probe : sweep["probes"]) reached[probe["probe"]] = probe["runs"];
  EXPECT_EQ(reached.size(), ProbeTable().size() + 1);
  EXPECT_EQ(reached.at("call_finished.outcome=committed"), 12);
  EXPECT_EQ(reached.at("unreadable"), 0);
  EXPECT_EQ(reached.at("of another build"), 1);
}

// Each thing once, at the first run that showed it, whoever came first.
TEST_F(ReportTest, ASweepSaysWhichSeedsShowedSomethingFirst) {
  MakeSweep("sweep");
  Replace("sweep/runs.jsonl", R"("seed":3,)", R"("seed":4,)");
  const std::string damaged = File("sweep/runs.jsonl");
  size_t at = damaged.find(R"("seed":4,)");
  at = damaged.rfind("\"probes\":[", at) + std::string("\"probes\":[").size();
  Write("sweep/runs.jsonl", damaged.substr(0, at) + R"("seen by seed 4",)" + damaged.substr(at));
  ASSERT_EQ(Complaint({"sweep"}), "");
  const json sweep = Data()["sweep"];
  std::map<std::string, int> first;
  for (const json& news : sweep["news"]) {
    for (const json& shown : news["shown"]) {
      EXPECT_TRUE(first.emplace(shown, sweep["columns"]["seed"][news["run"].get<size_t>()]).second)
          << shown << " is news once";
    }
  }
  EXPECT_EQ(first.at("call_finished.outcome=committed"), 1);
  EXPECT_EQ(first.at("seen by seed 4"), 4);
}

// As it was before there were chains.
TEST_F(ReportTest, ALedgerOfTheFirstVersionIsShown) {
  MakeSweep("sweep");
  Replace("sweep/runs.jsonl", ",\"version\":2", "");
  Replace("sweep/runs.jsonl", "\"chains\":true,", "");
  ASSERT_EQ(Complaint({"sweep"}), "");
  EXPECT_EQ(Data()["sweep"]["runs"], 12);
  Replace("sweep/runs.jsonl", "{\"build\":", "{\"version\":3,\"build\":");
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("runs.jsonl:1: found no number as version"));
}

TEST_F(ReportTest, AChainGoesWithItsSignature) {
  MakeSweep("sweep");
  ASSERT_EQ(Complaint({"sweep"}), "");
  const json sweep = Data()["sweep"];
  size_t chains = 0;
  ASSERT_EQ(sweep["chains"].size(), sweep["signatures"].size());
  for (size_t i = 0; i < sweep["chains"].size(); ++i) {
    const bool named = sweep["signatures"][i].get<std::string>().find(", chain ") < 1000;
    EXPECT_EQ(named, sweep["chains"][i] != "");
    chains += named ? 1 : 0;
  }
  EXPECT_GT(chains, 0u);
}

TEST_F(ReportTest, AnEnvelopeGoesWithItsRuns) {
  MakeEnvelope("envelope");
  const std::string file = "envelope/envelope.json";
  ASSERT_EQ(Complaint({"envelope"}), "");
  EXPECT_EQ(Data()["sweep"]["envelope"], json::parse(File(file)));
  EXPECT_THAT(File("page.html"), HasSubstr("<title>Envelope of two-writers</title>"));
  const std::vector<Damage> damages = {
      {file, "orbweaver envelope", "orbweaver sweep", "\"orbweaver envelope\""},
      {file, "\"version\": 1", "\"version\": 2", "version 2; expected version 1"},
      {file, "\"hash\": \"", "\"hash\": \"0", "as in runs.jsonl"},
      {file, "\"at\": ", "\"at\": null, \"was\": ", "at 'points/0/at': found no number"},
      {file, "\"passed\": ", "\"passed\": 9", "at 'points/0/passed'"},
      {file, "\"edge\":", "\"ledge\":", "at 'edge': found nothing"},
      {file, "\"margin\": ", "\"margin\": \"wide\", \"was\": ", "at 'margin': found no number"},
      {file, "\"operating_point\": ", "\"operating_point\": null, \"was\": ", "at 'margin'"},
      {file, "{", "", "envelope.json:2:"}};
  for (const Damage& damage : damages) {
    const std::string whole = File(file);
    std::filesystem::remove(folder_ + "/page.html");
    Replace(file, damage.what, damage.by);
    EXPECT_THAT(Complaint({"envelope"}), HasSubstr(damage.said)) << damage.by;
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/page.html"));
    Write(file, whole);
  }
  std::filesystem::remove(folder_ + "/" + file);
  ASSERT_EQ(Complaint({"envelope"}), "");
  EXPECT_TRUE(Data()["sweep"]["envelope"].is_null())
      << "a search that was interrupted has none yet";
}

TEST_F(ReportTest, ADamagedLedgerIsRefusedAndATornLineLeftOut) {
  MakeSweep("sweep");
  const std::string whole = File("sweep/runs.jsonl");
  Write("sweep/runs.jsonl", whole.substr(0, whole.size() - 10));
  ASSERT_EQ(Complaint({"sweep"}), "");
  EXPECT_EQ(Data()["sweep"]["runs"], 11);
  std::filesystem::remove(folder_ + "/page.html");
  Write("sweep/runs.jsonl", "no ledger\n" + whole);
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("runs.jsonl:1: found no JSON object"));
  Write("sweep/runs.jsonl", whole.substr(whole.find('\n') + 1));
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("runs.jsonl:1: found no header"));
  Write("sweep/runs.jsonl", whole);
  Replace("sweep/runs.jsonl", "\"seed\":", "\"seeds\":");
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("found no run of this sweep"));
  Write("sweep/runs.jsonl", whole + R"({"build":"x","hash":"y","scenario":"z","vary":[]})" + "\n");
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("found runs of"));
  Write("sweep/runs.jsonl", whole);
  Replace("sweep/runs.jsonl", "\"build\":\"", "\"build\":7,\"was\":\"");
  EXPECT_THAT(Complaint({"sweep"}), HasSubstr("runs.jsonl:1: found no text as build"));
  for (const char* empty : {"", "{\"build\":\"torn off"}) {
    Write("sweep/runs.jsonl", empty);
    EXPECT_THAT(Complaint({"sweep"}), HasSubstr("runs.jsonl:1: found no whole line"));
  }
  Write("sweep/runs.jsonl", whole);
  MakeRun("run", "none");
  EXPECT_THAT(Complaint({"sweep", "run"}), HasSubstr("allowed a sweep by itself"));
}

}  // namespace
}  // namespace sim

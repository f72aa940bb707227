// A guided sweep makes the same runs for any number of jobs and after any interruption, finds a rare bug earlier than seeds in their
// order do, and its runs are scenarios like all others.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "sim/network/schedule.h"
#include "sim/network/swarm.h"
#include "sim/workflow/report/sweep_folder.h"
#include "sim/workflow/sweep/ledger.h"
#include "sim/workflow/sweep/variation.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

constexpr const char* kScenario = "tests/sim/workflow/sweep/sparse_writes.json";

class GuidedTest : public CommandTest {
 protected:
  GuidedTest() {
    options_.scenario.file = SourcePath(kScenario);
    options_.scenario.plant = {"lost-votes"};
    options_.seeds = "90";
    options_.guided = true;
    options_.threads = 2;
    options_.out = folder_;
  }

  // Lines in the order in which the runs ended; those of one run are equal.
  [[nodiscard]] std::multiset<std::string> Lines(const std::string& folder) const {
    std::ifstream file(folder_ + "/" + folder + "runs.jsonl");
    std::multiset<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.insert(line);
    return lines;
  }

  static std::string LineOf(const std::string& text, const std::string& beginning) {
    const size_t at = text.find("\n" + beginning);
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }

  [[nodiscard]] std::map<SweepCell, SweepRun> Runs() const {
    auto ledger = SweepLedger::Open(folder_, HeaderOf(*Load(options_.scenario), {}, true));
    EXPECT_TRUE(ledger.ok()) << core::MessageOf(ledger.status());
    return ledger.ok() ? ledger->runs() : std::map<SweepCell, SweepRun>{};
  }

  // Of this many runs from that seed on, the place of the first that fails, from 1.
  uint64_t FirstFailure(uint64_t first, uint64_t runs, int fresh) {
    std::filesystem::remove_all(folder_);
    options_.seeds = std::to_string(first) + ".." + std::to_string(first + runs - 1);
    options_.fresh = fresh;
    options_.threads = 1;  // In the order of places, up to the first that fails.
    options_.fail_fast = true;
    Console console{out_, error_, "orbsim", false, nullptr};
    (void)sim::Sweep(options_, console);
    return Lines("").size() - 1;
  }

  SweepOptions options_;
};

TEST_F(GuidedTest, MakesTheSameRunsForAnyNumberOfJobs) {
  options_.threads = 1;
  const std::string one = Told(sim::Sweep, options_, ExitCode::kSafety);
  options_.out = folder_ + "/more";
  options_.threads = 3;
  const std::string more = Told(sim::Sweep, options_, ExitCode::kSafety);
  EXPECT_EQ(Lines(""), Lines("more/"));
  EXPECT_EQ(File("table.csv"), File("more/table.csv"));
  EXPECT_EQ(LineOf(one, "features  "), LineOf(more, "features  "));
  EXPECT_NE(LineOf(one, "features  "), "");
}

TEST_F(GuidedTest, GoesOnWhereItWasInterrupted) {
  const std::string whole = Told(sim::Sweep, options_, ExitCode::kSafety);
  const std::string table = File("table.csv");
  const auto lines = Lines("");
  // Some runs of the first generations, and a line that was torn off.
  const std::string ledger = File("runs.jsonl");
  size_t end = 0;
  for (int i = 0; i < 25; ++i) end = ledger.find('\n', end) + 1;
  std::ofstream(folder_ + "/runs.jsonl") << ledger.substr(0, end + 40);
  std::string again = Told(sim::Sweep, options_, ExitCode::kSafety);
  EXPECT_NE(again.find("  24 are done  "), std::string::npos) << again;
  EXPECT_EQ(File("table.csv"), table);
  EXPECT_EQ(Lines(""), lines);
  EXPECT_EQ(again.substr(again.find('\n')), whole.substr(whole.find('\n')));
}

TEST_F(GuidedTest, AReportShowsRunsOfOneSeedApart) {
  (void)Told(sim::Sweep, options_, ExitCode::kSafety);
  const auto sweep = SweepFolderJson(folder_, "orbsim");
  ASSERT_TRUE(sweep.ok()) << core::MessageOf(sweep.status());
  EXPECT_EQ((*sweep)["runs"], 90);
  // The command that makes such a run again needs what the run sets.
  const auto& changes = (*sweep)["changes"];
  ASSERT_EQ(changes.size(), 90u);
  const auto changed = std::count_if(changes.begin(), changes.end(),
                                     [](const auto& settings) { return !settings.empty(); });
  EXPECT_GT(changed, 10);
  EXPECT_NE(changes.dump().find("\"reseed=[{"), std::string::npos);
}

TEST_F(GuidedTest, AStopLeavesAValidLedger) {
  const std::atomic<bool> stop{true};
  stop_ = &stop;
  const std::string text = Told(sim::Sweep, options_, ExitCode::kUnfinished);
  EXPECT_NE(text.find("       0  of 90 runs\n"), std::string::npos) << text;
  stop_ = nullptr;
  (void)Told(sim::Sweep, options_, ExitCode::kSafety);
}

TEST_F(GuidedTest, ALongerOneBeginsWithTheShorterOne) {
  options_.seeds = "40";
  (void)Told(sim::Sweep, options_, ExitCode::kSafety);
  const std::string shorter = File("table.csv");
  options_.seeds = "60";
  (void)Told(sim::Sweep, options_, ExitCode::kSafety);
  EXPECT_EQ(File("table.csv").substr(0, shorter.size()), shorter);
}

TEST_F(GuidedTest, ItsRunsAreThoseOfScenariosWithSettings) {
  (void)Told(sim::Sweep, options_, ExitCode::kSafety);
  size_t with_faults = 0;
  size_t with_luck = 0;
  size_t fresh = 0;
  for (const auto& [cell, run] : Runs()) {
    const std::string changes = nlohmann::json(cell.changes).dump();
    const bool faults = changes.find("[\"faults\"") != std::string::npos;
    const bool luck = changes.find("[\"reseed\"") != std::string::npos;
    fresh += faults || luck ? 0 : 1;
    // Each kind of change once is enough to run again.
    if ((faults ? with_faults : with_luck)++ > 3 || !(faults || luck)) continue;
    Session session(*Load(SourceOf(options_.scenario, {}, cell)), {1, 0});
    RunQuietly(session);
    EXPECT_EQ(core::ToHex(session.result().fingerprint), run.fingerprint) << changes;
  }
  EXPECT_GT(with_faults, 10u);
  EXPECT_GT(with_luck, 2u);
  EXPECT_GE(fresh, 16u);
}

TEST_F(GuidedTest, EachKindOfFailureHasACapsuleThatReplays) {
  const std::string text = Told(sim::Sweep, options_, ExitCode::kSafety);
  const size_t named = text.find("capsules  " + folder_ + "/capsule-");
  ASSERT_NE(named, std::string::npos) << text;
  int capsules = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().filename().string().find("capsule-") != 0) continue;
    ++capsules;
    ReplayOptions replay;
    replay.capsule = entry.path();
    EXPECT_NE(Told(sim::Replay, replay, ExitCode::kSafety).find("TX-3"), std::string::npos);
    // One of another run is not overwritten.
    const auto other = CapsuleOf({.file = SourcePath(kScenario)}, "other");
    std::filesystem::copy_file(other, entry.path(),
                               std::filesystem::copy_options::overwrite_existing);
    (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
    EXPECT_NE(error_.str().find(entry.path().string() + ": found the capsule of another run"),
              std::string::npos)
        << error_.str();
    break;
  }
  EXPECT_GT(capsules, 0);
}

TEST_F(GuidedTest, FindsARareBugInFewerRunsThanSeedsInTheirOrder) {
  uint64_t guided = 0;
  uint64_t unguided = 0;
  for (uint64_t i = 0; i < 8; ++i) {
    guided += FirstFailure(1 + i * 1'000'000, 300, 25);
    unguided += FirstFailure(1 + i * 1'000'000, 300, 100);
  }
  EXPECT_LT(guided, unguided);
  RecordProperty("guided", std::to_string(guided));
  RecordProperty("unguided", std::to_string(unguided));
}

TEST_F(GuidedTest, SaysWhatItCannotDo) {
  options_.shard = "2/8";
  (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
  EXPECT_EQ(error_.str(),
            "--shard: found \"2/8\" with --guided, allowed 1/1: what was found elsewhere would not "
            "guide it. Give each machine seeds and a folder of its own, such as --seeds "
            "1001..2000\n");
  options_.shard = "1/1";
  options_.vary = {"network.loss=0%,1%"};
  (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
  EXPECT_EQ(error_.str(),
            "--vary: found \"network.loss=0%,1%\" with --guided, allowed one point: name it with "
            "--set\n");
  options_.vary = {};
  options_.seeds = "200001";
  (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), "--seeds: found 200001 runs with --guided, allowed 200000\n");
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(GuidedTest, NeedsTheFeaturesOfEveryRun) {
  options_.guided = false;
  options_.seeds = "3";
  (void)Told(sim::Sweep, options_);
  options_.guided = true;
  (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
  EXPECT_EQ(error_.str(),
            "found the run of seed 1 without its features, allowed those of a guided sweep; name "
            "another --out\n");
}

TEST_F(GuidedTest, SaysWhichLineOfTheLedgerIsDamaged) {
  options_.seeds = "1";
  (void)Told(sim::Sweep, options_);
  const std::string ledger = File("runs.jsonl");
  const size_t member = ledger.find(R"("features":)");
  ASSERT_NE(member, std::string::npos);
  for (const char* damage : {R"("changes":5,)", R"("changes":{"reseed":5},)"}) {
    std::ofstream(folder_ + "/runs.jsonl")
        << ledger.substr(0, member) << damage << ledger.substr(member);
    (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
    EXPECT_EQ(
        error_.str(),
        folder_ + "/runs.jsonl:2: found no run of this sweep, allowed a ledger of orbsim sweep\n");
  }
  // Not what was written there.
  std::ofstream(folder_ + "/runs.jsonl") << ledger.substr(0, member) + R"("features":"AAA",)" +
                                                ledger.substr(ledger.find("\"fingerprint\""));
  (void)Told(sim::Sweep, options_, ExitCode::kBadInput);
  EXPECT_EQ(error_.str().find("found the run of seed 1 without its features"), 0u) << error_.str();
}

class VariationTest : public testing::Test {
 protected:
  // A chain of variations, each of the one before.
  std::vector<Scenario> Chain(const Overrides& overrides, int length) {
    const ScenarioSource source{.file = SourcePath(kScenario), .overrides = overrides};
    const Scenario scenario = *Load(source);
    const Variations variations(source, scenario);
    std::vector<Scenario> chain;
    SweepCell cell{1, {}, {}};
    for (uint64_t i = 0; i < static_cast<uint64_t>(length); ++i) {
      const Feature moment{0, static_cast<int64_t>(i * 977 % 60'000), {0}};
      const auto next = variations.Of(cell, moment, 100 + i, core::Random({.seed = i}));
      EXPECT_TRUE(next.ok()) << core::MessageOf(next.status());
      cell = *next;
      auto loaded = Load(SourceOf(source, {}, cell));
      EXPECT_TRUE(loaded.ok()) << core::MessageOf(loaded.status());
      chain.push_back(WithDrawnFaults(*std::move(loaded)));
    }
    return chain;
  }
};

TEST_F(VariationTest, StaysWithinWhatTheSwarmDraws) {
  const Scenario base = LoadOrFail(kScenario);
  const size_t drawn = DrawSwarm(base.swarm, base, 1).size();
  ASSERT_EQ(drawn, 6u);
  for (const Scenario& scenario : Chain({}, 200)) {
    EXPECT_LE(scenario.faults.size(), drawn);
    for (const Fault& fault : scenario.faults) {
      EXPECT_TRUE(fault.drawn);
      EXPECT_LT((fault.at + fault.length).us, EndOfFaults(base).us);
      EXPECT_LE(fault.length.us, 15'000'000);
      EXPECT_NE(std::find(base.swarm.draw.begin(), base.swarm.draw.end(), fault.kind),
                base.swarm.draw.end());
    }
  }
}

TEST_F(VariationTest, LeavesTheScenariosOwnFaultsAlone) {
  const std::string own = R"([{"at":"5s","do":"crash","who":"members[0]","for":"3s"}])";
  for (const Scenario& scenario : Chain({{"faults", own}}, 100)) {
    ASSERT_FALSE(scenario.faults.empty());
    const Fault& fault = scenario.faults.front();
    EXPECT_FALSE(fault.drawn);
    EXPECT_EQ(fault.kind, Fault::Kind::kCrash);
    EXPECT_EQ(fault.at, core::Seconds(5));
    EXPECT_EQ(fault.targets, RangeOf(0, 1));
    EXPECT_EQ(std::count_if(scenario.faults.begin(), scenario.faults.end(),
                            [](const Fault& one) { return !one.drawn; }),
              1);
  }
}

TEST_F(VariationTest, WithoutASwarmOnlyLuckChanges) {
  for (const Scenario& scenario : Chain({{"swarm.intensity", "none"}}, 40)) {
    EXPECT_TRUE(scenario.faults.empty());
    EXPECT_FALSE(scenario.reseed.empty());
    EXPECT_EQ(scenario.seed, 1u);
  }
}

}  // namespace
}  // namespace sim

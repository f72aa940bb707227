// A small run with blocks, matches, lookups, faults, loss and damage, as a capsule to export.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "tests/sim/world/small_world.h"

namespace sim {

inline const Overrides kExportedWorld = {{"network.loss", "1%"},
                                         {"network.corrupt", "15%"},
                                         {"network.duplicate", "1%"},
                                         {"workload", R"([
      {"at": "2s", "every": "2s", "until": "10s", "do": "put", "who": "writers[0..3]", "block": "hot", "tries": 2},
      {"at": "2s", "every": "2s", "until": "10s", "do": "get", "who": "reader", "block": "hot"},
      {"at": "3s", "do": "put", "who": "writers[3]", "block": "large", "size": "100000B"},
      {"at": "3s", "do": "append", "who": "writers[4]", "collection": "log"},
      {"at": "2s", "do": "work", "who": "members", "topic": "tally/precincts", "budget": 2},
      {"at": "4s", "do": "match", "who": "writers[0..2]", "topic": "tally/precincts", "want": 2, "patience": "4s"},
      {"at": "6s", "do": "lookup", "who": "members[0..3]", "target": "random"}])"},
                                         {"faults", R"([
      {"at": "5s", "do": "restart", "who": "members[0]"},
      {"at": "6s", "for": "2s", "do": "isolate", "who": "members[1]"},
      {"at": "7s", "for": "2s", "do": "crash", "who": "writers[0]"}])"}};

class ExportedRun : public testing::Test {
 protected:
  ExportedRun()
      : folder_(testing::TempDir() + "orbsim_export_" +
                testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() + "_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  ~ExportedRun() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string At(const std::string& file) const { return folder_ + "/" + file; }

  // Twelve seconds of it; returns the capsule.
  std::string MakeCapsule(const Overrides& overrides = kExportedWorld) {
    Console console{out_, error_, "bin/orbsim", false, nullptr};
    RunOptions run;
    run.scenario = {.file = SourcePath("tests/sim/world/planted_block_bugs.json"),
                    .overrides = overrides};
    run.until = "12s";
    run.out = At("run");
    run.threads = 2;
    (void)sim::Run(run, console);
    return At("run/capsule.json");
  }

  ExitCode Exported(const ExportOptions& options) {
    out_.str("");
    error_.str("");
    Console console{out_, error_, "bin/orbsim", false, stop_};
    return Export(options, console);
  }

  static std::string TextOf(const std::string& path) {
    auto text = ReadFileWhole(path);
    EXPECT_TRUE(text.ok()) << path;
    return text.ok() ? *std::move(text) : "";
  }

  std::string folder_;
  std::ostringstream out_;
  std::ostringstream error_;
  const std::atomic<bool>* stop_ = nullptr;
};

}  // namespace sim

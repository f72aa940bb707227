// CommandTest: a command of orbsim as a person types it: a folder of its own, and what is printed.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "tests/sim/world/small_world.h"

namespace sim {

class CommandTest : public testing::Test {
 protected:
  // The folder's name is free.
  CommandTest()
      : folder_(testing::TempDir() +
                testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() + "_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
  }

  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  Console MakeConsole() { return {out_, error_, "bin/orbsim", false, stop_}; }

  // What the command prints; its errors are in error_.
  template <typename Options>
  std::string Told(ExitCode (*command)(const Options&, Console&), const Options& options,
                   ExitCode expected = ExitCode::kPass) {
    out_.str("");
    error_.str("");
    Console console = MakeConsole();
    EXPECT_EQ(command(options, console), expected) << out_.str() << error_.str();
    return out_.str();
  }

  // The capsule of a run of that scenario, in a folder below.
  std::string CapsuleOf(const ScenarioSource& scenario, const std::string& name = "run",
                        const std::string& until = "") {
    std::ostringstream nowhere;
    Console console{nowhere, error_, "bin/orbsim", false, nullptr};
    RunOptions options;
    options.scenario = scenario;
    options.until = until;
    options.out = folder_ + "/" + name;
    options.threads = 2;
    (void)sim::Run(options, console);
    return options.out + "/capsule.json";
  }

  [[nodiscard]] std::string File(const std::string& name) const {
    const auto text = ReadFileWhole(folder_ + "/" + name);
    EXPECT_TRUE(text.ok()) << core::MessageOf(text.status());
    return text.ok() ? *text : "";
  }

  std::string folder_;
  std::ostringstream out_;
  std::ostringstream error_;
  const std::atomic<bool>* stop_ = nullptr;
};

}  // namespace sim

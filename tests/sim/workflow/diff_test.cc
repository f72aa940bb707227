#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

using testing::HasSubstr;

class DiffTest : public CommandTest {
 protected:
  // Returns the capsule.
  std::string RunInto(const std::string& name, const Overrides& overrides,
                      const std::string& until = "8s") {
    return CapsuleOf(
        {.file = SourcePath("tests/sim/world/planted_block_bugs.json"), .overrides = overrides},
        name, until);
  }

  std::string Told(const DiffOptions& options, ExitCode expected) {
    return CommandTest::Told(&Diff, options, expected);
  }
};

TEST_F(DiffTest, EqualRunsAreTheSame) {
  const std::string a = RunInto("a", {});
  const std::string b = RunInto("b", {});
  EXPECT_THAT(Told({.a = a, .b = b}, ExitCode::kPass), HasSubstr("the same: every event agrees"));
}

TEST_F(DiffTest, AChangedSettingPartsAtItsTime) {
  const std::string a = RunInto("a", {});
  const std::string b = RunInto("b", {{"workload[4].at", "5500ms"}});
  const std::string text = Told({.a = a, .b = b}, ExitCode::kNondeterminism);
  EXPECT_THAT(text, HasSubstr("the runs part at 00:00:05.000"));
  EXPECT_THAT(text, HasSubstr("A  [ 5000ms] 15 > "));
  EXPECT_EQ(Told({.a = a, .overrides = {{"workload[4].at", "5500ms"}}}, ExitCode::kNondeterminism)
                .substr(text.find("the runs part")),
            text.substr(text.find("the runs part")));
}

TEST_F(DiffTest, ARunThatEndsEarlierIsNotTheSame) {
  const std::string text =
      Told({.a = RunInto("a", {}, "6s"), .b = RunInto("b", {})}, ExitCode::kNondeterminism);
  EXPECT_THAT(text, HasSubstr("agrees up to 00:00:06.000, where A ends"));
}

TEST_F(DiffTest, ThereMustBeTwoSides) {
  const std::string a = RunInto("a", {}, "3s");
  Told({.a = a}, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("allowed two, or one and --set"));
  Told({.a = a, .b = folder_ + "/none.json"}, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("none.json"));
  Told({.a = a, .overrides = {{"no.such", "1"}}}, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("no.such"));
}

}  // namespace
}  // namespace sim

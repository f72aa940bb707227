// A scenario names the profiles whose rules it shows to be wrong: under each of them it fails, every time.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/observe/exit_code.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

std::vector<std::string> ScenarioFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath("scenarios"))) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".json") && name != "schema.json") files.push_back("scenarios/" + name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(ProfilesTest, WrongRulesFailTheScenariosThatSayThatTheyAreWrong) {
  size_t runs = 0;
  for (const std::string& file : ScenarioFiles()) {
    const std::vector<std::string> wrong = LoadOrFail(file).fails_under;
    for (const std::string& profile : wrong) {
      Session session(LoadOrFail(file, {{"profile", profile}}), {});
      RunQuietly(session);
      EXPECT_EQ(session.outcome().exit, ExitCode::kSafety) << file << " under " << profile;
      ++runs;
    }
  }
  EXPECT_GT(runs, 0u);
}

}  // namespace
}  // namespace sim

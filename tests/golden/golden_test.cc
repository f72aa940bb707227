// One fingerprint per scenario and seed (hashes.json). A change that moves one needs the reason in its commit, on a line
// "Golden:". To write the file anew after reading why: ORBWEAVER_REWRITE=1 build/release/tests/golden_test
#include <cstdlib>
#include <fstream>

#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "sim/observe/file_out.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

std::string HashesPath() {
  return SourcePath("tests/golden/hashes.json");
}

std::string FingerprintText(const nlohmann::json& golden) {
  const Overrides overrides = {{"seed", std::to_string(golden.at("seed").get<uint64_t>())}};
  Session session(LoadOrFail(golden.at("scenario").get<std::string>(), overrides),
                  ShortRun(golden.at("seconds").get<int64_t>()));
  RunQuietly(session);
  return core::ToHex(session.result().fingerprint);
}

TEST(GoldenTest, FingerprintsAreThoseOfTheFile) {
  const auto text = ReadFileWhole(HashesPath());
  ASSERT_TRUE(text.ok()) << core::MessageOf(text.status());
  nlohmann::json goldens = nlohmann::json::parse(*text);
  const bool rewrite = std::getenv("ORBWEAVER_REWRITE") != nullptr;
  ASSERT_FALSE(goldens.empty());
  for (nlohmann::json& golden : goldens) {
    const std::string found = FingerprintText(golden);
    if (rewrite) golden["fingerprint"] = found;
    EXPECT_EQ(golden.at("fingerprint").get<std::string>(), found)
        << golden.at("scenario") << " seed " << golden.at("seed");
  }
  if (rewrite) {
    EXPECT_TRUE(WriteFileWhole(HashesPath(), goldens.dump(2) + "\n").ok());
  }
}

}  // namespace
}  // namespace sim

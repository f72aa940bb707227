#include "node/config/config_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace node {
namespace {

namespace fs = std::filesystem;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    std::string name = testing::TempDir() + "orb-config-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }

  ~ConfigFileTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(ConfigFileTest, PathsStartAtTheFile) {
  std::ofstream(folder_ / "n.json") << R"({"data_dir":"d"})";
  const auto config = LoadConfigFile(folder_ / "n.json");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_dir, (folder_ / "d").string());
  EXPECT_EQ(config->control.socket, (folder_ / "d/control.sock").string());
  EXPECT_EQ(config->control.token_file, (folder_ / "d/control.token").string());
  EXPECT_FALSE(config->control.tcp.has_value());
}

TEST_F(ConfigFileTest, AFileThatIsMissingOrWrongIsNamed) {
  const auto missing = LoadConfigFile(folder_ / "none.json");
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  EXPECT_NE(core::MessageOf(missing.status()).find("none.json"), std::string_view::npos);
  std::ofstream(folder_ / "wrong.json") << "{";
  const auto wrong = LoadConfigFile(folder_ / "wrong.json");
  EXPECT_TRUE(absl::IsInvalidArgument(wrong.status()));
  EXPECT_NE(core::MessageOf(wrong.status()).find("wrong.json:1:"), std::string_view::npos);
}

TEST_F(ConfigFileTest, WithoutAFileItIsTheDefaultFolder) {
  setenv("XDG_DATA_HOME", folder_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(DefaultFolder(), folder_ / "orbnode");
  EXPECT_EQ(LoadDefaultConfig()->data_dir, (folder_ / "orbnode/data").string());
  fs::create_directories(folder_ / "orbnode");
  std::ofstream(folder_ / "orbnode" / kConfigFileName) << R"({"data_dir":"elsewhere"})";
  EXPECT_EQ(LoadDefaultConfig()->data_dir, (folder_ / "orbnode/elsewhere").string());
}

}  // namespace
}  // namespace node

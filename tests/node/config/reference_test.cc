// The generated texts against what is committed and what the loader takes.
//
// With ORBWEAVER_REWRITE set the reference in docs/node_configuration.md is written anew.
#include "node/config/reference.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "node/config/loader.h"
#include "node/config/option_table.h"

namespace node {
namespace {

constexpr char kDocument[] = ORBWEAVER_SOURCE_DIR "/docs/node_configuration.md";
constexpr std::string_view kHeading = "## Options\n\n";

std::string ReadDocument() {
  std::ifstream file(kDocument);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ConfigReferenceTest, TheDocumentEndsInTheReference) {
  std::string text = ReadDocument();
  const size_t start = text.find(kHeading);
  ASSERT_NE(start, std::string::npos);
  const std::string expected = text.substr(0, start) + std::string(kHeading) + ConfigReference();
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread.
  if (std::getenv("ORBWEAVER_REWRITE") != nullptr) {
    std::ofstream(kDocument) << expected;
    text = expected;
  }
  EXPECT_EQ(text, expected);
}

TEST(ConfigReferenceTest, EveryOptionIsInTheDocument) {
  const std::string reference = ConfigReference();
  for (const OptionRow& row : OptionRows()) {
    EXPECT_NE(reference.find("| `" + std::string(row.key) + "` |"), std::string::npos) << row.key;
  }
}

TEST(ConfigReferenceTest, TheWrittenFileSaysWhatAnEmptyOneSays) {
  const std::string text = DefaultConfigText();
  const auto config = LoadConfig(text, {"node.json", "/x"});
  ASSERT_TRUE(config.ok()) << core::MessageOf(config.status());
  const NodeConfig defaults = DefaultConfig("/x");
  EXPECT_EQ(config->data_dir, defaults.data_dir);
  EXPECT_EQ(config->listen, defaults.listen);
  EXPECT_EQ(config->limits.outbound, defaults.limits.outbound);
  EXPECT_EQ(config->storage.size_max, defaults.storage.size_max);
}

TEST(ConfigReferenceTest, TheWrittenFileHasEveryOptionWithAComment) {
  const std::string text = DefaultConfigText();
  for (const OptionRow& row : OptionRows()) {
    const size_t about = text.find("// " + std::string(row.about) + "\n");
    ASSERT_NE(about, std::string::npos) << row.key;
    EXPECT_NE(text.find("\"" + std::string(row.key) + "\": " + std::string(row.fallback), about),
              std::string::npos)
        << row.key;
  }
}

}  // namespace
}  // namespace node

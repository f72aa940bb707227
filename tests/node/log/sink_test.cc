#include "node/log/sink.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace node {
namespace {

class FileSinkTest : public testing::Test {
 protected:
  FileSinkTest() {
    folder_ =
        std::filesystem::temp_directory_path() / ("orb_sink_test_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder_);
    path_ = folder_ / "node.log";
  }

  ~FileSinkTest() override { std::filesystem::remove_all(folder_); }

  static std::string Content(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(FileSinkTest, LinesAreAppended) {
  std::ofstream(path_) << "old\n";
  auto sink = FileSink::Open(path_);
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->Write("new\n"));
  EXPECT_EQ(Content(path_), "old\nnew\n");
}

TEST_F(FileSinkTest, OthersCannotReadTheFile) {
  ASSERT_TRUE(FileSink::Open(path_).ok());

  struct stat status {};

  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007, 0u);
}

TEST_F(FileSinkTest, AfterARotationTheNewFileIsWritten) {
  auto sink = FileSink::Open(path_);
  ASSERT_TRUE(sink.ok());
  (*sink)->Write("a\n");
  std::filesystem::rename(path_, folder_ / "node.log.1");
  (*sink)->Write("b\n");
  ASSERT_TRUE((*sink)->Reopen().ok());
  (*sink)->Write("c\n");
  EXPECT_EQ(Content(folder_ / "node.log.1"), "a\nb\n");
  EXPECT_EQ(Content(path_), "c\n");
}

TEST_F(FileSinkTest, AnErrorNamesThePath) {
  const auto sink = FileSink::Open((folder_ / "no" / "such").string());
  ASSERT_FALSE(sink.ok());
  EXPECT_NE(core::MessageOf(sink.status()).find("/no/such\": found \"No such file"),
            std::string_view::npos)
      << core::MessageOf(sink.status());
}

TEST_F(FileSinkTest, AWriteThatFailsIsALostLine) {
  auto sink = FileSink::Open("/dev/full");
  ASSERT_TRUE(sink.ok());
  EXPECT_FALSE((*sink)->Write("x\n"));
}

}  // namespace
}  // namespace node

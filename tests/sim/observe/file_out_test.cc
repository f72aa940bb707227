#include "sim/observe/file_out.h"

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace sim {
namespace {

class FileOutTest : public ::testing::Test {
 protected:
  FileOutTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = ::testing::TempDir() + "/orbweaver_" + info->name();
    std::filesystem::remove_all(folder_);
    EXPECT_TRUE(MakeFolder(folder_ + "/deep/er").ok());
  }

  ~FileOutTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] size_t FilesIn(const std::string& folder) const {
    const std::filesystem::directory_iterator files(folder);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }

  std::string folder_;
};

TEST_F(FileOutTest, AFileAppearsWholeAndReplacesTheOldOne) {
  const std::string path = folder_ + "/deep/er/file";
  ASSERT_TRUE(WriteFileWhole(path, "old").ok());
  ASSERT_TRUE(WriteFileWhole(path, std::string(300'000, 'x')).ok());
  const auto text = ReadFileWhole(path);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, std::string(300'000, 'x'));
  EXPECT_EQ(FilesIn(folder_ + "/deep/er"), 1u);
}

TEST_F(FileOutTest, AnAbandonedFileLeavesNothing) {
  {
    auto file = AtomicFile::Open(folder_ + "/deep/er/file");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write(std::string(100'000, 'x')).ok());
  }
  EXPECT_EQ(FilesIn(folder_ + "/deep/er"), 0u);
}

TEST_F(FileOutTest, AFullDiskIsAnErrorWithItsReasonAndKeepsTheOldFile) {
  const std::string path = folder_ + "/deep/er/file";
  ASSERT_TRUE(WriteFileWhole(path, "old").ok());
  // A limit on the file size stands for a full disk: write() fails the same way.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const core::Status status = WriteFileWhole(path, std::string(300'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_action);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(core::MessageOf(status), "cannot write '" + path + ".partial': File too large");
  EXPECT_EQ(*ReadFileWhole(path), "old");
  EXPECT_EQ(FilesIn(folder_ + "/deep/er"), 1u);
}

TEST_F(FileOutTest, ErrorsNameTheFileAndTheReason) {
  EXPECT_EQ(core::MessageOf(WriteFileWhole(folder_ + "/none/file", "x")),
            "cannot create '" + folder_ + "/none/file.partial': No such file or directory");
  EXPECT_EQ(core::MessageOf(WriteFileWhole(folder_ + "/deep", "x")),
            "cannot write '" + folder_ + "/deep': Is a directory");
  EXPECT_EQ(core::MessageOf(ReadFileWhole(folder_ + "/none").status()),
            "cannot open '" + folder_ + "/none': No such file or directory");
  EXPECT_EQ(core::MessageOf(ReadFileWhole(folder_).status()),
            "cannot read '" + folder_ + "': Is a directory");
  ASSERT_TRUE(WriteFileWhole(folder_ + "/plain", "x").ok());
  EXPECT_EQ(core::MessageOf(MakeFolder(folder_ + "/plain/sub")),
            "cannot make folder '" + folder_ + "/plain/sub': Not a directory");
}

}  // namespace
}  // namespace sim

// What is refused when a store is opened, and in which words.
#include "node/storage/store_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/storage/log_format.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using testing::AllOf;
using testing::HasSubstr;

void WriteFile(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

// Opens, and returns the reason why that failed.
core::Status OpeningOf(const std::filesystem::path& file) {
  return OpenStore(file).status();
}

std::string TextOf(const core::Status& status) {
  return std::string(core::MessageOf(status));
}

// Changes a number in the header of a store through SQLite's own means, with a right checksum.
void SetPragma(const std::filesystem::path& file, const char* sql) {
  const auto connection = Connect(file);
  ASSERT_TRUE(connection.ok());
  ASSERT_TRUE((*connection)->Execute(sql).ok());
}

class StoreFileTest : public testing::Test {
 protected:
  void MakeStore() {
    OpenStore store(folder_.store());
    ASSERT_TRUE(store.status().ok()) << store.status();
    ASSERT_TRUE(store.Commit(PutOf("a", "1")).ok());
  }

  const StoreFolder folder_;
  const std::filesystem::path file_ = folder_.store();
};

TEST_F(StoreFileTest, ANewStoreIsReadableByItsOwnerOnly) {
  MakeStore();
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  EXPECT_FALSE(std::filesystem::exists(TemporaryName(file_)));
  EXPECT_FALSE(std::filesystem::exists(file_.string() + "-wal")) << "closed stores have no log";
}

TEST_F(StoreFileTest, AForeignFileIsRefusedAndLeftAlone) {
  const std::string text(10'000, 'x');
  WriteFile(file_, text);
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(TextOf(status), AllOf(HasSubstr(file_.string()), HasSubstr("not an Orbweaver store"),
                                    HasSubstr("allowed: \"SQLite format 3\"")));
  EXPECT_EQ(std::filesystem::file_size(file_), text.size());
}

TEST_F(StoreFileTest, AnEmptyOrShortFileIsRefused) {
  WriteFile(file_, "");
  EXPECT_THAT(TextOf(OpeningOf(file_)), HasSubstr("found 0 bytes, allowed: one page of 4096"));
  WriteFile(file_, "short");
  EXPECT_THAT(TextOf(OpeningOf(file_)), HasSubstr("found 5 bytes"));
}

TEST_F(StoreFileTest, AnotherProgramsDatabaseIsRefused) {
  MakeStore();
  SetPragma(file_, "PRAGMA application_id = 17");
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(TextOf(status), HasSubstr("application id found 0x00000011, allowed 0x4f726257"));
}

TEST_F(StoreFileTest, ANewerSchemaIsRefused) {
  MakeStore();
  SetPragma(file_, "PRAGMA user_version = 2");
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(TextOf(status), HasSubstr("schema version found 2, allowed up to 1"));
}

TEST_F(StoreFileTest, ADamagedFirstPageIsNamed) {
  MakeStore();
  std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(3'000).put('!');
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(TextOf(status), HasSubstr("page 1: the page does not fit its checksum"));
}

TEST_F(StoreFileTest, AFileCutShortIsRefusedOrSeenWhenRead) {
  MakeStore();
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - kPageBytes);
  OpenStore store(file_);
  const core::Status status =
      store.status().ok() ? store.storage().Get(At("a")).status() : store.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(StoreFileTest, ALogWithoutItsStoreIsNotTakenForANewStore) {
  WriteFile(file_.string() + "-wal", "log");
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(TextOf(status), HasSubstr("missing, but its log"));
}

TEST_F(StoreFileTest, AMissingFolderIsNamed) {
  const core::Status status = OpeningOf(folder_.path() / "none" / "store.db");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(TextOf(status), AllOf(HasSubstr("none/store.db.lock"), HasSubstr("No such file")));
}

TEST_F(StoreFileTest, ASecondOneIsToldWhoHasIt) {
  OpenStore first(file_);
  ASSERT_TRUE(first.status().ok());
  const core::Status status = OpeningOf(file_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(TextOf(status), HasSubstr("in use by process " + std::to_string(getpid())));
  EXPECT_TRUE(StoreLock::IsTaken(file_));
}

TEST_F(StoreFileTest, AnotherProcessIsRefusedToo) {
  OpenStore first(file_);
  ASSERT_TRUE(first.status().ok());
  const pid_t child = fork();
  if (child == 0) _exit(StoreLock::Take(file_).ok() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST_F(StoreFileTest, TheLockEndsWithItsHolder) {
  MakeStore();
  EXPECT_FALSE(StoreLock::IsTaken(file_));
  EXPECT_TRUE(OpeningOf(file_).ok());
}

TEST_F(StoreFileTest, WhatAnInterruptedCreationLeftIsReplaced) {
  WriteFile(TemporaryName(file_), "half a store");
  WriteFile(TemporaryName(file_).string() + "-journal", "and its journal");
  EXPECT_TRUE(OpeningOf(file_).ok());
  EXPECT_FALSE(std::filesystem::exists(TemporaryName(file_)));
}

// Permissions do not bind root: then a child gives up being root first.
TEST_F(StoreFileTest, AFolderThatCannotBeWrittenIsNamed) {
  const std::filesystem::path closed = folder_.path() / "closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(closed, std::filesystem::perms(0555));
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65'534;
    if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
    const core::Status status = StoreLock::Take(closed / "store.db").status();
    const bool named =
        TextOf(status).find("store.db.lock: open: Permission denied") != std::string::npos;
    _exit(absl::IsUnavailable(status) && named ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0)
      << (WEXITSTATUS(status) == 2 ? "cannot give up being root" : "");
}

}  // namespace
}  // namespace node

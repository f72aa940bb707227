#include "node/service/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/service/recording_file.h"
#include "tests/node/base/scratch_folder.h"
#include "tests/node/service/fake_node_view.h"

namespace node {
namespace {

unsigned ModeOf(const std::filesystem::path& path) {
  struct stat found {};

  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

core::Status WriteFile(const std::filesystem::path& path, std::string_view text) {
  auto file = PrivateFile::Create("token", path);
  if (!file.ok()) return file.status();
  RETURN_IF_ERROR(file->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
  return file->Finish();
}

TEST(PrivateFileTest, WhatWasFinishedIsThereForItsUserOnly) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFile(scratch / "t", "secret").ok());
  EXPECT_EQ(ModeOf(scratch / "t"), 0600u);
  const auto text = ReadPrivateFile("token", scratch / "t", 6);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "secret");
}

TEST(PrivateFileTest, WhatWasNotFinishedIsGone) {
  const ScratchFolder scratch;
  {
    auto file = PrivateFile::Create("token", scratch / "t");
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE(std::filesystem::exists(scratch / "t"));
  }
  EXPECT_FALSE(std::filesystem::exists(scratch / "t"));
}

TEST(PrivateFileTest, ANameThatIsTakenIsRefusedAndStaysAsItIs) {
  const ScratchFolder scratch;
  WriteText(scratch / "t", "mine");
  std::filesystem::create_symlink(scratch / "nowhere", scratch / "link");
  for (const char* name : {"t", "link"}) {
    const core::Status status = WriteFile(scratch / name, "secret");
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  }
  EXPECT_EQ(TextOfFile(scratch / "t"), "mine");
  EXPECT_FALSE(std::filesystem::exists(scratch / "nowhere"));
}

TEST(PrivateFileTest, FilesThatOthersCanReadAreRefusedAsAreLinksFoldersAndLongOnes) {
  const ScratchFolder scratch;
  ASSERT_TRUE(WriteFile(scratch / "t", "secret").ok());
  std::filesystem::create_symlink(scratch / "t", scratch / "link");
  EXPECT_FALSE(ReadPrivateFile("token", scratch / "link", 6).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadPrivateFile("token", scratch.path(), 6).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPrivateFile("token", scratch / "t", 5).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadPrivateFile("token", scratch / "none", 5).status()));
  ASSERT_EQ(chmod((scratch / "t").c_str(), 0640), 0);
  const auto open = ReadPrivateFile("token", scratch / "t", 6);
  EXPECT_TRUE(absl::IsFailedPrecondition(open.status()));
  EXPECT_NE(core::MessageOf(open.status()).find("found mode 0640"), std::string_view::npos);
}

TEST(RecordingFileTest, TheFileIsWhatTheRecorderHolds) {
  const ScratchFolder scratch;
  FakeNodeView view;
  view.StartRecorder();
  view.recorder->Record(core::Time{5}, core::Wake{});
  const RecordingCopy copy(*view.recorder);
  EXPECT_EQ(copy.bytes.size(), view.recorder->FileBytes());
  EXPECT_EQ(copy.inputs, 1u);
  const core::Status saved = SaveRecording(copy, scratch / "r");
  ASSERT_TRUE(saved.ok()) << saved;
  EXPECT_EQ(std::filesystem::file_size(scratch / "r"), copy.bytes.size());
  EXPECT_EQ(ModeOf(scratch / "r"), 0600u);
  EXPECT_TRUE(absl::IsFailedPrecondition(SaveRecording(copy, scratch / "r")));
  EXPECT_TRUE(absl::IsNotFound(SaveRecording(copy, scratch / "no/r")));
}

}  // namespace
}  // namespace node

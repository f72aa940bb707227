// Recordings without a client: who is told what, and that the file is whole when its thread has ended.
#include "node/control/recordings.h"

#include <memory>
#include <thread>

#include "tests/node/control/control_rig.h"

namespace node {
namespace {

class RecordingsTest : public testing::Test {
 protected:
  void SetUp() override { view_.StartRecorder(); }

  [[nodiscard]] core::Status Begin(Recordings& recordings, const char* name) {
    return recordings.Begin(*view_.recorder, scratch_ / name,
                            [this](const core::StatusOr<Json>& end) { ends_.push_back(end); });
  }

  ScratchFolder scratch_;
  asio::io_context io_;
  FakeNodeView view_;
  TextSink sink_;
  Log log_{{}, sink_, ReadClocks};
  std::vector<core::StatusOr<Json>> ends_;
};

TEST_F(RecordingsTest, TheEndIsToldOnceByTheLoop) {
  Recordings recordings(io_, log_);
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(Begin(recordings, name).ok());
    const size_t before = ends_.size();
    ASSERT_TRUE(RunUntil(io_, [&] { return ends_.size() > before; }));
    ASSERT_TRUE(ends_.back().ok()) << ends_.back().status();
    EXPECT_EQ((*ends_.back())["bytes"], std::filesystem::file_size(scratch_ / name));
  }
  EXPECT_EQ(ends_.size(), 2u);
}

TEST_F(RecordingsTest, ARefusalOfTheDiskIsTold) {
  Recordings recordings(io_, log_);
  ASSERT_TRUE(Begin(recordings, "no/a").ok());
  ASSERT_TRUE(RunUntil(io_, [&] { return !ends_.empty(); }));
  EXPECT_TRUE(absl::IsNotFound(ends_.back().status()));
  EXPECT_NE(sink_.text.find("the flight recorder was not saved"), std::string::npos);
}

TEST_F(RecordingsTest, WhoGoesIsToldAtOnceAndTheFileIsWhole) {
  {
    Recordings recordings(io_, log_);
    ASSERT_TRUE(Begin(recordings, "a").ok());
    recordings.Abandon();
    ASSERT_EQ(ends_.size(), 1u);
    EXPECT_TRUE(absl::IsUnavailable(ends_[0].status()));
    EXPECT_TRUE(absl::IsFailedPrecondition(Begin(recordings, "b")));
  }
  EXPECT_EQ(std::filesystem::file_size(scratch_ / "a"), view_.recorder->FileBytes());
  // The completion outlives the recordings, and does nothing.
  io_.run();
  EXPECT_EQ(ends_.size(), 1u);
}

TEST_F(RecordingsTest, WhatTheEndHoldsIsGivenBackByTheLoop) {
  std::thread::id by;
  {
    Recordings recordings(io_, log_);
    std::shared_ptr<void> held(nullptr, [&](void*) { by = std::this_thread::get_id(); });
    const auto ended = [held = std::move(held)](const core::StatusOr<Json>&) {};
    ASSERT_TRUE(recordings.Begin(*view_.recorder, scratch_ / "a", ended).ok());
  }
  EXPECT_EQ(by, std::this_thread::get_id());
}

}  // namespace
}  // namespace node

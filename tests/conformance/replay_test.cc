// What the flight recorders of real nodes kept replays in the simulator's tools, with the same digest after each input; a
// change of one byte is noticed.
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sim/observe/file_out.h"
#include "sim/workflow/commands.h"
#include "tests/conformance/runs.h"
#include "tests/sim/workflow/recording_parts.h"

namespace conformance {
namespace {

constexpr const char* kScenario = "ten_peers";

class OrbsimReplay : public testing::Test {
 protected:
  ~OrbsimReplay() override { std::filesystem::remove(file_); }

  // As `orbsim replay FILE`.
  sim::ExitCode Run(const sim::FileBytes& content) {
    out_.str("");
    error_.str("");
    EXPECT_TRUE(
        sim::WriteFileWhole(file_, {reinterpret_cast<const char*>(content.data()), content.size()})
            .ok());
    sim::ReplayOptions options;
    options.capsule = file_;
    sim::Console console{out_, error_, "bin/orbsim", false, nullptr};
    return sim::Replay(options, console);
  }

  const std::string file_ = testing::TempDir() + "conformance_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
                            std::to_string(getpid()) + ".orbrec";
  std::ostringstream out_;
  std::ostringstream error_;
};

// The recording of a node of which a match was asked, and the entry of the command.
std::pair<sim::Parts, size_t> SeekersTape() {
  for (const Taped& tape : Play(kScenario).tapes) {
    sim::Parts parts = sim::TakeApart(tape.file);
    for (size_t i = 0; i < parts.entries.size(); ++i) {
      const auto* command = sim::InputAs<core::Command>(parts.entries[i]);
      if (command != nullptr && std::holds_alternative<core::MatchCommand>(*command)) {
        return {std::move(parts), i};
      }
    }
  }
  ADD_FAILURE() << "no node was asked for a match";
  return {};
}

TEST_F(OrbsimReplay, EveryNodeReplaysWithTheSameStateAfterEachInput) {
  const Played& played = Play(kScenario);
  ASSERT_EQ(played.tapes.size(), 10u);
  for (const Taped& tape : played.tapes) {
    ASSERT_EQ(Run(tape.file), sim::ExitCode::kPass) << out_.str() << error_.str();
    const std::string all = std::to_string(tape.steps) + " inputs read  " +
                            std::to_string(tape.steps) + " fed  " + std::to_string(tape.steps) +
                            " states equal";
    EXPECT_NE(out_.str().find(all), std::string::npos) << out_.str() << all;
    EXPECT_GT(tape.steps, 50u);
  }
}

// A recording of writers holds what matchmaking's does not: calls about blocks, completions of batches, and frames of
// transactions (message group 3).
struct Written {
  size_t calls = 0;
  size_t stored = 0;
  size_t frames = 0;
};

Written WrittenIn(const Taped& tape) {
  constexpr uint8_t kGroup = 3;
  constexpr size_t kTypeAt = 6;
  Written written;
  for (const auto& entry : sim::TakeApart(tape.file).entries) {
    const auto* command = sim::InputAs<core::Command>(entry);
    const auto* arrival = sim::InputAs<core::FrameArrival>(entry);
    written.calls += command != nullptr;
    written.stored += sim::InputAs<core::Stored>(entry) != nullptr;
    written.frames +=
        arrival != nullptr && arrival->frame.size() > kTypeAt && arrival->frame[kTypeAt] == kGroup;
  }
  return written;
}

TEST_F(OrbsimReplay, EveryWriterReplaysWithTheSameStateAfterEachInput) {
  const Played& played = Play("ten_writers");
  ASSERT_EQ(played.tapes.size(), 10u);
  Written all;
  for (const Taped& tape : played.tapes) {
    ASSERT_EQ(Run(tape.file), sim::ExitCode::kPass) << out_.str() << error_.str();
    const std::string inputs = std::to_string(tape.steps);
    EXPECT_NE(
        out_.str().find(inputs + " inputs read  " + inputs + " fed  " + inputs + " states equal"),
        std::string::npos)
        << out_.str();
    const Written written = WrittenIn(tape);
    all.calls += written.calls;
    all.stored += written.stored;
    all.frames += written.frames;
  }
  EXPECT_GE(all.calls, 12u);
  EXPECT_GE(all.stored, 50u);
  EXPECT_GE(all.frames, 100u);
}

// Of a lender: what is read back from the disk is part of the recording (format 3).
TEST_F(OrbsimReplay, EveryLenderReplaysWithTheSameStateAfterEachInput) {
  constexpr uint8_t kRingGroup = 4;
  constexpr size_t kTypeAt = 6;
  const Played& played = Play("eight_lenders");
  ASSERT_EQ(played.tapes.size(), 8u);
  size_t frames = 0;
  size_t read = 0;
  for (const Taped& tape : played.tapes) {
    ASSERT_EQ(Run(tape.file), sim::ExitCode::kPass) << out_.str() << error_.str();
    const std::string inputs = std::to_string(tape.steps);
    EXPECT_NE(
        out_.str().find(inputs + " inputs read  " + inputs + " fed  " + inputs + " states equal"),
        std::string::npos)
        << out_.str();
    for (const auto& entry : sim::TakeApart(tape.file).entries) {
      const auto* stored = sim::InputAs<core::Stored>(entry);
      const auto* arrival = sim::InputAs<core::FrameArrival>(entry);
      read += stored != nullptr && !stored->found.empty() ? 1u : 0u;
      frames += arrival != nullptr && arrival->frame.size() > kTypeAt &&
                        arrival->frame[kTypeAt] == kRingGroup
                    ? 1u
                    : 0u;
    }
  }
  EXPECT_GE(frames, 1000u);
  EXPECT_GE(read, 5u);  // The late one fetches five blocks.
}

TEST_F(OrbsimReplay, OneByteOfACommandIsNoticedAtThatInput) {
  auto [parts, at] = SeekersTape();
  ASSERT_FALSE(parts.entries.empty());
  auto& command = std::get<core::Command>(std::get<core::RecordedInput>(parts.entries[at]).what);
  std::get<core::MatchCommand>(command).topic.label[0] ^= 1;
  const sim::FileBytes file = sim::PutTogether(parts);
  EXPECT_EQ(Run(file), sim::ExitCode::kNondeterminism);
  const sim::Found found = sim::ReplayQuietly(file);
  ASSERT_TRUE(found.divergence.has_value()) << found.error;
  EXPECT_EQ(found.divergence->input, sim::InputAt(parts, at));
}

TEST_F(OrbsimReplay, OneByteOfAFrameIsNoticedAtThatInput) {
  auto [parts, begin] = SeekersTape();
  for (size_t i = begin; i < parts.entries.size(); ++i) {
    const auto* arrival = sim::InputAs<core::FrameArrival>(parts.entries[i]);
    if (arrival == nullptr || arrival->frame.size() < 200) continue;
    sim::FileBytes frame(arrival->frame.begin(), arrival->frame.end());
    frame[7] ^= 0x40;  // Its type.
    std::get<core::FrameArrival>(std::get<core::RecordedInput>(parts.entries[i]).what).frame =
        frame;
    const sim::Found found = sim::ReplayQuietly(sim::PutTogether(parts));
    ASSERT_TRUE(found.divergence.has_value()) << found.error;
    EXPECT_EQ(found.divergence->input, sim::InputAt(parts, i));
    return;
  }
  FAIL() << "no frame behind the match";
}

TEST_F(OrbsimReplay, OneByteOfTheFileIsRefused) {
  sim::FileBytes file = Play(kScenario).tapes[0].file;
  file[file.size() / 2] ^= 1;
  EXPECT_EQ(Run(file), sim::ExitCode::kBadInput) << out_.str();
  EXPECT_NE(error_.str().find("checksum"), std::string::npos) << error_.str();
}

}  // namespace
}  // namespace conformance

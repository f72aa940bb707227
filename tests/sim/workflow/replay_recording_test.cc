#include "sim/workflow/replay_recording.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "sim/observe/file_out.h"
#include "tests/sim/workflow/recorded_world.h"
#include "tests/sim/workflow/recording_parts.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

Scenario EveryFeature() {
  return LoadOrFail("tests/determinism/every_feature.json");
}

// A peer that was busy: matches were asked of it.
const FileBytes& BusyPeer() {
  static const FileBytes file = [] {
    const Recordings all = RecordRun(EveryFeature(), 50, kEverything, 8).recordings;
    const auto asked = [](const FileBytes& one) {
      const Parts parts = TakeApart(one);
      return std::count_if(parts.entries.begin(), parts.entries.end(), [](const core::Entry& e) {
        const auto* command = InputAs<core::Command>(e);
        return command != nullptr && std::holds_alternative<core::MatchCommand>(*command);
      });
    };
    for (const auto& [who, one] : all) {
      if (asked(one) > 0) return one;
    }
    return FileBytes();
  }();
  return file;
}

// ---- worlds ----

TEST(ReplayRecordingTest, EveryPeerOfAWorldReplaysWithTheSameStateAfterEachInput) {
  const RecordedRun run = RecordRun(EveryFeature(), 75, kEverything);
  ASSERT_GT(run.recordings.size(), 300u);
  uint64_t inputs = 0;
  uint32_t restarted = 0;
  for (const auto& [who, file] : run.recordings) {
    const Found found = ReplayQuietly(file);
    ASSERT_EQ(found.error, "") << who.first;
    ASSERT_FALSE(found.divergence.has_value())
        << "peer " << who.first << " incarnation " << who.second << " input "
        << found.divergence->input << ": " << found.divergence->found;
    EXPECT_EQ(found.compared, found.inputs);
    EXPECT_EQ(found.fed, found.inputs);
    inputs += found.inputs;
    restarted += who.second > 0 ? 1 : 0;
  }
  EXPECT_GT(inputs, 50'000u);
  EXPECT_GT(restarted, 20u);
}

TEST(ReplayRecordingTest, ARecorderChangesNothingInTheRun) {
  const Scenario scenario = EveryFeature();
  Session session(scenario, ShortRun(30));
  RunQuietly(session);
  EXPECT_EQ(RecordRun(scenario, 30, {}, 3).fingerprint, session.result().fingerprint);
}

TEST(ReplayRecordingTest, WarmWorldsReplayTheirSeededRoutes) {
  const Scenario scenario = LoadOrFail("scenarios/dense_matchmaking.json");
  const RecordedRun run = RecordRun(scenario, 8, kEverything, 97);
  ASSERT_FALSE(run.recordings.empty());
  uint64_t routes = 0;
  for (const auto& [who, file] : run.recordings) {
    const Found found = ReplayQuietly(file);
    EXPECT_EQ(found.error, "");
    EXPECT_FALSE(found.divergence.has_value()) << who.first;
    for (const core::Entry& entry : TakeApart(file).entries) {
      routes += std::holds_alternative<core::Routes>(entry);
    }
  }
  EXPECT_GT(routes, 0u);
}

TEST(ReplayRecordingTest, NoSecretKeyIsInAnyRecording) {
  const Scenario scenario = EveryFeature();
  const RecordedRun run = RecordRun(scenario, 30, kEverything, 8);
  ASSERT_FALSE(run.recordings.empty());
  for (const auto& [who, file] : run.recordings) {
    core::Random random({.seed = scenario.seed,
                         .peer = who.first,
                         .incarnation = 0,
                         .purpose = core::Purpose::kIdentity});
    core::SecretKey secret;
    random.Fill(secret.seed);
    ASSERT_EQ(core::SodiumSuite().PublicKeyFor(secret), TakeApart(file).header.public_key);
    EXPECT_EQ(std::search(file.begin(), file.end(), secret.seed.begin(), secret.seed.end()),
              file.end());
  }
}

// ---- planted differences ----

TEST(ReplayRecordingTest, TakingApartAndPuttingTogetherGivesAnEqualReplay) {
  const FileBytes file = BusyPeer();
  const Found found = ReplayQuietly(PutTogether(TakeApart(file)));
  EXPECT_FALSE(found.divergence.has_value());
  EXPECT_EQ(found.compared, ReplayQuietly(file).compared);
  EXPECT_GT(found.compared, 100u);
}

TEST(ReplayRecordingTest, AChangedParameterIsFound) {
  Parts parts = TakeApart(BusyPeer());
  parts.header.config.matchmaking.holders = 2;
  const Found found = ReplayQuietly(PutTogether(parts));
  ASSERT_TRUE(found.divergence.has_value()) << found.error;
  EXPECT_GT(found.divergence->agreed, 0u);
}

TEST(ReplayRecordingTest, AnotherSeedIsFoundAtTheFirstInput) {
  Parts parts = TakeApart(BusyPeer());
  parts.header.stream.seed ^= 1;
  const Found found = ReplayQuietly(PutTogether(parts));
  ASSERT_TRUE(found.divergence.has_value()) << found.error;
  EXPECT_EQ(found.divergence->input, 1u);
  EXPECT_EQ(found.divergence->kind, core::Divergence::Kind::kState);
}

TEST(ReplayRecordingTest, AChangedTimeIsFoundAtThatInput) {
  Parts parts = TakeApart(BusyPeer());
  for (size_t i = 0; i < parts.entries.size(); ++i) {
    const auto* command = InputAs<core::Command>(parts.entries[i]);
    if (command == nullptr || !std::holds_alternative<core::MatchCommand>(*command)) continue;
    std::get<core::RecordedInput>(parts.entries[i]).now.us += 1;
    const Found found = ReplayQuietly(PutTogether(parts));
    ASSERT_TRUE(found.divergence.has_value()) << found.error;
    EXPECT_EQ(found.divergence->input, InputAt(parts, i));
    return;
  }
  FAIL() << "no match in the recording";
}

TEST(ReplayRecordingTest, AFlippedByteOfANodesFrameIsFoundAtThatInput) {
  Parts parts = TakeApart(BusyPeer());
  uint32_t tried = 0;
  for (size_t i = 0; i < parts.entries.size() && tried < 20; ++i) {
    const auto* arrival = InputAs<core::FrameArrival>(parts.entries[i]);
    if (arrival == nullptr || arrival->frame.size() < 200) continue;
    ++tried;
    FileBytes flipped(arrival->frame.begin(), arrival->frame.end());
    flipped[7] ^= 0x40;  // The type: the codec of the node accepted it, this one cannot.
    Parts changed = parts;
    std::get<core::FrameArrival>(std::get<core::RecordedInput>(changed.entries[i]).what).frame =
        flipped;
    const Found found = ReplayQuietly(PutTogether(changed));
    ASSERT_TRUE(found.divergence.has_value()) << found.error;
    EXPECT_EQ(found.divergence->kind, core::Divergence::Kind::kFrame);
    EXPECT_EQ(found.divergence->input, InputAt(parts, i));
    EXPECT_EQ(found.divergence->agreed, InputAt(parts, i) - 1);
  }
  EXPECT_EQ(tried, 20u);
}

TEST(ReplayRecordingTest, ADroppedInputIsFoundWhereItWas) {
  const Parts parts = TakeApart(BusyPeer());
  uint32_t tried = 0;
  for (size_t i = 10; i + 10 < parts.entries.size() && tried < 10; ++i) {
    const auto* command = InputAs<core::Command>(parts.entries[i]);
    if (command == nullptr) continue;
    ++tried;
    Parts changed = parts;
    const auto begin = changed.entries.begin() + static_cast<std::ptrdiff_t>(i);
    auto end = begin + 1;
    while (std::holds_alternative<core::MadeSignature>(*end) ||
           std::holds_alternative<core::StateDigest>(*end)) {
      ++end;
    }
    changed.entries.erase(begin, end);
    const Found found = ReplayQuietly(PutTogether(changed));
    ASSERT_TRUE(found.divergence.has_value()) << found.error;
    EXPECT_EQ(found.divergence->input, InputAt(parts, i));
  }
  EXPECT_GT(tried, 0u);
}

TEST(ReplayRecordingTest, ASignatureThatIsNotThePeersIsFound) {
  Parts parts = TakeApart(BusyPeer());
  for (size_t i = 0; i < parts.entries.size(); ++i) {
    auto* made = std::get_if<core::MadeSignature>(&parts.entries[i]);
    if (made == nullptr) continue;
    made->signature[5] ^= 1;
    const Found found = ReplayQuietly(PutTogether(parts));
    ASSERT_TRUE(found.divergence.has_value()) << found.error;
    EXPECT_EQ(found.divergence->kind, core::Divergence::Kind::kSignature);
    EXPECT_EQ(found.divergence->input, InputAt(parts, i));
    return;
  }
  FAIL() << "no signature in the recording";
}

// ---- orbsim replay ----

class ReplayCommandTest : public testing::Test {
 protected:
  ReplayCommandTest() : file_(testing::TempDir() + "peer_" + TestName() + ".orbrec") {
    options_.capsule = file_;
  }

  ~ReplayCommandTest() override { std::filesystem::remove(file_); }

  static std::string TestName() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  ExitCode Run(const FileBytes& content) {
    EXPECT_TRUE(
        WriteFileWhole(file_, {reinterpret_cast<const char*>(content.data()), content.size()})
            .ok());
    Console console{out_, error_, "bin/orbsim", false, nullptr};
    return Replay(options_, console);
  }

  std::string file_;
  ReplayOptions options_;
  std::ostringstream out_;
  std::ostringstream error_;
};

TEST_F(ReplayCommandTest, AWholeRecordingPassesAndSaysHowMuchWasCompared) {
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kPass) << error_.str();
  EXPECT_EQ(out_.str().rfind("recording of ", 0), 0u) << out_.str();
  EXPECT_NE(out_.str().find(" states equal\n"), std::string::npos) << out_.str();
  EXPECT_EQ(out_.str().find("torn"), std::string::npos);
}

// Who knows it can foretell what the peer draws; what is printed gets pasted.
TEST_F(ReplayCommandTest, TheSeedIsNotPrinted) {
  Parts parts = TakeApart(BusyPeer());
  parts.header.stream.seed = 15289637765040386076u;
  options_.verbose = true;
  EXPECT_EQ(Run(PutTogether(parts)), ExitCode::kNondeterminism);
  EXPECT_EQ((out_.str() + error_.str()).find("15289637765040386076"), std::string::npos);
}

TEST_F(ReplayCommandTest, VerboseTellsInputsEffectsAndFacts) {
  options_.verbose = true;
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kPass) << error_.str();
  for (const char* line : {"#1 start: seeds 6, client ", "asked to match council/observers: ",
                           "  > find_node to ", "  * match_started: ", "< nodes from ", "wake"}) {
    EXPECT_NE(out_.str().find(line), std::string::npos) << line;
  }
}

TEST_F(ReplayCommandTest, TheStateThatTheRecordingLedToIsTold) {
  options_.state = true;
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kPass) << error_.str();
  EXPECT_NE(out_.str().find("\npeer: id "), std::string::npos) << out_.str();
  for (const char* part : {"\n  routing: peer ", "\n  matchmaking\n", ": topic "}) {
    EXPECT_NE(out_.str().find(part), std::string::npos) << part << out_.str();
  }
}

TEST_F(ReplayCommandTest, ARecordingIsNotToldToProgramsNorStoppedInADebugger) {
  options_.tell = "events";
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("--tell: found a recording"), std::string::npos) << error_.str();
  options_.tell = "";
  options_.debugger = true;
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find("--debugger: found a recording"), std::string::npos);
}

TEST_F(ReplayCommandTest, OnlyOneContactIsNarratedWhenAskedFor) {
  options_.peer = 1;
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kPass) << error_.str();
  EXPECT_NE(out_.str().find(" from 1:"), std::string::npos);
  EXPECT_EQ(out_.str().find(" from 2:"), std::string::npos);
}

TEST_F(ReplayCommandTest, UntilEndsTheReplayEarlier) {
  options_.until = "20s";
  EXPECT_EQ(Run(BusyPeer()), ExitCode::kPass) << error_.str();
  EXPECT_NE(out_.str().find("replayed         00:00:20.000 of"), std::string::npos) << out_.str();
}

TEST_F(ReplayCommandTest, ADivergenceIsNondeterminismAndNamesInputTimeAndDigests) {
  Parts parts = TakeApart(BusyPeer());
  uint64_t number = 0;
  for (core::Entry& entry : parts.entries) {
    number += std::holds_alternative<core::RecordedInput>(entry);
    auto* state = std::get_if<core::StateDigest>(&entry);
    if (number == 7 && state != nullptr) state->digest = 0x123;
  }
  EXPECT_EQ(Run(PutTogether(parts)), ExitCode::kNondeterminism);
  EXPECT_NE(error_.str().find("replay: input 7 at 00:00:0"), std::string::npos) << error_.str();
  EXPECT_NE(error_.str().find("state: expected 0000000000000123, found "), std::string::npos);
  EXPECT_NE(error_.str().find("the last state that agrees is that after input 6"),
            std::string::npos);
}

TEST_F(ReplayCommandTest, ATornFileIsUnfinishedAndSaysWhatWasLeftOut) {
  FileBytes file = BusyPeer();
  file.resize(file.size() - 20);
  EXPECT_EQ(Run(file), ExitCode::kUnfinished) << error_.str();
  EXPECT_NE(out_.str().find("torn             the file breaks off at byte "), std::string::npos);
}

TEST_F(ReplayCommandTest, ARingThatDroppedItsHeadIsShownAndNotCompared) {
  const core::RecorderLimits ring{.head_bytes = 0, .tail_bytes = size_t{16} << 10};
  const RecordedRun run = RecordRun(EveryFeature(), 40, ring, 60);
  const auto largest = std::max_element(
      run.recordings.begin(), run.recordings.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  ASSERT_NE(largest, run.recordings.end());
  options_.verbose = true;
  EXPECT_EQ(Run(largest->second), ExitCode::kUnfinished) << error_.str();
  EXPECT_NE(out_.str().find("were not kept; from here on inputs are read and nothing is compared"),
            std::string::npos);
  EXPECT_NE(out_.str().find(" 0 fed  0 states equal"), std::string::npos) << out_.str();
  EXPECT_EQ(out_.str().find("unreadable"), std::string::npos);
}

TEST_F(ReplayCommandTest, ADamagedRecordingIsBadInput) {
  FileBytes file = BusyPeer();
  file[file.size() / 2] ^= 1;
  const ExitCode code = Run(file);
  EXPECT_TRUE(code == ExitCode::kBadInput || code == ExitCode::kUnfinished);
  if (code == ExitCode::kBadInput) {
    EXPECT_NE(error_.str().find(": byte "), std::string::npos) << error_.str();
  }
}

TEST_F(ReplayCommandTest, AnotherFormatVersionIsRefused) {
  FileBytes file = BusyPeer();
  file[8] = 9;
  EXPECT_EQ(Run(file), ExitCode::kBadInput);
  EXPECT_NE(error_.str().find(".orbrec: byte 8: found format version 9, allowed 5"),
            std::string::npos)
      << error_.str();
}

}  // namespace
}  // namespace sim

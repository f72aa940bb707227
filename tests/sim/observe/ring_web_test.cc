// The file that a report draws the storage rings from: the state at the end of each frame, exact, and bounded.
#include "sim/observe/ring_web.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

using nlohmann::json;

core::RingChanged At(core::RingStatus status, uint8_t ring, uint8_t from) {
  return {.status = status, .ring = ring, .from = from, .lends = true, .capacity = 0, .used = 0};
}

core::BlockHeld Holds(const core::Key256& key, uint64_t revision = 1, uint64_t used = 10) {
  return {.key = key, .block = key, .revision = revision, .hash = {}, .used = used};
}

class RingWebTest : public testing::Test {
 protected:
  RingWebTest() {
    Operation lend;
    lend.command = core::LendCommand{100};
    world_.plan.workload.push_back(lend);
  }

  // The peer lends and stands there.
  void Join(uint32_t peer, uint8_t ring) {
    world_.TellWorld(web_, 0, WorldFact::Kind::kCommanded, peer);
    Tell(1, peer, At(core::RingStatus::kActive, ring, ring));
  }

  void Tell(int64_t ms, uint32_t peer, const core::Observation& what) {
    world_.Tell(web_, ms, peer, what);
  }

  // Ends the run at `ms` and reads the file: the header, the nodes, the frames.
  std::vector<json> End(int64_t ms) {
    world_.now = WorldTime{ms * 1000};
    web_.OnEnd(world_);
    RunResult result;
    result.ended = world_.now;
    std::istringstream text(web_.Text({world_.plan, result, {}, checkers_, metrics_}));
    std::vector<json> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }

  // Frames of a file of `nodes` nodes.
  static std::vector<json> FramesOf(const std::vector<json>& lines, size_t nodes) {
    return {lines.begin() + 1 + static_cast<std::ptrdiff_t>(nodes), lines.end()};
  }

  FakeWorld world_{64};
  RingWeb web_;
  std::vector<const Checker*> checkers_;
  Metrics metrics_;
};

TEST_F(RingWebTest, WithoutLendersThereIsNoWeb) {
  world_.TellWorld(web_, 0, WorldFact::Kind::kStarted, 0);
  web_.OnEnd(world_);
  EXPECT_FALSE(web_.has_rings());
}

TEST_F(RingWebTest, AFrameIsTheStateAtItsEnd) {
  Join(0, 0);
  Join(1, 2);
  Tell(12, 1, At(core::RingStatus::kMoving, 3, 2));
  world_.TellWorld(web_, 25, WorldFact::Kind::kStopped, 0);
  Tell(26, 1, core::StoragePressure{.on = true});
  const auto lines = End(30);
  EXPECT_EQ(lines[0]["nodes"], 2);
  EXPECT_EQ(lines[1]["peer"], 0);
  const auto frames = FramesOf(lines, 2);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0]["places"], "a00a22");
  EXPECT_EQ(frames[1]["places"], "a00m32");
  EXPECT_EQ(frames[2]["places"], "d00m32");
  EXPECT_EQ(frames[2]["end_us"], 30'000);
  EXPECT_EQ(frames[1]["nodes"], json({0, 1, 1, 0, 0}));
  EXPECT_EQ(frames[2]["nodes"], json({0, 0, 1, 0, 1}));
  EXPECT_EQ(frames[1]["pressed"], 0);
  EXPECT_EQ(frames[2]["pressed"], 1);
  EXPECT_EQ(frames[0]["capacity"], 200);
}

// A node of ring R answers for 2^-R of the keys: the mean is the sum of those shares, whatever the ids.
TEST_F(RingWebTest, OverlapIsExact) {
  for (uint32_t peer = 0; peer < 4; ++peer) Join(peer, 0);
  for (uint32_t peer = 4; peer < 7; ++peer) Join(peer, 2);
  Join(7, 16);
  Tell(1, 8, At(core::RingStatus::kJoining, 0, 0));  // Answers for nothing.
  const auto frames = FramesOf(End(10), 9);
  EXPECT_EQ(frames[0]["overlap_milli"], (4 * 65536 + 3 * 16384 + 1) * 1000 / 65536);
  EXPECT_EQ(frames[0]["overlap_least"], 4);
}

TEST_F(RingWebTest, BlocksThatFellUnderTheFloorAreToldFromThoseThatWereNeverAtIt) {
  for (uint32_t peer = 0; peer < 4; ++peer) Join(peer, 0);
  core::Key256 whole;
  whole.bytes[0] = 0x40;
  core::Key256 lonely;
  lonely.bytes[0] = 0xc0;
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(2, peer, Holds(whole, 1, 50));
  Tell(3, 3, Holds(lonely));
  world_.TellWorld(web_, 15, WorldFact::Kind::kStopped, 1);
  const auto frames = FramesOf(End(20), 4);
  EXPECT_EQ(frames[0]["judged"], 2);
  EXPECT_EQ(frames[0]["fell"], 0);
  EXPECT_EQ(frames[0]["short"], 1);
  EXPECT_EQ(frames[0]["short_at"], json({0xc000}));
  EXPECT_EQ(frames[0]["holders_least"], 1);
  EXPECT_EQ(frames[0]["used"], 3 * 50 + 10);
  EXPECT_EQ(frames[1]["fell"], 1);
  EXPECT_EQ(frames[1]["fell_at"], json({0x4000}));
}

TEST_F(RingWebTest, HoldersOfAnOlderRevisionDoNotCount) {
  for (uint32_t peer = 0; peer < 3; ++peer) Join(peer, 0);
  for (uint32_t peer = 0; peer < 3; ++peer) Tell(2, peer, Holds(core::Key256{}, 1));
  Tell(12, 0, Holds(core::Key256{}, 2));
  const auto frames = FramesOf(End(20), 3);
  EXPECT_EQ(frames[0]["fell"], 0);
  EXPECT_EQ(frames[1]["fell"], 0);
  EXPECT_EQ(frames[1]["short"], 1);
  EXPECT_EQ(frames[1]["holders_least"], 1);
}

// A day, and far more blocks than are judged: the file does not grow with either.
TEST_F(RingWebTest, TheFileIsBounded) {
  for (uint32_t peer = 0; peer < 40; ++peer) Join(peer, 0);
  core::Random random({.seed = 3});
  for (int i = 0; i < 10'000; ++i) {
    core::Key256 key;
    random.Fill(key.bytes);
    Tell(2, static_cast<uint32_t>(i % 3), Holds(key));
  }
  const auto lines = End(int64_t{24} * 3600 * 1000);
  const auto frames = FramesOf(lines, 40);
  EXPECT_LE(frames.size(), RingWeb::kFramesMax);
  EXPECT_GE(frames.size(), RingWeb::kFramesMax / 2);
  EXPECT_EQ(frames.back()["end_us"], int64_t{24} * 3600 * 1'000'000);
  EXPECT_EQ(lines[0]["judged_one_of"], 4);
  EXPECT_NEAR(frames.back()["judged"].get<double>(), 2'500, 250);
  EXPECT_EQ(frames.back()["short_at"].size(), RingWeb::kMarksMax);
}

}  // namespace
}  // namespace sim

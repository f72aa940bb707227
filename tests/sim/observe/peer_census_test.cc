// The file that a report draws its map from: bounded, in step with the world, and equal for equal runs.
#include "sim/observe/peer_census.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/observe/distributions.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

using nlohmann::json;

class PeerCensusTest : public testing::Test {
 protected:
  // Ends the run at `ms` and reads the file's lines of one kind: those with this member.
  std::vector<json> LinesWith(FakeWorld& world, int64_t ms, const std::string& member) {
    world.now = WorldTime{ms * 1000};
    census_.OnEnd(world);
    result_.ended = world.now;
    std::istringstream text(census_.Text({world.plan, result_, outcome_, checkers_, metrics_}));
    std::vector<json> lines;
    for (std::string line; std::getline(text, line);) {
      json object = json::parse(line);
      if (object.contains(member)) lines.push_back(std::move(object));
    }
    return lines;
  }

  PeerCensus census_;
  RunResult result_;
  Outcome outcome_;
  std::vector<const Checker*> checkers_;
  Metrics metrics_;
};

TEST_F(PeerCensusTest, FramesTellWhoWasUpPausedAndDown) {
  FakeWorld world(3);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 0);
  world.TellWorld(census_, 5, WorldFact::Kind::kStarted, 2);
  world.TellWorld(census_, 12, WorldFact::Kind::kPaused, 2);
  world.TellWorld(census_, 25, WorldFact::Kind::kStopped, 0);
  const std::vector<json> frames = LinesWith(world, 35, "states");
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[0]["states"], "0.0");
  EXPECT_EQ(frames[1]["states"], "0.=");
  EXPECT_EQ(frames[2]["states"], "..=");
  EXPECT_EQ(frames[3]["end_us"], 35000) << "the last frame ends with the run";
}

TEST_F(PeerCensusTest, TheLastFrameLastsToTheEndOfAQuietRun) {
  FakeWorld world(1);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 0);
  world.TellWorld(census_, 15, WorldFact::Kind::kStopped, 0);
  census_.OnEnd(world);
  result_.ended = WorldTime{60'000'000};
  const std::string text = census_.Text({world.plan, result_, outcome_, checkers_, metrics_});
  EXPECT_EQ(text.substr(text.rfind('{')), "{\"end_us\":60000000,\"states\":\".\"}\n");
}

TEST_F(PeerCensusTest, WorkIsShownByThePowerOfTwoAndCountedWhole) {
  FakeWorld world(2);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 0);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 1);
  for (int i = 0; i < 5; ++i) world.Tell(census_, 1, 1, core::Answered{});
  world.Tell(census_, 11, 1, core::Answered{});
  const std::vector<json> frames = LinesWith(world, 20, "states");
  EXPECT_EQ(frames[0]["states"], "03");
  EXPECT_EQ(frames[1]["states"], "01");
  const std::vector<json> peers = LinesWith(world, 20, "node_id");
  EXPECT_EQ(peers[0]["work"], 0);
  EXPECT_EQ(peers[1]["work"], 6);
}

TEST_F(PeerCensusTest, LongRunsHaveNoMoreFramesAndLoseNoWork) {
  FakeWorld world(1);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 0);
  world.Tell(census_, 1, 0, core::Answered{});
  world.RunTo(census_, 3600);
  const std::vector<json> frames = LinesWith(world, 3'600'000, "states");
  EXPECT_LE(frames.size(), PeerCensus::kFramesMax);
  EXPECT_GE(frames.size(), PeerCensus::kFramesMax / 2);
  EXPECT_EQ(frames.front()["states"], "1");
  EXPECT_EQ(frames.back()["states"], "0");
  EXPECT_EQ(frames.back()["end_us"], 3'600'000'000);
}

TEST_F(PeerCensusTest, OfManyPeersAFewThousandAreShown) {
  FakeWorld world(10'000);
  world.TellWorld(census_, 0, WorldFact::Kind::kStarted, 9'999);
  const std::vector<json> frames = LinesWith(world, 10, "states");
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0]["states"].get<std::string>().size(), PeerCensus::kShownMax);
  std::set<uint64_t> columns;
  for (const json& peer : LinesWith(world, 10, "node_id")) {
    if (!peer["column"].is_null()) columns.insert(peer["column"].get<uint64_t>());
  }
  EXPECT_EQ(columns.size(), PeerCensus::kShownMax);
}

TEST_F(PeerCensusTest, TheSlowestOperationsAreKeptSlowestFirst) {
  FakeWorld world(1);
  for (int i = 1; i <= 80; ++i) {
    core::LookupDone lookup;
    lookup.took = core::Milliseconds(i);
    world.Tell(census_, i, 0, lookup);
  }
  const std::vector<json> slow = LinesWith(world, 100, "slow");
  ASSERT_EQ(slow.size(), PeerCensus::kSlowMax);
  EXPECT_EQ(slow.front()["took_us"], 80'000);
  EXPECT_EQ(slow.back()["took_us"], 31'000);
}

TEST_F(PeerCensusTest, PlacesNameTheirMembersOnce) {
  FakeWorld world(100);
  core::RevisionApplied applied;
  applied.block = TopicKey(9);
  for (const uint32_t peer : {3u, 5u, 3u}) world.Tell(census_, 1, peer, applied);
  core::Held held;
  held.key = TopicKey(4);
  for (uint32_t peer = 0; peer < 100; ++peer) world.Tell(census_, 2, peer, held);
  const std::vector<json> places = LinesWith(world, 10, "place");
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0]["place"], "block");
  EXPECT_EQ(places[0]["members"], json({3, 5}));
  EXPECT_NE(places[0]["position"], places[0]["name"]) << "a block lies at the hash of its name";
  EXPECT_EQ(places[1]["members"].size(), PeerCensus::kMembersMax);
  EXPECT_TRUE(places[1]["more"].get<bool>());
}

TEST(DistributionsTest, RowsGiveBackEveryQuantile) {
  Metrics metrics;
  for (int i = 1; i <= 1000; ++i) metrics.Record(Metric::kMatchTime, i * 37);
  const Histogram& histogram = metrics.HistogramOf(Metric::kMatchTime);
  std::istringstream text(HistogramsCsv(metrics));
  std::string line;
  std::getline(text, line);
  EXPECT_EQ(line, "metric,unit,up_to,share_ppm");
  int64_t share_before = -1;
  int rows = 0;
  while (std::getline(text, line)) {
    ASSERT_EQ(line.rfind("match.time,us,", 0), 0u) << line;
    const size_t comma = line.rfind(',');
    const int64_t up_to = std::stoll(line.substr(line.rfind(',', comma - 1) + 1));
    const auto share = static_cast<uint32_t>(std::stoul(line.substr(comma + 1)));
    EXPECT_EQ(histogram.Quantile(share), up_to);
    EXPECT_EQ(histogram.Quantile(static_cast<uint32_t>(share_before + 1)), up_to);
    share_before = share;
    ++rows;
  }
  EXPECT_EQ(share_before, 1'000'000);
  EXPECT_GT(rows, 50);
}

}  // namespace
}  // namespace sim

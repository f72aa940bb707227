// Roles that edit replies: each changes exactly what it says.
#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/world/adversaries/role_bench.h"

namespace sim {
namespace {

using Places = std::vector<size_t>;

template <typename Body>
Body& At(core::Effects& effects, size_t place) {
  return std::get<Body>(effects.sends()[place].message.body);
}

std::vector<uint32_t> Owners(const std::vector<core::Record>& records) {
  std::vector<uint32_t> owners;
  for (const core::Record& record : records) owners.push_back(record.peer.value);
  return owners;
}

TEST(SilentHolderTest, DropsItsAnswersAndNothingElse) {
  RoleBench bench(Spec("silent_holder"));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kNodesAt, kAckAt, kFoundAt}));
  for (const size_t place : {kNodesAt, kAckAt, kFoundAt}) {
    EXPECT_TRUE(effects.sends()[place].to.empty());
  }
}

TEST(SilentHolderTest, DropsTheShareThatItsRateNames) {
  RoleBench bench(Spec("silent_holder", {}, {1, 4}));
  int dropped = 0;
  for (int i = 0; i < 2000; ++i) dropped += static_cast<int>(Changed(bench.Step()).size());
  EXPECT_NEAR(dropped, 1500, 120);
}

TEST(WithholdingHolderTest, TakesOutAllRecordsAndSparesTheFigures) {
  RoleBench bench(Spec("withholding_holder"));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kFoundAt, kPushAt}));
  const auto& found = At<core::Found>(effects, kFoundAt);
  EXPECT_TRUE(found.records.empty());
  EXPECT_EQ(found.traffic, (core::Traffic{10, 20, 30, 40}));
  EXPECT_FALSE(effects.sends()[kFoundAt].to.empty());
  EXPECT_TRUE(effects.sends()[kPushAt].to.empty());
}

TEST(WithholdingHolderTest, CanSpareItsAccomplices) {
  RoleBench bench(Spec("withholding_holder", {{"what", "honest"}}));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kFoundAt, kPushAt}));
  EXPECT_EQ(Owners(At<core::Found>(effects, kFoundAt).records), (std::vector<uint32_t>{1}));
  EXPECT_EQ(Owners(At<core::Push>(effects, kPushAt).records), (std::vector<uint32_t>{1}));
  EXPECT_FALSE(effects.sends()[kPushAt].to.empty());
}

TEST(LyingHolderTest, OverstatesThirtyTwoTimesAndCriesCrowd) {
  RoleBench bench(Spec("lying_holder", {{"lie", "over"}}));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kAckAt, kFoundAt, kPushAt}));
  const core::Traffic lie{320, 640, 960, 1280};
  EXPECT_EQ(At<core::ProvideAck>(effects, kAckAt).traffic, lie);
  EXPECT_TRUE(At<core::ProvideAck>(effects, kAckAt).crowded);
  EXPECT_EQ(At<core::Found>(effects, kFoundAt).traffic, lie);
  EXPECT_TRUE(At<core::Found>(effects, kFoundAt).truncated);
  EXPECT_EQ(At<core::Found>(effects, kFoundAt).records.size(), 3u);
  EXPECT_EQ(At<core::Push>(effects, kPushAt).traffic, lie);
}

TEST(LyingHolderTest, UnderstatesToNothing) {
  RoleBench bench(Spec("lying_holder", {{"lie", "under"}}));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kAckAt, kFoundAt, kPushAt}));
  EXPECT_EQ(At<core::ProvideAck>(effects, kAckAt).traffic, core::Traffic());
  EXPECT_EQ(At<core::Found>(effects, kFoundAt).traffic, core::Traffic());
  EXPECT_FALSE(At<core::Found>(effects, kFoundAt).truncated);
}

TEST(LyingHolderTest, FlipsFromAnswerToAnswer) {
  RoleBench bench(Spec("lying_holder", {{"lie", "flipping"}}));
  core::Effects& first = bench.Step();
  EXPECT_EQ(At<core::ProvideAck>(first, kAckAt).traffic.count, 320u);
  EXPECT_EQ(At<core::Found>(first, kFoundAt).traffic.count, 0u);
  EXPECT_EQ(At<core::Push>(first, kPushAt).traffic.count, 320u);
  core::Effects& second = bench.Step();
  EXPECT_EQ(At<core::ProvideAck>(second, kAckAt).traffic.count, 0u);
  EXPECT_EQ(At<core::Found>(second, kFoundAt).traffic.count, 320u);
}

TEST(LyingHolderTest, FiguresSaturateAndZeroIsOverstatedToo) {
  RoleBench bench(Spec("lying_holder"));
  core::Effects effects;
  core::ProvideAck ack;
  ack.traffic.count = 0xf0000000u;
  effects.Send(core::PeerId{kAsker}).body = ack;
  bench.role().After({}, core::Wake{}, effects);
  EXPECT_EQ(At<core::ProvideAck>(effects, 0).traffic.count, 0xffffffffu);
  EXPECT_EQ(At<core::ProvideAck>(effects, 0).traffic.wanted, 32u);
}

TEST(LyingRouterTest, NamesTheNearestAccomplicesInOrder) {
  RoleBench bench(Spec("lying_router"));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kNodesAt}));
  const auto& nodes = At<core::Nodes>(effects, kNodesAt);
  EXPECT_EQ(nodes.target, InventedId(999));
  ASSERT_EQ(nodes.peers.size(), 10u);
  for (size_t i = 0; i < nodes.peers.size(); ++i) {
    EXPECT_LT(nodes.peers[i].value, 10u);
    if (i == 0) continue;
    EXPECT_TRUE(core::Nearer(nodes.target, bench.directory().NodeIdOf(nodes.peers[i - 1]),
                             bench.directory().NodeIdOf(nodes.peers[i])));
  }
}

TEST(LyingRouterTest, KeepsTheNearestSixteenOfManyAndNeverTheAsker) {
  AdversarySpec spec = Spec("lying_router");
  InventedDirectory directory(100);
  core::Context context;
  context.directory = &directory;
  RoleContext role_context{.self = {kSelf},
                           .context = &context,
                           .seed = 1,
                           .incarnation = 0,
                           .accomplices = {},
                           .ghosts = {}};
  role_context.accomplices.ranges = {{0, 60}};
  auto role = MakeRole(spec, role_context);
  ASSERT_TRUE(role.ok());
  core::Effects effects;
  SendEveryKind(effects);
  (*role)->After({}, core::Wake{}, effects);
  const auto& nodes = At<core::Nodes>(effects, kNodesAt);
  std::vector<uint32_t> expected;
  for (uint32_t i = 0; i < 60; ++i) {
    if (i != kAsker) expected.push_back(i);
  }
  std::sort(expected.begin(), expected.end(), [&](uint32_t a, uint32_t b) {
    return core::Nearer(nodes.target, directory.NodeIdOf({a}), directory.NodeIdOf({b}));
  });
  expected.resize(16);
  std::vector<uint32_t> found;
  for (const core::PeerId peer : nodes.peers) found.push_back(peer.value);
  EXPECT_EQ(found, expected);
}

TEST(LyingRouterTest, CanNameGhostsOrNobody) {
  RoleBench ghosts(Spec("lying_router", {{"names", "ghosts"}}));
  const auto& named = At<core::Nodes>(ghosts.Step(), kNodesAt).peers;
  ASSERT_EQ(named.size(), 10u);
  for (const core::PeerId peer : named) EXPECT_GE(peer.value, 90u);
  RoleBench nobody(Spec("lying_router", {{"names", "nobody"}}));
  EXPECT_TRUE(At<core::Nodes>(nobody.Step(), kNodesAt).peers.empty());
}

TEST(ForgerTest, AddsItsRecordsBehindTheHonestOnes) {
  RoleBench bench(Spec("forger", {{"count", "7"}}));
  core::Effects& effects = bench.Step();
  EXPECT_EQ(Changed(effects), (Places{kFoundAt}));
  const auto& found = At<core::Found>(effects, kFoundAt);
  ASSERT_EQ(found.records.size(), 10u);
  EXPECT_EQ(found.traffic, (core::Traffic{10, 20, 30, 40}));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(found.records[i].signature, RecordOf(1).signature);
  for (size_t i = 3; i < 10; ++i) {
    EXPECT_LT(found.records[i].peer.value, 10u);
    EXPECT_GT(found.records[i].sequence, 1u);
    EXPECT_NE(found.records[i].signature, RecordOf(1).signature);
    EXPECT_NE(found.records[i].signature, found.records[i - 1].signature);
  }
}

TEST(ForgerTest, StaysWithinTheLimitOfTheWire) {
  RoleBench bench(Spec("forger", {{"count", "64"}}));
  core::Effects effects;
  core::Found full;
  full.records.assign(250, RecordOf(1));
  effects.Send(core::PeerId{kAsker}).body = full;
  bench.role().After({}, core::Wake{}, effects);
  EXPECT_EQ(At<core::Found>(effects, 0).records.size(), core::limits::kRecordsMax);
}

TEST(ForgerTest, ImitatesWhatItSawPublishedWhenItHoldsNothing) {
  RoleBench bench(Spec("forger"));
  const auto answer_nothing = [&bench] {
    core::Effects effects;
    effects.Send(core::PeerId{kAsker}).body = core::Found{};
    bench.role().After({}, core::Wake{}, effects);
    return At<core::Found>(effects, 0).records;
  };
  EXPECT_TRUE(answer_nothing().empty());
  core::Message message;
  message.body = core::Provide{InventedId(5), RecordOf(50, 6)};
  bench.Idle({}, core::Arrival{{kAsker}, &message});
  const auto forged = answer_nothing();
  ASSERT_EQ(forged.size(), 4u);
  for (const core::Record& record : forged) EXPECT_GT(record.sequence, 6u);
}

}  // namespace
}  // namespace sim

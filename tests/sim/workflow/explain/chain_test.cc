#include "sim/workflow/explain/chain.h"

#include <random>

#include <gtest/gtest.h>

#include "sim/workflow/explain/concern.h"

namespace sim {
namespace {

using Kind = Happening::Kind;

Happening Make(Kind kind, int64_t at, uint32_t peer, uint64_t message = 0) {
  return {.kind = kind,
          .at = WorldTime{at},
          .peer = kind == Kind::kFault ? core::kNoPeer : core::PeerId{peer},
          .message = message,
          .text = std::to_string(at)};
}

// Anything at any time, so that many things happen in one instant and many messages are lost or come twice.
std::vector<Happening> Anything(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Happening> happenings;
  for (int i = 0; i < 300; ++i) {
    const auto kind = static_cast<Kind>(random() % 6);
    const auto peer = static_cast<uint32_t>(random() % 5);
    Happening one = Make(kind, static_cast<int64_t>(random() % 80), peer, random() % 12);
    one.operations = {random() % 4};
    happenings.push_back(one);
  }
  InOrder(happenings);
  return happenings;
}

void ExpectPossible(const Happening& one, CauseRule rule, const Happening& cause) {
  EXPECT_LE(cause.at, one.at);
  switch (rule) {
    case CauseRule::kNone:
      break;
    case CauseRule::kMessage:
      EXPECT_EQ(one.kind, Kind::kDelivered);
      EXPECT_EQ(cause.kind, Kind::kSent);
      EXPECT_EQ(cause.message, one.message);
      break;
    case CauseRule::kStep:
      EXPECT_EQ(cause.peer, one.peer);
      EXPECT_EQ(cause.at, one.at);
      break;
    case CauseRule::kBefore:
      EXPECT_EQ(cause.peer, one.peer);
      break;
    case CauseRule::kFault:
      EXPECT_EQ(cause.kind, Kind::kFault);
      EXPECT_EQ(cause.at, one.at);
      break;
  }
}

TEST(ChainTest, ACauseIsEarlierAndAtTheRightPeer) {
  int links = 0;
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    const std::vector<Happening> happenings = Anything(seed);
    const std::vector<Causes> causes = FindCauses(happenings);
    for (size_t i = 0; i < causes.size(); ++i) {
      if (causes[i].rule == CauseRule::kNone) continue;
      ++links;
      ASSERT_LT(causes[i].cause, i);
      ExpectPossible(happenings[i], causes[i].rule, happenings[causes[i].cause]);
      if (!causes[i].before.has_value()) continue;
      ASSERT_LT(*causes[i].before, i);
      EXPECT_EQ(happenings[*causes[i].before].peer, happenings[i].peer);
    }
  }
  EXPECT_GT(links, 1000);
}

TEST(ChainTest, AChainEndsInItsTriggerAndKeepsItsLength) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::vector<Happening> happenings = Anything(seed);
    happenings[250].trigger = true;
    const std::string text = happenings[250].text;
    const Chain chain = MakeChain(std::move(happenings), core::PeerId{1}, 20);
    ASSERT_FALSE(chain.lines.empty());
    EXPECT_LE(chain.lines.size(), 21u) << "a delivery may bring its sending with it";
    EXPECT_GE(chain.preceding, chain.lines.size());
    EXPECT_TRUE(chain.lines.back().happening.trigger);
    EXPECT_EQ(chain.lines.back().happening.text, text);
    for (size_t i = 0; i < chain.lines.size(); ++i) {
      if (chain.lines[i].rule == CauseRule::kNone) continue;
      EXPECT_LT(chain.lines[i].cause, i);
    }
  }
}

TEST(ChainTest, WhatIsLeftOutBetweenIsCounted) {
  std::vector<Happening> happenings;
  for (int64_t i = 0; i < 30; ++i) happenings.push_back(Make(Kind::kFact, i, 3));
  const Chain chain = MakeChain(happenings, core::PeerId{3}, 10);
  EXPECT_EQ(chain.preceding, 30u);
  EXPECT_EQ(chain.lines.size(), 10u);
  EXPECT_EQ(chain.lines.front().left_out, 20u);
  EXPECT_EQ(chain.lines.front().rule, CauseRule::kNone);
  EXPECT_EQ(chain.lines[1].left_out, 0u);
}

TEST(ChainTest, WithoutATriggerItEndsInTheLastEventThatIsNoFault) {
  const std::vector<Happening> happenings = {Make(Kind::kFact, 1, 3), Make(Kind::kFact, 2, 4),
                                             Make(Kind::kFault, 3, 0)};
  EXPECT_EQ(MakeChain(happenings, core::PeerId{3}, 10).lines.back().happening.text, "1");
  EXPECT_EQ(MakeChain(happenings, core::kNoPeer, 10).lines.back().happening.text, "2");
}

TEST(ChainTest, ASendingThatNeverArrivedIsLost) {
  const std::vector<Happening> happenings = {Make(Kind::kSent, 1, 1, 7), Make(Kind::kSent, 2, 1, 8),
                                             Make(Kind::kDelivered, 3, 2, 8)};
  const std::vector<Causes> causes = FindCauses(happenings);
  EXPECT_TRUE(causes[0].lost);
  EXPECT_FALSE(causes[1].lost);
}

TEST(ChainTest, ADiskThatIsDoneFollowsItsOwnOperation) {
  std::vector<Happening> happenings = {Make(Kind::kFact, 1, 1), Make(Kind::kDelivered, 2, 1, 8),
                                       Make(Kind::kFact, 3, 1)};
  happenings[0].operations = {5};
  happenings[1].operations = {6};
  happenings[2].operations = {5};
  EXPECT_EQ(FindCauses(happenings)[2].cause, 0u);
  happenings[2].operations = {7};
  EXPECT_EQ(FindCauses(happenings)[2].cause, 1u) << "of no operation known, the last of all";
}

TEST(ConcernTest, AnOperationLeadsToItsPartsAndAThingOnlyNearby) {
  const auto name = [](uint8_t byte, bool operation) {
    core::Key256 key;
    key.bytes[0] = byte;
    return CarriedName{key, operation};
  };
  const CarriedName block = name(1, false);
  const CarriedName mine = name(2, true);
  const CarriedName id_of_mine = name(3, true);
  const CarriedName other = name(4, true);
  const core::PeerId guilty{7};
  const core::PeerId far{8};
  Concern concern(guilty, {block, mine});
  EXPECT_EQ(concern.Of({mine}, far, core::kNoPeer), Relevance::kNamed);
  EXPECT_EQ(concern.Of({block, other}, far, core::kNoPeer), Relevance::kNone);
  EXPECT_EQ(concern.Of({block, other}, far, guilty), Relevance::kNearby);
  concern.Learn(Relevance::kNamed, {mine, id_of_mine}, far, core::kNoPeer);
  EXPECT_EQ(concern.Of({id_of_mine}, far, core::kNoPeer), Relevance::kNamed);
  EXPECT_TRUE(concern.Involves(far));
  concern.Learn(Relevance::kNearby, {block, other}, far, guilty);
  EXPECT_EQ(concern.Of({other}, guilty, core::kNoPeer), Relevance::kNearby);
  EXPECT_EQ(concern.Of({other}, far, core::kNoPeer), Relevance::kNone);
}

TEST(ConcernTest, AViolationNamesWhatItsTextShows) {
  core::Key256 block;
  block.bytes = {0x9c, 0x41, 0x22};
  core::Key256 later = block;
  later.bytes[3] = 1;
  NameIndex index;
  index.Saw({{block, false}});
  index.Saw({{later, false}});
  const auto named = index.NamesOf({{}, core::kNoPeer, "block 9c41..", "beef.. 1234", "decade"});
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].name, later) << "the last one that an event carried";
  EXPECT_EQ(index.NamesOf({{}, core::kNoPeer, "key " + Hex(block), "", ""}).size(), 1u);
}

}  // namespace
}  // namespace sim

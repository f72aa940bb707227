// Who left the table because it was silent: kept for a while, and the near ones rather than the far.
#include "core/routing/absentees.h"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/routing/routing.h"
#include "tests/core/identities.h"

namespace core {
namespace {

class AbsenteesTest : public testing::Test {
 protected:
  AbsenteesTest() {
    config.absence_keep = Microseconds(100);
    config.cut_keep = Microseconds(1000);
  }

  void Add(uint32_t peer, int64_t at_us, size_t stayed = 1000) {
    absentees.Add(Id(0), config, {.id = Id(peer), .at = Time{at_us}, .stayed = stayed});
  }

  void Remove(uint32_t peer) { absentees.Remove(config, Id(peer)); }

  // Peers from 1 on that an earlier life knew as present.
  void Recall(uint32_t peers, int64_t at_us, size_t stayed = 0) {
    std::vector<Acquaintance> known;
    for (uint32_t peer = 1; peer <= peers; ++peer) known.push_back({.id = Id(peer)});
    absentees.Recall(Id(0), config, Time{at_us}, known, stayed);
  }

  [[nodiscard]] const NodeId& Id(uint32_t peer) const { return identities.NodeIdOf(PeerId{peer}); }

  [[nodiscard]] std::vector<PeerId> At(int64_t us) const {
    std::vector<PeerId> peers;
    absentees.ForEach(config, Time{us}, [&](const Acquaintance& who) {
      peers.push_back(identities.FindByNodeId(who.id));
    });
    return peers;
  }

  Identities identities{1, Absentees::kMax + 40};
  TransactionsConfig config;
  Absentees absentees;
};

TEST_F(AbsenteesTest, AnAbsenceEndsWithAWordOrWithTime) {
  Add(1, 10);
  Add(2, 20);
  Add(3, 30);
  EXPECT_EQ(At(110).size(), 3u);
  EXPECT_EQ(At(111), (std::vector<PeerId>{PeerId{2}, PeerId{3}}));
  Remove(3);
  EXPECT_EQ(At(110), (std::vector<PeerId>{PeerId{1}, PeerId{2}}));
  Add(4, 115);  // Forgets the first one.
  EXPECT_EQ(At(110), (std::vector<PeerId>{PeerId{2}, PeerId{4}}));
  Add(2, 118);  // Again: once, and later.
  EXPECT_EQ(At(200), (std::vector<PeerId>{PeerId{4}, PeerId{2}}));
}

// Three of twelve are a quarter: the quorums are gone, and the three are missed for as long as a cut.
TEST_F(AbsenteesTest, WhoLeavesWithManyIsMissedForLonger) {
  Add(1, 10, 11);
  Add(2, 20, 10);
  EXPECT_EQ(At(130).size(), 0u);
  Add(3, 30, 9);
  EXPECT_EQ(At(1010).size(), 3u);
  EXPECT_EQ(At(1030), (std::vector<PeerId>{PeerId{3}}));
  EXPECT_EQ(At(1031).size(), 0u);
}

// The same three one after the other, each forgotten before the next, are departures; and whoever goes
// after a cut is not counted with it.
TEST_F(AbsenteesTest, WhoLeavesAloneIsForgottenEarly) {
  for (uint32_t peer = 1; peer <= 3; ++peer) Add(peer, peer * int64_t{101}, 12 - peer);
  EXPECT_EQ(At(303 + 100), (std::vector<PeerId>{PeerId{3}}));
  EXPECT_EQ(At(303 + 101).size(), 0u);
  for (uint32_t peer = 11; peer <= 14; ++peer) Add(peer, 500, 12 - (peer - 10));
  Add(21, 601, 8);
  EXPECT_EQ(At(702).size(), 4u);
}

TEST_F(AbsenteesTest, WithoutATimeForCutsAllAreForgottenEarly) {
  config.cut_keep = Duration{0};
  for (uint32_t peer = 1; peer <= 9; ++peer) Add(peer, 10, 10 - peer);
  EXPECT_EQ(At(110).size(), 9u);
  EXPECT_EQ(At(111).size(), 0u);
}

// Who restarts within a cut hears a few of those whom it knew; the others are missed as in any cut.
TEST_F(AbsenteesTest, WhomAnEarlierLifeKnewIsMissedLikeThoseBehindACut) {
  Recall(12, 500);
  Remove(1);
  Remove(2);
  EXPECT_EQ(At(1500).size(), 10u);
  EXPECT_EQ(At(1501).size(), 0u);
}

// Three quarters are not enough for quorums, one more is: then nobody is cut off, and those who are
// silent have left while this peer was down.
TEST_F(AbsenteesTest, ARestartIsNoCutWhenMostAreHeard) {
  Recall(12, 500);
  for (uint32_t peer = 1; peer <= 9; ++peer) Remove(peer);
  EXPECT_EQ(At(1500).size(), 3u);
  Remove(10);
  EXPECT_EQ(At(600).size(), 2u);
  EXPECT_EQ(At(601).size(), 0u);
}

TEST_F(AbsenteesTest, ContactsThatWereThereAtOnceCountAsHeard) {
  Recall(2, 500, 10);
  EXPECT_EQ(At(600).size(), 2u);
  EXPECT_EQ(At(601).size(), 0u);
}

// However often a peer restarts, whoever is gone is missed for the time of one cut.
TEST_F(AbsenteesTest, ACutOfAnEarlierLifeGrowsNoLonger) {
  const std::vector<Acquaintance> known = {
      {.id = Id(1), .since_us = 300, .away = true, .cut = true},
      {.id = Id(2), .since_us = 300, .away = true, .cut = false},
      {.id = Id(3), .since_us = 450, .away = true, .cut = false}};
  absentees.Recall(Id(0), config, Time{500}, known, 0);
  EXPECT_EQ(At(500), (std::vector<PeerId>{PeerId{1}, PeerId{3}}));
  EXPECT_EQ(At(551), (std::vector<PeerId>{PeerId{1}}));
  EXPECT_EQ(At(1301).size(), 0u);
}

TEST_F(AbsenteesTest, WhoIsFarthestGoesWhenThereAreTooMany) {
  for (uint32_t peer = 1; peer < Absentees::kMax + 40; ++peer) Add(peer, 1);
  const std::vector<PeerId> kept = At(1);
  ASSERT_EQ(kept.size(), Absentees::kMax);
  for (uint32_t peer = 1; peer < Absentees::kMax + 40; ++peer) {
    const bool is_kept = std::find(kept.begin(), kept.end(), PeerId{peer}) != kept.end();
    if (is_kept) continue;
    for (const PeerId other : kept) {
      EXPECT_TRUE(Nearer(Id(0), identities.NodeIdOf(other), Id(peer)));
    }
  }
}

// Peers 1 and 2 are contacts again at once, 3 to 12 were known before the restart.
class RecallTest : public testing::Test {
 protected:
  RecallTest() {
    context.config = &config;
    context.directory = &identities;
    context.suite = &identities.suite();
    std::vector<Acquaintance> known;
    for (uint32_t peer = 1; peer <= 12; ++peer) {
      known.push_back({.id = identities.NodeIdOf(PeerId{peer})});
    }
    routing.emplace(PeerId{0}, context);
    routing->SeedRoutes(std::vector<PeerId>{PeerId{1}, PeerId{2}});
    routing->Recall(now, known);
    routing->Start(now, {}, random, effects);
  }

  [[nodiscard]] size_t Away() const {
    const auto nearest = routing->NearestRemembered(now, identities.NodeIdOf(PeerId{0}), 20);
    return static_cast<size_t>(std::count_if(nearest.begin(), nearest.end(),
                                             [](const Neighbour& other) { return other.away; }));
  }

  Identities identities{1, 20};
  Config config;
  Context context;
  Random random{StreamKey{.seed = 1}};
  Effects effects;
  Time now{Seconds(1'000'000).us};
  std::optional<Routing> routing;
};

TEST_F(RecallTest, WhoIsNoContactIsAskedAtOnce) {
  std::vector<PeerId> asked;
  for (const Outgoing& outgoing : effects.sends()) {
    if (std::holds_alternative<Ping>(outgoing.message.body)) {
      asked.insert(asked.end(), outgoing.to.begin(), outgoing.to.end());
    }
  }
  std::sort(asked.begin(), asked.end());
  ASSERT_EQ(asked.size(), 10u);
  EXPECT_EQ(asked.front(), PeerId{3});
  EXPECT_EQ(asked.back(), PeerId{12});
}

TEST_F(RecallTest, WhoIsRecalledIsAwayUntilItIsHeard) {
  EXPECT_TRUE(routing->recalls());
  EXPECT_TRUE(routing->Remembers(now, 12));
  EXPECT_EQ(Away(), 10u);
  routing->OnAlive(now, PeerId{5}, random, effects);
  EXPECT_EQ(Away(), 9u);
  const std::vector<Acquaintance> kept = routing->Acquaintances(now);
  ASSERT_EQ(kept.size(), 12u);
  for (const Acquaintance& who : kept) {
    const PeerId peer = identities.FindByNodeId(who.id);
    const bool present = peer == PeerId{1} || peer == PeerId{2} || peer == PeerId{5};
    EXPECT_EQ(who.away, !present);
    EXPECT_EQ(who.cut, !present);
  }
}

}  // namespace
}  // namespace core

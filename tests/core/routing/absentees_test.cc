// Who left the table because it was silent: kept for a while, and the near ones rather than the far.
#include "core/routing/absentees.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

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
    absentees.Add(identities, identities.NodeIdOf(self), config,
                  {.peer = PeerId{peer}, .at = Time{at_us}, .stayed = stayed});
  }

  [[nodiscard]] std::vector<PeerId> At(int64_t us) const {
    std::vector<PeerId> peers;
    absentees.ForEach(config, Time{us}, [&](PeerId peer) { peers.push_back(peer); });
    return peers;
  }

  Identities identities{1, Absentees::kMax + 40};
  PeerId self{0};
  TransactionsConfig config;
  Absentees absentees;
};

TEST_F(AbsenteesTest, AnAbsenceEndsWithAWordOrWithTime) {
  Add(1, 10);
  Add(2, 20);
  Add(3, 30);
  EXPECT_EQ(At(110).size(), 3u);
  EXPECT_EQ(At(111), (std::vector<PeerId>{PeerId{2}, PeerId{3}}));
  absentees.Remove(PeerId{3});
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

TEST_F(AbsenteesTest, WhoIsFarthestGoesWhenThereAreTooMany) {
  for (uint32_t peer = 1; peer < Absentees::kMax + 40; ++peer) Add(peer, 1);
  const std::vector<PeerId> kept = At(1);
  ASSERT_EQ(kept.size(), Absentees::kMax);
  for (uint32_t peer = 1; peer < Absentees::kMax + 40; ++peer) {
    const bool is_kept = std::find(kept.begin(), kept.end(), PeerId{peer}) != kept.end();
    if (is_kept) continue;
    for (const PeerId other : kept) {
      EXPECT_TRUE(Nearer(identities.NodeIdOf(self), identities.NodeIdOf(other),
                         identities.NodeIdOf(PeerId{peer})));
    }
  }
}

}  // namespace
}  // namespace core

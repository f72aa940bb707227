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
  void Add(uint32_t peer, int64_t at_us, int64_t forgotten_us = 0) {
    absentees.Add(identities, identities.NodeIdOf(self), {.peer = PeerId{peer}, .since = {at_us}},
                  Time{forgotten_us});
  }

  [[nodiscard]] std::vector<PeerId> Since(int64_t us) const {
    std::vector<PeerId> peers;
    absentees.ForEachSince(Time{us}, [&](PeerId peer) { peers.push_back(peer); });
    return peers;
  }

  Identities identities{1, Absentees::kMax + 40};
  PeerId self{0};
  Absentees absentees;
};

TEST_F(AbsenteesTest, AnAbsenceEndsWithAWordOrWithTime) {
  Add(1, 10);
  Add(2, 20);
  Add(3, 30);
  EXPECT_EQ(Since(20), (std::vector<PeerId>{PeerId{2}, PeerId{3}}));
  absentees.Remove(PeerId{3});
  EXPECT_EQ(Since(0), (std::vector<PeerId>{PeerId{1}, PeerId{2}}));
  Add(4, 40, 15);
  EXPECT_EQ(Since(0), (std::vector<PeerId>{PeerId{2}, PeerId{4}}));
  Add(2, 50, 15);  // Again: once, and later.
  EXPECT_EQ(Since(0), (std::vector<PeerId>{PeerId{4}, PeerId{2}}));
}

TEST_F(AbsenteesTest, WhoIsFarthestGoesWhenThereAreTooMany) {
  for (uint32_t peer = 1; peer < Absentees::kMax + 40; ++peer) Add(peer, peer);
  const std::vector<PeerId> kept = Since(0);
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

#include "core/base/random.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace core {
namespace {

Random Stream(uint64_t seed, uint32_t peer = 0, uint32_t incarnation = 0,
              Purpose purpose = Purpose::kTest) {
  return Random(
      StreamKey{.seed = seed, .peer = peer, .incarnation = incarnation, .purpose = purpose});
}

TEST(RandomTest, EveryPartOfTheKeyMakesAnotherStream) {
  std::set<uint64_t> firsts;
  firsts.insert(Stream(1).Next());
  firsts.insert(Stream(2).Next());
  firsts.insert(Stream(1, 1).Next());
  firsts.insert(Stream(1, 0, 1).Next());
  firsts.insert(Stream(1, 0, 0, Purpose::kPeer).Next());
  EXPECT_EQ(firsts.size(), 5u);
  EXPECT_EQ(Stream(1).Next(), Stream(1).Next());
}

TEST(RandomTest, BelowIsUniform) {
  Random random = Stream(7);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[random.Below(6)];
  // Chi-squared with 5 degrees of freedom: 20.5 is the 0.999 quantile.
  double chi = 0;
  for (const int count : counts) chi += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi, 20.5);
}

TEST(RandomTest, BetweenReachesBothEnds) {
  Random random = Stream(8);
  std::set<int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Between(-2, 2));
  EXPECT_EQ(seen, (std::set<int64_t>{-2, -1, 0, 1, 2}));
}

TEST(RandomTest, ChanceIsExactAtTheEnds) {
  Random random = Stream(9);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(random.Chance({0, 5}));
    EXPECT_TRUE(random.Chance({5, 5}));
  }
}

TEST(RandomTest, ShuffleIsAPermutation) {
  Random random = Stream(10);
  std::vector<int> items = {0, 1, 2, 3, 4, 5, 6, 7};
  random.Shuffle(std::span(items));
  EXPECT_NE(items, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

}  // namespace
}  // namespace core

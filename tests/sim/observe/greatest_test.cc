// The few greatest of many are what sorting all of them would leave, with equal ones in the order in which they came.
#include "sim/observe/greatest.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sim {
namespace {

struct Item {
  int size = 0;
  size_t came = 0;

  friend bool operator==(const Item&, const Item&) = default;
};

bool IsGreater(const Item& a, const Item& b) {
  return a.size > b.size;
}

RC_GTEST_PROP(GreatestTest, AreThoseThatSortingAllWouldLeave, (const std::vector<uint8_t>& sizes)) {
  const size_t most = *rc::gen::inRange<size_t>(1, 8);
  std::vector<Item> all;
  std::vector<Item> kept;
  for (const uint8_t size : sizes) {
    all.push_back({size % 5, all.size()});
    KeepGreatest(kept, most, all.back(), IsGreater);
  }
  std::stable_sort(all.begin(), all.end(), IsGreater);
  all.resize(std::min(most, all.size()));
  RC_ASSERT(kept == all);
}

TEST(GreatestTest, OfEqualOnesTheEarlierStays) {
  std::vector<Item> kept;
  for (size_t i = 0; i < 3; ++i) KeepGreatest(kept, 2, Item{7, i}, IsGreater);
  EXPECT_EQ(kept, (std::vector<Item>{{7, 0}, {7, 1}}));
}

}  // namespace
}  // namespace sim

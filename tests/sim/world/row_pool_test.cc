#include "sim/world/row_pool.h"

#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(RowPoolTest, EqualValuesAreOneAndGoWithTheLastRow) {
  RowPool pool;
  std::optional<SharedRow> first = pool.Share({1, 2, 3});
  std::optional<SharedRow> second = pool.Share({1, 2, 3});
  const SharedRow other = pool.Share({1, 2});
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(&first->value(), &second->value());
  first.reset();
  EXPECT_EQ(second->value(), core::Bytes({1, 2, 3}));
  EXPECT_EQ(pool.size(), 2u);
  second.reset();
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(other.value(), core::Bytes({1, 2}));
}

TEST(RowPoolTest, ARowThatIsReplacedGivesItsOldValueUp) {
  RowPool pool;
  SharedRow row = pool.Share({1});
  row = pool.Share({2});
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(row.value(), core::Bytes({2}));
  const SharedRow moved = std::move(row);
  EXPECT_EQ(moved.value(), core::Bytes({2}));
  EXPECT_EQ(pool.size(), 1u);
}

TEST(RowPoolTest, ThreadsShareRows) {
  RowPool pool;
  const auto work = [&pool] {
    std::vector<SharedRow> rows;
    for (uint32_t i = 0; i < 4000; ++i) {
      rows.push_back(pool.Share({static_cast<uint8_t>(i % 100)}));
      if (rows.size() > 50) rows.erase(rows.begin());
    }
    for (const SharedRow& row : rows) EXPECT_EQ(row.value().size(), 1u);
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(pool.size(), 0u);
}

}  // namespace
}  // namespace sim

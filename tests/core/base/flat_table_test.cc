#include "core/base/flat_table.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace core {
namespace {

std::vector<uint32_t> KeysOf(const FlatTable<uint32_t, int>& table) {
  std::vector<uint32_t> keys;
  table.ForEach([&](uint32_t key, int) { keys.push_back(key); });
  return keys;
}

TEST(FlatTableTest, IteratesInInsertionOrderAcrossErasures) {
  FlatTable<uint32_t, int> table;
  EXPECT_EQ(table.HeapBytes(), 0u);
  for (uint32_t key : {9u, 2u, 7u, 4u}) table.Insert(key);
  EXPECT_TRUE(table.Erase(2));
  EXPECT_FALSE(table.Erase(2));
  table.Insert(2);
  EXPECT_EQ(KeysOf(table), (std::vector<uint32_t>{9, 7, 4, 2}));
}

TEST(FlatTableTest, AgreesWithAModelUnderRandomOperations) {
  Random random(StreamKey{.seed = 11});
  FlatTable<uint32_t, int> table;
  std::map<uint32_t, int> model;
  for (int i = 0; i < 20000; ++i) {
    const auto key = static_cast<uint32_t>(random.Below(200));
    if (random.Chance({2, 3})) {
      const auto [value, inserted] = table.Insert(key);
      EXPECT_EQ(inserted, !model.contains(key));
      *value = model[key] = i;
    } else {
      EXPECT_EQ(table.Erase(key), model.erase(key) == 1);
    }
    ASSERT_EQ(table.size(), model.size());
  }
  for (const auto& [key, value] : model) {
    const int* found = table.Find(key);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found, value);
  }
}

TEST(FlatTableTest, EraseIfLeavesNoHeapWhenEmpty) {
  FlatTable<uint32_t, int> table;
  for (uint32_t key = 0; key < 100; ++key) table.Insert(key);
  EXPECT_EQ(table.EraseIf([](uint32_t key, int) { return key % 2 == 0; }), 50u);
  EXPECT_EQ(table.size(), 50u);
  EXPECT_EQ(table.EraseIf([](uint32_t, int) { return true; }), 50u);
  EXPECT_EQ(table.HeapBytes(), 0u);
  EXPECT_EQ(table.Find(1), nullptr);
}

}  // namespace
}  // namespace core

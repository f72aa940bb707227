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

// A key that counts how often it is compared.
struct Watched {
  uint32_t value = 0;

  static inline int compared = 0;

  friend bool operator==(const Watched& a, const Watched& b) {
    ++compared;
    return a.value == b.value;
  }
};

struct WatchedHash {
  uint64_t operator()(const Watched& key) const { return Mix64(key.value); }
};

// Each comparison is a miss of the cache, or two, in a table of any size.
TEST(FlatTableTest, ComparesNoKeyWithAnotherHash) {
  FlatTable<Watched, int, WatchedHash> table;
  for (uint32_t key = 0; key < 1000; ++key) table.Insert({key});
  EXPECT_EQ(Watched::compared, 0);
  for (uint32_t key = 1000; key < 2000; ++key) EXPECT_EQ(table.Find({key}), nullptr);
  EXPECT_EQ(Watched::compared, 0);
  for (uint32_t key = 0; key < 1000; ++key) EXPECT_NE(table.Find({key}), nullptr);
  EXPECT_EQ(Watched::compared, 1000);
  for (uint32_t key = 0; key < 1000; ++key) EXPECT_TRUE(table.Erase({key}));
  EXPECT_EQ(Watched::compared, 2000);
}

// Half of them share a hash: they are told apart by themselves.
TEST(FlatTableTest, KeysWithOneHashLiveBesideEachOther) {
  struct Coarse {
    uint64_t operator()(uint32_t key) const { return key / 2; }
  };

  FlatTable<uint32_t, uint32_t, Coarse> table;
  for (uint32_t key = 0; key < 100; ++key) *table.Insert(key).first = key;
  for (uint32_t key = 0; key < 100; key += 2) EXPECT_TRUE(table.Erase(key));
  for (uint32_t key = 0; key < 100; ++key) {
    const uint32_t* found = table.Find(key);
    EXPECT_EQ(found != nullptr, key % 2 == 1);
    EXPECT_EQ(found != nullptr ? *found : key, key);
  }
}

}  // namespace
}  // namespace core

#include "core/base/string_list.h"

#include <vector>

#include <gtest/gtest.h>

namespace core {
namespace {

TEST(StringListTest, KeepsOrderAndDuplicates) {
  StringList list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.HeapBytes(), 0u);
  list.Add("b");
  list.Add("");
  list.Add("b");
  std::vector<std::string> items;
  list.ForEach([&](std::string_view item) { items.emplace_back(item); });
  EXPECT_EQ(items, (std::vector<std::string>{"b", "", "b"}));
  EXPECT_EQ(list.Count(), 3u);
  EXPECT_TRUE(list.Contains("b"));
  EXPECT_FALSE(list.Contains("bb"));
}

TEST(StringListTest, TakesTextsOfEveryAllowedLength) {
  StringList list;
  list.Add(std::string(StringList::kTextMax, 'x'));
  list.Add("y");
  EXPECT_TRUE(list.Contains("y"));
  EXPECT_GT(list.HeapBytes(), 255u);
}

}  // namespace
}  // namespace core

#include "core/collections/hashed_tree.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/core/collections/block_store.h"

namespace core {
namespace {

class HashedTreeTest : public ::testing::Test {
 protected:
  HashedTreeTest() : tree_({.name = "Registrants", .kind = CollectionKind::kTree}) {
    EXPECT_TRUE(tree_.Act(ActionOf(1), {}, [&](Draft& draft) {
      for (uint16_t i = 0; i < 300; ++i) {
        const uint16_t scattered = static_cast<uint16_t>(i * 77 % 300);
        const Bytes key = {static_cast<uint8_t>(scattered >> 8), static_cast<uint8_t>(scattered)};
        entries_[key] = Bytes(scattered % 5, 'v');
        PutIntoTree(draft, key, entries_[key]);
      }
    }));
  }

  [[nodiscard]] HashedTree Hashed() {
    HashedTree hashed(tree_.suite());
    Draft view = tree_.View();
    EXPECT_TRUE(hashed.Advance(view));
    return hashed;
  }

  StoredCollection tree_;
  std::map<Bytes, Bytes> entries_;
};

TEST_F(HashedTreeTest, TheRootIsOverTheEntriesInTheOrderOfTheirKeys) {
  MerkleTree expected(tree_.suite());
  for (const auto& [key, value] : entries_) {
    Bytes leaf = {0, 0, 0, static_cast<uint8_t>(key.size())};
    leaf.insert(leaf.end(), key.begin(), key.end());
    leaf.insert(leaf.end(), {0, 0, 0, static_cast<uint8_t>(value.size())});
    leaf.insert(leaf.end(), value.begin(), value.end());
    expected.Add(MerkleLeafHash(tree_.suite(), leaf));
  }
  EXPECT_EQ(Hashed().merkle().Head(), expected.Head());
  EXPECT_EQ(Hashed().merkle().size(), 300u);
}

TEST_F(HashedTreeTest, EveryEntryIsProvenAndNoOtherValueIs) {
  const HashedTree hashed = Hashed();
  const TreeHead head = hashed.merkle().Head();
  for (const auto& [key, value] : entries_) {
    const uint64_t index = hashed.IndexOf(key).value();
    const MerkleProof proof = hashed.merkle().InclusionProof(index, head.size);
    EXPECT_TRUE(VerifyInclusion(tree_.suite(), head, index,
                                EntryHash(tree_.suite(), {.key = key, .value = value}), proof));
    Bytes other = value;
    other.push_back('w');
    EXPECT_FALSE(VerifyInclusion(tree_.suite(), head, index,
                                 EntryHash(tree_.suite(), {.key = key, .value = other}), proof));
  }
  EXPECT_FALSE(hashed.IndexOf({9, 9, 9}).has_value());
}

TEST_F(HashedTreeTest, TheBorderBetweenKeyAndValueCounts) {
  EXPECT_NE(EntryHash(tree_.suite(), {.key = BytesFrom("ab"), .value = BytesFrom("c")}),
            EntryHash(tree_.suite(), {.key = BytesFrom("a"), .value = BytesFrom("bc")}));
}

TEST_F(HashedTreeTest, GoesOnWhenMissingBlocksHaveCome) {
  HashedTree hashed(tree_.suite());
  BlockSet fetched;
  int rounds = 0;
  while (true) {
    Draft view(tree_.suite(), fetched, tree_.header());
    if (hashed.Advance(view)) break;
    ASSERT_EQ(view.trouble(), Trouble::kNeeds);
    for (const BlockId& id : view.wanted()) fetched[id] = tree_.store().Read(id);
    ++rounds;
  }
  EXPECT_GT(rounds, 5);
  EXPECT_EQ(hashed.merkle().Head(), Hashed().merkle().Head());
}

// The same entries make the same root, whatever history brought them there.
TEST_F(HashedTreeTest, TheShapeOfTheTreeDoesNotCount) {
  StoredCollection other({.name = "Registrants", .kind = CollectionKind::kTree});
  ASSERT_TRUE(other.Act(ActionOf(7), {}, [&](Draft& draft) {
    for (const auto& [key, value] : entries_) PutIntoTree(draft, key, value);
    for (uint8_t i = 0; i < 100; ++i) PutIntoTree(draft, {7, 7, i}, BytesFrom("x"));
    for (uint8_t i = 0; i < 100; ++i) EraseFromTree(draft, {7, 7, i});
  }));
  HashedTree hashed(other.suite());
  Draft view = other.View();
  ASSERT_TRUE(hashed.Advance(view));
  EXPECT_EQ(hashed.merkle().Head(), Hashed().merkle().Head());
}

}  // namespace
}  // namespace core

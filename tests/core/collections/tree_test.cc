#include "core/collections/tree.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.h"
#include "tests/core/collections/block_store.h"

namespace core {
namespace {

using Model = std::map<Bytes, Bytes>;

Bytes KeyOf(uint64_t number) {
  Bytes key(3);
  for (size_t i = 0; i < 3; ++i) key[i] = static_cast<uint8_t>(number >> (8 * (2 - i)));
  return key;
}

class TreeBench {
 public:
  TreeBench() : collection_({.name = "Registrants", .kind = CollectionKind::kTree}) {}

  // One action of any number of operations.
  template <typename Edit>
  bool Act(Edit&& edit) {
    return collection_.Act(ActionOf(++actions_), BytesFrom("p"), edit);
  }

  bool Put(uint64_t number, std::string_view value) {
    model_[KeyOf(number)] = BytesFrom(value);
    return Act([&](Draft& draft) { PutIntoTree(draft, KeyOf(number), BytesFrom(value)); });
  }

  bool Erase(uint64_t number) {
    model_.erase(KeyOf(number));
    return Act([&](Draft& draft) { EraseFromTree(draft, KeyOf(number)); });
  }

  [[nodiscard]] StatusOr<TreeShape> Shape() const {
    Draft view = collection_.View();
    return CheckTree(view);
  }

  [[nodiscard]] Model Contents(TreeCursor::Order order = TreeCursor::Order::kAscending) const {
    Model found;
    TreeCursor cursor(order);
    Draft view = collection_.View();
    while (auto entry = cursor.Next(view)) found[entry->key] = entry->value;
    EXPECT_TRUE(view.ok());
    return found;
  }

  // The rules hold, the entries are the model's, and no block is left over: header, trunk, nodes and
  // log blocks are all there is.
  [[nodiscard]] std::string Fault() {
    const auto shape = Shape();
    if (!shape.ok()) return std::string(MessageOf(shape.status()));
    if (shape->entries != model_.size()) return "another number of entries";
    if (Contents() != model_) return "other entries";
    size_t log_blocks = 0;
    for (const auto& [id, block] : collection_.store().blocks()) {
      if (block.bytes.has_value() && DecodeLogBlock(*block.bytes).ok()) ++log_blocks;
    }
    if (collection_.store().live() != 2 + shape->leaves + shape->branches + log_blocks) {
      return "blocks that nothing leads to";
    }
    Draft view = collection_.View();
    const Status log = CheckLog(view);
    return std::string(MessageOf(log));
  }

  Model& model() { return model_; }

  StoredCollection& collection() { return collection_; }

 private:
  StoredCollection collection_;
  Model model_;
  uint64_t actions_ = 0;
};

TEST(TreeTest, AnEmptyTreeIsOneEmptyLeaf) {
  TreeBench bench;
  ASSERT_TRUE(bench.Act([](Draft&) {}));
  const auto shape = bench.Shape();
  ASSERT_TRUE(shape.ok()) << shape.status();
  EXPECT_EQ(shape->leaves, 1u);
  EXPECT_EQ(shape->entries, 0u);
  EXPECT_EQ(bench.Fault(), "");
}

TEST(TreeTest, TheSixtyFifthEntrySplitsTheLeafAtTheMidpoint) {
  TreeBench bench;
  for (uint64_t i = 0; i < 64; ++i) ASSERT_TRUE(bench.Put(i, "v"));
  EXPECT_EQ(bench.Shape()->leaves, 1u);
  ASSERT_TRUE(bench.Put(64, "v"));
  EXPECT_EQ(bench.Shape()->leaves, 2u);
  EXPECT_EQ(bench.Shape()->branches, 1u);
  // Both leaves, the root, the trunk, and the log's three: header, old tail, new tail.
  Draft view = bench.collection().View();
  const TreeNode root = view.Node(view.Trunk(*view.Header()->trunk)->root).value();
  EXPECT_EQ(view.Node(root.children[0])->entries.size(), 32u);
  EXPECT_EQ(view.Node(root.children[1])->entries.size(), 33u);
  EXPECT_EQ(root.separators[0], KeyOf(32));
  EXPECT_EQ(bench.Fault(), "");
}

TEST(TreeTest, ErasingBorrowsThenMergesThenCollapses) {
  TreeBench bench;
  for (uint64_t i = 0; i < 65; ++i) ASSERT_TRUE(bench.Put(i, "v"));
  ASSERT_TRUE(bench.Erase(0));  // 31 and 33: the right one lends its first.
  EXPECT_EQ(bench.Shape()->leaves, 2u);
  EXPECT_EQ(bench.Fault(), "");
  ASSERT_TRUE(bench.Erase(1));  // 31 and 32: they merge, and the root gives way.
  EXPECT_EQ(bench.Shape()->leaves, 1u);
  EXPECT_EQ(bench.Shape()->branches, 0u);
  EXPECT_EQ(bench.Fault(), "");
  for (uint64_t i = 2; i < 65; ++i) ASSERT_TRUE(bench.Erase(i));
  EXPECT_EQ(bench.Shape()->entries, 0u);
  EXPECT_EQ(bench.Fault(), "");
}

TEST(TreeTest, TheLeftNeighbourLendsFirst) {
  TreeBench bench;
  for (uint64_t i = 0; i < 200; i += 2) ASSERT_TRUE(bench.Put(i, "v"));
  ASSERT_TRUE(bench.Put(1, "v"));
  const auto low_of_second = [&] {
    Draft view = bench.collection().View();
    return view.Node(view.Trunk(*view.Header()->trunk)->root)->separators[0];
  };
  const Bytes before = low_of_second();
  ASSERT_TRUE(bench.Erase(64));
  EXPECT_LT(low_of_second(), before) << "the left leaf gave its last entry";
  EXPECT_EQ(bench.Fault(), "");
}

TEST(TreeTest, SeveralOperationsOfAnActionWriteEachBlockOnce) {
  TreeBench bench;
  ASSERT_TRUE(bench.Act([&](Draft& draft) {
    for (uint64_t i = 0; i < 300; ++i) PutIntoTree(draft, KeyOf(i), BytesFrom("v"));
    for (uint64_t i = 0; i < 300; i += 3) EraseFromTree(draft, KeyOf(i));
  }));
  std::set<BlockId> written;
  for (const BlockWrite& write : bench.collection().last_changes().writes) {
    EXPECT_TRUE(written.insert(write.block).second);
  }
  for (uint64_t i = 0; i < 300; ++i) {
    if (i % 3 != 0) bench.model()[KeyOf(i)] = BytesFrom("v");
  }
  EXPECT_EQ(bench.Fault(), "");
}

TEST(TreeTest, AnUpdateInALargeTreeWritesTheLeafAndTheLogOnly) {
  TreeBench bench;
  for (uint64_t i = 0; i < 3000; ++i) {
    ASSERT_TRUE(bench.Act([&](Draft& draft) { PutIntoTree(draft, KeyOf(i), BytesFrom("v")); }));
    bench.model()[KeyOf(i)] = BytesFrom("v");
  }
  ASSERT_EQ(bench.Shape()->height, 2u);
  ASSERT_TRUE(bench.Put(1500, "w"));
  EXPECT_EQ(bench.collection().last_changes().writes.size(), 2u);
  EXPECT_EQ(bench.Fault(), "");
}

// Six thousand entries in and out again, in several orders: every kind of split, borrow and merge on
// three levels, and the rules after each 97th step and all along near the end.
TEST(TreeTest, SixThousandEntriesInAndOut) {
  constexpr uint64_t kEntries = 6000;
  const std::vector<std::function<uint64_t(uint64_t)>> orders = {
      [](uint64_t i) { return i; }, [](uint64_t i) { return kEntries - 1 - i; },
      [](uint64_t i) { return i * 7919 % kEntries; }};
  for (size_t in = 0; in < orders.size(); ++in) {
    TreeBench bench;
    for (uint64_t i = 0; i < kEntries; i += 10) {
      ASSERT_TRUE(bench.Act([&](Draft& draft) {
        for (uint64_t j = i; j < i + 10; ++j) {
          PutIntoTree(draft, KeyOf(orders[in](j)), BytesFrom("v"));
        }
      }));
    }
    EXPECT_EQ(bench.Shape()->entries, kEntries);
    EXPECT_EQ(bench.Shape()->height, 2u);
    const auto& out = orders[(in + 1) % orders.size()];
    for (uint64_t i = 0; i < kEntries; i += 10) {
      ASSERT_TRUE(bench.Act([&](Draft& draft) {
        for (uint64_t j = i; j < i + 10; ++j) EraseFromTree(draft, KeyOf(out(j)));
      }));
      if (i % 970 == 0 || i > kEntries - 300) {
        ASSERT_TRUE(bench.Shape().ok()) << bench.Shape().status() << " at " << i;
      }
    }
    EXPECT_EQ(bench.Fault(), "");
    EXPECT_EQ(bench.Shape()->leaves, 1u);
  }
}

// Thousands of random operations against std::map, the rules after every action.
RC_GTEST_PROP(TreeTest, BehavesLikeAMap, (uint64_t seed)) {
  Random random(StreamKey{.seed = seed});
  TreeBench bench;
  const uint64_t keys = 100 + random.Below(500);
  for (int step = 0; step < 200; ++step) {
    // Phases of growth and of shrinking, so that sizes wander.
    const uint64_t puts = (step / 50) % 2 == 0 ? 75 : 25;
    const uint64_t operations = 1 + random.Below(12);
    const uint64_t start = random.Next();
    const auto edit = [&](auto&& put, auto&& erase) {
      Random draws(StreamKey{.seed = start});
      for (uint64_t i = 0; i < operations; ++i) {
        const Bytes key = KeyOf(draws.Below(keys));
        const uint64_t kind = draws.Below(100);
        const Bytes value = KeyOf(draws.Below(1000));
        if (kind < puts) {
          put(key, value);
        } else {
          erase(key);
        }
      }
    };
    RC_ASSERT(bench.Act([&](Draft& draft) {
      edit([&](const Bytes& key, const Bytes& value) { PutIntoTree(draft, key, value); },
           [&](const Bytes& key) { EraseFromTree(draft, key); });
    }));
    edit([&](const Bytes& key, const Bytes& value) { bench.model()[key] = value; },
         [&](const Bytes& key) { bench.model().erase(key); });
    RC_ASSERT(bench.Fault() == "");
  }
  const Bytes probe = KeyOf(random.Below(keys));
  Draft view = bench.collection().View();
  const auto found = FindInTree(view, probe);
  const auto expected = bench.model().find(probe);
  RC_ASSERT(found.has_value() == (expected != bench.model().end()));
  if (found.has_value()) RC_ASSERT(*found == expected->second);
}

TEST(TreeCursorTest, ReadsFromAnyKeyInBothDirections) {
  TreeBench bench;
  ASSERT_TRUE(bench.Act([&](Draft& draft) {
    for (uint64_t i = 1; i <= 600; ++i) PutIntoTree(draft, KeyOf(2 * i), BytesFrom("v"));
  }));
  for (uint64_t from = 0; from <= 1203; from += 7) {
    for (const bool ascending : {true, false}) {
      std::vector<Bytes> expected;
      for (uint64_t i = 1; i <= 600; ++i) {
        if (ascending ? 2 * i >= from : 2 * i <= from) expected.push_back(KeyOf(2 * i));
      }
      if (!ascending) std::reverse(expected.begin(), expected.end());
      std::vector<Bytes> found;
      TreeCursor cursor(ascending ? TreeCursor::Order::kAscending : TreeCursor::Order::kDescending,
                        KeyOf(from));
      Draft view = bench.collection().View();
      while (auto entry = cursor.Next(view)) found.push_back(entry->key);
      ASSERT_EQ(found, expected) << from;
    }
  }
}

TEST(TreeCursorTest, WithoutAKeyItStartsAtTheEndOfItsSide) {
  TreeBench bench;
  ASSERT_TRUE(bench.Act([&](Draft& draft) {
    for (uint64_t i = 0; i < 500; ++i) {
      PutIntoTree(draft, KeyOf(i), BytesFrom("v"));
      bench.model()[KeyOf(i)] = BytesFrom("v");
    }
  }));
  EXPECT_EQ(bench.Contents(TreeCursor::Order::kAscending), bench.model());
  EXPECT_EQ(bench.Contents(TreeCursor::Order::kDescending), bench.model());
}

TEST(TreeCursorTest, GoesOnWhenMissingBlocksHaveCome) {
  TreeBench bench;
  ASSERT_TRUE(bench.Act([&](Draft& draft) {
    for (uint64_t i = 0; i < 500; ++i) PutIntoTree(draft, KeyOf(i), BytesFrom("v"));
  }));
  for (const auto order : {TreeCursor::Order::kAscending, TreeCursor::Order::kDescending}) {
    BlockSet fetched;
    TreeCursor cursor(order);
    std::vector<Bytes> keys;
    while (true) {
      Draft view(bench.collection().suite(), fetched, bench.collection().header());
      while (auto entry = cursor.Next(view)) keys.push_back(entry->key);
      if (view.ok()) break;
      ASSERT_EQ(view.trouble(), Trouble::kNeeds);
      for (const BlockId& id : view.wanted()) fetched[id] = bench.collection().store().Read(id);
    }
    EXPECT_EQ(keys.size(), 500u);
    EXPECT_TRUE(order == TreeCursor::Order::kAscending
                    ? std::is_sorted(keys.begin(), keys.end())
                    : std::is_sorted(keys.rbegin(), keys.rend()));
  }
}

// A reader that holds blocks of two moments is told so, never misled: every mix of the blocks before
// and after a commit gives the answer of one of the two, or trouble.
TEST(TreeTest, BlocksOfTwoMomentsNeverGiveAWrongAnswer) {
  for (const bool split : {true, false}) {
    TreeBench bench;
    for (uint64_t i = 0; i < (split ? 64u : 65u); ++i) ASSERT_TRUE(bench.Put(i * 2, "v"));
    const BlockSet before = bench.collection().store().blocks();
    ASSERT_TRUE(bench.Act([&](Draft& draft) {
      if (split) {
        PutIntoTree(draft, KeyOf(1), BytesFrom("v"));
      } else {
        for (uint64_t i = 0; i < 4; ++i) EraseFromTree(draft, KeyOf(i * 2));
      }
    }));
    const BlockSet after = bench.collection().store().blocks();
    std::vector<BlockId> changed;
    for (const auto& [id, block] : after) {
      const auto old = before.find(id);
      if (old == before.end() || !(old->second == block)) changed.push_back(id);
    }
    ASSERT_GE(changed.size(), 4u);
    size_t torn = 0;
    for (uint32_t mix = 0; mix < 1u << changed.size(); ++mix) {
      BlockSet mixed = after;
      for (size_t i = 0; i < changed.size(); ++i) {
        if ((mix >> i & 1) != 0) continue;
        const auto old = before.find(changed[i]);
        mixed[changed[i]] = old == before.end() ? FetchedBlock{} : old->second;
      }
      for (uint64_t number = 0; number < 130; ++number) {
        Draft view(bench.collection().suite(), mixed, bench.collection().header());
        Draft old_view(bench.collection().suite(), before, bench.collection().header());
        Draft new_view(bench.collection().suite(), after, bench.collection().header());
        const auto found = FindInTree(view, KeyOf(number));
        if (!view.ok()) {
          ++torn;
          continue;
        }
        const auto was = FindInTree(old_view, KeyOf(number));
        const auto is = FindInTree(new_view, KeyOf(number));
        ASSERT_TRUE(found == was || found == is) << number << " in mix " << mix;
      }
    }
    EXPECT_GT(torn, 0u);
  }
}

// Each way to break CO-2, planted in a tree that was in order.
class BrokenTreeTest : public ::testing::Test {
 protected:
  BrokenTreeTest() {
    EXPECT_TRUE(bench_.Act([&](Draft& draft) {
      for (uint64_t i = 0; i < 400; ++i) PutIntoTree(draft, KeyOf(i), BytesFrom("v"));
    }));
    Draft view = bench_.collection().View();
    root_ = view.Trunk(*view.Header()->trunk)->root;
    leaf_ = view.Node(root_)->children[1];
  }

  template <typename Change>
  std::string Broken(const BlockId& id, Change&& change) {
    Draft view = bench_.collection().View();
    TreeNode node = view.Node(id).value();
    change(node);
    bench_.collection().store().blocks()[id].bytes = Encode(node);
    return std::string(MessageOf(bench_.Shape().status()));
  }

  TreeBench bench_;
  BlockId root_;
  BlockId leaf_;
};

TEST_F(BrokenTreeTest, AnUnderfullLeafIsFound) {
  EXPECT_EQ(Broken(leaf_, [](TreeNode& n) { n.entries.resize(31); }),
            "tree: a node other than the root is less than half full");
}

TEST_F(BrokenTreeTest, AWrongFenceIsFound) {
  EXPECT_EQ(Broken(leaf_, [](TreeNode& n) { n.low = KeyOf(1); }),
            "tree: a link leads to a block that is not there or answers for other keys");
}

TEST_F(BrokenTreeTest, AMovedSeparatorIsFound) {
  EXPECT_EQ(Broken(root_, [](TreeNode& n) { n.separators[0].push_back(0); }),
            "tree: a link leads to a block that is not there or answers for other keys");
}

TEST_F(BrokenTreeTest, ALeafAtTheWrongHeightIsFound) {
  EXPECT_EQ(Broken(root_, [](TreeNode& n) { n.height = 2; }),
            "tree: a link leads to a block that is not there or answers for other keys");
}

TEST_F(BrokenTreeTest, ALostLeafIsFound) {
  bench_.collection().store().blocks()[leaf_].bytes.reset();
  EXPECT_EQ(MessageOf(bench_.Shape().status()),
            "tree: a link leads to a block that is not there or answers for other keys");
}

TEST_F(BrokenTreeTest, AnUnfetchedLeafIsNamedAsSuch) {
  bench_.collection().store().blocks().erase(leaf_);
  EXPECT_EQ(MessageOf(bench_.Shape().status()), "tree: a block was not fetched");
}

}  // namespace
}  // namespace core

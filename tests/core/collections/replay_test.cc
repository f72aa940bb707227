// CO-5. What the log makes of a tree (CO-3) is tested with the tree itself.
#include "core/collections/replay.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"
#include "tests/core/collections/block_store.h"

namespace core {
namespace {

using Kind = TreeEdit::Kind;

// A tree of three leaves. An action under test writes the first one and looks up keys in the last.
class ReadCheckTest : public testing::Test {
 protected:
  ReadCheckTest() : tree_({.name = "Registrants", .kind = CollectionKind::kTree}) {
    for (uint8_t key = 0; key < 130; ++key) {
      const std::vector<TreeEdit> edits = {EditOf(Kind::kInsert, key)};
      EXPECT_TRUE(Act(edits, edits));
    }
  }

  static TreeEdit EditOf(Kind kind, uint8_t key) {
    const bool value = kind != Kind::kExpectAbsent;
    return {.kind = kind, .key = {key}, .value = value ? BytesFrom("v") : Bytes()};
  }

  // Does one thing, and says another in the log.
  bool Act(const std::vector<TreeEdit>& done, const std::vector<TreeEdit>& said) {
    return tree_.Act(ActionOf(++actions_), EncodeEdits(said).value(), [&](Draft& draft) {
      for (const TreeEdit& edit : done) {
        const bool looks = edit.kind == Kind::kExpect || edit.kind == Kind::kExpectAbsent;
        if (looks) (void)FindInTree(draft, edit.key);
        if (!looks) PutIntoTree(draft, edit.key, edit.value);
      }
    });
  }

  // The number of lookups, or what is wrong.
  std::string Judge() {
    Draft view = tree_.View();
    const auto found = CheckReads(view);
    return found.ok() ? std::to_string(*found) : std::string(MessageOf(found.status()));
  }

  StoredCollection tree_;
  uint64_t actions_ = 0;
};

TEST_F(ReadCheckTest, LookupsInLeavesThatAreOnlyReadAreCounted) {
  const std::vector<TreeEdit> writes = {EditOf(Kind::kPut, 1), EditOf(Kind::kPut, 129)};
  ASSERT_TRUE(Act(writes, writes));
  EXPECT_EQ(Judge(), "0");
  const std::vector<TreeEdit> edits = {EditOf(Kind::kPut, 1), EditOf(Kind::kExpect, 2),
                                       EditOf(Kind::kExpect, 129),
                                       EditOf(Kind::kExpectAbsent, 200)};
  ASSERT_TRUE(Act(edits, edits));
  EXPECT_EQ(Judge(), "2");
}

TEST_F(ReadCheckTest, ALeafThatWasLeftOutIsFound) {
  ASSERT_TRUE(
      Act({EditOf(Kind::kPut, 1)}, {EditOf(Kind::kPut, 1), EditOf(Kind::kExpectAbsent, 200)}));
  EXPECT_EQ(Judge(), "reads: an action leaves out the leaf that answers for one of its keys");
}

TEST_F(ReadCheckTest, AKeyThatWasThereAndLookedUpAsAbsentIsFound) {
  const std::vector<TreeEdit> edits = {EditOf(Kind::kPut, 1), EditOf(Kind::kExpectAbsent, 129)};
  ASSERT_TRUE(Act(edits, edits));
  EXPECT_EQ(Judge(), "reads: what an action looked up is not so where its entry stands");
}

TEST_F(ReadCheckTest, AValueThatWasNotThereIsFound) {
  const std::vector<TreeEdit> edits = {EditOf(Kind::kPut, 1), EditOf(Kind::kExpect, 200)};
  ASSERT_TRUE(Act(edits, edits));
  EXPECT_EQ(Judge(), "reads: what an action looked up is not so where its entry stands");
}

TEST_F(ReadCheckTest, WhatComesBehindAnEntryThatCannotBeReplayedIsNotJudged) {
  const std::vector<TreeEdit> first = {EditOf(Kind::kPut, 1), EditOf(Kind::kExpect, 129)};
  ASSERT_TRUE(Act(first, first));
  const std::vector<TreeEdit> refused = {EditOf(Kind::kPut, 1)};
  ASSERT_TRUE(Act(refused, {EditOf(Kind::kInsert, 1)}));
  ASSERT_TRUE(
      Act({EditOf(Kind::kPut, 1)}, {EditOf(Kind::kPut, 1), EditOf(Kind::kExpectAbsent, 200)}));
  EXPECT_EQ(Judge(), "1");
}

}  // namespace
}  // namespace core

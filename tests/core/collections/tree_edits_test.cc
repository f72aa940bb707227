#include "core/collections/tree_edits.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.h"
#include "core/collections/tree.h"
#include "tests/core/codec/frames.h"
#include "tests/core/collections/block_store.h"

namespace core {
namespace {

using Kind = TreeEdit::Kind;

TreeEdit EditOf(Kind kind, std::string_view key, std::string_view value = "") {
  return {.kind = kind, .key = BytesFrom(key), .value = BytesFrom(value)};
}

TEST(TreeEditsTest, BytesArePinned) {
  const std::vector<TreeEdit> edits = {EditOf(Kind::kInsert, "k", "vw"), EditOf(Kind::kErase, "k")};
  EXPECT_EQ(HexOf(EncodeEdits(edits).value()), HexOf(BytesFrom("vt/edits/1")) + "00000002" + "01" +
                                                   "000000016b" + "000000027677" + "04" +
                                                   "000000016b");
}

RC_GTEST_PROP(TreeEditsTest, DecodingGivesBackWhatWasEncodedAndNothingElseIsAccepted,
              (uint64_t seed)) {
  Random random(StreamKey{.seed = seed});
  std::vector<TreeEdit> edits(1 + random.Below(kTreeEditsMax));
  for (TreeEdit& edit : edits) {
    edit.kind = static_cast<Kind>(1 + random.Below(6));
    edit.key.resize(1 + random.Below(kTreeKeyBytesMax));
    random.Fill(edit.key);
    if (edit.kind == Kind::kErase || edit.kind == Kind::kExpectAbsent) continue;
    edit.value.resize(random.Below(100));
    random.Fill(edit.value);
  }
  Bytes bytes = EncodeEdits(edits).value();
  RC_ASSERT(DecodeEdits(bytes).value() == edits);
  const uint64_t bit = random.Below(bytes.size() * 8);
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  const auto other = DecodeEdits(bytes);
  if (other.ok()) RC_ASSERT(EncodeEdits(*other).value() == bytes);
}

TEST(TreeEditsTest, WhatPassesALimitIsRefusedWithTheReason) {
  const auto refusal = [](const std::vector<TreeEdit>& edits) {
    return std::string(MessageOf(EncodeEdits(edits).status()));
  };
  EXPECT_EQ(refusal({}), "edits: none");
  EXPECT_EQ(refusal(std::vector<TreeEdit>(33, EditOf(Kind::kErase, "k"))),
            "edits: too many for one action");
  EXPECT_EQ(refusal({EditOf(Kind::kPut, "", "v")}), "edit: empty key");
  EXPECT_EQ(refusal({EditOf(Kind::kPut, std::string(65, 'k'), "v")}), "edit: key is too long");
  EXPECT_EQ(refusal({EditOf(Kind::kPut, "k", std::string(4097, 'v'))}), "edit: value is too long");
  EXPECT_EQ(refusal({EditOf(Kind::kErase, "k", "v")}), "edit: a value where there is none to give");
  EXPECT_EQ(refusal(std::vector<TreeEdit>(3, EditOf(Kind::kPut, "k", std::string(4000, 'v')))),
            "edits: too long for one action");
}

TEST(TreeEditsTest, BytesThatAreNoEditsAreRefused) {
  const Bytes good = EncodeEdits(std::vector<TreeEdit>{EditOf(Kind::kPut, "k", "v")}).value();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(
        DecodeEdits(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))).ok());
  }
  Bytes padded = good;
  padded.push_back(0);
  EXPECT_FALSE(DecodeEdits(padded).ok());
  for (const uint8_t kind : {uint8_t{0}, uint8_t{7}, uint8_t{255}}) {
    Bytes bytes = good;
    bytes[kTreeEditsDomain.size() + 4] = kind;
    EXPECT_EQ(MessageOf(DecodeEdits(bytes).status()), "edit: unknown kind");
  }
}

// What each kind does to a tree where "there" has the value "old" and "not" is not there.
TEST(TreeEditsTest, EachKindHoldsWhenItsConditionDoes) {
  struct Case {
    TreeEdit edit;
    bool holds = false;
    std::string after;  // The value of the edit's key; empty: no such key.
  };

  const std::vector<Case> cases = {
      {EditOf(Kind::kInsert, "not", "new"), true, "new"},
      {EditOf(Kind::kInsert, "there", "new"), false, ""},
      {EditOf(Kind::kUpdate, "there", "new"), true, "new"},
      {EditOf(Kind::kUpdate, "not", "new"), false, ""},
      {EditOf(Kind::kPut, "there", "new"), true, "new"},
      {EditOf(Kind::kPut, "not", "new"), true, "new"},
      {EditOf(Kind::kErase, "there"), true, ""},
      {EditOf(Kind::kErase, "not"), false, ""},
      {EditOf(Kind::kExpect, "there", "old"), true, "old"},
      {EditOf(Kind::kExpect, "there", "new"), false, ""},
      {EditOf(Kind::kExpect, "not", "old"), false, ""},
      {EditOf(Kind::kExpectAbsent, "not"), true, ""},
      {EditOf(Kind::kExpectAbsent, "there"), false, ""},
  };
  for (const Case& c : cases) {
    StoredCollection tree({.name = "t", .kind = CollectionKind::kTree});
    ASSERT_TRUE(tree.Act(ActionOf(1), {}, [](Draft& draft) {
      PutIntoTree(draft, BytesFrom("there"), BytesFrom("old"));
    }));
    Draft draft = tree.View();
    draft.BeginAction(ActionOf(2));
    const std::vector<TreeEdit> edits = {c.edit};
    EXPECT_EQ(ApplyEdits(draft, edits), c.holds ? EditsOutcome::kApplied : EditsOutcome::kRefused);
    if (!c.holds) continue;
    const auto found = FindInTree(draft, c.edit.key);
    EXPECT_EQ(found.has_value() ? std::string(found->begin(), found->end()) : "", c.after);
  }
}

TEST(TreeEditsTest, LaterEditsSeeEarlierOnes) {
  StoredCollection tree({.name = "t", .kind = CollectionKind::kTree});
  ASSERT_TRUE(tree.Act(ActionOf(1), {}, [](Draft&) {}));
  Draft draft = tree.View();
  draft.BeginAction(ActionOf(2));
  const std::vector<TreeEdit> edits = {
      EditOf(Kind::kInsert, "k", "1"), EditOf(Kind::kExpect, "k", "1"),
      EditOf(Kind::kUpdate, "k", "2"), EditOf(Kind::kErase, "k"), EditOf(Kind::kExpectAbsent, "k")};
  EXPECT_EQ(ApplyEdits(draft, edits), EditsOutcome::kApplied);
}

// CO-5: what an action only looked at stands in its reads, as the leaf and not the way to it.
TEST(TreeEditsTest, AConditionLeavesItsLeafAmongTheReads) {
  StoredCollection tree({.name = "t", .kind = CollectionKind::kTree});
  ASSERT_TRUE(tree.Act(ActionOf(1), {}, [](Draft& draft) {
    for (uint8_t i = 1; i < 200; ++i) PutIntoTree(draft, Bytes{i}, BytesFrom("v"));
  }));
  Draft draft = tree.View();
  draft.BeginAction(ActionOf(2));
  const std::vector<TreeEdit> edits = {{.kind = Kind::kExpect, .key = {1}, .value = BytesFrom("v")},
                                       {.kind = Kind::kUpdate, .key = {199}, .value = {}}};
  ASSERT_EQ(ApplyEdits(draft, edits), EditsOutcome::kApplied);
  const auto reads = draft.LeavesRead();
  ASSERT_EQ(reads.size(), 1u);
  const TreeNode leaf = tree.View().Node(reads[0]).value();
  EXPECT_TRUE(leaf.leaf());
  EXPECT_EQ(leaf.entries.front().key, Bytes{1});
  ASSERT_EQ(draft.TouchedBlocks().size(), 1u);
}

TEST(TreeEditsTest, ActionsCollideOnAKeyThatOneOfThemChanges) {
  const std::vector<TreeEdit> looks = {EditOf(Kind::kExpect, "a", "1")};
  const std::vector<TreeEdit> looks_too = {EditOf(Kind::kExpectAbsent, "a")};
  const std::vector<TreeEdit> changes = {EditOf(Kind::kPut, "b", "1"), EditOf(Kind::kErase, "a")};
  const std::vector<TreeEdit> elsewhere = {EditOf(Kind::kPut, "c", "1")};
  EXPECT_FALSE(Collide(looks, looks_too));
  EXPECT_TRUE(Collide(looks, changes));
  EXPECT_TRUE(Collide(changes, looks));
  EXPECT_TRUE(Collide(changes, changes));
  EXPECT_FALSE(Collide(changes, elsewhere));
}

}  // namespace
}  // namespace core

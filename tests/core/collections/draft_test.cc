#include "core/collections/draft.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/core/collections/block_store.h"

namespace core {
namespace {

BlockId Filled(uint8_t byte) {
  BlockId id;
  id.bytes.fill(byte);
  return id;
}

constexpr uint8_t kCollection = 1;

TreeTrunk TrunkTo(const BlockId& root) {
  return {.collection = Filled(kCollection), .root = root};
}

class DraftTest : public ::testing::Test {
 protected:
  [[nodiscard]] Draft Make() const { return Draft(suite_, base_, Filled(kCollection)); }

  SodiumSuite suite_;
  BlockSet base_;
};

TEST_F(DraftTest, AMissingBlockIsWantedAndTheDraftIsOver) {
  base_[Filled(3)] = {.revision = 1, .bytes = Encode(TrunkTo(Filled(9)))};
  Draft draft = Make();
  EXPECT_FALSE(draft.Trunk(Filled(2)).has_value());
  EXPECT_EQ(draft.trouble(), Trouble::kNeeds);
  ASSERT_EQ(draft.wanted().size(), 1u);
  EXPECT_EQ(draft.wanted()[0], Filled(2));
  EXPECT_FALSE(draft.Trunk(Filled(3)).has_value()) << "after trouble nothing is read";
  EXPECT_EQ(draft.wanted().size(), 1u);
}

TEST_F(DraftTest, ALinkToABlockThatIsNotThereIsTorn) {
  base_[Filled(2)] = {.revision = 4, .bytes = std::nullopt};
  Draft draft = Make();
  EXPECT_FALSE(draft.Trunk(Filled(2)).has_value());
  EXPECT_EQ(draft.trouble(), Trouble::kTorn);
}

TEST_F(DraftTest, BytesOfAnotherKindOrCollectionAreDamage) {
  base_[Filled(2)] = {.revision = 1, .bytes = BytesFrom("no block at all")};
  base_[Filled(3)] = {.revision = 1,
                      .bytes = Encode(TreeTrunk{.collection = Filled(7), .root = Filled(8)})};
  Draft damaged = Make();
  EXPECT_FALSE(damaged.Trunk(Filled(2)).has_value());
  EXPECT_EQ(damaged.trouble(), Trouble::kDamaged);
  EXPECT_EQ(MessageOf(damaged.damage()), "block: not of the expected kind");
  Draft foreign = Make();
  EXPECT_FALSE(foreign.Trunk(Filled(3)).has_value());
  EXPECT_EQ(MessageOf(foreign.damage()), "trunk: of another collection");
}

TEST_F(DraftTest, ReadsSeeTheDraftsOwnWritesAndEachBlockIsWrittenOnce) {
  base_[Filled(2)] = {.revision = 6, .bytes = Encode(TrunkTo(Filled(9)))};
  Draft draft = Make();
  draft.BeginAction(ActionOf(1));
  draft.Write(Filled(2), Encode(TrunkTo(Filled(8))));
  draft.Write(Filled(4), Encode(TrunkTo(Filled(8))));
  draft.Write(Filled(2), Encode(TrunkTo(Filled(7))));
  EXPECT_EQ(draft.Trunk(Filled(2)), TrunkTo(Filled(7)));
  const std::array first = {Filled(4)};
  const ChangeSet changes = draft.Changes(first);
  ASSERT_EQ(changes.writes.size(), 2u);
  EXPECT_EQ(changes.writes[0].block, Filled(4));
  EXPECT_EQ(changes.writes[0].base_revision, 0u);
  EXPECT_EQ(changes.writes[1].block, Filled(2));
  EXPECT_EQ(changes.writes[1].base_revision, 6u);
  EXPECT_EQ(changes.writes[1].value, Encode(TrunkTo(Filled(7))));
  const auto touched = draft.TouchedBlocks();
  ASSERT_EQ(touched.size(), 2u);
  EXPECT_EQ(touched[0], (BlockRevision{.block = Filled(2), .revision = 7}));
}

TEST_F(DraftTest, ABlockMadeAndDeletedInOneDraftLeavesNoTrace) {
  base_[Filled(2)] = {.revision = 6, .bytes = Encode(TrunkTo(Filled(9)))};
  Draft draft = Make();
  draft.Write(Filled(4), Encode(TrunkTo(Filled(8))));
  draft.Delete(Filled(4));
  draft.Delete(Filled(2));
  const ChangeSet changes = draft.Changes({});
  ASSERT_EQ(changes.writes.size(), 1u);
  EXPECT_EQ(changes.writes[0],
            (BlockWrite{.block = Filled(2), .base_revision = 6, .erase = true, .value = {}}));
  EXPECT_FALSE(draft.Trunk(Filled(2)).has_value());
  EXPECT_EQ(draft.trouble(), Trouble::kDamaged) << "our own link to a deleted block is an error";
}

TEST_F(DraftTest, NewIdsFollowFromTheActionAndNeverRepeat) {
  Draft draft = Make();
  draft.BeginAction(ActionOf(1));
  const BlockId first = draft.NewTreeBlock();
  EXPECT_NE(first, draft.NewTreeBlock());
  EXPECT_NE(first, draft.NewLogBlock());
  draft.BeginAction(ActionOf(1));
  EXPECT_EQ(first, draft.NewTreeBlock()) << "the same action replayed";
  draft.BeginAction(ActionOf(2));
  EXPECT_NE(first, draft.NewTreeBlock());
}

TEST_F(DraftTest, AbsenceMustBeKnown) {
  Draft draft = Make();
  EXPECT_FALSE(draft.KnownAbsent());
  EXPECT_EQ(draft.trouble(), Trouble::kNeeds);
  base_[Filled(kCollection)] = {};
  Draft again = Make();
  EXPECT_TRUE(again.KnownAbsent());
  EXPECT_TRUE(again.ok());
}

}  // namespace
}  // namespace core

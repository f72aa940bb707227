// What a bounded repository keeps of values: counting, letting go, taking back, and a restart in between.
#include <map>

#include <gtest/gtest.h>

#include "core/repository/repository.h"
#include "tests/core/identities.h"

namespace core {
namespace {

class ValuesTest : public testing::Test {
 protected:
  ValuesTest() {
    config_.transactions.cluster_cache = 10'000;
    context_ = {.config = &config_,
                .directory = &identities_,
                .suite = &identities_.suite(),
                .network = {}};
    block_.bytes.fill(7);
  }

  // Revision base + 1.
  void Put(Repository& repository, const BlockId& block, uint64_t base, const Bytes& value) {
    Repository::Change change{.block = block, .base_revision = base, .row = {}, .value = value};
    change.row.by.bytes.fill(static_cast<uint8_t>(base + 1));
    change.row.prior_hash = repository.TipOf(block).hash;
    change.row.hash = ContentHash(*context_.suite, value);
    StoreBatch batch;
    ASSERT_EQ(repository.Apply(now_, std::move(change), batch, facts_), Repository::Applied::kDone);
    Write(batch);
  }

  bool LetGo(Repository& repository, uint64_t revision) {
    StoreBatch batch;
    const bool gone = repository.LetGo(block_, revision, batch, facts_);
    Write(batch);
    return gone;
  }

  bool PutBack(Repository& repository, uint64_t revision, const Bytes& value) {
    StoreBatch batch;
    const bool back = repository.PutBack(block_, revision, value, batch);
    Write(batch);
    return back;
  }

  [[nodiscard]] std::optional<Bytes> ValueOf(const Repository& repository) const {
    const auto reading = repository.Read(block_, 0);
    EXPECT_EQ(reading.state, BlockState::kPresent);
    return repository.ContentOf(block_, *reading.revision);
  }

  void Write(const StoreBatch& batch) {
    for (const StoreWrite& write : batch.writes) {
      if (write.value.has_value()) {
        rows_[write.at] = *write.value;
      } else {
        rows_.erase(write.at);
      }
    }
  }

  Repository::Loaded Reload(Repository& into) {
    std::vector<StoredRow> stored;
    for (const auto& [at, value] : rows_) stored.push_back({at, value});
    StoreBatch repairs;
    const auto loaded = into.Load(stored, repairs);
    Write(repairs);
    return loaded;
  }

  template <typename Fact>
  [[nodiscard]] size_t CountOf() const {
    size_t count = 0;
    for (const Observation& fact : facts_) count += std::holds_alternative<Fact>(fact) ? 1 : 0;
    return count;
  }

  Identities identities_{1, 1};
  Config config_;
  Context context_;
  BlockId block_;
  Time now_{Seconds(1'000'000).us};
  std::vector<Observation> facts_;
  std::map<StoreKey, Bytes> rows_;
};

TEST_F(ValuesTest, WhatWasLetGoKeepsItsRowAndNothingElse) {
  Repository repository(context_);
  Put(repository, block_, 0, Bytes(1000, 1));
  Put(repository, block_, 1, Bytes(1000, 2));
  const Tip before = repository.TipOf(block_);
  EXPECT_GE(repository.ValueBytes(), 1000u);
  EXPECT_FALSE(LetGo(repository, 1)) << "the block has moved on";
  ASSERT_TRUE(LetGo(repository, 2));
  EXPECT_TRUE(repository.IsLetGo(block_));
  EXPECT_EQ(repository.ValueBytes(), 0u);
  EXPECT_EQ(repository.TipOf(block_).hash, before.hash);
  EXPECT_FALSE(ValueOf(repository).has_value());
  EXPECT_EQ(repository.Read(block_, 1).state, BlockState::kExpired) << "no ring has it";
  EXPECT_EQ(CountOf<RevisionCollected>(), 1u);
  EXPECT_EQ(CountOf<ValueLetGo>(), 1u);
  EXPECT_FALSE(LetGo(repository, 2)) << "once";
}

TEST_F(ValuesTest, OnlyTheVeryContentComesBack) {
  Repository repository(context_);
  Put(repository, block_, 0, Bytes(1000, 1));
  ASSERT_TRUE(LetGo(repository, 1));
  EXPECT_FALSE(PutBack(repository, 1, Bytes(1000, 9)));
  EXPECT_FALSE(PutBack(repository, 2, Bytes(1000, 1)));
  EXPECT_TRUE(PutBack(repository, 1, Bytes(1000, 1)));
  EXPECT_EQ(ValueOf(repository), Bytes(1000, 1));
  EXPECT_EQ(repository.ValueBytes(), 1000u);
  EXPECT_FALSE(PutBack(repository, 1, Bytes(1000, 1))) << "it is there";
}

TEST_F(ValuesTest, ARestartKnowsWhatWasLetGoAndWhatCameBack) {
  Repository first(context_);
  Put(first, block_, 0, Bytes(1000, 1));
  ASSERT_TRUE(LetGo(first, 1));
  Repository second(context_);
  EXPECT_EQ(Reload(second).damaged, 0u);
  EXPECT_TRUE(second.IsLetGo(block_));
  EXPECT_EQ(second.TipOf(block_).revision, 1u);
  ASSERT_TRUE(PutBack(second, 1, Bytes(1000, 1)));
  Repository third(context_);
  EXPECT_EQ(Reload(third).damaged, 0u);
  EXPECT_FALSE(third.IsLetGo(block_));
  EXPECT_EQ(ValueOf(third), Bytes(1000, 1));
  EXPECT_EQ(third.ValueBytes(), second.ValueBytes());
}

// Without the mark a lost content stays damage: BR-4.
TEST_F(ValuesTest, ALostContentIsNotTakenForOneThatWasLetGo) {
  Repository first(context_);
  Put(first, block_, 0, Bytes(1000, 1));
  rows_.erase(ContentKey(block_, 1));
  Repository second(context_);
  EXPECT_EQ(Reload(second).damaged, 1u);
  EXPECT_TRUE(second.IsDamaged(block_));
}

TEST_F(ValuesTest, TheNextRevisionNeedsNothingOfWhatWasLetGo) {
  Repository repository(context_);
  Put(repository, block_, 0, Bytes(1000, 1));
  ASSERT_TRUE(LetGo(repository, 1));
  Put(repository, block_, 1, Bytes(1000, 2));
  EXPECT_FALSE(repository.IsLetGo(block_));
  EXPECT_EQ(ValueOf(repository), Bytes(1000, 2));
  EXPECT_EQ(repository.Read(block_, 1).state, BlockState::kExpired);
  Repository after(context_);
  const auto loaded = Reload(after);
  EXPECT_EQ(loaded.damaged, 0u);
  EXPECT_EQ(loaded.dropped, 0u);
  EXPECT_EQ(ValueOf(after), Bytes(1000, 2));
}

TEST_F(ValuesTest, APendKeepsItsBlock) {
  Repository repository(context_);
  Put(repository, block_, 0, Bytes(1000, 1));
  TxId of;
  of.bytes.fill(3);
  PendRow pend{.tx = {}, .certificate = {}, .value = Bytes(50, 2)};
  pend.certificate.record.transaction.base_revision = 1;
  StoreBatch batch;
  repository.AddPend(block_, of, pend, batch, facts_);
  EXPECT_EQ(repository.ValueBytes(), 1050u);
  EXPECT_TRUE(repository.Coldest(1, 1).empty());
  EXPECT_FALSE(LetGo(repository, 1));
  repository.DropPend(block_, of, false, batch, facts_);
  EXPECT_EQ(repository.ValueBytes(), 1000u);
  EXPECT_EQ(repository.Coldest(1, 1).size(), 1u);
}

TEST_F(ValuesTest, TheColdestMakeSoManyBytesAndNoMore) {
  Repository repository(context_);
  std::vector<BlockId> blocks;
  for (uint8_t i = 0; i < 10; ++i) {
    blocks.emplace_back().bytes.fill(i);
    Put(repository, blocks.back(), 0, Bytes(1000, i));
  }
  EXPECT_EQ(repository.ValueBytes(), 10'000u);
  EXPECT_EQ(repository.Coldest(2500, 16), (std::vector<BlockId>{blocks[0], blocks[1], blocks[2]}));
  EXPECT_EQ(repository.Coldest(9000, 2).size(), 2u);
  EXPECT_TRUE(repository.Coldest(0, 16).empty());
}

TEST_F(ValuesTest, WithoutABoundNothingIsColdAndBytesAreCounted) {
  config_.transactions.cluster_cache = 0;
  Repository repository(context_);
  Put(repository, block_, 0, Bytes(1000, 1));
  EXPECT_EQ(repository.ValueBytes(), 1000u);
  EXPECT_TRUE(repository.Coldest(1000, 16).empty());
  EXPECT_FALSE(LetGo(repository, 1));
}

}  // namespace
}  // namespace core

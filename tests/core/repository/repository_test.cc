// The repository by itself: revisions, transforms, pends, lifetimes, and what a crash leaves behind.
#include "core/repository/repository.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/core/identities.h"

namespace core {
namespace {

class RepositoryTest : public testing::Test {
 protected:
  RepositoryTest() {
    config.transactions.history_ttl = Minutes(10);
    config.transactions.tombstone_ttl = Minutes(20);
    context = {
        .config = &config, .directory = &identities, .suite = &identities.suite(), .network = {}};
    block.bytes.fill(7);
  }

  Repository::Change ChangeOf(uint64_t base, std::optional<Bytes> value, uint8_t by) {
    Repository::Change change{.block = block, .base_revision = base, .row = {}, .value = {}};
    change.row.action = value.has_value() ? TxAction::kPut : TxAction::kDelete;
    change.row.by.bytes.fill(by);
    change.row.prior_hash = repository.TipOf(block).hash;
    change.row.hash = value.has_value() ? ContentHash(*context.suite, *value)
                                        : TombstoneHash(*context.suite, block);
    change.value = value.value_or(Bytes());
    return change;
  }

  Repository::Applied Put(uint64_t base, const Bytes& value, uint8_t by) {
    StoreBatch batch;
    const auto applied = repository.Apply(now, ChangeOf(base, value, by), batch, facts);
    last = batch;
    Write(batch, batch.writes.size());
    return applied;
  }

  void Delete(uint64_t base) {
    StoreBatch batch;
    EXPECT_EQ(repository.Apply(now, ChangeOf(base, std::nullopt, 99), batch, facts),
              Repository::Applied::kDone);
    Write(batch, batch.writes.size());
  }

  void Sweep() {
    StoreBatch batch;
    repository.Sweep(now, batch, facts);
    Write(batch, batch.writes.size());
  }

  void Write(const StoreBatch& batch, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const StoreWrite& write = batch.writes[i];
      if (write.value.has_value()) {
        rows[write.at] = *write.value;
      } else {
        rows.erase(write.at);
      }
    }
  }

  Repository::Loaded Reload(Repository& into) {
    std::vector<StoredRow> stored;
    for (const auto& [at, value] : rows) stored.push_back({at, value});
    StoreBatch repairs;
    const auto loaded = into.Load(stored, repairs);
    Write(repairs, repairs.writes.size());
    return loaded;
  }

  static Bytes Long(uint8_t edit) {
    Bytes value(2000, 'v');
    value[1000] = edit;
    return value;
  }

  Identities identities{1, 1};
  Config config;
  Context context;
  BlockId block;
  Time now{Seconds(1'000'000).us};
  Repository repository{context};
  std::vector<Observation> facts;
  std::map<StoreKey, Bytes> rows;
  StoreBatch last;
};

TEST_F(RepositoryTest, EveryRevisionIsReadAsItWasWritten) {
  for (uint8_t i = 0; i < 100; ++i) ASSERT_EQ(Put(i, Long(i), i), Repository::Applied::kDone);
  EXPECT_EQ(repository.TipOf(block).revision, 100u);
  size_t whole = 0;
  for (uint64_t r = 1; r <= 100; ++r) {
    const auto reading = repository.Read(block, r);
    ASSERT_EQ(reading.state, BlockState::kPresent);
    EXPECT_EQ(*repository.ContentOf(block, *reading.revision), Long(static_cast<uint8_t>(r - 1)));
    whole += reading.revision->content.has_value() ? 1 : 0;
  }
  EXPECT_EQ(whole, 5u);  // The floor, every 32nd, the tip.
  // Above the latest there is the latest (BR-6).
  EXPECT_EQ(repository.Read(block, 1000).revision->number, 100u);
}

TEST_F(RepositoryTest, ARevisionIsMadeOnceAndByOneTransaction) {
  EXPECT_EQ(Put(0, Long(1), 1), Repository::Applied::kDone);
  EXPECT_EQ(Put(0, Long(1), 1), Repository::Applied::kAlready);
  EXPECT_EQ(Put(0, Long(2), 2), Repository::Applied::kFork);
  EXPECT_EQ(Put(5, Long(2), 2), Repository::Applied::kGap);
  EXPECT_EQ(repository.TipOf(block).revision, 1u);
}

// Content, revision, latest: after every prefix of a commit's writes the block is whole, at the old
// revision or at the new one (BR-1, BR-4).
TEST_F(RepositoryTest, ACrashBetweenAnyTwoWritesLeavesAWholeBlock) {
  ASSERT_EQ(Put(0, Long(1), 1), Repository::Applied::kDone);
  const auto before = rows;
  ASSERT_EQ(Put(1, Long(2), 2), Repository::Applied::kDone);
  const StoreBatch commit = last;
  for (size_t count = 0; count <= commit.writes.size(); ++count) {
    rows = before;
    Write(commit, count);
    Repository again(context);
    const auto loaded = Reload(again);
    EXPECT_EQ(loaded.damaged, 0u) << count;
    const auto reading = again.Read(block, 0);
    ASSERT_EQ(reading.state, BlockState::kPresent) << count;
    const uint64_t number = reading.revision->number;
    EXPECT_TRUE(number == 1 || number == 2);
    EXPECT_EQ(*again.ContentOf(block, *reading.revision), Long(static_cast<uint8_t>(number)));
    EXPECT_EQ(loaded.repaired, number == 2 && count < 3 ? 1u : 0u) << count;
    Repository third(context);
    EXPECT_EQ(Reload(third).repaired, 0u) << "a repair is written once";
  }
}

TEST_F(RepositoryTest, ALostContentIsDamageAndAnotherReplicaHealsIt) {
  ASSERT_EQ(Put(0, Long(1), 1), Repository::Applied::kDone);
  rows.erase(ContentKey(block, 1));
  Repository again(context);
  EXPECT_EQ(Reload(again).damaged, 1u);
  EXPECT_EQ(again.Read(block, 0).state, BlockState::kDamaged);
  StoreBatch batch;
  Repository::Change older = ChangeOf(0, Long(1), 1);
  EXPECT_TRUE(again.Restore(now, 1, older, batch, facts));
  EXPECT_EQ(again.Read(block, 0).state, BlockState::kPresent);
}

TEST_F(RepositoryTest, WhatWasSupersededExpiresAndTheLatestNever) {
  for (uint8_t i = 0; i < 40; ++i) ASSERT_EQ(Put(i, Long(i), i), Repository::Applied::kDone);
  now = now + Minutes(9);
  Sweep();
  EXPECT_EQ(repository.Read(block, 1).state, BlockState::kPresent);
  now = now + Minutes(2);
  Sweep();
  EXPECT_EQ(repository.Read(block, 1).state, BlockState::kExpired);
  EXPECT_EQ(repository.Read(block, 39).state, BlockState::kExpired);
  const auto latest = repository.Read(block, 0);
  ASSERT_EQ(latest.state, BlockState::kPresent);
  EXPECT_EQ(*repository.ContentOf(block, *latest.revision), Long(39));
  now = now + Minutes(100'000);
  Sweep();
  EXPECT_EQ(repository.Read(block, 0).state, BlockState::kPresent);
  Repository again(context);
  EXPECT_EQ(Reload(again).damaged, 0u);
}

TEST_F(RepositoryTest, ACollectedTombstoneIsRememberedForAnotherLifetime) {
  ASSERT_EQ(Put(0, Long(1), 1), Repository::Applied::kDone);
  const Repository::Change old = ChangeOf(0, Long(1), 1);
  Delete(1);
  now = now + Minutes(21);
  Sweep();
  EXPECT_EQ(repository.Read(block, 0).state, BlockState::kDeleted);
  EXPECT_EQ(repository.TipOf(block).revision, 2u);
  StoreBatch batch;
  EXPECT_FALSE(repository.Restore(now, 1, old, batch, facts));  // BR-9
  Repository again(context);
  Reload(again);
  EXPECT_EQ(again.TipOf(block).revision, 2u);
  now = now + Minutes(21);
  Sweep();
  EXPECT_EQ(repository.Read(block, 0).state, BlockState::kAbsent);
  EXPECT_EQ(repository.BlockCount(), 0u);
  EXPECT_TRUE(rows.empty());
}

TEST_F(RepositoryTest, APutRestoresADeletedBlock) {
  ASSERT_EQ(Put(0, Long(1), 1), Repository::Applied::kDone);
  Delete(1);
  EXPECT_EQ(repository.Read(block, 0).state, BlockState::kDeleted);
  EXPECT_EQ(Put(2, Long(3), 3), Repository::Applied::kDone);
  EXPECT_EQ(repository.Read(block, 0).revision->number, 3u);
}

// BR-7: a pend and its revision never stand side by side.
TEST_F(RepositoryTest, APendGoesWhenItsRevisionComes) {
  TxId of;
  of.bytes.fill(5);
  StoreBatch batch;
  repository.AddPend(block, of, PendRow{.tx = {}, .certificate = {}, .value = Long(5)}, batch,
                     facts);
  EXPECT_NE(repository.FindPend(block, of), nullptr);
  EXPECT_EQ(repository.PendCount(), 1u);
  Write(batch, batch.writes.size());
  ASSERT_EQ(Put(0, Long(5), 5), Repository::Applied::kDone);
  // A crash before the pend was dropped: loading drops it.
  Repository again(context);
  EXPECT_EQ(Reload(again).dropped, 1u);
  EXPECT_EQ(again.FindPend(block, of), nullptr);
  // And it does not come back by a late message.
  StoreBatch late;
  again.AddPend(block, of, PendRow{.tx = {}, .certificate = {}, .value = Long(5)}, late, facts);
  EXPECT_EQ(again.FindPend(block, of), nullptr);
}

TEST(SplicesTest, ATransformMakesTheNextContent) {
  Random random({.seed = 4, .purpose = Purpose::kTest});
  for (int i = 0; i < 2000; ++i) {
    Bytes from(random.Below(30));
    for (uint8_t& byte : from) byte = static_cast<uint8_t>('a' + random.Below(2));
    Bytes to(random.Below(30));
    for (uint8_t& byte : to) byte = static_cast<uint8_t>('a' + random.Below(2));
    const Transform transform = Between(from, to);
    ASSERT_EQ(Apply(transform, from), to);
  }
}

TEST(SplicesTest, ASpliceBeyondTheContentIsRefused) {
  const Bytes from(10, 'x');
  EXPECT_EQ(Apply({{.at = 11, .removed = 0, .inserted = {}}}, from), std::nullopt);
  EXPECT_EQ(Apply({{.at = 5, .removed = 6, .inserted = {}}}, from), std::nullopt);
  EXPECT_EQ(Apply({{.at = 0, .removed = 0, .inserted = Bytes(limits::kBlockBytesMax, 1)}}, from),
            std::nullopt);
  EXPECT_EQ(
      Apply({{.at = 5, .removed = 1, .inserted = {}}, {.at = 4, .removed = 0, .inserted = {}}},
            from),
      std::nullopt);
}

}  // namespace
}  // namespace core

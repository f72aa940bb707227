#include "node/storage/durable_storage.h"

#include <atomic>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using core::Requirement;
using core::StoreBatch;

TEST(DurableStorageTest, WhatWasStoredIsThereAfterReopening) {
  const StoreFolder folder;
  {
    OpenStore store(folder.store());
    ASSERT_TRUE(store.status().ok()) << store.status();
    EXPECT_TRUE(store.Commit(PutOf("name", "orb")).ok());
    EXPECT_EQ(ValueOf(store.storage(), "name"), "orb");
  }
  OpenStore again(folder.store());
  EXPECT_EQ(ValueOf(again.storage(), "name"), "orb");
  EXPECT_EQ(ValueOf(again.storage(), "other"), "(none)");
}

TEST(DurableStorageTest, EmptyAndLargestValuesAreStored) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  const std::string large(core::kStoreValueBytesMax, 'x');
  const std::string key(core::kStoreKeyBytesMax, '\xff');
  EXPECT_TRUE(store.Commit(PutOf("empty", "")).ok());
  EXPECT_TRUE(store.Commit(PutOf(key, large)).ok());
  EXPECT_EQ(ValueOf(store.storage(), "empty"), "");
  EXPECT_EQ(ValueOf(store.storage(), key), large);
}

TEST(DurableStorageTest, ABatchWhoseRequirementFailsLeavesNoTrace) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  ASSERT_TRUE(store.Commit(PutOf("a", "1:x")).ok());
  StoreBatch batch;
  batch.Require(At("a"), Requirement::Kind::kBegins, BytesOf("2:"));
  batch.Put(At("b"), BytesOf("new"));
  batch.Delete(At("a"));
  const core::Status status = store.Commit(batch);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(core::MessageOf(status), "store batch: requirement 0 does not hold");
  EXPECT_EQ(ValueOf(store.storage(), "a"), "1:x");
  EXPECT_EQ(ValueOf(store.storage(), "b"), "(none)");
}

TEST(DurableStorageTest, RequirementsSeeTheStateBeforeTheirOwnBatch) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  StoreBatch batch;
  batch.Put(At("a"), BytesOf("1"));
  batch.Require(At("a"), Requirement::Kind::kAbsent);
  EXPECT_TRUE(store.Commit(batch).ok());
  EXPECT_FALSE(store.Commit(batch).ok());
}

TEST(DurableStorageTest, TheLaterOfTwoWritesToAKeyWins) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  StoreBatch batch;
  batch.Delete(At("a"));
  batch.Put(At("a"), BytesOf("1"));
  batch.Put(At("a"), BytesOf("2"));
  batch.Put(At("b"), BytesOf("1"));
  batch.Delete(At("b"));
  EXPECT_TRUE(store.Commit(batch).ok());
  EXPECT_EQ(ValueOf(store.storage(), "a"), "2");
  EXPECT_EQ(ValueOf(store.storage(), "b"), "(none)");
}

TEST(DurableStorageTest, TablesAreNameSpaces) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  StoreBatch batch;
  batch.Put(At("a", 1), BytesOf("one"));
  batch.Put(At("a", 65'535), BytesOf("last"));
  ASSERT_TRUE(store.Commit(batch).ok());
  EXPECT_EQ(*store.storage().Get(At("a", 65'535)), BytesOf("last"));
  EXPECT_EQ(*store.storage().Get(At("a", 2)), std::nullopt);
}

TEST(DurableStorageTest, AScanIsOrderedPagedAndKeepsToItsPrefix) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  StoreBatch batch;
  for (const char* key : {"b", "a", "ba", "bb", "c", "bc", "b\xff", "b\xff\xff"}) {
    batch.Put(At(key), BytesOf(key));
  }
  batch.Put(At("bz", 2), BytesOf("other table"));
  ASSERT_TRUE(store.Commit(batch).ok());
  core::ScanRange range{core::TableId{1}, BytesOf("b"), {}, 2};
  std::vector<core::Bytes> keys;
  while (true) {
    const auto page = store.storage().Scan(range);
    ASSERT_TRUE(page.ok());
    ASSERT_LE(page->size(), 2u);
    if (page->empty()) break;
    for (const core::StoreRow& row : *page) {
      EXPECT_EQ(row.key, row.value);
      keys.push_back(row.key);
    }
    range.after = page->back().key;
  }
  EXPECT_THAT(keys, testing::ElementsAre(BytesOf("b"), BytesOf("ba"), BytesOf("bb"), BytesOf("bc"),
                                         BytesOf("b\xff"), BytesOf("b\xff\xff")));
  const auto all = store.storage().Scan({core::TableId{1}, {}, {}});
  EXPECT_EQ(all->size(), 8u);
  const auto from_below = store.storage().Scan({core::TableId{1}, BytesOf("bb"), BytesOf("a")});
  EXPECT_EQ(from_below->size(), 1u);
}

// The writer's thread is held in the first report until all others wait.
TEST(DurableStorageTest, BatchesThatWaitShareOneTransaction) {
  const StoreFolder folder;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  Completions completions;
  const auto sink = completions.Sink();
  auto storage = DurableStorage::Open({folder.store()}, [&](std::vector<core::Stored> stored) {
    released.wait();
    sink(std::move(stored));
  });
  ASSERT_TRUE(storage.ok());
  for (uint64_t i = 0; i < 100; ++i) {
    (*storage)->Commit({i}, PutOf("key" + std::to_string(i), "value"));
  }
  release.set_value();
  const auto stored = completions.First(100);
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(stored[i].ticket, core::StoreTicket{i});
    EXPECT_TRUE(stored[i].status.ok());
  }
  EXPECT_EQ((*storage)->counters().durable, 100u);
  EXPECT_LE((*storage)->counters().groups, 100u);
  EXPECT_LT((*storage)->counters().groups, 100u) << "nothing was grouped";
}

TEST(DurableStorageTest, InAGroupEachBatchSeesTheOnesBeforeIt) {
  const StoreFolder folder;
  Completions completions;
  {
    auto storage = DurableStorage::Open({folder.store()}, completions.Sink());
    ASSERT_TRUE(storage.ok());
    for (uint64_t i = 0; i < 50; ++i) {
      StoreBatch batch;
      if (i > 0) {
        batch.Require(At("n"), Requirement::Kind::kEquals, BytesOf(std::to_string(i - 1)));
      }
      batch.Put(At("n"), BytesOf(std::to_string(i)));
      (*storage)->Commit({2 * i}, batch);
      (*storage)->Commit({2 * i + 1}, batch);  // Now refused, except the first.
    }
  }
  const auto stored = completions.First(100);
  ASSERT_EQ(stored.size(), 100u) << "the destructor reports everything";
  for (uint64_t i = 2; i < 100; ++i) {
    EXPECT_EQ(stored[i].status.ok(), i % 2 == 0) << i << ": " << stored[i].status;
  }
}

TEST(DurableStorageTest, ReportsComeFromAnotherThreadThanCommit) {
  const StoreFolder folder;
  std::atomic<std::thread::id> reporter{};
  std::promise<void> reported;
  auto storage = DurableStorage::Open({folder.store()}, [&](const std::vector<core::Stored>&) {
    reporter = std::this_thread::get_id();
    reported.set_value();
  });
  ASSERT_TRUE(storage.ok());
  (*storage)->Commit({1}, PutOf("a", "1"));
  reported.get_future().wait();
  EXPECT_NE(reporter.load(), std::this_thread::get_id());
}

TEST(DurableStorageTest, ABatchPastTheLimitsIsRefusedInItsTurn) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  store.storage().Commit({1}, PutOf("a", "1"));
  store.storage().Commit({2}, PutOf("", "no key"));
  store.storage().Commit({3}, PutOf("b", "1"));
  const auto stored = store.completions().First(3);
  EXPECT_TRUE(stored[0].status.ok());
  EXPECT_EQ(stored[1].ticket, core::StoreTicket{2});
  EXPECT_EQ(stored[1].status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(stored[2].status.ok());
  EXPECT_EQ(store.storage().counters().refused, 1u);
  EXPECT_TRUE(store.storage().Health().ok()) << "a refusal is no trouble of the disk";
}

TEST(DurableStorageTest, WhatWaitsIsBounded) {
  const StoreFolder folder;
  OpenStore store(StorageOptions{folder.store(), 1 << 20, 10'000});
  store.storage().Commit({1}, PutOf("a", std::string(20'000, 'x')));
  store.storage().Commit({2}, PutOf("b", "small"));
  const auto stored = store.completions().First(2);
  EXPECT_EQ(stored[0].status.code(), absl::StatusCode::kResourceExhausted) << stored[0].status;
  EXPECT_TRUE(stored[1].status.ok());
}

TEST(DurableStorageTest, ReadersSeeOnlyWholeBatchesWhileOneWrites) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) {
      StoreBatch batch;
      batch.Put(At("left"), BytesOf(std::to_string(i)));
      batch.Put(At("right"), BytesOf(std::to_string(i)));
      EXPECT_TRUE(store.Commit(batch).ok());
    }
    done = true;
  });
  while (!done) {
    const auto rows = store.storage().Scan({core::TableId{1}, {}, {}});
    ASSERT_TRUE(rows.ok());
    if (rows->empty()) continue;
    ASSERT_EQ(rows->size(), 2u);
    ASSERT_EQ((*rows)[0].value, (*rows)[1].value);
  }
  writer.join();
  EXPECT_EQ(ValueOf(store.storage(), "left"), "299");
}

TEST(DurableStorageTest, TheLogIsCopiedIntoTheStoreBeforeItGrowsLong) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  const std::string value(100'000, 'x');
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(
        store.Commit(PutOf("key" + std::to_string(i % 10), value + std::to_string(i))).ok());
  }
  EXPECT_LE(std::filesystem::file_size(folder.store().string() + "-wal"), 17u << 20);
  EXPECT_TRUE(store.storage().Health().ok());
}

}  // namespace
}  // namespace node

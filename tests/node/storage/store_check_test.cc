#include "node/storage/store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/storage/numbered_batches.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

TEST(StoreCheckTest, ASoundStoreIsCounted) {
  const StoreFolder folder;
  {
    OpenStore store(folder.store());
    ASSERT_TRUE(store.Commit(PutOf("a", "12345")).ok());
    core::StoreBatch other;
    other.Put(At("b", 9), BytesOf("123"));
    ASSERT_TRUE(store.Commit(other).ok());
  }
  const auto report = CheckStore(folder.store());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows, 2u);
  EXPECT_EQ(report->value_bytes, 8u);
  EXPECT_EQ(report->schema, 1u);
  EXPECT_GE(report->pages, 2u);
}

TEST(StoreCheckTest, AMissingStoreIsNotMade) {
  const StoreFolder folder;
  EXPECT_TRUE(absl::IsNotFound(CheckStore(folder.store()).status()));
  EXPECT_TRUE(absl::IsNotFound(BackUpStore(folder.store(), folder.path() / "copy").status()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(StoreCheckTest, ACopyMadeWhileTheStoreIsWrittenIsOneMoment) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  Completions& completions = store.completions();
  uint64_t number = 0;
  for (int copies = 0; copies < 5; ++copies) {
    for (int i = 0; i < 200; ++i) {
      ++number;
      store.storage().Commit({number}, NumberedBatch(number));
    }
    const uint64_t acknowledged = completions.count();
    const std::filesystem::path copy = folder.path() / ("copy" + std::to_string(copies));
    const auto report = BackUpStore(folder.store(), copy);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_FALSE(std::filesystem::exists(TemporaryName(copy)));
    OpenStore opened(copy);
    ASSERT_TRUE(opened.status().ok()) << opened.status();
    EXPECT_EQ(FaultAfterCrash(opened.storage(), acknowledged), "");
  }
  completions.WaitFor(number);
  EXPECT_EQ(FaultAfterCrash(store.storage(), number), "");
}

TEST(StoreCheckTest, ACopyNeverReplacesAFile) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  ASSERT_TRUE(store.Commit(PutOf("a", "1")).ok());
  const auto report = BackUpStore(folder.store(), folder.store());
  EXPECT_TRUE(absl::IsInvalidArgument(report.status()));
  EXPECT_THAT(std::string(core::MessageOf(report.status())),
              testing::HasSubstr("found a file, allowed: a name that is free"));
  EXPECT_EQ(ValueOf(store.storage(), "a"), "1");
}

TEST(StoreCheckTest, ACopyThatFailsLeavesNothingBehind) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  const auto report = BackUpStore(folder.store(), folder.path() / "none" / "copy");
  EXPECT_TRUE(absl::IsNotFound(report.status())) << report.status();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "none"));
}

TEST(StoreCheckTest, ACheckDoesNotDisturbTheNodeThatHasTheStore) {
  const StoreFolder folder;
  OpenStore store(folder.store());
  for (uint64_t number = 1; number <= 200; ++number) {
    store.storage().Commit({number}, NumberedBatch(number));
    if (number % 50 != 0) continue;
    EXPECT_TRUE(CheckStore(folder.store()).ok());
  }
  store.completions().WaitFor(200);
  EXPECT_EQ(FaultAfterCrash(store.storage(), 200), "");
}

}  // namespace
}  // namespace node

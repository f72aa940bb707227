#include "core/port/host.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace core {
namespace {

StoreKey At(Bytes key) {
  return {TableId{1}, std::move(key)};
}

TEST(RequirementTest, EachKindSaysWhatItNames) {
  const std::optional<Bytes> none;
  const std::optional<Bytes> value = Bytes{1, 2, 3};
  const Requirement absent{At({9}), Requirement::Kind::kAbsent, {}};
  EXPECT_TRUE(absent.Holds(none));
  EXPECT_FALSE(absent.Holds(value));
  const Requirement equals{At({9}), Requirement::Kind::kEquals, {1, 2, 3}};
  EXPECT_TRUE(equals.Holds(value));
  EXPECT_FALSE(equals.Holds(none));
  EXPECT_FALSE(equals.Holds(Bytes{1, 2}));
  const Requirement begins{At({9}), Requirement::Kind::kBegins, {1, 2}};
  EXPECT_TRUE(begins.Holds(value));
  EXPECT_FALSE(begins.Holds(none));
  EXPECT_FALSE(begins.Holds(Bytes{1}));
  EXPECT_FALSE(begins.Holds(Bytes{1, 3, 3}));
}

TEST(RequirementTest, AnEmptyBeginningMeansPresent) {
  const Requirement present{At({9}), Requirement::Kind::kBegins, {}};
  EXPECT_TRUE(present.Holds(Bytes{}));
  EXPECT_FALSE(present.Holds(std::nullopt));
}

RC_GTEST_PROP(RequirementTest, EqualsMeansThatEachBeginsWithTheOther,
              (const Bytes& a, const Bytes& b)) {
  const Requirement equals{At({9}), Requirement::Kind::kEquals, a};
  const Requirement forth{At({9}), Requirement::Kind::kBegins, a};
  const Requirement back{At({9}), Requirement::Kind::kBegins, b};
  RC_ASSERT(equals.Holds(b) == (forth.Holds(b) && back.Holds(a)));
}

TEST(StoreBatchTest, ABatchReadsOrWrites) {
  StoreBatch batch;
  batch.Require(At({1}), Requirement::Kind::kAbsent);
  batch.reads.assign(kStoreReadsMax, At({1}));
  EXPECT_TRUE(batch.CheckLimits().ok());
  batch.reads.push_back(At({1}));
  EXPECT_EQ(MessageOf(batch.CheckLimits()), "store batch: 17 reads, allowed: up to 16");
  batch.reads.resize(1);
  batch.Put(At({2}), {});
  EXPECT_EQ(MessageOf(batch.CheckLimits()),
            "store batch: reads beside writes, allowed: one or the other");
  StoreBatch no_key;
  no_key.reads.push_back(At({}));
  EXPECT_FALSE(no_key.CheckLimits().ok());
}

TEST(StoreBatchTest, ACoreReadsItsOwnTablesOnly) {
  StoreBatch batch;
  batch.reads.push_back({kBulkTableLast, {1}});
  EXPECT_TRUE(batch.CheckCoreTables().ok());
  batch.reads.push_back({TableId{1}, {1}});
  EXPECT_EQ(MessageOf(batch.CheckCoreTables()), "store batch: table 1, allowed: 32 to 95");
}

TEST(StoreBatchTest, SizesAtTheLimitsAreAllowedAndBeyondAreRefused) {
  StoreBatch batch;
  batch.Require(At(Bytes(kStoreKeyBytesMax)), Requirement::Kind::kAbsent);
  batch.Put(At({1}), Bytes(kStoreValueBytesMax));
  batch.Delete(At({2}));
  EXPECT_TRUE(batch.CheckLimits().ok());
  EXPECT_EQ(batch.ByteCount(), kStoreKeyBytesMax + 1 + kStoreValueBytesMax + 1);

  StoreBatch long_key;
  long_key.Delete(At(Bytes(kStoreKeyBytesMax + 1)));
  EXPECT_EQ(MessageOf(long_key.CheckLimits()), "store batch: key of 257 bytes, allowed: up to 256");
  StoreBatch no_key;
  no_key.Put(At({}), {});
  EXPECT_EQ(MessageOf(no_key.CheckLimits()), "store batch: empty key, allowed: 1 byte and more");
  StoreBatch long_value;
  long_value.Put(At({1}), Bytes(kStoreValueBytesMax + 1));
  EXPECT_FALSE(long_value.CheckLimits().ok());
  StoreBatch long_requirement;
  long_requirement.Require(At({1}), Requirement::Kind::kEquals, Bytes(kStoreValueBytesMax + 1));
  EXPECT_FALSE(long_requirement.CheckLimits().ok());
}

TEST(StoreBatchTest, ManyWritesTogetherArePastTheLimitOfABatch) {
  StoreBatch batch;
  for (int i = 0; i < 16; ++i) batch.Put(At({1}), Bytes(kStoreValueBytesMax));
  EXPECT_EQ(batch.CheckLimits().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace core

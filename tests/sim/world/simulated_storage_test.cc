#include "sim/world/simulated_storage.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sim {
namespace {

using Keeps = DiskSpec::Keeps;
using Trouble = SimulatedStorage::Trouble;

constexpr WorldTime kEarly{1'000};
constexpr WorldTime kLater{5'000'000};
constexpr WorldTime kLatest{9'000'000};

core::Random Draw(uint64_t seed) {
  return core::Random({.seed = seed, .purpose = core::Purpose::kTest});
}

core::StoreKey KeyOf(uint8_t key) {
  return {core::kCoreTableFirst, {key}};
}

core::StoreRequest Putting(uint8_t key, uint8_t value) {
  core::StoreRequest request{{key}, {}};
  request.batch.Put(KeyOf(key), {value});
  return request;
}

// Hands over and completes at once.
absl::StatusCode Write(SimulatedStorage& storage, core::StoreRequest request, WorldTime now) {
  storage.HandOver(std::move(request));
  EXPECT_TRUE(storage.BeginGroup().has_value());
  EXPECT_TRUE(storage.HasNext());
  const absl::StatusCode judged = storage.JudgeNext(now).code();
  const absl::StatusCode code = storage.Complete(now).status.code();
  EXPECT_EQ(judged, code);
  EXPECT_FALSE(storage.HasNext());
  return code;
}

std::vector<uint8_t> Keys(const SimulatedStorage& storage) {
  std::vector<core::StoredRow> rows;
  storage.CopyRows(rows);
  std::vector<uint8_t> keys;
  for (const core::StoredRow& row : rows) keys.push_back(row.at.key[0]);
  return keys;
}

using List = std::vector<uint8_t>;

RowPool& Pool() {
  static RowPool pool;
  return pool;
}

TEST(SimulatedStorageTest, AGroupIsAllThatWaitedAndTheNextOneWaitsForIt) {
  SimulatedStorage storage(&Pool());
  storage.HandOver(Putting(1, 1));
  storage.HandOver(Putting(2, 2));
  EXPECT_EQ(storage.BeginGroup(), 4u) << "bytes of keys and values";
  storage.HandOver(Putting(3, 3));
  EXPECT_FALSE(storage.BeginGroup().has_value());
  EXPECT_TRUE(Keys(storage).empty()) << "nothing is there before its completion";
  ASSERT_TRUE(storage.HasNext());
  EXPECT_EQ(storage.Complete(kEarly).ticket.value, 1u);
  EXPECT_FALSE(storage.BeginGroup().has_value()) << "the group has another batch";
  ASSERT_TRUE(storage.HasNext());
  EXPECT_EQ(storage.Complete(kEarly).ticket.value, 2u);
  EXPECT_FALSE(storage.HasNext());
  EXPECT_EQ(storage.BeginGroup(), 2u);
  EXPECT_EQ(Keys(storage), (List{1, 2}));
  EXPECT_EQ(storage.applied(), 2u);
}

core::StoreRequest Reading(uint64_t ticket, std::vector<core::StoreKey> keys) {
  core::StoreRequest request{{ticket}, {}};
  request.batch.reads = std::move(keys);
  return request;
}

TEST(SimulatedStorageTest, AReadBringsWhatBatchesBeforeItWrote) {
  SimulatedStorage storage(&Pool());
  storage.HandOver(Putting(1, 7));
  storage.HandOver(Reading(2, {KeyOf(1), KeyOf(9)}));
  ASSERT_TRUE(storage.BeginGroup().has_value());
  ASSERT_TRUE(storage.HasNext());
  EXPECT_TRUE(storage.Complete(kEarly).found.empty());
  ASSERT_TRUE(storage.HasNext());
  const core::Stored read = storage.Complete(kEarly);
  EXPECT_TRUE(read.status.ok());
  ASSERT_EQ(read.found.size(), 2u);
  EXPECT_EQ(read.found[0], core::Bytes{7});
  EXPECT_EQ(read.found[1], std::nullopt);
  EXPECT_EQ(storage.applied(), 1u) << "a read is no batch that a crash could come after";
}

TEST(SimulatedStorageTest, BulkRowsDoNotComeWithAStartAndTheirDamageDoesNotForbidOne) {
  SimulatedStorage storage(&Pool());
  const core::StoreKey bulk{core::kBulkTableFirst, {5}};
  core::StoreRequest request{{1}, {}};
  request.batch.Put(bulk, {1, 2});
  EXPECT_EQ(Write(storage, request, kEarly), absl::StatusCode::kOk);
  EXPECT_TRUE(Keys(storage).empty());
  storage.Begin(Trouble::kMisreading, kLater, Draw(1));
  EXPECT_FALSE(storage.Unreadable());
  EXPECT_EQ(Write(storage, Reading(2, {bulk}), kEarly), absl::StatusCode::kDataLoss);
  storage.EndMisreading(kLater);
  EXPECT_EQ(Write(storage, Reading(3, {bulk}), kLater), absl::StatusCode::kOk);
}

TEST(SimulatedStorageTest, RequirementsAreHeldAgainstTheStateBeforeTheBatch) {
  SimulatedStorage storage(&Pool());
  core::StoreRequest request{{1}, {}};
  request.batch.Put(KeyOf(1), {1});
  request.batch.Require(KeyOf(1), core::Requirement::Kind::kAbsent);
  EXPECT_EQ(Write(storage, request, kEarly), absl::StatusCode::kOk);
  EXPECT_EQ(Write(storage, request, kEarly), absl::StatusCode::kFailedPrecondition);
  core::StoreRequest erase{{2}, {}};
  erase.batch.Require(KeyOf(1), core::Requirement::Kind::kEquals, {1});
  erase.batch.Delete(KeyOf(1));
  erase.batch.Delete(KeyOf(7));
  EXPECT_EQ(Write(storage, erase, kEarly), absl::StatusCode::kOk);
  EXPECT_TRUE(Keys(storage).empty());
}

TEST(SimulatedStorageTest, BatchesBeyondALimitOrOfTheHostsTablesAreRefused) {
  SimulatedStorage storage(&Pool());
  core::StoreRequest large{{1}, {}};
  large.batch.Put(KeyOf(1), core::Bytes(core::kStoreValueBytesMax + 1));
  EXPECT_EQ(Write(storage, large, kEarly), absl::StatusCode::kInvalidArgument);
  for (const uint16_t table : {uint16_t{31}, uint16_t{96}}) {
    core::StoreRequest foreign{{2}, {}};
    foreign.batch.Put({core::TableId{table}, {1}}, {1});
    EXPECT_EQ(Write(storage, foreign, kEarly), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Keys(storage).empty());
}

TEST(SimulatedStorageTest, AFullDiskRefusesWritesAndTakesThemAgain) {
  SimulatedStorage storage(&Pool());
  EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kOk);
  storage.Begin(Trouble::kFull, kLater, Draw(1));
  EXPECT_EQ(Write(storage, Putting(2, 1), kEarly), absl::StatusCode::kResourceExhausted);
  core::StoreRequest asks{{3}, {}};
  asks.batch.Require(KeyOf(1), core::Requirement::Kind::kBegins);
  EXPECT_EQ(Write(storage, asks, kEarly), absl::StatusCode::kOk) << "it writes nothing";
  EXPECT_EQ(Keys(storage), List{1});
  EXPECT_EQ(Write(storage, Putting(2, 1), kLater), absl::StatusCode::kOk);
}

TEST(SimulatedStorageTest, WhatAFailingDiskRefusedMayBeThereAfterACrash) {
  int back = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SimulatedStorage storage(&Pool());
    storage.Begin(Trouble::kFailing, kLater, Draw(seed));
    EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(Keys(storage).empty()) << "but nobody sees it before";
    storage.Crash(Keeps::kSynced, kEarly, Draw(seed));
    back += Keys(storage) == List{1} ? 1 : 0;
  }
  EXPECT_GT(back, 5);
  EXPECT_LT(back, 35);
}

TEST(SimulatedStorageTest, AGoodBatchSettlesThatAFailedOneIsNotThere) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedStorage storage(&Pool());
    storage.Begin(Trouble::kFailing, kLater, Draw(seed));
    EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Write(storage, Putting(2, 1), kLater), absl::StatusCode::kOk);
    storage.Crash(Keeps::kEverything, kLatest, Draw(seed));
    EXPECT_EQ(Keys(storage), List{2});
  }
}

TEST(SimulatedStorageTest, ACrashTakesBackWhatALyingDiskReported) {
  SimulatedStorage storage(&Pool());
  EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kOk);
  storage.Begin(Trouble::kLying, kLater, Draw(1));
  EXPECT_EQ(Write(storage, Putting(1, 9), kEarly), absl::StatusCode::kOk);
  EXPECT_EQ(Write(storage, Putting(2, 1), kEarly), absl::StatusCode::kOk);
  core::StoreRequest erase{{3}, {}};
  erase.batch.Delete(KeyOf(1));
  EXPECT_EQ(Write(storage, erase, kEarly), absl::StatusCode::kOk);
  EXPECT_EQ(Keys(storage), List{2});
  storage.Crash(Keeps::kSynced, kEarly, Draw(1));
  std::vector<core::StoredRow> rows;
  storage.CopyRows(rows);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].value, core::Bytes{1}) << "the older value is back";
}

TEST(SimulatedStorageTest, WhatALyingDiskReportedStaysOnceItIsHonest) {
  SimulatedStorage storage(&Pool());
  storage.Begin(Trouble::kLying, kLater, Draw(1));
  EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kOk);
  storage.Crash(Keeps::kSynced, kLater, Draw(1));
  EXPECT_EQ(Keys(storage), List{1});
}

TEST(SimulatedStorageTest, AMisreadRowFailsWhoDependsOnItAndEveryStart) {
  SimulatedStorage storage(&Pool());
  storage.Begin(Trouble::kMisreading, kLater, Draw(1));
  EXPECT_FALSE(storage.Unreadable()) << "there is no row";
  storage.EndMisreading(kLater);
  EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kOk);
  storage.Begin(Trouble::kMisreading, kLatest, Draw(1));
  EXPECT_TRUE(storage.Unreadable());
  core::StoreRequest asks{{3}, {}};
  asks.batch.Require(KeyOf(1), core::Requirement::Kind::kEquals, {1});
  EXPECT_EQ(Write(storage, asks, kEarly), absl::StatusCode::kDataLoss);
  storage.EndMisreading(kLater);
  EXPECT_TRUE(storage.Unreadable()) << "the other trouble lasts";
  storage.EndMisreading(kLatest);
  EXPECT_FALSE(storage.Unreadable());
  EXPECT_EQ(Write(storage, asks, kEarly), absl::StatusCode::kOk);
}

TEST(SimulatedStorageTest, ARowWrittenAnewIsReadWell) {
  SimulatedStorage storage(&Pool());
  EXPECT_EQ(Write(storage, Putting(1, 1), kEarly), absl::StatusCode::kOk);
  storage.Begin(Trouble::kMisreading, kLater, Draw(1));
  EXPECT_EQ(Write(storage, Putting(1, 2), kEarly), absl::StatusCode::kOk);
  EXPECT_FALSE(storage.Unreadable());
}

TEST(SimulatedStorageTest, ADroppedGroupLeavesTheDiskFree) {
  SimulatedStorage storage(&Pool());
  storage.HandOver(Putting(1, 1));
  ASSERT_TRUE(storage.BeginGroup().has_value());
  storage.HandOver(Putting(2, 1));
  storage.DropOpen();
  EXPECT_FALSE(storage.HasNext());
  EXPECT_EQ(Write(storage, Putting(3, 1), kEarly), absl::StatusCode::kOk);
  EXPECT_EQ(Keys(storage), List{3});
}

// Batch n puts row n; the first `reported` are completed, the others open, some of them being written.
RC_GTEST_PROP(SimulatedStorageTest, ACrashLeavesABeginningOfWhatWasHandedOver, ()) {
  const auto reported = *rc::gen::inRange<uint8_t>(0, 20);
  const auto open = *rc::gen::inRange<uint8_t>(0, 20);
  const auto lied = *rc::gen::inRange<uint8_t>(0, reported + 1);
  const auto keeps = static_cast<Keeps>(*rc::gen::inRange(0, 4));
  SimulatedStorage storage(&Pool());
  for (uint8_t i = 0; i < reported; ++i) {
    if (i == reported - lied) storage.Begin(Trouble::kLying, kLatest, Draw(1));
    RC_ASSERT(Write(storage, Putting(i, i), kEarly) == absl::StatusCode::kOk);
  }
  for (uint8_t i = 0; i < open; ++i) {
    storage.HandOver(Putting(reported + i, i));
    static_cast<void>(storage.BeginGroup());
  }
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const std::optional<WorldTime> lost = storage.Crash(keeps, kEarly, Draw(seed));
  const List left = Keys(storage);
  for (uint8_t i = 0; i < left.size(); ++i) RC_ASSERT(left[i] == i);
  const size_t synced = reported - lied;
  if (keeps == Keeps::kNothing) RC_ASSERT(left.empty());
  RC_ASSERT(lost.has_value() == (left.size() < reported));
  if (lost.has_value()) RC_ASSERT(*lost == (keeps == Keeps::kNothing ? WorldTime{} : kEarly));
  if (keeps == Keeps::kSynced) RC_ASSERT(left.size() == synced);
  if (keeps == Keeps::kEverything) RC_ASSERT(left.size() == size_t{reported} + open);
  if (keeps == Keeps::kSome) RC_ASSERT(left.size() >= synced);
  RC_ASSERT(!storage.HasNext());
  RC_ASSERT(Write(storage, Putting(99, 1), kLatest) == absl::StatusCode::kOk);
}

}  // namespace
}  // namespace sim

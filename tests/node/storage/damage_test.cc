// Damage is never taken for data: a byte changed anywhere in the store or its log is an error when it
// is opened or read, or changes nothing that is read.
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "node/storage/log_format.h"
#include "node/storage/store_check.h"
#include "tests/node/storage/numbered_batches.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using Rows = std::map<core::Bytes, core::Bytes>;

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void WriteFile(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

// By scan, then each key by itself. Anything but Ok: damage was seen.
core::Status ReadAll(const std::filesystem::path& file, const Rows& expected, Rows& found) {
  OpenStore store(file);
  RETURN_IF_ERROR(store.status());
  core::ScanRange range{kNumberTable, {}, {}, 1'000};
  ASSIGN_OR_RETURN(const auto rows, store.storage().Scan(range));
  for (const core::StoreRow& row : rows) found[row.key] = row.value;
  for (const auto& [key, value] : expected) {
    ASSIGN_OR_RETURN(const auto got, store.storage().Get({kNumberTable, key}));
    if (got != value) found.clear();
  }
  return absl::OkStatus();
}

constexpr uint64_t kBatches = 40;

// A closed store with some batches, and what a crash before its close would have left.
class DamageTest : public testing::Test {
 protected:
  void Fill() {
    OpenStore store(folder_.store());
    ASSERT_TRUE(store.status().ok()) << store.status();
    for (uint64_t number = 1; number <= kBatches; ++number) {
      ASSERT_TRUE(store.Commit(NumberedBatch(number)).ok());
    }
    const auto rows = store.storage().Scan({kNumberTable, {}, {}, 1'000});
    for (const core::StoreRow& row : *rows) rows_[row.key] = row.value;
    log_ = ReadFile(folder_.store().string() + "-wal");
    beside_log_ = ReadFile(folder_.store());
  }

  // As a crash leaves it: store and log.
  core::Status ReadWith(const std::string& store, const std::string& log, Rows& found) {
    const std::filesystem::path file = folder_.path() / "damaged.db";
    RemoveFiles(file);
    WriteFile(file, store);
    if (!log.empty()) WriteFile(file.string() + "-wal", log);
    return ReadAll(file, rows_, found);
  }

  const StoreFolder folder_;
  Rows rows_;
  std::string log_;
  std::string beside_log_;
};

TEST_F(DamageTest, AByteChangedInTheStoreIsSeenOrHarmless) {
  Fill();
  const std::string sound = ReadFile(folder_.store());
  Rows untouched;
  ASSERT_TRUE(ReadWith(sound, "", untouched).ok());
  ASSERT_EQ(untouched, rows_);
  core::Random random(core::StreamKey{.seed = 1});
  int seen = 0;
  int harmless = 0;
  std::set<size_t> places;
  for (size_t page = 0; page < sound.size(); page += kPageBytes) {
    for (const size_t at : std::initializer_list<size_t>{0, 3, 5, 7, 8, 12, 4'087, 4'095})
      places.insert(page + at);
    for (int i = 0; i < 4; ++i) places.insert(page + random.Below(kPageBytes));
  }
  for (size_t at = 0; at < 100; ++at) places.insert(at);
  for (const size_t at : places) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << random.Below(8));
    Rows found;
    const core::Status status = ReadWith(damaged, "", found);
    ++(status.ok() ? harmless : seen);
    if (status.ok()) {
      ASSERT_EQ(found, rows_) << "byte " << at << ": wrong data without an error";
    }
  }
  std::cout << places.size() << " places of " << sound.size() << " bytes: seen " << seen
            << ", in pages that nobody reads " << harmless << '\n';
  EXPECT_GT(seen, static_cast<int>(places.size()) * 8 / 10);
}

TEST_F(DamageTest, APageInAnothersPlaceIsSeen) {
  Fill();
  std::string store = ReadFile(folder_.store());
  int seen = 0;
  for (size_t page = 1; page + 1 < store.size() / kPageBytes; ++page) {
    std::string damaged = store;
    damaged.replace(page * kPageBytes, kPageBytes, store, (page + 1) * kPageBytes, kPageBytes);
    Rows found;
    const core::Status status = ReadWith(damaged, "", found);
    if (status.ok()) {
      ASSERT_EQ(found, rows_) << "page " << page + 1;
    } else {
      ++seen;
    }
  }
  EXPECT_GT(seen, 10);
}

TEST_F(DamageTest, TheCheckFindsTheDamagedPage) {
  Fill();
  std::string store = ReadFile(folder_.store());
  store[5 * kPageBytes + 100] ^= 1;
  WriteFile(folder_.store(), store);
  const auto report = CheckStore(folder_.store());
  EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
}

TEST_F(DamageTest, AByteChangedInTheLogBeforeItsLastTransactionsIsSeen) {
  Fill();
  Rows untouched;
  ASSERT_TRUE(ReadWith(beside_log_, log_, untouched).ok());
  ASSERT_EQ(untouched, rows_) << "the log alone restores everything";
  // Ends of transactions: the last two are where damage looks like a torn write.
  std::vector<size_t> ends;
  for (size_t at = kLogHeaderBytes; at + kFrameBytes <= log_.size(); at += kFrameBytes) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(log_.data()) + at;
    if (LogFrame(std::span<const uint8_t, kFrameHeaderBytes>(bytes, kFrameHeaderBytes)).commit) {
      ends.push_back(at + kFrameBytes);
    }
  }
  ASSERT_EQ(ends.size(), kBatches);
  const size_t guarded = ends[ends.size() - 3];
  core::Random random(core::StreamKey{.seed = 2});
  std::set<size_t> places;
  for (size_t at = 0; at < kLogHeaderBytes + kFrameHeaderBytes; ++at) places.insert(at);
  for (int i = 0; i < 400; ++i) places.insert(random.Below(guarded));
  for (const size_t at : places) {
    std::string damaged = log_;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << random.Below(8));
    Rows found;
    const core::Status status = ReadWith(beside_log_, damaged, found);
    ASSERT_TRUE(absl::IsDataLoss(status)) << "byte " << at << ": " << status;
  }
}

// A power loss in a checkpoint: the log still has every page that was being copied.
TEST_F(DamageTest, PagesTornByACheckpointComeFromTheLog) {
  Fill();
  for (size_t page = 0; page < beside_log_.size(); page += kPageBytes) {
    std::string torn = beside_log_;
    torn.replace(page + kPageBytes / 2, kPageBytes / 2, std::string(kPageBytes / 2, '?'));
    Rows found;
    const core::Status status = ReadWith(torn, log_, found);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(found, rows_);
  }
}

TEST_F(DamageTest, ATornLastTransactionIsNoDamage) {
  Fill();
  core::Random random(core::StreamKey{.seed = 3});
  for (int i = 0; i < 50; ++i) {
    std::string torn = log_;
    torn.resize(torn.size() - 1 - random.Below(kFrameBytes));
    Rows found;
    const core::Status status = ReadWith(beside_log_, torn, found);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_NE(found, rows_) << "the last batch is gone";
  }
}

// The store is open and its pages have left SQLite's memory: damage in the log reaches a reader.
TEST_F(DamageTest, AByteChangedInTheLogOfARunningNodeIsSeenWhenRead) {
  OpenStore store(folder_.store());
  ASSERT_TRUE(store.status().ok());
  for (uint64_t number = 1; number <= 20; ++number) {
    ASSERT_TRUE(store.Commit(NumberedBatch(number)).ok());
  }
  const std::filesystem::path log = folder_.store().string() + "-wal";
  const std::string sound = ReadFile(log);
  int seen = 0;
  for (size_t at = kLogHeaderBytes + 500; at < sound.size(); at += kFrameBytes) {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(sound[at] ^ 4));
    file.flush();
    const auto report = CheckStore(folder_.store());  // A fresh connection: nothing in memory.
    if (!report.ok()) {
      ++seen;
      EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
    } else {
      EXPECT_EQ(report->rows, 1 + 20u * kRowsPerBatch);
    }
    file.seekp(static_cast<std::streamoff>(at)).put(sound[at]);
  }
  EXPECT_GT(seen, 20);
  EXPECT_EQ(FaultAfterCrash(store.storage(), 20), "");
}

}  // namespace
}  // namespace node

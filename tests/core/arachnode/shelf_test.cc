#include "core/arachnode/shelf.h"

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint64_t kRoom = 10'000;

Key256 KeyAt(uint8_t first, uint8_t second = 0) {
  Key256 key;
  key.bytes[0] = first;
  key.bytes[1] = second;
  return key;
}

class ShelfTest : public testing::Test, protected RingRig {
 protected:
  ShelfTest() : RingRig(1) {}

  // Asks for the put; the disk has it after Complete.
  bool Put(const Key256& key, uint64_t revision, size_t bytes = 100, uint64_t room = kRoom) {
    Archive archive;
    archive.block = key;
    archive.revision = revision;
    archive.value = Bytes(bytes, 7);
    archive.certificate.record.members.resize(1);
    return shelf_.Put(moment_, {.key = key}, archive, room);
  }

  // Everything that was handed over, in order.
  std::vector<ShelfEnd> Complete(const Status& status = absl::OkStatus()) {
    std::vector<StoreRequest> requests;
    for (StoreRequest& request : effects_.stores()) requests.push_back(std::move(request));
    effects_.Clear();
    std::vector<ShelfEnd> ends;
    for (const StoreRequest& request : requests) {
      EXPECT_TRUE(request.batch.CheckLimits().ok());
      EXPECT_TRUE(request.batch.CheckCoreTables().ok());
      Stored stored{.ticket = request.ticket, .status = status, .found = {}};
      if (status.ok()) request.batch.ApplyTo(rows_);
      for (const StoreKey& at : request.batch.reads) {
        const auto found = rows_.find(at);
        stored.found.push_back(found == rows_.end() ? std::nullopt : std::optional(found->second));
      }
      ends.push_back(shelf_.OnStored(moment_, stored));
    }
    return ends;
  }

  bool PutNow(const Key256& key, uint64_t revision, size_t bytes = 100) {
    return Put(key, revision, bytes) && Complete().at(0).done;
  }

  std::vector<StoredRow> StartRows() const {
    std::vector<StoredRow> rows;
    for (const auto& [at, value] : rows_) {
      if (!IsBulkTable(at.table)) rows.push_back({at, value});
    }
    return rows;
  }

  Shelf shelf_;
};

TEST_F(ShelfTest, ABlockIsHeldWhenItIsDurable) {
  ASSERT_TRUE(Put(KeyAt(1), 3));
  EXPECT_EQ(shelf_.Find(KeyAt(1)), nullptr);
  EXPECT_TRUE(shelf_.Has({KeyAt(1), 3}));  // On its way: nobody need send it again.
  EXPECT_FALSE(shelf_.Has({KeyAt(1), 4}));
  const std::vector<ShelfEnd> ends = Complete();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_TRUE(ends[0].done);
  EXPECT_EQ(ends[0].archive.revision, 3u);
  ASSERT_NE(shelf_.Find(KeyAt(1)), nullptr);
  EXPECT_EQ(shelf_.Find(KeyAt(1))->revision, 3u);
  EXPECT_EQ(shelf_.settled_bytes(), shelf_.used());
}

TEST_F(ShelfTest, ADiskThatRefusesLeavesItAsItWas) {
  ASSERT_TRUE(PutNow(KeyAt(1), 3));
  const uint64_t used = shelf_.used();
  ASSERT_TRUE(Put(KeyAt(1), 4));
  EXPECT_FALSE(Complete(Unavailable("test")).at(0).done);
  EXPECT_EQ(shelf_.Find(KeyAt(1))->revision, 3u);
  EXPECT_EQ(shelf_.used(), used);
  EXPECT_FALSE(shelf_.Has({KeyAt(1), 4}));
}

TEST_F(ShelfTest, AFullDiskIsToldFromOneThatFails) {
  ASSERT_TRUE(Put(KeyAt(1), 3));
  EXPECT_FALSE(Complete(Unavailable("test")).at(0).no_room);
  ASSERT_TRUE(Put(KeyAt(1), 3));
  EXPECT_TRUE(Complete(ResourceExhausted("test")).at(0).no_room);
}

TEST_F(ShelfTest, WhatIsHeldAndWhatIsComingFitsIntoTheCapacity) {
  ASSERT_TRUE(Put(KeyAt(1), 1, 5'000));
  EXPECT_FALSE(Put(KeyAt(2), 1, 5'000));  // Not durable, and counted.
  ASSERT_TRUE(Complete().at(0).done);
  EXPECT_FALSE(Put(KeyAt(2), 1, 5'000));
  EXPECT_TRUE(Put(KeyAt(2), 1, 4'000));
  EXPECT_LE(shelf_.used(), kRoom);
}

TEST_F(ShelfTest, ANewRevisionTakesThePlaceOfTheOldOne) {
  ASSERT_TRUE(PutNow(KeyAt(1), 1, 1'000));
  const uint64_t before = shelf_.used();
  ASSERT_TRUE(PutNow(KeyAt(1), 2, 10));
  EXPECT_LT(shelf_.used(), before);
  EXPECT_EQ(shelf_.size(), 1u);
}

TEST_F(ShelfTest, ReadingGivesTheArchive) {
  ASSERT_TRUE(PutNow(KeyAt(1), 9, 33));
  shelf_.Read(moment_, {.key = KeyAt(1), .peer = PeerId{4}, .id = 5});
  const ShelfEnd end = Complete().at(0);
  EXPECT_TRUE(end.done);
  EXPECT_EQ(end.archive.revision, 9u);
  EXPECT_EQ(end.archive.value, Bytes(33, 7));
  EXPECT_EQ(end.task.peer, PeerId{4});
  EXPECT_EQ(end.task.id, 5u);
}

TEST_F(ShelfTest, ReadingWhatTheDiskHasLostFails) {
  ASSERT_TRUE(PutNow(KeyAt(1), 9));
  rows_.clear();
  shelf_.Read(moment_, {.key = KeyAt(1)});
  EXPECT_FALSE(Complete().at(0).done);
  ASSERT_TRUE(PutNow(KeyAt(2), 1));
  for (auto& [at, value] : rows_) value = {1, 2, 3};
  shelf_.Read(moment_, {.key = KeyAt(2)});
  EXPECT_FALSE(Complete().at(0).done);
}

TEST_F(ShelfTest, ErasingFreesTheRoomAndTheRows) {
  ASSERT_TRUE(PutNow(KeyAt(1), 1));
  shelf_.Erase(moment_, KeyAt(1));
  EXPECT_EQ(shelf_.Find(KeyAt(1)), nullptr);
  EXPECT_EQ(shelf_.used(), 0u);
  (void)Complete();
  EXPECT_TRUE(rows_.empty());
}

TEST_F(ShelfTest, AnotherLifeFindsTheIndexWithoutTheArchives) {
  for (uint8_t i = 1; i <= 5; ++i) ASSERT_TRUE(PutNow(KeyAt(i), i));
  shelf_.WritePlace(moment_, {1, 2});
  (void)Complete();
  Shelf next;
  EXPECT_EQ(next.Load(StartRows()), 5u);
  EXPECT_EQ(next.used(), shelf_.used());
  EXPECT_EQ(next.Find(KeyAt(4))->revision, 4u);
}

TEST_F(ShelfTest, DamagedRowsOfTheIndexAreLeftOut) {
  ASSERT_TRUE(PutNow(KeyAt(1), 1));
  std::vector<StoredRow> rows = StartRows();
  ASSERT_EQ(rows.size(), 1u);
  rows[0].value = {0xff, 0xff};
  EXPECT_EQ(Shelf().Load(rows), 0u);
}

TEST_F(ShelfTest, PagesAreStretchesOfARange) {
  for (uint8_t i = 0; i < 8; ++i) ASSERT_TRUE(PutNow(KeyAt(static_cast<uint8_t>(i * 32), 1), 1));
  const KeyRange half{KeyAt(128), 1};  // 128 to 255.
  const auto first = shelf_.Page(half, Key256{}, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].key, KeyAt(128, 1));
  const auto rest = shelf_.Page(half, first[2].key, 3);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].key, KeyAt(224, 1));
  EXPECT_TRUE(shelf_.Page(half, rest[0].key, 3).empty());
}

TEST_F(ShelfTest, OutsideIsWhatTheRangeDoesNotHave) {
  for (uint8_t i = 0; i < 8; ++i) ASSERT_TRUE(PutNow(KeyAt(static_cast<uint8_t>(i * 32), 1), 1));
  const KeyRange quarter{KeyAt(64), 2};  // 64 to 127.
  EXPECT_EQ(shelf_.Outside(quarter, 100).size(), 6u);
  EXPECT_EQ(shelf_.Outside(quarter, 4).size(), 4u);
  EXPECT_TRUE(shelf_.Outside(KeyRange{}, 100).empty());
  for (const KeyedRevision& block : shelf_.Outside(quarter, 100)) {
    EXPECT_FALSE(quarter.Contains(block.key));
  }
}

TEST_F(ShelfTest, WhatTheDiskCannotGiveBackIsNotHeldUntilItComesAgain) {
  ASSERT_TRUE(PutNow(KeyAt(1), 3));
  ASSERT_TRUE(PutNow(KeyAt(2), 1));
  const uint64_t used = shelf_.used();
  shelf_.Read(moment_, {.key = KeyAt(1)});
  EXPECT_FALSE(Complete(DataLoss("the row is damaged")).at(0).done);
  EXPECT_EQ(shelf_.damaged(), 1u);
  EXPECT_EQ(shelf_.Find(KeyAt(1)), nullptr);
  EXPECT_FALSE(shelf_.Has({KeyAt(1), 3}));  // So repair fetches it.
  EXPECT_EQ(shelf_.Page(KeyRange{}, Key256{}, 10).size(), 1u);
  EXPECT_EQ(shelf_.used(), used);                          // Its bytes are still there,
  EXPECT_EQ(shelf_.Outside(std::nullopt, 10).size(), 2u);  // and are released with the others.
  ASSERT_TRUE(PutNow(KeyAt(1), 3));
  EXPECT_EQ(shelf_.damaged(), 0u);
  EXPECT_TRUE(shelf_.Has({KeyAt(1), 3}));
  EXPECT_EQ(shelf_.used(), used);
}

TEST_F(ShelfTest, ARowThatCannotBeReadAsAnArchiveOrIsGoneIsDamageToo) {
  ASSERT_TRUE(PutNow(KeyAt(1), 1));
  ASSERT_TRUE(PutNow(KeyAt(2), 1));
  rows_[RingRowKey(kArchiveTable, KeyAt(1))] = {1, 2, 3};
  rows_.erase(RingRowKey(kArchiveTable, KeyAt(2)));
  for (const uint8_t first : {uint8_t{1}, uint8_t{2}, uint8_t{1}}) {
    shelf_.Read(moment_, {.key = KeyAt(first)});
    EXPECT_FALSE(Complete().at(0).done);
  }
  EXPECT_EQ(shelf_.damaged(), 2u);
  shelf_.Erase(moment_, KeyAt(1));
  EXPECT_EQ(shelf_.damaged(), 1u);
}

TEST_F(ShelfTest, ADiskThatIsSilentForAWhileHasNotLostTheBlock) {
  ASSERT_TRUE(PutNow(KeyAt(1), 1));
  shelf_.Read(moment_, {.key = KeyAt(1)});
  EXPECT_FALSE(Complete(Unavailable("no room")).at(0).done);
  EXPECT_EQ(shelf_.damaged(), 0u);
  EXPECT_TRUE(shelf_.Has({KeyAt(1), 1}));
}

// The host's mistake, or one of an earlier life.
TEST_F(ShelfTest, ACompletionThatNobodyWaitsForChangesNothing) {
  ASSERT_TRUE(Put(KeyAt(1), 1));
  const ShelfEnd end = shelf_.OnStored(moment_, {StoreTicket{uint64_t{2} << 56 | 77}, {}, {}});
  EXPECT_FALSE(end.done);
  EXPECT_EQ(shelf_.Find(KeyAt(1)), nullptr);
  EXPECT_TRUE(Complete().at(0).done);
}

}  // namespace
}  // namespace core

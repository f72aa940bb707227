#include "core/collections/log.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/collections/block_store.h"

namespace core {
namespace {

StoredCollection Diary() {
  return StoredCollection({.name = "Elections", .kind = CollectionKind::kDiary});
}

StoredCollection DiaryOf(uint64_t actions) {
  StoredCollection diary = Diary();
  for (uint64_t i = 0; i < actions; ++i) EXPECT_TRUE(diary.Append(i)) << i;
  return diary;
}

LogContext ContextOf(const StoredCollection& diary) {
  Draft view = diary.View();
  return ReadLogContext(view).value();
}

Status Checked(const StoredCollection& diary) {
  Draft view = diary.View();
  return CheckLog(view);
}

std::vector<LogEntry> ReadAll(const StoredCollection& diary, uint64_t from, Direction direction) {
  std::vector<LogEntry> entries;
  LogReader reader(from, direction);
  Draft view = diary.View();
  while (auto entry = reader.Next(view)) entries.push_back(std::move(*entry));
  EXPECT_TRUE(view.ok());
  return entries;
}

// The entries that are actions, by number.
std::vector<ActionId> ActionsIn(const std::vector<LogEntry>& entries) {
  std::vector<ActionId> ids;
  for (const LogEntry& entry : entries) {
    if (const auto* action = std::get_if<LogAction>(&entry.body)) ids.push_back(action->id);
  }
  return ids;
}

TEST(LogTest, TheFirstActionCreatesHeaderAndTail) {
  StoredCollection diary = DiaryOf(1);
  EXPECT_EQ(diary.store().live(), 2u);
  EXPECT_EQ(ContextOf(diary).next_sequence, 1u);
  EXPECT_TRUE(Checked(diary).ok()) << Checked(diary);
}

TEST(LogTest, AnAppendWritesTheTailOnly) {
  StoredCollection diary = DiaryOf(5);
  ASSERT_EQ(diary.last_changes().writes.size(), 1u);
  EXPECT_EQ(diary.last_changes().writes[0].block, ContextOf(diary).tail);
  EXPECT_EQ(diary.last_changes().writes[0].base_revision, 4u);
}

TEST(LogTest, AFullTailGetsASuccessorInOneChangeSet) {
  StoredCollection diary = DiaryOf(32);
  const BlockId full = ContextOf(diary).tail;
  ASSERT_TRUE(diary.Append(32));
  const BlockId tail = ContextOf(diary).tail;
  EXPECT_NE(tail, full);
  std::vector<BlockId> written;
  for (const BlockWrite& write : diary.last_changes().writes) written.push_back(write.block);
  std::vector<BlockId> expected = {diary.header(), full, tail};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(written, expected);
  EXPECT_EQ(diary.store().Read(tail).revision, 1u);
  EXPECT_EQ(ContextOf(diary).next_sequence, 34u) << "the checkpoint counts";
  EXPECT_TRUE(Checked(diary).ok()) << Checked(diary);
}

TEST(LogTest, SequencesAreDenseOverManyBlocks) {
  StoredCollection diary = DiaryOf(200);
  EXPECT_TRUE(Checked(diary).ok()) << Checked(diary);
  const auto entries = ReadAll(diary, 0, Direction::kForward);
  for (size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].sequence, i);
  // 32 actions in the first block, 31 behind a checkpoint in each of the others.
  EXPECT_EQ(entries.size(), 200u + (200 - 32 + 30) / 31);
  const auto actions = ActionsIn(entries);
  ASSERT_EQ(actions.size(), 200u);
  for (uint64_t i = 0; i < 200; ++i) EXPECT_EQ(actions[i], ActionOf(i));
}

TEST(LogTest, ReadingBackwardIsReadingForwardReversed) {
  StoredCollection diary = DiaryOf(100);
  auto forward = ReadAll(diary, 0, Direction::kForward);
  std::reverse(forward.begin(), forward.end());
  EXPECT_EQ(ReadAll(diary, ~uint64_t{0}, Direction::kBackward), forward);
}

TEST(LogTest, ReadingStartsAtAnyPosition) {
  StoredCollection diary = DiaryOf(100);
  const auto all = ReadAll(diary, 0, Direction::kForward);
  for (size_t from = 0; from < all.size(); ++from) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(from);
    EXPECT_EQ(ReadAll(diary, from, Direction::kForward), std::vector<LogEntry>(at, all.end()));
    std::vector<LogEntry> back(all.begin(), at + 1);
    std::reverse(back.begin(), back.end());
    EXPECT_EQ(ReadAll(diary, from, Direction::kBackward), back);
  }
  EXPECT_TRUE(ReadAll(diary, all.size(), Direction::kForward).empty());
}

TEST(LogTest, AReaderAtTheEndSeesWhatIsAppendedLater) {
  StoredCollection diary = DiaryOf(31);
  LogReader reader(0, Direction::kForward);
  Draft view = diary.View();
  size_t read = 0;
  while (reader.Next(view).has_value()) ++read;
  EXPECT_EQ(read, 31u);
  for (uint64_t i = 31; i < 70; ++i) ASSERT_TRUE(diary.Append(i));
  Draft later = diary.View();
  while (reader.Next(later).has_value()) ++read;
  EXPECT_EQ(read, 70u + 2);
}

TEST(LogTest, AReaderThatMissesABlockGoesOnWhenItIsThere) {
  StoredCollection diary = DiaryOf(150);
  BlockSet fetched;
  LogReader reader(10, Direction::kForward);
  std::vector<LogEntry> entries;
  size_t stops = 0;
  while (true) {
    Draft view(diary.suite(), fetched, diary.header());
    while (auto entry = reader.Next(view)) entries.push_back(*entry);
    if (view.trouble() != Trouble::kNeeds) break;
    ++stops;
    for (const BlockId& id : view.wanted()) fetched[id] = diary.store().Read(id);
  }
  EXPECT_EQ(entries, ReadAll(diary, 10, Direction::kForward));
  EXPECT_EQ(stops, 6u) << "the header and five blocks, each asked for once";
}

TEST(LogTest, ATailThatHasASuccessorIsTornNotUsed) {
  StoredCollection diary = DiaryOf(32);
  const FetchedBlock old_header = diary.store().Read(diary.header());
  ASSERT_TRUE(diary.Append(32));
  diary.store().blocks()[diary.header()] = old_header;
  Draft view = diary.View();
  EXPECT_FALSE(ReadLogContext(view).has_value());
  EXPECT_EQ(view.trouble(), Trouble::kTorn);
  ASSERT_EQ(view.wanted().size(), 2u);
  EXPECT_EQ(view.wanted()[0], diary.header());
}

// A reader took such a block's end for the end of the log, and its client read the log again for ever.
TEST(LogTest, ABlockFromBeforeItWasFullIsNotTheEnd) {
  StoredCollection diary = DiaryOf(20);
  const BlockId head = ContextOf(diary).tail;
  const FetchedBlock young = diary.store().Read(head);
  for (uint64_t i = 20; i < 90; ++i) ASSERT_TRUE(diary.Append(i));
  diary.store().blocks()[head] = young;
  LogReader reader(15, Direction::kForward);
  Draft view = diary.View();
  size_t read = 0;
  while (reader.Next(view).has_value()) ++read;
  EXPECT_EQ(read, 5u);
  EXPECT_EQ(view.trouble(), Trouble::kTorn);
  ASSERT_EQ(view.wanted().size(), 2u);
  EXPECT_EQ(view.wanted()[1], head);
}

TEST(LogTest, ACheckpointListsWhatMayStillBeUnderWay) {
  StoredCollection diary = Diary();
  for (uint64_t i = 0; i < 32; ++i) {
    diary.SetTime(1000 + static_cast<int64_t>(i));
    ASSERT_TRUE(diary.Append(i));
  }
  EXPECT_EQ(ContextOf(diary).pending.size(), 32u);
  const std::vector<ActionId> complete = {ActionOf(30)};
  diary.SetSettlement({.complete = complete, .before_ms = 1028});
  ASSERT_TRUE(diary.Append(32));
  const std::vector<ActionId> expected = {ActionOf(28), ActionOf(29), ActionOf(31), ActionOf(32)};
  EXPECT_EQ(ContextOf(diary).pending, expected);
}

TEST(LogTest, ACheckpointIsBoundedAndPassesOnWhatTheLastOneSaid) {
  StoredCollection diary = DiaryOf(32 + 31 * 4);
  ASSERT_TRUE(diary.Append(1000));
  const auto pending = ContextOf(diary).pending;
  ASSERT_EQ(pending.size(), kCheckpointPendingMax + 1) << "the bound, and the action behind it";
  EXPECT_EQ(pending.front(), ActionOf(32 + 31 * 4 - kCheckpointPendingMax))
      << "the newest are kept";
  EXPECT_TRUE(Checked(diary).ok()) << Checked(diary);
}

// Each way to break CO-1, planted in a log that was in order.
class BrokenLogTest : public ::testing::Test {
 protected:
  BrokenLogTest() : diary_(DiaryOf(80)) {
    Draft view = diary_.View();
    head_ = view.Header()->head;
    middle_ = *view.Log(head_)->next;
  }

  template <typename Change>
  std::string Broken(const BlockId& id, Change&& change) {
    Draft view = diary_.View();
    LogBlock block = view.Log(id).value();
    change(block);
    diary_.store().blocks()[id].bytes = Encode(block);
    return std::string(MessageOf(Checked(diary_)));
  }

  StoredCollection diary_;
  BlockId head_;
  BlockId middle_;
};

TEST_F(BrokenLogTest, AChangedEntryBreaksTheHash) {
  EXPECT_EQ(Broken(head_, [](LogBlock& b) { b.entries[3].time_ms ^= 1; }),
            "log: prior_hash is not the hash of the predecessor");
}

TEST_F(BrokenLogTest, AMissingEntryIsFound) {
  EXPECT_EQ(Broken(head_, [](LogBlock& b) { b.entries.pop_back(); }),
            "log: a block that is not the last is not full");
}

TEST_F(BrokenLogTest, AJumpOfTheSequenceIsFound) {
  EXPECT_EQ(Broken(middle_, [](LogBlock& b) { ++b.first_sequence; }),
            "log: sequences are not dense");
}

TEST_F(BrokenLogTest, AWrongPriorLinkIsFound) {
  EXPECT_EQ(Broken(middle_, [&](LogBlock& b) { b.prior->block = middle_; }),
            "log: prior_id is not the predecessor");
}

TEST_F(BrokenLogTest, ACycleIsFound) {
  EXPECT_EQ(Broken(middle_, [&](LogBlock& b) { b.next = middle_; }),
            "log: sequences are not dense");
}

TEST_F(BrokenLogTest, ALogThatEndsBeforeTheTailIsFound) {
  EXPECT_EQ(Broken(head_, [](LogBlock& b) { b.next.reset(); }),
            "log: the header's tail is not the last block");
}

TEST_F(BrokenLogTest, AnActionThatStandsTwiceIsFound) {
  Draft view = diary_.View();
  const BlockId tail = view.Header()->tail;
  EXPECT_EQ(Broken(tail, [](LogBlock& b) { b.entries.push_back(b.entries.back()); }),
            "log: an action stands twice");
}

TEST_F(BrokenLogTest, AMissingBlockIsFound) {
  diary_.store().blocks()[middle_].bytes.reset();
  EXPECT_EQ(MessageOf(Checked(diary_)), "log: a link leads to a block that is not there");
}

TEST_F(BrokenLogTest, AReaderRefusesAChangedBlockToo) {
  Broken(head_, [](LogBlock& b) { b.entries[3].time_ms ^= 1; });
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    LogReader reader(direction == Direction::kForward ? 0 : ~uint64_t{0}, direction);
    Draft view = diary_.View();
    size_t count = 0;
    while (reader.Next(view).has_value()) ++count;
    EXPECT_EQ(view.trouble(), Trouble::kDamaged);
    EXPECT_EQ(count, direction == Direction::kForward ? 32u : 50u);
  }
}

}  // namespace
}  // namespace core

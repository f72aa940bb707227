#include "core/recording/recorder.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/recording/recorded_rig.h"

namespace core {
namespace {

constexpr size_t kKiB = 1024;

TEST(RecorderTest, AFreshRecorderSavesAFileThatReads) {
  const RecordedRig rig;
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_EQ(replay.inputs, 0u);
  EXPECT_FALSE(replay.torn.has_value());
}

TEST(RecorderTest, AHeadKeepsTheBeginningAndCountsTheRest) {
  RecordedRig rig({.head_bytes = 16 * kKiB, .tail_bytes = 0, .digest_every = 1});
  rig.Live(300);
  EXPECT_GT(rig.recorder->dropped(), 100u);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_FALSE(replay.divergence.has_value());
  EXPECT_EQ(replay.missing, rig.recorder->dropped());
  EXPECT_EQ(replay.inputs + replay.missing, rig.recorder->inputs());
  EXPECT_EQ(replay.compared, replay.inputs);
  EXPECT_EQ(replay.skipped, replay.missing);
}

TEST(RecorderTest, ARingKeepsTheEndReadableAndCountsWhatItDropped) {
  RecordedRig rig({.head_bytes = 0, .tail_bytes = 16 * kKiB, .digest_every = 1});
  rig.Live(300);
  EXPECT_GT(rig.recorder->dropped(), 100u);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_EQ(replay.missing, rig.recorder->dropped());
  EXPECT_EQ(replay.inputs + replay.missing, rig.recorder->inputs());
  EXPECT_EQ(replay.fed, 0u);
  EXPECT_GT(replay.inputs, 50u);
  EXPECT_EQ(replay.unreadable, 0u);
}

TEST(RecorderTest, HeadAndRingTogetherCompareTheHeadAndShowTheEnd) {
  RecordedRig rig({.head_bytes = 16 * kKiB, .tail_bytes = 16 * kKiB, .digest_every = 1});
  rig.Live(600);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_FALSE(replay.divergence.has_value());
  EXPECT_GT(replay.compared, 30u);
  EXPECT_EQ(replay.compared, replay.fed);
  EXPECT_GT(replay.inputs, replay.fed + 50u);
  EXPECT_EQ(replay.inputs + replay.missing, rig.recorder->inputs());
}

TEST(RecorderTest, NothingIsDroppedBeforeHeadAndRingAreFull) {
  RecordedRig rig({.head_bytes = 64 * kKiB, .tail_bytes = 512 * kKiB, .digest_every = 1});
  rig.Live(300);
  ASSERT_GT(rig.recorder->FileBytes(), 70 * kKiB);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(rig.recorder->dropped(), 0u);
  EXPECT_EQ(replay.compared, rig.recorder->inputs());
}

TEST(RecorderTest, MemoryAndFileStayWithinTheirBudget) {
  constexpr size_t kBudget = 128 * kKiB;
  RecordedRig rig({.head_bytes = kBudget / 2, .tail_bytes = kBudget / 2, .digest_every = 1});
  rig.Live(1500);
  EXPECT_GT(rig.recorder->dropped(), 0u);
  // Sixteen segments of 8 KiB, each with room for one more ordinary input.
  EXPECT_LT(rig.recorder->FileBytes(), kBudget + 16 * 4 * kKiB);
  EXPECT_LT(rig.recorder->MemoryUsage(), kBudget + 16 * 4 * kKiB + 32 * kKiB);
}

std::vector<StoredRow> RowsOf(size_t count, size_t value_bytes) {
  std::vector<StoredRow> rows;
  for (size_t i = 0; i < count; ++i) {
    rows.push_back({{kCoreTableFirst, {static_cast<uint8_t>(i)}}, Bytes(value_bytes, 7)});
  }
  return rows;
}

TEST(RecorderTest, TheRowsOfAStartReplayThoughTheyAreLargerThanASegment) {
  RecordedRig rig({.head_bytes = 64 * kKiB, .tail_bytes = 0, .digest_every = 1});
  rig.rows = RowsOf(30, 2 * kKiB - 64);
  rig.Live(1);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_GT(replay.fed, 3u);
  EXPECT_EQ(replay.compared, replay.fed);
}

TEST(RecorderTest, AStartWhoseRowsDoNotFitIsNotKeptAndTheRestCanBeRead) {
  RecordedRig rig({.head_bytes = 16 * kKiB, .tail_bytes = 64 * kKiB, .digest_every = 1});
  rig.rows = RowsOf(30, kKiB);
  rig.Live(3);
  EXPECT_EQ(rig.recorder->dropped(), 1u);
  EXPECT_LT(rig.recorder->FileBytes(), 30 * kKiB);
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_EQ(replay.missing, 1u);
  EXPECT_EQ(replay.fed, 0u);
  EXPECT_EQ(replay.inputs + 1, rig.recorder->inputs());
}

TEST(RecorderTest, WithoutABudgetNothingIsKeptAndEverythingCounted) {
  RecordedRig rig({.head_bytes = 0, .tail_bytes = 0, .digest_every = 1});
  rig.Live(20);
  EXPECT_EQ(rig.recorder->dropped(), rig.recorder->inputs());
  const RigReplay replay = ReplayBytes(rig.Save());
  EXPECT_EQ(replay.error, "");
  EXPECT_EQ(replay.missing, rig.recorder->inputs());
}

TEST(RecorderTest, ADigestOverALargeStatePutsTheNextOneOff) {
  class LargePeer : public Participant {
   public:
    void Step(Time, const Input&, Effects&) override {}

    [[nodiscard]] Time NextDeadline() const override { return Time::Never(); }

    void SeedRoutes(std::span<const PeerId>) override {}

    [[nodiscard]] std::vector<PeerId> Contacts() const override { return {}; }

    void Digest(Hasher& hasher) const override {
      ++digests;
      for (uint64_t i = 0; i < 10 * RecorderLimits().digest_words; ++i) hasher.Add(i);
    }

    [[nodiscard]] size_t MemoryUsage() const override { return 0; }

    mutable int digests = 0;
  };

  const RecordedRig rig;
  const LargePeer peer;
  rig.recorder->Record(Time{1}, Start{});
  for (int i = 0; i < 100; ++i) {
    rig.recorder->Settle(peer);
    rig.recorder->Record(Time{2 + i}, Wake{});
  }
  EXPECT_EQ(peer.digests, 10);
  rig.recorder->Settle(peer, true);
  EXPECT_EQ(peer.digests, 11);
}

// The replay must find it in that step, and in no step before.
TEST(RecorderTest, WhatAStepLooksUpStandsBehindItsInput) {
  RecordedRig rig;
  std::vector<PeerId> others;
  for (uint32_t i = 1; i <= 2; ++i) {
    others.push_back(rig.directory.Learn(rig.identities[i].contact));
  }
  const auto find = [&](uint32_t number) {
    (void)rig.recorder->directory().FindByNodeId(rig.identities[number].contact.node_id);
  };
  rig.recorder->Record(Time{1}, Start{});
  find(1);
  find(1);
  rig.recorder->Settle(*rig.peer);
  find(2);
  rig.recorder->Record(Time{2}, Wake{});
  const std::vector<uint8_t> file = rig.Save();
  auto reader = RecordingReader::Open("f", file, rig.suite);
  ASSERT_TRUE(reader.ok());
  std::vector<std::string> order;
  for (Entry entry; *reader->Next(entry);) {
    if (std::holds_alternative<RecordedInput>(entry)) order.emplace_back("input");
    const auto* contact = std::get_if<KnownContact>(&entry);
    if (contact == nullptr) continue;
    order.push_back((contact->found ? "found " : "known ") +
                    std::to_string(contact->peer == others[0] ? 1 : 2));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"input", "found 1", "known 2", "input"}));
}

TEST(RecorderTest, TheSecretKeyIsNotInTheFile) {
  RecordedRig rig;
  rig.Live(40);
  const std::vector<uint8_t> file = rig.Save();
  const Digest256& seed = rig.identities[0].secret.seed;
  EXPECT_EQ(std::search(file.begin(), file.end(), seed.begin(), seed.end()), file.end());
  // In halves neither.
  EXPECT_EQ(std::search(file.begin(), file.end(), seed.begin(), seed.begin() + 16), file.end());
  EXPECT_EQ(std::search(file.begin(), file.end(), seed.begin() + 16, seed.end()), file.end());
}

TEST(RecorderTest, SavingTwiceGivesTheSameBytes) {
  RecordedRig rig;
  rig.Live(10);
  EXPECT_EQ(rig.Save(), rig.Save());
  EXPECT_EQ(rig.Save().size(), rig.recorder->FileBytes());
}

}  // namespace
}  // namespace core

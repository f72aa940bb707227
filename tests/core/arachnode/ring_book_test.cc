#include "core/arachnode/ring_book.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/core/arachnode/ring_rig.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 4;

class RingBookTest : public testing::Test, protected RingRig {
 protected:
  RingBookTest() : RingRig(kPeers) { moment_.now = Time{Seconds(1'000'000).us}; }

  RingInfo Say(uint32_t peer, uint64_t sequence, RingStatus status = RingStatus::kActive,
               uint8_t ring = 0) {
    RingInfo info{.peer = PeerId{peer},
                  .sequence = sequence,
                  .status = status,
                  .ring = ring,
                  .from = 0,
                  .issued_ms = moment_.now_ms()};
    const RingMoment theirs = As(PeerId{peer});
    SignRingInfo(theirs, info);
    return info;
  }

  [[nodiscard]] bool IsCountedFor(uint32_t peer, const Key256& key) const {
    const auto holders = book_.HoldersOf(key, true);
    return std::any_of(holders.begin(), holders.end(),
                       [&](const RingInfo* info) { return info->peer == PeerId{peer}; });
  }

  RingBook book_;
};

TEST_F(RingBookTest, NobodyIsCountedOnWhoWasCaught) {
  ASSERT_TRUE(book_.Learn(moment_, Say(1, 1)));
  ASSERT_TRUE(book_.Learn(moment_, Say(2, 1)));
  book_.Doubt(moment_.now, PeerId{1});
  EXPECT_FALSE(IsCountedFor(1, {}));
  EXPECT_TRUE(IsCountedFor(2, {}));
  EXPECT_EQ(book_.HoldersOf({}).size(), 2u) << "it is still asked for what it holds";
  // Neither a new statement nor silence clears it.
  ASSERT_TRUE(book_.Learn(moment_, Say(1, 2)));
  EXPECT_FALSE(IsCountedFor(1, {}));
  book_.Forget(PeerId{1});
  ASSERT_TRUE(book_.Learn(moment_, Say(1, 3)));
  EXPECT_FALSE(IsCountedFor(1, {}));
  book_.NoteHeld(PeerId{1});
  EXPECT_FALSE(IsCountedFor(1, {})) << "one block shown makes up for nothing";
  moment_.now = moment_.now + RingBook::kDoubtTime;
  book_.Expire(moment_);
  ASSERT_TRUE(book_.Learn(moment_, Say(1, 4)));
  EXPECT_TRUE(IsCountedFor(1, {}));
}

TEST_F(RingBookTest, LacksInARowBecomeADoubt) {
  ASSERT_TRUE(book_.Learn(moment_, Say(1, 1)));
  for (int i = 1; i < RingBook::kLacksMax; ++i) book_.NoteLack(moment_.now, PeerId{1});
  EXPECT_TRUE(IsCountedFor(1, {}));
  book_.NoteHeld(PeerId{1});
  for (int i = 1; i < RingBook::kLacksMax; ++i) book_.NoteLack(moment_.now, PeerId{1});
  EXPECT_TRUE(IsCountedFor(1, {}));
  book_.NoteLack(moment_.now, PeerId{1});
  EXPECT_FALSE(IsCountedFor(1, {}));
}

TEST_F(RingBookTest, DoubtsAreBounded) {
  for (uint32_t peer = 0; peer < 3 * RingBook::kDoubtsMax; ++peer) {
    book_.Doubt(moment_.now, PeerId{peer});
  }
  EXPECT_TRUE(book_.IsCounted(PeerId{0}));
  EXPECT_FALSE(book_.IsCounted(PeerId{3 * RingBook::kDoubtsMax - 1}));
  const size_t bytes = book_.HeapBytes();
  book_.Doubt(moment_.now, PeerId{1});
  EXPECT_EQ(book_.HeapBytes(), bytes);
}

// It says that it moves, and goes on saying so: after move_max it counts for nothing, until it has arrived.
TEST_F(RingBookTest, WhoMovesForEverIsNotCountedOn) {
  const Key256 key = identities_.NodeIdOf(PeerId{1});
  const Time begun = moment_.now;
  uint64_t sequence = 0;
  while (moment_.now - begun <= config_.arachnode.move_max) {
    ASSERT_TRUE(book_.Learn(moment_, Say(1, ++sequence, RingStatus::kMoving, 1)));
    book_.Expire(moment_);
    EXPECT_TRUE(IsCountedFor(1, key));
    moment_.now = moment_.now + Seconds(20);
  }
  ASSERT_TRUE(book_.Learn(moment_, Say(1, ++sequence, RingStatus::kMoving, 1)));
  book_.Expire(moment_);
  EXPECT_FALSE(IsCountedFor(1, key));
  ASSERT_TRUE(book_.Learn(moment_, Say(1, ++sequence, RingStatus::kActive, 1)));
  EXPECT_TRUE(IsCountedFor(1, key));
}

// Found by reading: a statement that the book had no place for was verified again by who asked for it.
TEST_F(RingBookTest, StatementsAreVerifiedOnce) {
  const std::vector<RingInfo> told = {Say(1, 2), Say(2, 1), Say(1, 1), Say(0, 1)};
  effects_.Clear();
  const std::vector<RingInfo> counting = book_.LearnAll(moment_, told);
  ASSERT_EQ(counting.size(), 3u);
  EXPECT_EQ(counting[0], told[0]);
  EXPECT_EQ(counting[1], told[1]);
  EXPECT_EQ(counting[2], told[0]) << "the later one";
  EXPECT_EQ(effects_.verifies(), 2u);
  RingInfo forged = told[1];
  forged.sequence = 9;
  EXPECT_TRUE(book_.LearnAll(moment_, std::vector{forged}).empty());
}

}  // namespace
}  // namespace core

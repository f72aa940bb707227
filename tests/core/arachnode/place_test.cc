#include "core/arachnode/place.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/arachnode/ring_overview.h"
#include "core/base/random.h"

namespace core {
namespace {

Key256 Drawn(uint64_t seed) {
  Key256 key;
  Random(StreamKey{.seed = seed}).Fill(key.bytes);
  return key;
}

TEST(PlaceTest, WhatANodeAnswersForFollowsItsStatus) {
  const Place joining{RingStatus::kJoining, 3, 3};
  EXPECT_EQ(AnsweredRing(joining), limits::kRingNone);
  EXPECT_EQ(SettledRing(joining), limits::kRingNone);
  EXPECT_EQ(TakenRing(joining), 3);
  const Place leaving{RingStatus::kLeaving, 3, 3};
  EXPECT_EQ(AnsweredRing(leaving), 3);
  EXPECT_EQ(SettledRing(leaving), limits::kRingNone);
}

TEST(PlaceTest, WhoeverMovesAnswersForTheOldRingAndCountsForTheNarrower) {
  const Place out{RingStatus::kMoving, 4, 3};
  EXPECT_EQ(AnsweredRing(out), 3);
  EXPECT_EQ(SettledRing(out), 4);
  EXPECT_EQ(TakenRing(out), 3);
  const Place in{RingStatus::kMoving, 2, 3};
  EXPECT_EQ(AnsweredRing(in), 3);
  EXPECT_EQ(SettledRing(in), 3);
  EXPECT_EQ(TakenRing(in), 2);
}

TEST(PlaceTest, NobodyIsCountedOnInNoRing) {
  EXPECT_FALSE(Covers(Key256{}, limits::kRingNone, Key256{}));
  EXPECT_TRUE(Covers(Drawn(1), 0, Drawn(2)));
}

// A ring is its two halves: the one that a node further out keeps, and the one that it sheds.
RC_GTEST_PROP(PlaceTest, ARingIsTheNextRingAndTheHalfThatIsShed, (uint64_t seed)) {
  const NodeId id = Drawn(seed);
  const auto ring = static_cast<uint8_t>(*rc::gen::inRange(0, int{limits::kRingMax}));
  const Key256 key = Splice(id, Drawn(seed + 1), *rc::gen::inRange(0, 20));
  const bool kept = RangeOf(id, static_cast<uint8_t>(ring + 1)).Contains(key);
  const bool shed = ShedHalf(id, ring).Contains(key);
  RC_ASSERT(!(kept && shed));
  RC_ASSERT((kept || shed) == RangeOf(id, ring).Contains(key));
  RC_ASSERT(RangeOf(id, ring).Contains(key) == Covers(id, ring, key));
}

RC_GTEST_PROP(PlaceTest, ARangeIsWhatLiesBetweenItsFirstAndItsLastKey, (uint64_t seed)) {
  const KeyRange range = RangeOf(Drawn(seed), static_cast<uint8_t>(*rc::gen::inRange(0, 17)));
  const Key256 key = Splice(Drawn(seed), Drawn(seed + 1), *rc::gen::inRange(0, 20));
  RC_ASSERT(range.Contains(key) == (range.First() <= key && key <= range.Last()));
}

TEST(PlaceTest, TheShareBeforeAKeyGrowsFromNoneToAll) {
  Key256 key;
  key.bytes[0] = 0x60;  // 011.
  EXPECT_EQ((KeyRange{Key256{}, 0}.ShareBefore(key)), 375'000u);
  const KeyRange quarter{key, 2};  // 01.
  EXPECT_EQ(quarter.ShareBefore(key), 500'000u);
  EXPECT_EQ(quarter.ShareBefore(Key256{}), 0u);
  EXPECT_EQ(quarter.ShareBefore(quarter.First()), 0u);
  EXPECT_EQ(quarter.ShareBefore(quarter.Last()), 999'999u);
  Key256 behind;
  behind.bytes[0] = 0x80;
  EXPECT_EQ(quarter.ShareBefore(behind), 1'000'000u);
}

TEST(PlaceTest, SidesAreToldByWhoseKeysTheNeighbourHas) {
  const Place own{RingStatus::kActive, 3, 3};
  const auto side = [&](uint8_t ring, int shared) {
    return SideOf(own, {RingStatus::kActive, ring, ring}, shared);
  };
  EXPECT_EQ(side(1, 1), RingSide::kInner);
  EXPECT_EQ(side(1, 0), RingSide::kElsewhere);
  EXPECT_EQ(side(3, 3), RingSide::kBeside);
  EXPECT_EQ(side(3, 2), RingSide::kElsewhere);
  EXPECT_EQ(side(4, 3), RingSide::kOuter);
  EXPECT_EQ(side(4, 2), RingSide::kElsewhere);
  // Whoever moves takes the keys of both rings.
  EXPECT_EQ(SideOf(own, {RingStatus::kMoving, 4, 3}, 3), RingSide::kBeside);
}

}  // namespace
}  // namespace core

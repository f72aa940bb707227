#include "sim/observe/ring_census.h"

#include <gtest/gtest.h>

#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

core::Key256 KeyAt(uint8_t first) {
  core::Key256 key;
  key.bytes[0] = first;
  return key;
}

core::BlockHeld Holds(const core::Key256& key, uint64_t used, uint64_t revision = 1) {
  return {.key = key, .block = key, .revision = revision, .hash = {}, .used = used};
}

class RingCensusTest : public testing::Test {
 protected:
  RingCensusTest() {
    for (uint32_t peer = 0; peer < 4; ++peer) {
      Tell(peer, core::RingChanged{.status = core::RingStatus::kActive, .lends = true});
    }
  }

  void Tell(uint32_t peer, const core::Observation& what) {
    world_.Tell(census_, ++ms_, peer, what);
  }

  // Bytes that had to move.
  [[nodiscard]] int64_t Needed() {
    census_.OnEnd(world_);
    return metrics_.Value("rings.bytes_needed").value_or(0);
  }

  FakeWorld world_{8};
  Metrics metrics_;
  RingCensus census_{&metrics_, std::make_shared<RingView>()};
  int64_t ms_ = 0;
};

TEST_F(RingCensusTest, EachHolderThatLackedABlockNeedsItOnce) {
  Tell(0, Holds(KeyAt(1), 100));
  Tell(0, Holds(KeyAt(2), 150));
  Tell(1, Holds(KeyAt(1), 100));
  EXPECT_EQ(Needed(), 100 + 50 + 100);
}

TEST_F(RingCensusTest, WhatANodeMadeItselfDidNotHaveToMove) {
  Tell(0, Holds(KeyAt(1), 100));
  core::RevisionApplied made;
  made.block = KeyAt(1);
  made.revision = 1;
  Tell(1, made);
  Tell(1, Holds(KeyAt(1), 100));
  EXPECT_EQ(Needed(), 100);
}

// After a release nobody knows what a node uses until it tells again: the size is that of the other holders.
TEST_F(RingCensusTest, AReleaseDoesNotMakeTheNextBlockSmaller) {
  Tell(0, Holds(KeyAt(1), 100));
  Tell(1, Holds(KeyAt(2), 500));
  Tell(1, core::BlockReleased{.key = KeyAt(2), .revision = 1});
  Tell(1, Holds(KeyAt(1), 510));
  EXPECT_EQ(Needed(), 100 + 500 + 100);
}

TEST_F(RingCensusTest, TheRatioIsOfAllThatMovesArchivesAndOfNothingElse) {
  Tell(0, Holds(KeyAt(1), 100));
  TrafficCounters traffic;
  const auto sent = [&](const core::Body& body, uint64_t bytes) {
    traffic.by_type[body.index()].bytes += bytes;
  };
  sent(core::ArchiveStore{}, 120);
  sent(core::RangeDigest{}, 30);
  sent(core::Refs{}, 1000);
  sent(core::Ping{}, 1000);
  census_.OnTraffic(world_, traffic);
  census_.OnEnd(world_);
  EXPECT_EQ(metrics_.Value("rings.bytes_sent"), 150);
  EXPECT_EQ(metrics_.Value("rings.repair.ratio"), 1'500'000);
}

}  // namespace
}  // namespace sim

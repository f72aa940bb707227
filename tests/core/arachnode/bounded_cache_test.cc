// Members whose values are bounded: whole peers, with and without storage nodes.
#include <algorithm>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "core/transactions/cluster.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 14;
constexpr uint32_t kStores = 6;  // Peers 0 to 5 lend; the others lend nothing.
constexpr PeerId kClient{10};
constexpr PeerId kReader{11};
constexpr uint64_t kBound = 8'000;
constexpr size_t kValue = 1'000;

// All peers but a few are members of each cluster, so that what is written adds up.
class BoundedCacheTest : public testing::Test {
 protected:
  BoundedCacheTest() {
    Config config;
    config.transactions.cluster_size = 10;
    config.transactions.cluster_cache = kBound;
    config.arachnode.monitor_interval = Seconds(20);
    net_ = std::make_unique<SmallPeerNet>(SmallPeerNet::Options{
        .seed = 5, .peers = kPeers, .loss = {0, 1}, .tells_dead_links = true, .config = config});
    net_->StartWarm();
    net_->RunFor(Seconds(5));
  }

  void Lend(uint64_t bytes) {
    for (uint32_t i = 0; i < kStores; ++i) net_->Command(PeerId{i}, LendCommand{bytes});
    net_->RunFor(Minutes(2));
  }

  static BlockId BlockAt(uint8_t number) {
    BlockId block;
    block.bytes[0] = number;
    return block;
  }

  CallFinished Call(PeerId peer, const core::Command& command) {
    net_->Command(peer, command);
    net_->RunFor(Seconds(15));
    for (const auto& [who, end] : net_->All<CallFinished>()) {
      if (who == peer && end.request == requests_) return end;
    }
    ADD_FAILURE() << "no end";
    return {};
  }

  CallFinished Put(uint8_t number, uint64_t base, uint8_t fill) {
    return Call(kClient, PutCommand{.request = ++requests_,
                                    .block = BlockAt(number),
                                    .base_revision = base,
                                    .value = Bytes(kValue, fill)});
  }

  CallFinished Get(uint8_t number) {
    return Call(kReader,
                GetCommand{.request = ++requests_, .block = BlockAt(number), .revision = 0});
  }

  template <typename Fact, typename Which>
  [[nodiscard]] size_t Count(const Which& which) const {
    const auto all = net_->All<Fact>();
    return static_cast<size_t>(std::count_if(all.begin(), all.end(),
                                             [&](const auto& each) { return which(each.second); }));
  }

  std::unique_ptr<SmallPeerNet> net_;
  uint64_t requests_ = 0;
};

TEST_F(BoundedCacheTest, WhereNobodyLendsWritesBeyondTheBoundAreRefused) {
  int committed = 0;
  CallFinished last;
  for (uint8_t i = 0; i < 20; ++i) {
    last = Put(i, 0, i);
    committed += last.outcome == CallOutcome::kCommitted ? 1 : 0;
    if (last.outcome == CallOutcome::kNoRoom) break;
  }
  EXPECT_EQ(last.outcome, CallOutcome::kNoRoom);
  EXPECT_GE(committed, 8);
  EXPECT_EQ(Count<ValueLetGo>([](const auto&) { return true; }), 0u);
  EXPECT_EQ(Get(0).revision, 1u) << "what was written stays";
  const CallFinished erased =
      Call(kClient, DeleteCommand{.request = ++requests_, .block = BlockAt(0), .base_revision = 1});
  EXPECT_EQ(erased.outcome, CallOutcome::kCommitted) << "a tombstone needs no room";
}

TEST_F(BoundedCacheTest, ATransactionWithoutRoomForAllItsValuesLeavesNothing) {
  for (uint8_t i = 0; i < 7; ++i) ASSERT_EQ(Put(i, 0, i).outcome, CallOutcome::kCommitted);
  TransactCommand both{.request = ++requests_, .writes = {}, .tail = BlockAt(50)};
  for (uint8_t number = 50; number < 58; ++number) {
    both.writes.push_back({.block = BlockAt(number),
                           .base_revision = 0,
                           .erase = false,
                           .value = Bytes(kValue, number)});
  }
  EXPECT_EQ(Call(kClient, both).outcome, CallOutcome::kNoRoom);
  net_->RunFor(Minutes(1));
  for (uint8_t number = 50; number < 58; ++number)
    EXPECT_EQ(Get(number).revision, 0u) << int{number};
  EXPECT_EQ(Put(60, 0, 1).outcome, CallOutcome::kCommitted) << "its pends keep no room";
}

TEST_F(BoundedCacheTest, WhatTheRingsHoldMakesRoomAndIsReadThroughThem) {
  Lend(1'000'000);
  for (uint8_t i = 0; i < 30; ++i) {
    ASSERT_EQ(Put(i, 0, i).outcome, CallOutcome::kCommitted) << int{i};
  }
  EXPECT_GT(Count<ValueLetGo>([](const auto&) { return true; }), 100u) << "of 300";
  EXPECT_EQ(Count<ValueLetGo>([](const ValueLetGo& each) { return each.kept > kBound; }), 0u);
  for (uint8_t i = 0; i < 30; ++i) {
    const CallFinished read = Get(i);
    EXPECT_EQ(read.outcome, CallOutcome::kFound) << int{i};
    EXPECT_EQ(read.revision, 1u) << int{i};
  }
  EXPECT_GT(Count<ValueServed>([](const ValueServed& each) { return !each.hit; }), 5u);
  EXPECT_GT(Count<ValueServed>([](const ValueServed& each) { return each.hit; }), 0u);
}

TEST_F(BoundedCacheTest, AWriteOnTopOfWhatWasLetGoNeedsNoValue) {
  Lend(1'000'000);
  for (uint8_t i = 0; i < 30; ++i) (void)Put(i, 0, i);
  const size_t searches = net_->All<FetchEnded>().size();
  EXPECT_EQ(Put(0, 1, 77).outcome, CallOutcome::kCommitted);
  EXPECT_EQ(Put(0, 1, 78).outcome, CallOutcome::kStale) << "the row still says where it stands";
  EXPECT_EQ(net_->All<FetchEnded>().size(), searches);
  EXPECT_EQ(Get(0).revision, 2u);
}

TEST_F(BoundedCacheTest, ARestartStillKnowsWhatWasLetGo) {
  Lend(1'000'000);
  for (uint8_t i = 0; i < 30; ++i) (void)Put(i, 0, i);
  for (uint32_t i = kStores; i < kPeers; ++i) net_->Kill(PeerId{i});
  net_->RunFor(Seconds(2));
  for (uint32_t i = kStores; i < kPeers; ++i) net_->Restart(PeerId{i});
  net_->RunFor(Seconds(40));
  for (uint8_t i = 0; i < 30; ++i) EXPECT_EQ(Get(i).revision, 1u) << int{i};
}

// Two holders are no floor: the clusters keep what they have, and say so when it is enough.
TEST_F(BoundedCacheTest, FewerHoldersThanTheFloorMakeNoRoom) {
  for (uint32_t i = 0; i < 2; ++i) net_->Command(PeerId{i}, LendCommand{1'000'000});
  net_->RunFor(Minutes(2));
  CallFinished last;
  for (uint8_t i = 0; i < 20 && last.outcome != CallOutcome::kNoRoom; ++i) last = Put(i, 0, i);
  EXPECT_EQ(last.outcome, CallOutcome::kNoRoom);
  EXPECT_EQ(Count<ValueLetGo>([](const auto&) { return true; }), 0u);
  // With more of them there is room again.
  for (uint32_t i = 2; i < kStores; ++i) net_->Command(PeerId{i}, LendCommand{1'000'000});
  net_->RunFor(Minutes(5));
  EXPECT_EQ(Put(40, 0, 1).outcome, CallOutcome::kCommitted);
  EXPECT_GT(Count<ValueLetGo>([](const auto&) { return true; }), 0u);
}

}  // namespace
}  // namespace core

// Clusters that have lost what the rings hold: whole peers, their disks emptied under them.
#include <algorithm>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "core/transactions/cluster.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

constexpr uint32_t kPeers = 20;
constexpr uint32_t kStores = 6;  // Peers 0 to 5 lend; the others lend nothing.
constexpr PeerId kClient{15};
constexpr PeerId kReader{16};

// Clusters of five, so that some have no storage node among them.
class RestorationTest : public testing::Test {
 protected:
  RestorationTest() {
    Config config;
    config.transactions.cluster_size = 5;
    config.arachnode.monitor_interval = Seconds(20);
    net_ = std::make_unique<SmallPeerNet>(SmallPeerNet::Options{
        .seed = 5, .peers = kPeers, .loss = {0, 1}, .tells_dead_links = true, .config = config});
    net_->StartWarm();
    net_->RunFor(Seconds(5));
  }

  void Lend() {
    for (uint32_t i = 0; i < kStores; ++i) net_->Command(PeerId{i}, LendCommand{1'000'000});
    net_->RunFor(Minutes(2));
  }

  // Blocks none of whose members lends.
  [[nodiscard]] BlockId BlockApart(uint8_t from) const {
    BlockId block;
    for (block.bytes[0] = from; block.bytes[0] < 255; ++block.bytes[0]) {
      if (NoStoreAmong(block)) return block;
    }
    ADD_FAILURE() << "every cluster has a storage node";
    return block;
  }

  [[nodiscard]] bool NoStoreAmong(const BlockId& block) const {
    const Key256 key = ClusterKey(*net_->context().suite, block);
    std::vector<PeerId> peers;
    for (uint32_t i = 0; i < kPeers; ++i) peers.push_back(PeerId{i});
    std::sort(peers.begin(), peers.end(), [&](PeerId a, PeerId b) {
      const Directory& directory = *net_->context().directory;
      return Nearer(key, directory.NodeIdOf(a), directory.NodeIdOf(b));
    });
    return std::all_of(peers.begin(), peers.begin() + 5,
                       [](PeerId peer) { return peer.value >= kStores; });
  }

  // The end of the call; nothing: it has none within the span.
  std::optional<CallFinished> Call(PeerId peer, const core::Command& command, Duration span) {
    net_->Command(peer, command);
    net_->RunFor(span);
    const auto ends = net_->All<CallFinished>();
    for (const auto& [who, end] : ends) {
      if (who == peer && end.request == requests_) return end;
    }
    return std::nullopt;
  }

  std::optional<CallFinished> Put(const BlockId& block, uint64_t base, Bytes value) {
    return Call(kClient,
                PutCommand{.request = ++requests_,
                           .block = block,
                           .base_revision = base,
                           .value = std::move(value)},
                Seconds(40));
  }

  std::optional<CallFinished> Get(const BlockId& block) {
    return Call(kReader, GetCommand{.request = ++requests_, .block = block, .revision = 0},
                Seconds(12));
  }

  // Everybody who lends nothing loses its disk.
  void Forget() {
    for (uint32_t i = kStores; i < kPeers; ++i) net_->Wipe(PeerId{i});
    net_->RunFor(Seconds(20));
  }

  [[nodiscard]] size_t CountEnds(FetchEnd end) const {
    const auto all = net_->All<FetchEnded>();
    return static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [end](const auto& each) { return each.second.end == end; }));
  }

  std::unique_ptr<SmallPeerNet> net_;
  uint64_t requests_ = 0;
};

TEST_F(RestorationTest, ReadsComeBackFromTheRings) {
  Lend();
  const BlockId block = BlockApart(1);
  ASSERT_EQ(Put(block, 0, Bytes(100, 1))->outcome, CallOutcome::kCommitted);
  ASSERT_EQ(Put(block, 1, Bytes(100, 2))->outcome, CallOutcome::kCommitted);
  net_->RunFor(Minutes(2));
  Forget();
  const std::optional<CallFinished> read = Get(block);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->outcome, CallOutcome::kFound);
  EXPECT_EQ(read->revision, 2u);
  EXPECT_GE(CountEnds(FetchEnd::kFound), 3u) << "a majority of the cluster has it again";
  for (const auto& [who, end] : net_->All<FetchEnded>()) EXPECT_LE(end.contacts, 24u);
}

TEST_F(RestorationTest, WritesContinueTheRevisionsOfALostBlock) {
  Lend();
  const BlockId block = BlockApart(1);
  ASSERT_EQ(Put(block, 0, Bytes(100, 1))->outcome, CallOutcome::kCommitted);
  net_->RunFor(Minutes(2));
  Forget();
  const std::optional<CallFinished> written = Put(block, 1, Bytes(100, 2));
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(written->outcome, CallOutcome::kCommitted);
  EXPECT_EQ(written->revision, 2u);
}

// BR-1: nobody makes its first revision a second time.
TEST_F(RestorationTest, ALostBlockIsNotMadeAnew) {
  Lend();
  const BlockId block = BlockApart(1);
  ASSERT_EQ(Put(block, 0, Bytes(100, 1))->outcome, CallOutcome::kCommitted);
  net_->RunFor(Minutes(2));
  Forget();
  const std::optional<CallFinished> written = Put(block, 0, Bytes(100, 9));
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(written->outcome, CallOutcome::kStale);
  EXPECT_EQ(written->revision, 1u);
}

TEST_F(RestorationTest, WhatWasNeverWrittenIsAbsentWhenTheHoldersSaySo) {
  Lend();
  const std::optional<CallFinished> read = Get(BlockApart(1));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->outcome, CallOutcome::kFound);
  EXPECT_EQ(read->revision, 0u);
  EXPECT_GE(CountEnds(FetchEnd::kAbsent), 3u);
}

// Its holders are down, and not yet known to be: a reader must not be told that there is nothing.
TEST_F(RestorationTest, WhatCannotBeFoundOutIsNotAbsent) {
  Lend();
  const BlockId block = BlockApart(1);
  ASSERT_EQ(Put(block, 0, Bytes(100, 1))->outcome, CallOutcome::kCommitted);
  net_->RunFor(Minutes(2));
  for (uint32_t i = kStores; i < kPeers; ++i) net_->Wipe(PeerId{i});
  net_->RunFor(Minutes(2));  // They have heard of the storage nodes again.
  for (uint32_t i = 0; i < kStores; ++i) net_->Kill(PeerId{i});
  const std::optional<CallFinished> read = Get(block);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->outcome, CallOutcome::kUnavailable);
  EXPECT_GT(CountEnds(FetchEnd::kUnknown), 0u);
}

TEST_F(RestorationTest, WhereNobodyLendsNobodySearches) {
  const BlockId block = BlockApart(1);
  ASSERT_EQ(Put(block, 0, Bytes(100, 1))->outcome, CallOutcome::kCommitted);
  Forget();
  const std::optional<CallFinished> read = Get(block);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->outcome, CallOutcome::kFound);
  EXPECT_EQ(read->revision, 0u);
  EXPECT_TRUE(net_->All<FetchEnded>().empty());
}

}  // namespace
}  // namespace core

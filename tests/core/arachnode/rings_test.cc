// Storage rings of whole peers: what is committed reaches its holders, nodes place themselves, and nobody
// gives up what too few others hold.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/arachnode/place.h"
#include "core/arachnode/ring_rows.h"
#include "core/transactions/cluster.h"
#include "tests/core/peer/small_peer_net.h"

namespace core {
namespace {

constexpr uint64_t kRoom = 1'000'000;

// Every peer's place and holdings, from what they report, and the rules that hold at every instant.
class RingLedger {
 public:
  explicit RingLedger(const SmallPeerNet& net) : net_(&net) {}

  // Reads the reports since the last call.
  void Follow() {
    for (; read_ < net_->reported().size(); ++read_) {
      const SmallPeerNet::Reported& report = net_->reported()[read_];
      if (const auto* changed = std::get_if<RingChanged>(&report.what)) {
        if (changed->lends) {
          places_[report.peer] = {changed->status, changed->ring, changed->from};
        } else {
          places_.erase(report.peer);
        }
      } else if (const auto* held = std::get_if<BlockHeld>(&report.what)) {
        held_[held->key][report.peer] = held->revision;
      } else if (const auto* released = std::get_if<BlockReleased>(&report.what)) {
        held_[released->key].erase(report.peer);
        ++releases_;
        EXPECT_GE(HoldersOf(released->key), floor_) << "released under the floor";
      }
    }
  }

  // Nodes that hold the block and answer for it.
  [[nodiscard]] uint32_t HoldersOf(const Key256& key) const {
    const auto found = held_.find(key);
    if (found == held_.end()) return 0;
    uint32_t holders = 0;
    for (const auto& [peer, revision] : found->second) {
      const auto place = places_.find(peer);
      if (place == places_.end()) continue;
      const NodeId& id = net_->context().directory->NodeIdOf(peer);
      holders += Covers(id, AnsweredRing(place->second), key) ? 1u : 0u;
    }
    return holders;
  }

  [[nodiscard]] uint32_t FewestHolders() const {
    uint32_t fewest = UINT32_MAX;
    for (const auto& [key, holders] : held_) fewest = std::min(fewest, HoldersOf(key));
    return fewest;
  }

  [[nodiscard]] uint64_t HoldersOfAll() const {
    uint64_t sum = 0;
    for (const auto& [key, holders] : held_) sum += HoldersOf(key);
    return sum;
  }

  [[nodiscard]] size_t blocks() const { return held_.size(); }

  [[nodiscard]] size_t releases() const { return releases_; }

  [[nodiscard]] const std::map<PeerId, Place>& places() const { return places_; }

  void SetFloor(uint32_t floor) { floor_ = floor; }

 private:
  const SmallPeerNet* net_;
  size_t read_ = 0;
  size_t releases_ = 0;
  uint32_t floor_ = 3;
  std::map<PeerId, Place> places_;
  std::map<Key256, std::map<PeerId, uint64_t>> held_;
};

class RingsTest : public testing::Test {
 protected:
  void Build(uint32_t peers, uint64_t seed = 1, Ratio loss = {0, 1}) {
    net_ = std::make_unique<SmallPeerNet>(SmallPeerNet::Options{
        .seed = seed, .peers = peers, .loss = loss, .tells_dead_links = true, .config = config_});
    ledger_ = std::make_unique<RingLedger>(*net_);
    net_->StartWarm();
    net_->RunFor(Seconds(5));
  }

  void Lend(uint32_t peer, uint64_t bytes = kRoom) {
    net_->Command(PeerId{peer}, LendCommand{bytes});
  }

  // The first revisions of so many blocks.
  void Put(uint32_t from, uint8_t count, size_t bytes = 200) {
    for (uint8_t i = 0; i < count; ++i) {
      BlockId block;
      block.bytes.fill(++blocks_);
      block.bytes[1] = static_cast<uint8_t>(from);
      net_->Command(PeerId{from}, PutCommand{.request = ++requests_,
                                             .block = block,
                                             .base_revision = 0,
                                             .value = Bytes(bytes, i)});
      Run(Milliseconds(500));
    }
  }

  // Judges the ledger every second.
  void Run(Duration span) {
    const Time end = net_->now() + span;
    while (net_->now() < end) {
      net_->RunUntil(std::min(end, net_->now() + Seconds(1)));
      ledger_->Follow();
    }
  }

  template <typename Fact>
  [[nodiscard]] size_t Count() const {
    return net_->template All<Fact>().size();
  }

  Config config_ = [] {
    Config config;
    config.arachnode.dwell = Minutes(2);
    config.arachnode.monitor_interval = Seconds(20);
    config.arachnode.release_wait = Seconds(20);
    return config;
  }();
  std::unique_ptr<SmallPeerNet> net_;
  std::unique_ptr<RingLedger> ledger_;
  uint8_t blocks_ = 0;
  uint64_t requests_ = 0;
};

TEST_F(RingsTest, WhatIsCommittedReachesTheRings) {
  Build(16);
  for (uint32_t i = 0; i < 8; ++i) Lend(i);
  Run(Minutes(2));
  Put(12, 10);
  Run(Minutes(2));
  EXPECT_EQ(ledger_->blocks(), 10u);
  EXPECT_GE(ledger_->FewestHolders(), 3u);
}

TEST_F(RingsTest, WhatWasCommittedBeforeAnybodyLentReachesTheRingsToo) {
  Build(16);
  Put(12, 10);
  for (uint32_t i = 0; i < 8; ++i) Lend(i);
  Run(Minutes(6));
  EXPECT_EQ(ledger_->blocks(), 10u);
  EXPECT_GE(ledger_->FewestHolders(), 3u);
}

TEST_F(RingsTest, ALaterRevisionTakesThePlaceOfTheFirst) {
  Build(16);
  for (uint32_t i = 0; i < 8; ++i) Lend(i);
  Run(Minutes(2));
  Put(12, 1);
  Run(Minutes(1));
  BlockId block;
  block.bytes.fill(1);
  block.bytes[1] = 12;
  net_->Command(
      PeerId{12},
      PutCommand{
          .request = ++requests_, .block = block, .base_revision = 1, .value = Bytes(10, 9)});
  Run(Minutes(3));
  const Key256 key = ClusterKey(net_->identities().suite(), block);
  std::map<PeerId, uint64_t> last;
  for (const auto& [peer, held] : net_->All<BlockHeld>()) {
    ASSERT_EQ(held.key, key);
    EXPECT_GT(held.revision, last[peer]);  // Never back.
    last[peer] = held.revision;
  }
  EXPECT_EQ(
      std::count_if(last.begin(), last.end(), [](const auto& each) { return each.second == 2; }),
      static_cast<std::ptrdiff_t>(last.size()));
  EXPECT_GE(last.size(), 3u);
}

// A row of one holder's archive goes bad; who reads it first finds out, and the others still have it.
TEST_F(RingsTest, ADamagedArchiveIsFetchedFromTheOthers) {
  Build(16);
  for (uint32_t i = 0; i < 5; ++i) Lend(i);
  Run(Minutes(1));
  Put(12, 6);
  Run(Minutes(1));
  ASSERT_EQ(net_->DamageRows(PeerId{2}, kArchiveTable), 6u);
  const size_t before = Count<BlockHeld>();
  Lend(9);  // It fills from its neighbours, and so reads what they have.
  Lend(10);
  Run(Minutes(10));
  size_t healed = 0;
  const auto held = net_->All<BlockHeld>();
  for (size_t i = before; i < held.size(); ++i) healed += held[i].first == PeerId{2} ? 1u : 0u;
  EXPECT_GT(healed, 0u);
  EXPECT_GE(ledger_->FewestHolders(), 3u);
  EXPECT_EQ(net_->at(PeerId{2}).Rings().damaged, 0u);
}

TEST_F(RingsTest, AJoinerFetchesWhatItsRingHas) {
  Build(16);
  for (uint32_t i = 0; i < 4; ++i) Lend(i);
  Run(Minutes(1));
  Put(12, 12);
  Run(Minutes(2));
  Lend(9);
  Run(Minutes(2));
  const auto fills = net_->All<FillEnded>();
  const auto mine = std::find_if(fills.begin(), fills.end(),
                                 [](const auto& each) { return each.first == PeerId{9}; });
  ASSERT_NE(mine, fills.end());
  EXPECT_TRUE(mine->second.whole);
  EXPECT_EQ(mine->second.blocks, 12u);
  EXPECT_EQ(ledger_->places().at(PeerId{9}).status, RingStatus::kActive);
}

// 40 nodes start where everything is: far too many holders. They shed halves until the mean is right,
// and no block is under the floor at any instant after the first.
TEST_F(RingsTest, ACrowdMovesOutWithoutLosingTheFloor) {
  Build(60, 3);
  for (uint32_t i = 0; i < 40; ++i) Lend(i);
  Run(Minutes(1));
  Put(50, 40);
  Run(Minutes(2));
  EXPECT_GT(ledger_->FewestHolders(), 12u);
  for (int minute = 0; minute < 30; ++minute) {
    Run(Minutes(1));
    EXPECT_GE(ledger_->FewestHolders(), 3u) << "minute " << minute;
  }
  const uint64_t mean = ledger_->HoldersOfAll() / ledger_->blocks();
  EXPECT_LE(mean, 24u);
  EXPECT_GE(mean, 8u);
  EXPECT_GT(ledger_->releases(), 0u);
  EXPECT_GT(Count<HandoffEnded>(), 0u);
}

TEST_F(RingsTest, NobodyLeavesWhileTooFewOthersHoldIts) {
  Build(12);
  for (uint32_t i = 0; i < 3; ++i) Lend(i);
  Run(Minutes(1));
  Put(8, 3);
  Run(Minutes(1));
  Lend(0, 0);
  Run(Minutes(10));
  EXPECT_EQ(ledger_->places().at(PeerId{0}).status, RingStatus::kLeaving);
  EXPECT_EQ(ledger_->releases(), 0u);
  for (const auto& [peer, ended] : net_->All<HandoffEnded>()) EXPECT_FALSE(ended.done);
  EXPECT_GT(Count<HandoffEnded>(), 0u);
  Lend(3);
  Run(Minutes(10));
  EXPECT_FALSE(ledger_->places().contains(PeerId{0}));
  EXPECT_EQ(ledger_->releases(), 3u);
}

TEST_F(RingsTest, ANodeWithoutRoomSaysSoAndKeepsWhatItHas) {
  Build(12);
  Lend(0, 6'000);
  for (uint32_t i = 1; i < 3; ++i) Lend(i);  // One node less than the floor without it.
  Run(Minutes(1));
  Put(8, 12, 400);
  Run(Minutes(8));
  uint64_t used = 0;
  for (const auto& [peer, held] : net_->All<BlockHeld>()) {
    if (peer == PeerId{0}) used = std::max(used, held.used);
  }
  EXPECT_GT(used, 0u);
  EXPECT_LE(used, 6'000u);
  const auto pressed = net_->All<StoragePressure>();
  EXPECT_TRUE(std::any_of(pressed.begin(), pressed.end(), [](const auto& each) {
    return each.first == PeerId{0} && each.second.on;
  }));
}

// What is lent says what is meant, and the disk what there is.
TEST_F(RingsTest, ANodeWhoseDiskIsFullIsFull) {
  Build(12);
  for (uint32_t i = 0; i < 3; ++i) Lend(i);
  Run(Minutes(1));
  net_->Fill(PeerId{0}, kArchiveTable);
  Put(8, 4);
  Run(Minutes(3));
  const auto pressed = net_->All<StoragePressure>();
  EXPECT_TRUE(std::any_of(pressed.begin(), pressed.end(), [](const auto& each) {
    return each.first == PeerId{0} && each.second.on;
  }));
  EXPECT_TRUE(std::none_of(pressed.begin(), pressed.end(),
                           [](const auto& each) { return each.first == PeerId{1}; }));
}

TEST_F(RingsTest, ARestartFindsPlaceAndBlocks) {
  Build(16);
  for (uint32_t i = 0; i < 6; ++i) Lend(i);
  Run(Minutes(1));
  Put(12, 5);
  Run(Minutes(2));
  const Place before = ledger_->places().at(PeerId{2});
  const auto& shelf_before = ledger_->FewestHolders();
  net_->Restart(PeerId{2});
  Run(Minutes(2));
  EXPECT_EQ(ledger_->places().at(PeerId{2}), before);
  EXPECT_EQ(ledger_->FewestHolders(), shelf_before);
  // It serves what it has: the next joiner can have it from there.
  for (const uint32_t others : {0u, 1u, 3u, 4u, 5u}) net_->Kill(PeerId{others});
  Lend(9);
  Run(Minutes(6));
  EXPECT_EQ(ledger_->places().at(PeerId{9}).status, RingStatus::kActive);
  size_t held = 0;
  for (const auto& [peer, what] : net_->All<BlockHeld>()) held += peer == PeerId{9} ? 1u : 0u;
  EXPECT_EQ(held, 5u);
}

// A crash while it moves: back to the ring that it still answers for, and nothing is reclaimed.
TEST_F(RingsTest, ARestartWithinAMoveIsWhereTheMoveBegan) {
  Build(60, 3);
  for (uint32_t i = 0; i < 40; ++i) Lend(i);
  Run(Minutes(1));
  Put(50, 20);
  PeerId mover = kNoPeer;
  for (int second = 0; second < 900 && mover == kNoPeer; ++second) {
    net_->RunFor(Milliseconds(50));
    ledger_->Follow();
    for (const auto& [peer, place] : ledger_->places()) {
      if (place.status == RingStatus::kMoving) mover = peer;
    }
    if (second % 10 != 0) continue;
    Run(Seconds(1));
  }
  ASSERT_NE(mover, kNoPeer);
  const uint8_t from = ledger_->places().at(mover).from;
  net_->Restart(mover);
  ledger_->Follow();
  EXPECT_EQ(ledger_->places().at(mover), (Place{RingStatus::kActive, from, from}));
  Run(Minutes(10));
  EXPECT_GE(ledger_->FewestHolders(), 3u);
}

TEST_F(RingsTest, LossAndRestartsNeverTakeABlockUnderTheFloor) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    blocks_ = 0;
    Build(40, seed, Ratio{1, 50});
    Random random(StreamKey{.seed = seed});
    for (uint32_t i = 0; i < 28; ++i) Lend(i);
    Run(Minutes(2));
    Put(35, 12);
    Run(Minutes(4));
    for (int i = 0; i < 12; ++i) {
      net_->Restart(PeerId{static_cast<uint32_t>(random.Below(28))});
      Run(Seconds(random.Between(5, 60)));
      EXPECT_GE(ledger_->FewestHolders(), 3u) << "seed " << seed;
    }
    EXPECT_EQ(ledger_->blocks(), 12u) << "seed " << seed;
  }
}

// Repair by digests: what came while a node was away is there a monitor interval after it is back, however
// much it is. By pages of 128 keys it took an interval for each.
TEST_F(RingsTest, WhoWasAwayHasItAllAfterOneInterval) {
  Build(16);
  for (uint32_t i = 0; i < 6; ++i) Lend(i);
  Run(Minutes(1));
  net_->Kill(PeerId{2});
  Put(12, 250, 20);
  Run(Minutes(1));
  net_->Restart(PeerId{2});
  const size_t before = Count<BlockHeld>();
  Run(config_.arachnode.gossip_interval + config_.arachnode.monitor_interval + Seconds(10));
  size_t back = 0;
  const auto all = net_->All<BlockHeld>();
  for (size_t i = before; i < all.size(); ++i) back += all[i].first == PeerId{2} ? 1u : 0u;
  EXPECT_EQ(back, 250u);
}

// A request may cost 32 verifications; honest nodes ask each other a few times a minute.
TEST_F(RingsTest, WhoAsksTooOftenIsNotAnswered) {
  Build(16);
  Lend(0);
  Run(Minutes(1));
  const uint64_t before = net_->sent();
  for (uint64_t i = 0; i < 1000; ++i) {
    Message message;
    message.id = 1 + i;
    message.sent_ms = net_->now().us / 1000;
    message.body = RefsRequest{};
    net_->Deliver(PeerId{0}, Arrival{PeerId{12}, &message});
  }
  EXPECT_GE(net_->sent() - before, 30u);
  EXPECT_LE(net_->sent() - before, 60u);
}

// Scenario 14: four nodes hold everything, one more than the floor. Those that share a half shed it in the same
// instant: none may count on another one that moves, so at most one of them finds its floor and releases.
TEST_F(RingsTest, OfNeighboursThatShedTheSameHalfAtMostOneReleases) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    blocks_ = 0;
    Build(16, seed);
    for (uint32_t i = 0; i < 4; ++i) Lend(i, 100'000);
    Run(Minutes(1));
    Put(12, 40, 300);
    Run(Minutes(1));
    ASSERT_GE(ledger_->FewestHolders(), 4u) << "they hold everything";
    size_t moving_most = 0;
    for (int second = 0; second < 1200; ++second) {
      Run(Seconds(1));
      size_t moving = 0;
      for (const auto& [peer, place] : ledger_->places()) {
        moving += place.status == RingStatus::kMoving ? 1u : 0u;
      }
      moving_most = std::max(moving_most, moving);
      ASSERT_GE(ledger_->FewestHolders(), 3u) << "seed " << seed;
    }
    EXPECT_GE(moving_most, 2u) << "seed " << seed << ": nobody moved at the same time";
    size_t out = 0;
    for (const auto& [peer, place] : ledger_->places()) out += place.ring > 0 ? 1u : 0u;
    EXPECT_LE(out, 2u) << "seed " << seed << ": one of each half";
  }
}

TEST_F(RingsTest, WhoeverLendsNothingStaysSilentAboutRings) {
  Build(16);
  Put(12, 5);
  const uint64_t before = net_->sent();
  net_->RunFor(Minutes(5));
  for (const SmallPeerNet::Reported& report : net_->reported()) {
    EXPECT_FALSE(std::holds_alternative<RingChanged>(report.what));
  }
  EXPECT_GT(before, 0u);
}

TEST_F(RingsTest, AForgedArchiveIsRefused) {
  Build(16);
  for (uint32_t i = 0; i < 4; ++i) Lend(i);
  Run(Minutes(1));
  Archive forged;
  forged.block.bytes.fill(77);
  forged.revision = 1;
  forged.value = {1, 2, 3};
  Message message;
  message.id = 9;
  message.sent_ms = net_->now().us / 1000;
  message.body = ArchiveStore{.archive = forged, .seen = 0, .inward = true};
  net_->Deliver(PeerId{0}, Arrival{PeerId{12}, &message});
  Run(Minutes(1));
  EXPECT_EQ(Count<ArchiveRefused>(), 1u);
  EXPECT_EQ(Count<BlockHeld>(), 0u);
}

}  // namespace
}  // namespace core

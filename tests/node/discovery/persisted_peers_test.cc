#include "node/discovery/persisted_peers.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::IdOf;
using tests::KeyOf;
using tests::kStart;
using tests::Public;

constexpr Moment kNow = {kStart, {1'700'000'000'000'000}};

PeerBook SampleBook() {
  PeerBook book(KeyOf(1));
  for (uint32_t i = 0; i < 40; ++i) {
    book.Hear({Public(i, 1), IdOf(i), GroupOf(Public(i % 3, 1).ip), kStart}, kStart);
    if (i % 2 == 0) book.Verified(Public(i, 1), IdOf(i), kStart - core::Seconds(i));
  }
  return book;
}

BanList SampleBans() {
  BanList bans;
  bans.Add({IdOf(7), Public(1, 1).ip, BanReason::kOperator, kStart + core::Minutes(10)}, kStart);
  return bans;
}

std::string ErrorOf(std::span<const uint8_t> bytes) {
  const auto peers = DecodePeers(bytes, kNow);
  return peers.ok() ? "accepted" : std::string(core::MessageOf(peers.status()));
}

TEST(PersistedPeersTest, TheBookComesBackInALaterLife) {
  const PeerBook book = SampleBook();
  const std::vector<uint8_t> bytes = EncodePeers(book, SampleBans(), kNow);
  const Moment later = {{5}, kNow.wall + core::Seconds(100)};
  const auto peers = DecodePeers(bytes, later);
  ASSERT_TRUE(peers.ok());
  EXPECT_EQ(peers->book.size(), book.size());
  EXPECT_EQ(peers->book.tried(), book.tried());
  EXPECT_EQ(peers->book.key().bytes, book.key().bytes);
  const KnownPeer* peer = peers->book.Find(Public(4, 1));
  ASSERT_NE(peer, nullptr);
  EXPECT_TRUE(peer->tried);
  EXPECT_EQ(later.steady - peer->verified_at, core::Seconds(104));
  EXPECT_TRUE(peers->bans.IsBanned(IdOf(7), later.steady + core::Seconds(499)));
  EXPECT_FALSE(peers->bans.IsBanned(IdOf(7), later.steady + core::Seconds(500)));
}

TEST(PersistedPeersTest, EncodingAgainGivesTheSameBytes) {
  const std::vector<uint8_t> bytes = EncodePeers(SampleBook(), SampleBans(), kNow);
  const auto peers = DecodePeers(bytes, kNow);
  ASSERT_TRUE(peers.ok());
  EXPECT_EQ(EncodePeers(peers->book, peers->bans, kNow), bytes);
}

TEST(PersistedPeersTest, AWallClockThatWasSetBackMakesNothingComeFromTheFuture) {
  const std::vector<uint8_t> bytes = EncodePeers(SampleBook(), SampleBans(), kNow);
  const Moment earlier = {kStart, kNow.wall - core::Minutes(1'000'000)};
  const auto peers = DecodePeers(bytes, earlier);
  ASSERT_TRUE(peers.ok());
  for (const KnownPeer& peer : peers->book.All()) EXPECT_LE(peer.seen, earlier.steady);
}

TEST(PersistedPeersTest, EveryFlippedBitAndEveryCutIsSeen) {
  const std::vector<uint8_t> bytes = EncodePeers(SampleBook(), SampleBans(), kNow);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::vector<uint8_t> damaged = bytes;
    damaged[i] = static_cast<uint8_t>(damaged[i] ^ (1u << (i % 8)));
    EXPECT_NE(ErrorOf(damaged), "accepted") << i;
    EXPECT_NE(ErrorOf(std::span(bytes).first(i)), "accepted") << i;
  }
}

TEST(PersistedPeersTest, ErrorsSayWhatIsWrong) {
  std::vector<uint8_t> bytes = EncodePeers(SampleBook(), SampleBans(), kNow);
  EXPECT_EQ(ErrorOf({}),
            "stored peers: found bytes of something else, allowed \"orb/peers/\" at the start");
  std::vector<uint8_t> newer = bytes;
  newer[10] = '2';
  EXPECT_EQ(ErrorOf(newer), "stored peers: found version \"2\", allowed version \"1\"");
  EXPECT_EQ(ErrorOf(std::span(bytes).first(15)),
            "stored peers: found a cut end, allowed a checksum");
  bytes[100] ^= 1;
  EXPECT_EQ(ErrorOf(bytes),
            "stored peers: found damaged bytes, allowed bytes that match their checksum");
}

TEST(PersistedPeersTest, AnEntryOutsideItsSlotIsRefused) {
  // The entries of one book under the key of another: no checksum tells, the slots do when two meet.
  PeerBook full(KeyOf(1));
  for (uint32_t i = 0; i < 20'000; ++i) {
    full.Hear({Public(i, 1), {}, GroupOf(Public(i, 1).ip), kStart}, kStart);
  }
  PeerBook other(KeyOf(2));
  size_t taken = 0;
  for (const KnownPeer& peer : full.All()) taken += other.Restore(peer) ? 0 : 1;
  EXPECT_GT(taken, 0u);
  EXPECT_LE(other.size(), size_t{PeerBook::kNewSlots});
}

}  // namespace
}  // namespace node

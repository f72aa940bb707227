#include "node/discovery/peer_book.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::IdOf;
using tests::Ip;
using tests::KeyOf;
using tests::kStart;
using tests::Public;

constexpr core::Duration kDay = core::Minutes(24 * 60);

IpGroup SourceOf(uint32_t group) {
  return GroupOf(Public(group, 1).ip);
}

PeerBook::Report Heard(const IpEndpoint& endpoint, uint32_t source, core::Time seen = kStart) {
  return {endpoint, {}, SourceOf(source), seen};
}

bool Anything(const KnownPeer&) {
  return true;
}

// Two endpoints that fall into one tried slot of the book.
std::pair<IpEndpoint, IpEndpoint> Rivals(const PeerBook& book) {
  const IpEndpoint first = Public(1, 1);
  for (uint32_t i = 2;; ++i) {
    const IpEndpoint second = Public(1 + i / 60'000, i % 60'000);
    if (book.TriedSlotOf(second) == book.TriedSlotOf(first)) return {first, second};
  }
}

TEST(PeerBookTest, WhatIsHeardIsNotVerified) {
  PeerBook book(KeyOf(1));
  EXPECT_TRUE(book.Hear(Heard(Public(1, 1), 2), kStart));
  EXPECT_FALSE(book.Hear(Heard(Public(1, 1), 3), kStart));  // Known.
  ASSERT_NE(book.Find(Public(1, 1)), nullptr);
  EXPECT_FALSE(book.Find(Public(1, 1))->verified);
  EXPECT_EQ(book.tried(), 0u);
  EXPECT_TRUE(book.Advertised(Public(9, 9).ip, kStart).empty());
}

TEST(PeerBookTest, UselessReportsAreNotKept) {
  PeerBook book(KeyOf(1));
  EXPECT_FALSE(book.Hear(Heard({Ip("224.0.0.1"), 1}, 1), kStart));
  EXPECT_FALSE(book.Hear(Heard({Ip("8.8.8.8"), 0}, 1), kStart));
  EXPECT_FALSE(book.Hear(Heard(Public(1, 1), 1, kStart - kDay * 31), kStart));
  EXPECT_EQ(book.size(), 0u);
}

TEST(PeerBookTest, AReportFromTheFutureCountsAsNow) {
  PeerBook book(KeyOf(1));
  book.Hear(Heard(Public(1, 1), 1, kStart + kDay), kStart);
  EXPECT_EQ(book.Find(Public(1, 1))->seen, kStart);
}

TEST(PeerBookTest, AnAuthenticatedConnectionMakesAnEntryTried) {
  PeerBook book(KeyOf(1));
  book.Hear(Heard(Public(1, 1), 2), kStart);
  book.Verified(Public(1, 1), IdOf(1), kStart);
  const KnownPeer* peer = book.Find(Public(1, 1));
  EXPECT_TRUE(peer->verified && peer->tried);
  EXPECT_EQ(peer->id, IdOf(1));
  EXPECT_EQ(book.size(), 1u);
  EXPECT_EQ(book.Advertised(Public(9, 9).ip, kStart).size(), 1u);
}

TEST(PeerBookTest, TriedHoldsOneEntryPerNodeId) {
  PeerBook book(KeyOf(1));
  book.Verified(Public(1, 1), IdOf(1), kStart);
  book.Verified(Public(2, 1), IdOf(1), kStart + core::Seconds(1));
  EXPECT_EQ(book.tried(), 1u);
  EXPECT_FALSE(book.Find(Public(1, 1))->tried);
  EXPECT_TRUE(book.Find(Public(2, 1))->tried);
}

TEST(PeerBookTest, AnotherNodeAtTheAddressReplacesTheFirst) {
  PeerBook book(KeyOf(1));
  book.Verified(Public(1, 1), IdOf(1), kStart);
  book.Verified(Public(1, 1), IdOf(2), kStart);
  EXPECT_EQ(book.Find(Public(1, 1))->id, IdOf(2));
  EXPECT_EQ(book.size(), 1u);
  EXPECT_EQ(book.tried(), 1u);
}

TEST(PeerBookTest, ATriedEntryIsTestedBeforeItIsEvicted) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  const auto [owner, contender] = Rivals(book);
  book.Verified(owner, IdOf(1), kStart);
  book.Verified(contender, IdOf(2), kStart);
  EXPECT_TRUE(book.Find(owner)->tried);
  EXPECT_FALSE(book.Find(contender)->tried);
  EXPECT_TRUE(book.Find(contender)->verified);
  ASSERT_EQ(book.NextContest(), owner);
  book.Failed(owner, kStart + core::Seconds(1), random);
  EXPECT_TRUE(book.Find(contender)->tried);
  EXPECT_FALSE(book.Find(owner)->tried);
  EXPECT_EQ(book.NextContest(), std::nullopt);
}

TEST(PeerBookTest, ATriedEntryThatPassesItsTestStays) {
  PeerBook book(KeyOf(1));
  const auto [owner, contender] = Rivals(book);
  book.Verified(owner, IdOf(1), kStart);
  book.Verified(contender, IdOf(2), kStart);
  book.Verified(owner, IdOf(1), kStart + core::Seconds(1));
  EXPECT_EQ(book.NextContest(), std::nullopt);
  EXPECT_TRUE(book.Find(owner)->tried);
  EXPECT_FALSE(book.Find(contender)->tried);
}

TEST(PeerBookTest, ABadTriedEntryIsEvictedWithoutATest) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  const auto [owner, contender] = Rivals(book);
  book.Verified(owner, IdOf(1), kStart);
  const core::Time later = kStart + kDay * 8;
  for (uint32_t i = 0; i < PeerBook::kFailuresTried; ++i) book.Failed(owner, later, random);
  book.Verified(contender, IdOf(2), later);
  EXPECT_TRUE(book.Find(contender)->tried);
}

TEST(PeerBookTest, AnAddressThatNeverAnswersIsForgotten) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  book.Hear(Heard(Public(1, 1), 2), kStart);
  for (uint32_t i = 0; i < PeerBook::kFailuresNew; ++i) book.Failed(Public(1, 1), kStart, random);
  EXPECT_EQ(book.Find(Public(1, 1)), nullptr);
}

TEST(PeerBookTest, AFailedAddressIsLeftAloneForAWhile) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  book.Verified(Public(1, 1), IdOf(1), kStart);
  book.Failed(Public(1, 1), kStart, random);
  EXPECT_EQ(book.Select(kStart + core::Seconds(20), random, Anything), nullptr);
  EXPECT_NE(book.Select(kStart + core::Seconds(40), random, Anything), nullptr);
  book.Postpone(Public(1, 1), kStart + core::Minutes(10));
  EXPECT_EQ(book.Select(kStart + core::Minutes(9), random, Anything), nullptr);
}

TEST(PeerBookTest, HearingNeverDisplacesAGoodEntry) {
  PeerBook book(KeyOf(1));
  std::set<IpEndpoint> honest;
  for (uint32_t i = 0; i < 500; ++i) {
    if (book.Hear(Heard(Public(1000 + i, 1), 2000 + i), kStart)) honest.insert(Public(1000 + i, 1));
  }
  for (uint32_t i = 0; i < 100'000; ++i)
    book.Hear(Heard(Public(i % 900, i / 900), i % 300), kStart);
  for (const IpEndpoint& endpoint : honest) EXPECT_NE(book.Find(endpoint), nullptr);
  EXPECT_GE(honest.size(), 490u);
}

TEST(PeerBookTest, AStaleEntryGivesItsSlotToANewOne) {
  PeerBook book(KeyOf(1));
  for (uint32_t i = 0; i < 5'000; ++i) book.Hear(Heard(Public(1, i), 1), kStart);
  const size_t before = book.size();
  const core::Time later = kStart + kDay * 31;
  size_t replaced = 0;
  for (uint32_t i = 0; i < 5'000; ++i) {
    replaced += book.Hear(Heard(Public(1, 10'000 + i), 1, later), later) ? 1 : 0;
  }
  EXPECT_GT(replaced, before / 2);
}

// The eclipse bounds. An attacker speaks from 2 groups and floods 10^5 addresses. If it makes up
// addresses everywhere: 2 * 32 of 256 new buckets = 25 %. If it names its own, of 4 groups, that really
// answer: 2 * 4 new buckets = 3.1 %, and 4 * 4 of 64 tried buckets = 25 %. For every key.
constexpr uint32_t kSources = 2;
constexpr uint32_t kOwnGroups = 4;
constexpr uint32_t kFlood = 100'000;

TEST(PeerBookTest, AFloodFromFewSourcesOccupiesABoundedShareOfNew) {
  constexpr size_t kBound = kSources * PeerBook::kNewBucketsPerSource * PeerBook::kBucketSlots;
  static_assert(kBound * 4 == PeerBook::kNewSlots);
  for (uint64_t key = 1; key <= 3; ++key) {
    PeerBook book(KeyOf(key));
    for (uint32_t i = 0; i < kFlood; ++i) {
      book.Hear(Heard(Public(i % 20'000, i / 20'000), i % kSources), kStart);
    }
    EXPECT_LE(book.size(), kBound);
    EXPECT_GT(book.size(), kBound / 2);  // Not vacuous.
  }
}

TEST(PeerBookTest, AFloodOfFewGroupsOccupiesABoundedShareOfBothTables) {
  constexpr size_t kNewBound = size_t{kSources} * kOwnGroups * PeerBook::kBucketSlots;
  constexpr size_t kTriedBound =
      kOwnGroups * PeerBook::kTriedBucketsPerGroup * PeerBook::kBucketSlots;
  static_assert(kNewBound * 32 == PeerBook::kNewSlots && kTriedBound * 4 == PeerBook::kTriedSlots);
  for (uint64_t key = 1; key <= 3; ++key) {
    PeerBook heard(KeyOf(key));
    PeerBook answering(KeyOf(key));
    for (uint32_t i = 0; i < kFlood; ++i) {
      const IpEndpoint endpoint = Public(i % kOwnGroups, i / kOwnGroups);
      heard.Hear(Heard(endpoint, i / 8 % kSources), kStart);
      if (i % 4 == key % 4 || i < kFlood / 4) answering.Verified(endpoint, IdOf(i), kStart);
    }
    EXPECT_LE(heard.size(), kNewBound);
    EXPECT_LE(answering.tried(), kTriedBound);
    EXPECT_GT(heard.size(), kNewBound / 2);
    EXPECT_GT(answering.tried(), kTriedBound / 2);
  }
}

TEST(PeerBookTest, AFloodDoesNotCaptureTheChoice) {
  PeerBook book(KeyOf(3));
  core::Random random({.seed = 3});
  std::set<IpEndpoint> attacker;
  for (uint32_t i = 0; i < 300; ++i) {
    book.Hear(Heard(Public(25'000 + i, 1), 26'000 + i), kStart);
    book.Verified(Public(27'000 + i, 1), IdOf(i), kStart);
  }
  for (uint32_t i = 0; i < kFlood; ++i) {
    const IpEndpoint endpoint = Public(i % 20'000, i / 20'000);
    if (book.Hear(Heard(endpoint, i % kSources), kStart)) attacker.insert(endpoint);
  }
  int captured = 0;
  for (int i = 0; i < 4'000; ++i) {
    captured += attacker.contains(book.Select(kStart, random, Anything)->endpoint) ? 1 : 0;
  }
  // 3,000 of the attacker's entries against 600 honest ones; but 30 % of the choices look at new, where
  // at most 64 buckets hold an attacker's: 64 of the 180 that hold anything are 36 %, of 30 % are 11 %.
  EXPECT_LT(captured, 4'000 * 12 / 100);
  EXPECT_GT(attacker.size(), 3'000u);
}

TEST(PeerBookTest, TriedIsPreferredToNew) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  for (uint32_t i = 0; i < 50; ++i) {
    book.Hear(Heard(Public(i, 1), i), kStart);
    book.Verified(Public(100 + i, 1), IdOf(i), kStart);
  }
  int tried = 0;
  for (int i = 0; i < 2'000; ++i) tried += book.Select(kStart, random, Anything)->tried ? 1 : 0;
  EXPECT_NEAR(tried, 1'400, 100);
}

TEST(PeerBookTest, ARareEntryIsFoundAmongManyThatDoNotPass) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  for (uint32_t i = 0; i < 2'000; ++i) book.Hear(Heard(Public(i, 1), i), kStart);
  const IpEndpoint wanted = Public(77, 1);
  ASSERT_NE(book.Find(wanted), nullptr);
  const KnownPeer* found =
      book.Select(kStart, random, [&](const KnownPeer& peer) { return peer.endpoint == wanted; });
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->endpoint, wanted);
}

TEST(PeerBookTest, TheBookIsBoundedWhateverIsHeard) {
  PeerBook book(KeyOf(1));
  for (uint32_t i = 0; i < 200'000; ++i) {
    book.Hear(Heard(Public(i % 20'000, i / 20'000), i % 5'000), kStart);
  }
  EXPECT_LE(book.size(), size_t{PeerBook::kNewSlots});
  EXPECT_GT(book.size(), size_t{PeerBook::kNewSlots} * 9 / 10);
}

TEST(PeerBookTest, TheKeyDecidesTheSlots) {
  const PeerBook a(KeyOf(1));
  const PeerBook b(KeyOf(2));
  int same = 0;
  for (uint32_t i = 0; i < 1'000; ++i) {
    same +=
        a.NewSlotOf(Public(i, 1), SourceOf(i)) == b.NewSlotOf(Public(i, 1), SourceOf(i)) ? 1 : 0;
  }
  EXPECT_LT(same, 5);
}

// A random walk over every operation; the book's own CHECKs and these hold after each.
TEST(PeerBookTest, InvariantsHoldUnderArbitraryCalls) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 5});
  core::Time now = kStart;
  for (int i = 0; i < 60'000; ++i) {
    now = now + core::Seconds(static_cast<int64_t>(random.Below(600)));
    const auto group = static_cast<uint32_t>(random.Below(6));
    const IpEndpoint endpoint = Public(group, static_cast<uint32_t>(random.Below(400)));
    switch (random.Below(5)) {
      case 0:
        book.Hear(Heard(endpoint, group, now), now);
        break;
      case 1:
        book.Failed(endpoint, now, random);
        break;
      case 2:
        book.Alive(endpoint, now);
        break;
      case 3:
        if (const auto owner = book.NextContest()) book.Failed(*owner, now, random);
        break;
      default:
        book.Verified(endpoint, IdOf(random.Below(900)), now);
    }
  }
  std::set<core::NodeId> ids;
  std::set<uint32_t> slots;
  size_t tried = 0;
  for (const KnownPeer& peer : book.All()) {
    const uint32_t slot = peer.tried ? PeerBook::kNewSlots + book.TriedSlotOf(peer.endpoint)
                                     : book.NewSlotOf(peer.endpoint, peer.source);
    EXPECT_TRUE(slots.insert(slot).second);
    if (!peer.tried) continue;
    ++tried;
    EXPECT_TRUE(peer.verified);
    EXPECT_TRUE(ids.insert(peer.id).second);
  }
  EXPECT_EQ(book.All().size(), book.size());
  EXPECT_EQ(tried, book.tried());
  EXPECT_GT(tried, 100u);
}

}  // namespace
}  // namespace node

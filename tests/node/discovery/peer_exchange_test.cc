#include "node/discovery/peer_exchange.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::IdOf;
using tests::KeyOf;
using tests::kStart;
using tests::Place;
using tests::Public;

TEST(PeerExchangeTest, AnAnswerHolds23PercentFrom32To250) {
  EXPECT_EQ(AnswerSize(0), 0u);
  EXPECT_EQ(AnswerSize(31), 31u);
  EXPECT_EQ(AnswerSize(100), 32u);
  EXPECT_EQ(AnswerSize(500), 115u);
  EXPECT_EQ(AnswerSize(4096), 250u);
}

TEST(PeerExchangeTest, AskingTooEarlyIsSeen) {
  PeerExchange exchange(/*dialled=*/false);
  EXPECT_TRUE(exchange.OnGetPeers(kStart));
  EXPECT_FALSE(exchange.OnGetPeers(kStart + core::Milliseconds(9'999)));
  EXPECT_TRUE(exchange.OnGetPeers(kStart + kServeInterval));
}

TEST(PeerExchangeTest, AnAnswerIsWantedOncePerQuestion) {
  PeerExchange exchange(/*dialled=*/true);
  EXPECT_FALSE(exchange.OnPeers(/*refusal=*/false));
  exchange.OnAsked(kStart);
  EXPECT_FALSE(exchange.MayAsk(kStart + core::Minutes(10)));  // The first answer is still due.
  EXPECT_TRUE(exchange.OnPeers(/*refusal=*/false));
  EXPECT_FALSE(exchange.OnPeers(/*refusal=*/false));
  EXPECT_FALSE(exchange.MayAsk(kStart + kAskInterval - core::Microseconds(1)));
  EXPECT_TRUE(exchange.MayAsk(kStart + kAskInterval));
}

TEST(PeerExchangeTest, ARefusalIsWantedOnceAndOnlyWhereWeDialled) {
  PeerExchange dialled(/*dialled=*/true);
  EXPECT_TRUE(dialled.OnPeers(/*refusal=*/true));
  EXPECT_FALSE(dialled.OnPeers(/*refusal=*/true));
  PeerExchange accepted(/*dialled=*/false);
  EXPECT_FALSE(accepted.OnPeers(/*refusal=*/true));
}

TEST(PeerExchangeTest, OnlyVerifiedRecentAddressesInScopeAreTold) {
  PeerBook book(KeyOf(1));
  book.Hear({Public(1, 1), IdOf(1), GroupOf(Public(9, 1).ip), kStart}, kStart);
  book.Verified(Public(2, 1), IdOf(2), kStart);
  book.Verified(Public(3, 1), IdOf(3), kStart - core::Minutes(4 * 60));
  book.Verified(Place("192.168.1.1:7420"), IdOf(4), kStart);
  book.Verified(Public(5, 1), IdOf(5), kStart - core::Seconds(90));
  core::Random random({.seed = 1});
  const Peers answer = MakeAnswer(book, Public(7, 7).ip, IdOf(5), kStart, random);
  ASSERT_EQ(answer.records.size(), 1u);  // The asker is not told of itself.
  EXPECT_EQ(answer.records[0].endpoint, Public(2, 1));
  EXPECT_EQ(answer.records[0].id, IdOf(2));
  const Peers other = MakeAnswer(book, Place("10.0.0.1:1").ip, IdOf(9), kStart, random);
  ASSERT_EQ(other.records.size(), 3u);
  std::set<uint32_t> ages;
  for (const PeerRecord& record : other.records) ages.insert(record.age_s);
  EXPECT_EQ(ages, (std::set<uint32_t>{0, 90}));
}

TEST(PeerExchangeTest, AnAnswerThatFailedLastTimeIsNotTold) {
  PeerBook book(KeyOf(1));
  core::Random random({.seed = 1});
  book.Verified(Public(2, 1), IdOf(2), kStart);
  book.Failed(Public(2, 1), kStart, random);
  EXPECT_TRUE(MakeAnswer(book, Public(7, 7).ip, IdOf(9), kStart, random).records.empty());
}

TEST(PeerExchangeTest, AnswersAreDrawnAtRandom) {
  PeerBook book(KeyOf(1));
  for (uint32_t i = 0; i < 400; ++i) book.Verified(Public(i, 1), IdOf(i), kStart);
  core::Random random({.seed = 1});
  const Peers first = MakeAnswer(book, Public(7, 7).ip, IdOf(9'999), kStart, random);
  const Peers second = MakeAnswer(book, Public(7, 7).ip, IdOf(9'999), kStart, random);
  EXPECT_GE(first.records.size(), 80u);
  EXPECT_LE(first.records.size(), 92u);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace node

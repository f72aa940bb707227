#include "core/matchmaking/rendezvous.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

class RendezvousTest : public testing::Test {
 protected:
  std::optional<ProvideAck> Take(const Record& record) {
    return book.Take(rig.moment(), record.peer, rig.ProvideOf(record));
  }

  Found Ask(Role role, const Filter& filter = {}, uint16_t limit = 256, PeerId from = PeerId{60}) {
    Find find;
    find.key = rig.topic;
    find.role_wanted = role;
    find.filter = filter;
    find.limit = limit;
    Found found;
    book.Answer(rig.moment(), from, find, found);
    return found;
  }

  void Subscribe(PeerId who, uint32_t ttl_ms) {
    Message message;
    message.id = 77;
    message.ttl_ms = ttl_ms;
    Find find;
    find.key = rig.topic;
    find.limit = 256;
    find.subscribe = true;
    message.body = find;
    book.OnFind(rig.moment(), who, message);
  }

  void Advance(Duration by) {
    rig.now = rig.now + by;
    while (book.NextDeadline() <= rig.now) book.OnDeadline(rig.moment());
  }

  FlowRig rig;
  Rendezvous book;
};

TEST_F(RendezvousTest, TakesARecordAndSaysHowBusyTheKeyIs) {
  const auto ack = Take(rig.RecordOf(PeerId{1}, Role::kWorker));
  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->retry_after_ms, 0u);
  EXPECT_EQ(ack->traffic.count, 1u);
  EXPECT_EQ(ack->traffic.arrivals_per_min, 1u);
  EXPECT_FALSE(ack->crowded);
  ASSERT_EQ(rig.Observed<Held>().size(), 1u);
  EXPECT_EQ(rig.Observed<Held>()[0].count, 1u);
  EXPECT_EQ(rig.effects.verifies(), 1u);
}

TEST_F(RendezvousTest, RefusesForgedForeignAndMisplacedRecordsWithoutAnAnswer) {
  Record forged = rig.RecordOf(PeerId{1}, Role::kWorker);
  forged.budget = 60'000;
  EXPECT_FALSE(Take(forged).has_value());
  ASSERT_EQ(rig.reports.size(), 1u);
  EXPECT_EQ(rig.reports[0], std::pair(PeerId{1}, Offence::kBadSignature));
  const Record honest = rig.RecordOf(PeerId{1}, Role::kWorker);
  EXPECT_FALSE(book.Take(rig.moment(), PeerId{2}, rig.ProvideOf(honest)).has_value());
  ASSERT_EQ(rig.reports.size(), 2u);
  EXPECT_EQ(rig.reports[1], std::pair(PeerId{2}, Offence::kProtocolViolation));
  Provide misplaced = rig.ProvideOf(honest);
  misplaced.key.FlipBit(100);
  EXPECT_FALSE(book.Take(rig.moment(), PeerId{1}, misplaced).has_value());
  EXPECT_EQ(rig.reports.size(), 2u);
  EXPECT_EQ(book.RecordCount(), 0u);
  EXPECT_EQ(rig.Observed<RecordRefused>().size(), 3u);
}

TEST_F(RendezvousTest, OnlyAHigherSequenceReplacesARecord) {
  const Record first = rig.RecordOf(PeerId{1}, Role::kWorker);
  Record second = first;
  second.budget = 5;
  second = rig.Signed(PeerId{1}, second);
  ASSERT_GT(second.sequence, first.sequence);
  ASSERT_TRUE(Take(second).has_value());
  rig.effects.Clear();
  ASSERT_TRUE(Take(first).has_value());
  ASSERT_TRUE(Take(second).has_value());
  EXPECT_EQ(rig.effects.verifies(), 0u);
  EXPECT_TRUE(rig.Observed<Held>().empty());
  ASSERT_EQ(Ask(Role::kWorker).records.size(), 1u);
  EXPECT_EQ(Ask(Role::kWorker).records[0].budget, 5);
}

TEST_F(RendezvousTest, AReplayCannotProlongALife) {
  Record record = rig.RecordOf(PeerId{1}, Role::kWorker);
  ASSERT_TRUE(Take(record).has_value());
  Advance(Seconds(80));
  ASSERT_TRUE(Take(record).has_value());
  Advance(Seconds(10));
  EXPECT_EQ(book.RecordCount(), 0u);
}

TEST_F(RendezvousTest, ClampsLifetimesToTenSecondsAndFifteenMinutes) {
  Record brief = rig.RecordOf(PeerId{1}, Role::kWorker);
  brief.ttl_ms = 1;
  Record endless = rig.RecordOf(PeerId{2}, Role::kWorker);
  endless.ttl_ms = UINT32_MAX;
  ASSERT_TRUE(Take(rig.Signed(PeerId{1}, brief)).has_value());
  ASSERT_TRUE(Take(rig.Signed(PeerId{2}, endless)).has_value());
  Advance(Milliseconds(9'999));
  EXPECT_EQ(book.RecordCount(), 2u);
  Advance(Milliseconds(1));
  EXPECT_EQ(book.RecordCount(), 1u);
  Advance(Minutes(15) - Seconds(10) - Milliseconds(1));
  EXPECT_EQ(book.RecordCount(), 1u);
  Advance(Milliseconds(1));
  EXPECT_EQ(book.RecordCount(), 0u);
}

TEST_F(RendezvousTest, RenewalsExtendAndShorterRenewalsShorten) {
  Record record = rig.RecordOf(PeerId{1}, Role::kWorker);
  ASSERT_TRUE(Take(record).has_value());
  Advance(Seconds(30));
  ASSERT_TRUE(Take(rig.Signed(PeerId{1}, record)).has_value());
  Advance(Seconds(89));
  EXPECT_EQ(book.RecordCount(), 1u);
  record.ttl_ms = 10'000;
  ASSERT_TRUE(Take(rig.Signed(PeerId{1}, record)).has_value());
  Advance(Seconds(10));
  EXPECT_EQ(book.RecordCount(), 0u);
}

TEST_F(RendezvousTest, FreesEverythingOnceNobodyIsLeft) {
  for (uint32_t i = 1; i < 40; ++i) ASSERT_TRUE(Take(rig.RecordOf(PeerId{i}, Role::kWorker)));
  EXPECT_GT(book.HeapBytes(), 1000u);
  Advance(Minutes(4));
  EXPECT_EQ(book.HeapBytes(), 0u);
  EXPECT_EQ(book.NextDeadline(), Time::Never());
}

TEST_F(RendezvousTest, AllowsFourRegistrationsAMinutePerPeerAndTopic) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(Take(rig.RecordOf(PeerId{1}, Role::kWorker))->retry_after_ms, 0u);
  }
  // Another key of the same topic does not help.
  const auto refused = Take(rig.RecordOf(PeerId{1}, Role::kWorker, 2));
  ASSERT_TRUE(refused.has_value());
  EXPECT_GE(refused->retry_after_ms, 1'000u);
  EXPECT_LE(refused->retry_after_ms, 60'000u);
  EXPECT_EQ(rig.Observed<Refused>().size(), 1u);
  EXPECT_EQ(Take(rig.RecordOf(PeerId{2}, Role::kWorker))->retry_after_ms, 0u);
  Advance(Seconds(121));
  EXPECT_EQ(Take(rig.RecordOf(PeerId{1}, Role::kWorker))->retry_after_ms, 0u);
}

TEST_F(RendezvousTest, LimitsQueriesPerPeer) {
  for (int i = 0; i < 120; ++i) EXPECT_EQ(Ask(Role::kWorker).retry_after_ms, 0u);
  EXPECT_GT(Ask(Role::kWorker).retry_after_ms, 0u);
  EXPECT_EQ(Ask(Role::kWorker, {}, 256, PeerId{61}).retry_after_ms, 0u);
}

TEST_F(RendezvousTest, AnswersByRoleAndFilterFreshestFirst) {
  Record skilled = rig.RecordOf(PeerId{1}, Role::kWorker);
  skilled.capabilities.Add("gpu");
  ASSERT_TRUE(Take(rig.Signed(PeerId{1}, skilled)));
  Advance(Milliseconds(5));
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{2}, Role::kWorker)));
  Advance(Milliseconds(5));
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{3}, Role::kMatcher)));
  Found found = Ask(Role::kWorker);
  ASSERT_EQ(found.records.size(), 2u);
  EXPECT_EQ(found.records[0].peer, PeerId{2});
  EXPECT_EQ(found.traffic.count, 2u);
  EXPECT_EQ(found.traffic.wanted, 2u);
  EXPECT_FALSE(found.truncated);
  Filter must;
  must.must.Add("gpu");
  ASSERT_EQ(Ask(Role::kWorker, must).records.size(), 1u);
  Filter must_not;
  must_not.must_not.Add("gpu");
  EXPECT_EQ(Ask(Role::kWorker, must_not).records[0].peer, PeerId{2});
  Filter rich;
  rich.min_budget = 2;
  EXPECT_TRUE(Ask(Role::kWorker, rich).records.empty());
  found = Ask(Role::kWorker, {}, 1);
  EXPECT_EQ(found.records.size(), 1u);
  EXPECT_TRUE(found.truncated);
  EXPECT_EQ(Ask(Role::kMatcher, {}, 256, PeerId{3}).records.size(), 0u);
}

TEST_F(RendezvousTest, KeepsTheExactSumOfWants) {
  for (uint32_t i = 1; i <= 5; ++i) ASSERT_TRUE(Take(rig.RecordOf(PeerId{i}, Role::kMatcher)));
  EXPECT_EQ(Ask(Role::kWorker).traffic.wanted, 10u);
  Record more = rig.RecordOf(PeerId{1}, Role::kMatcher);
  more.want = 7;
  ASSERT_TRUE(Take(rig.Signed(PeerId{1}, more)));
  EXPECT_EQ(Ask(Role::kWorker).traffic.wanted, 15u);
  Advance(Seconds(91));
  EXPECT_EQ(Ask(Role::kWorker).traffic.wanted, 0u);
}

TEST_F(RendezvousTest, SaysCrowdedAboveTheHighWaterMark) {
  rig.config.matchmaking.high_water = 3;
  for (uint32_t i = 1; i <= 3; ++i) {
    EXPECT_FALSE(Take(rig.RecordOf(PeerId{i}, Role::kWorker))->crowded);
  }
  EXPECT_TRUE(Take(rig.RecordOf(PeerId{4}, Role::kWorker))->crowded);
}

TEST_F(RendezvousTest, BoundsItsMemory) {
  rig.config.matchmaking.topics_per_holder = 2;
  rig.config.matchmaking.records_per_key = 3;
  for (uint32_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(Take(rig.RecordOf(PeerId{i}, Role::kWorker))->retry_after_ms != 0, i == 4);
  }
  Record other = rig.RecordOf(PeerId{5}, Role::kWorker);
  other.topic.bytes[3] ^= 1;
  EXPECT_EQ(Take(rig.Signed(PeerId{5}, other))->retry_after_ms, 0u);
  other.topic.bytes[3] ^= 2;
  EXPECT_NE(Take(rig.Signed(PeerId{5}, other))->retry_after_ms, 0u);
  EXPECT_EQ(book.KeyCount(), 2u);
  // A renewal always finds its place.
  EXPECT_EQ(Take(rig.RecordOf(PeerId{1}, Role::kWorker))->retry_after_ms, 0u);
}

TEST_F(RendezvousTest, BoundsItsMemoryOverAllKeys) {
  rig.config.matchmaking.records_per_holder = 10;
  for (uint32_t i = 0; i < 200; ++i) {
    Record record = rig.RecordOf(PeerId{i % 60}, Role::kWorker);
    record.topic.bytes[5] = static_cast<uint8_t>(i);
    Take(rig.Signed(PeerId{i % 60}, record));
  }
  EXPECT_EQ(book.RecordCount(), 10u);
  EXPECT_LT(book.HeapBytes(), 40'000u);
}

TEST_F(RendezvousTest, AFloodOfStrangersIsForgottenAfterTheWindow) {
  rig.config.matchmaking.rate_entries = 32;
  uint32_t refused = 0;
  for (uint32_t i = 0; i < 5'000; ++i) {
    refused += Ask(Role::kWorker, {}, 256, PeerId{1000 + i}).retry_after_ms != 0 ? 1 : 0;
  }
  EXPECT_EQ(refused, 5'000u - 32u);
  EXPECT_LT(book.HeapBytes(), 8'000u);
  Advance(Minutes(3));
  EXPECT_EQ(book.HeapBytes(), 0u);
}

TEST_F(RendezvousTest, WithdrawNeedsTheOwnerAndItsSignature) {
  const Record record = rig.RecordOf(PeerId{1}, Role::kWorker);
  ASSERT_TRUE(Take(record));
  Withdraw withdraw = SignedWithdraw(rig.At(PeerId{1}), rig.topic, record);
  book.OnWithdraw(rig.moment(), PeerId{2}, withdraw);
  EXPECT_EQ(rig.reports.back(), std::pair(PeerId{2}, Offence::kProtocolViolation));
  Withdraw forged = withdraw;
  forged.sequence += 1;
  book.OnWithdraw(rig.moment(), PeerId{1}, forged);
  EXPECT_EQ(rig.reports.back(), std::pair(PeerId{1}, Offence::kBadSignature));
  EXPECT_EQ(book.RecordCount(), 1u);
  // A withdrawal that a renewal has overtaken changes nothing.
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{1}, Role::kWorker)));
  book.OnWithdraw(rig.moment(), PeerId{1}, withdraw);
  EXPECT_EQ(book.RecordCount(), 1u);
  EXPECT_EQ(rig.reports.size(), 2u);
}

TEST_F(RendezvousTest, WithdrawDropsTheRecord) {
  const Record record = rig.RecordOf(PeerId{1}, Role::kWorker);
  ASSERT_TRUE(Take(record));
  book.OnWithdraw(rig.moment(), PeerId{1}, SignedWithdraw(rig.At(PeerId{1}), rig.topic, record));
  EXPECT_EQ(book.RecordCount(), 0u);
  EXPECT_EQ(book.KeyCount(), 0u);
}

TEST_F(RendezvousTest, PushesNewcomersOnceForAQuarterSecondsArrivals) {
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{1}, Role::kWorker)));
  Subscribe(PeerId{50}, 60'000);
  rig.effects.Clear();
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{2}, Role::kWorker)));
  Advance(Milliseconds(100));
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{3}, Role::kWorker)));
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{1}, Role::kWorker)));  // A renewal is no news.
  Advance(Milliseconds(149));
  EXPECT_TRUE(rig.Sent<Push>().empty());
  Advance(Milliseconds(1));
  const auto pushes = rig.Sent<Push>();
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(pushes[0].first, PeerId{50});
  EXPECT_EQ(pushes[0].second.id, 77u);
  EXPECT_EQ(std::get<Push>(pushes[0].second.body).records.size(), 2u);
}

TEST_F(RendezvousTest, SubscriptionsEndAndAreBounded) {
  rig.config.matchmaking.subscriptions_per_key = 2;
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{1}, Role::kWorker)));
  Subscribe(PeerId{50}, 1'000);
  Subscribe(PeerId{51}, 60'000);
  Subscribe(PeerId{52}, 60'000);
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{2}, Role::kWorker)));
  Advance(Milliseconds(250));
  EXPECT_EQ(rig.Sent<Push>().size(), 2u);
  Advance(Seconds(1));
  rig.effects.Clear();
  ASSERT_TRUE(Take(rig.RecordOf(PeerId{3}, Role::kWorker)));
  Advance(Milliseconds(250));
  ASSERT_EQ(rig.Sent<Push>().size(), 1u);
  EXPECT_EQ(rig.Sent<Push>()[0].first, PeerId{51});
}

TEST_F(RendezvousTest, AFindForAnUnknownKeyLeavesNothingBehindButItsRate) {
  EXPECT_TRUE(Ask(Role::kWorker).records.empty());
  EXPECT_EQ(book.KeyCount(), 0u);
  Advance(Minutes(3));
  EXPECT_EQ(book.HeapBytes(), 0u);
}

}  // namespace
}  // namespace core

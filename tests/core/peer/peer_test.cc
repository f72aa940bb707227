#include "core/peer/peer.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "core/routing/routing.h"
#include "tests/core/peer/peer_rig.h"

namespace core {
namespace {

TEST(PeerTest, AnIdlePeerTakesAtMostSevenHundredBytesBesidesItsContacts) {
  PeerRig rig;
  rig.Step(Start{});
  rig.Advance(Seconds(1));
  Routing alone(PeerId{0}, rig.context);
  EXPECT_LE(rig.peer->MemoryUsage() - alone.HeapBytes(), 700u);
}

TEST(PeerTest, WhatAParticipantNeedsIsFreedWhenItIsDone) {
  PeerRig rig(4);
  rig.Step(Start{});
  const size_t idle = rig.peer->MemoryUsage();
  rig.Step(Command(MatchCommand{.topic = rig.topic, .filter = {}, .capabilities = {}}));
  EXPECT_GT(rig.peer->MemoryUsage(), idle + 200);
  rig.Advance(Seconds(12));
  rig.Advance(Minutes(5));  // The own book and its rates expire too.
  EXPECT_LE(rig.peer->MemoryUsage(), idle + 64);
}

TEST(PeerTest, ATimelessPeerAloneMatchesNobodyAndEndsInTime) {
  PeerRig rig(4);
  rig.Step(Start{});
  rig.Step(Command(MatchCommand{.topic = rig.topic, .filter = {}, .capabilities = {}}));
  const Time end = rig.now + Seconds(10);
  bool finished = false;
  while (rig.peer->NextDeadline() <= end) {
    rig.now = std::max(rig.now, rig.peer->NextDeadline());
    rig.Step(Wake{});
    finished = finished || rig.CountObserved<MatchFinished>() == 1;
  }
  EXPECT_TRUE(finished);
  EXPECT_EQ(rig.now, end);
}

TEST(PeerTest, IgnoresRequestsThatAreOlderThanTheirLife) {
  PeerRig rig;
  Message find = OneOfEach(HashTopic(rig.context, rig.topic))[7];
  find.ttl_ms = 2'000;
  find.sent_ms = rig.now.us / 1000 - 2'000 - rig.config.matchmaking.clock_tolerance.us / 1000;
  rig.Receive(PeerId{5}, find);
  EXPECT_EQ(rig.CountSent<Found>(), 1u);
  find.sent_ms -= 1;
  rig.Receive(PeerId{5}, find);
  EXPECT_EQ(rig.CountSent<Found>(), 0u);
  find.sent_ms = INT64_MIN;
  rig.Receive(PeerId{5}, find);
  EXPECT_EQ(rig.CountSent<Found>(), 0u);
}

TEST(PeerTest, MalformedFramesCostStandingUntilThePeerIsIgnored) {
  PeerRig rig;
  Message find = OneOfEach(HashTopic(rig.context, rig.topic))[7];
  for (int i = 0; i < 3; ++i) {
    rig.Receive(PeerId{5}, find);
    EXPECT_EQ(rig.CountSent<Found>(), 1u);
    rig.Step(Garbled{PeerId{5}, GarbledReason::kMalformed});
    EXPECT_EQ(rig.CountObserved<BadFrame>(), 1u);
  }
  EXPECT_EQ(rig.CountObserved<StandingFell>(), 1u);
  ASSERT_EQ(rig.effects.disconnects().size(), 1u);
  rig.Receive(PeerId{5}, find);
  EXPECT_EQ(rig.CountSent<Found>(), 0u);
  rig.Advance(Minutes(30));
  rig.Receive(PeerId{5}, find);
  EXPECT_EQ(rig.CountSent<Found>(), 1u);
}

TEST(PeerTest, OtherVersionsAndNetworksCostNothing) {
  PeerRig rig;
  for (const auto reason :
       {GarbledReason::kUnknownType, GarbledReason::kWrongVersion, GarbledReason::kWrongNetwork}) {
    for (int i = 0; i < 10; ++i) rig.Step(Garbled{PeerId{5}, reason});
    EXPECT_EQ(rig.CountObserved<StandingFell>(), 0u);
  }
  const size_t before = rig.peer->MemoryUsage();
  rig.Step(Garbled{PeerId{5}, GarbledReason::kMalformed});
  EXPECT_GT(rig.peer->MemoryUsage(), before);
}

TEST(PeerTest, AnOfferToNobodyIsDeclinedAndAnAcceptForNobodyIsGivenBack) {
  PeerRig rig;
  const auto messages = OneOfEach(HashTopic(rig.context, rig.topic));
  rig.Receive(PeerId{5}, messages[10]);
  EXPECT_EQ(rig.CountSent<Decline>(), 1u);
  rig.Receive(PeerId{5}, messages[11]);
  EXPECT_EQ(rig.CountSent<Done>(), 1u);
}

TEST(PeerTest, ALookupCommandIsReported) {
  PeerRig rig;
  rig.Step(Start{});
  rig.Step(Command(LookupCommand{}));
  EXPECT_EQ(rig.CountObserved<LookupDone>(), 1u);
}

TEST(PeerTest, ANewCommandOnATopicEndsTheEarlierParticipation) {
  PeerRig rig;
  rig.SeedEverybody();
  rig.Step(Start{});
  rig.Step(Command(MatchCommand{.topic = rig.topic, .filter = {}, .capabilities = {}}));
  rig.Step(Command(WorkCommand{.topic = rig.topic, .budget = 1, .capabilities = {}}));
  EXPECT_EQ(rig.CountObserved<MatchFinished>(), 1u);
}

TEST(PeerTest, DigestsTellStatesApartAndAreEqualForEqualHistories) {
  PeerRig a;
  PeerRig b;
  EXPECT_EQ(a.Digest(), b.Digest());
  a.Step(Garbled{PeerId{5}, GarbledReason::kMalformed});
  EXPECT_NE(a.Digest(), b.Digest());
  b.Step(Garbled{PeerId{5}, GarbledReason::kMalformed});
  EXPECT_EQ(a.Digest(), b.Digest());
}

TEST(PeerTest, AFloodFromManyPeersLeavesABoundedPeer) {
  PeerRig rig(3'000);
  rig.config.matchmaking.records_per_holder = 200;
  rig.config.matchmaking.rate_entries = 100;
  rig.Step(Start{});
  uint64_t sequence = 0;
  for (uint32_t i = 1; i < 3'000; ++i) {
    const PeerId from{i};
    Record record;
    record.topic.bytes[0] = static_cast<uint8_t>(i);
    record.peer = from;
    record.sequence = ++sequence;
    record.ttl_ms = UINT32_MAX;
    Message message;
    message.body = Provide{record.topic, record};
    rig.Receive(from, message);  // Unsigned: every one of them is an offence.
    for (const Message& any : OneOfEach(record.topic)) rig.Receive(from, any);
    rig.Step(Link{from, false});
  }
  EXPECT_LT(rig.peer->MemoryUsage(), 60'000u);
}

TEST(PeerTest, AConnectedStrangerIsPingedAndAContactIsNot) {
  PeerRig rig;
  rig.Step(Start{});
  rig.Step(Link{PeerId{5}, true});
  EXPECT_EQ(rig.CountSent<Ping>(), 1u);
  EXPECT_TRUE(rig.peer->Contacts().empty());  // Not before it was heard.
  Message pong;
  pong.body = Pong{};
  rig.Receive(PeerId{5}, pong);
  EXPECT_EQ(rig.peer->Contacts(), std::vector<PeerId>{PeerId{5}});
  rig.Step(Link{PeerId{5}, true});
  EXPECT_EQ(rig.CountSent<Ping>(), 0u);
  rig.Step(Link{PeerId{0}, true});
  EXPECT_EQ(rig.CountSent<Ping>(), 0u);  // Itself.
}

TEST(PeerTest, NobodyIsPingedBeforeTheStartOrWhenBannedOrWhenThereIsNoRoom) {
  PeerRig rig;
  rig.Step(Link{PeerId{5}, true});
  EXPECT_EQ(rig.CountSent<Ping>(), 0u);
  rig.Step(Start{});
  for (int i = 0; i < 3; ++i) rig.Step(Garbled{PeerId{5}, GarbledReason::kMalformed});
  rig.Step(Link{PeerId{5}, true});
  EXPECT_EQ(rig.CountSent<Ping>(), 0u);
  PeerRig full;
  full.config.routing.bucket_size = 1;
  full.Restart();
  full.SeedEverybody();
  full.Step(Start{});
  const std::vector<PeerId> contacts = full.peer->Contacts();
  PeerId stranger{1};
  while (std::find(contacts.begin(), contacts.end(), stranger) != contacts.end()) ++stranger.value;
  ASSERT_LT(stranger.value, full.identities.size());
  full.Step(Link{stranger, true});
  EXPECT_EQ(full.CountSent<Ping>(), 0u);
}

}  // namespace
}  // namespace core

// Pair finding, row by row.
#include "core/negotiation/pairing.h"

#include <functional>

#include <gtest/gtest.h>

#include "core/negotiation/topics.h"
#include "tests/core/negotiation/voters_rig.h"

namespace core {
namespace {

class PairingTest : public testing::Test, protected VotersRig {
 protected:
  PairingTest() {
    if (rig.IdOf(PeerId{1}) > rig.IdOf(PeerId{2})) std::swap(low, high);
  }

  uint32_t low = 1;
  uint32_t high = 2;
};

TEST_F(PairingTest, AGreetOfTheNearestIsAnsweredWithARecordOfEachKind) {
  Vote(0);
  Vote(1);
  Carry(1, 0, GreetOf(1), 7);
  const auto answer = Sent<Pair>(1);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->id, 7u);
  const Pair& pair = std::get<Pair>(answer->body);
  EXPECT_EQ(pair.ticket, formation(0).vote().ticket());
  EXPECT_EQ(pair.voter.size(), kSealedRecordBytes);
  EXPECT_EQ(pair.vote.size(), kSealedRecordBytes);
  EXPECT_NE(pair.voter, pair.vote);
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
}

TEST_F(PairingTest, AGreetIsRefusedWhileNearerOnesAreThere) {
  Vote(0);
  Vote(1);
  Meet(0, 5, Milliseconds(10));
  Carry(1, 0, GreetOf(1), 7, Milliseconds(200));
  EXPECT_EQ(Refusal(1), NegotiationReject::kFarther);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
}

// +10 % of the nearest delay for each second waited; of a very near one, of the clocks' error.
TEST_F(PairingTest, TimeWaitedMakesTheFartherOneAcceptable) {
  Vote(0);
  Vote(1);
  Meet(0, 5, Milliseconds(100));
  Pass(Seconds(9));
  Carry(1, 0, GreetOf(1), 7, Milliseconds(200));
  EXPECT_EQ(Refusal(1), NegotiationReject::kFarther);
  Pass(Seconds(1));
  Carry(1, 0, GreetOf(1), 8, Milliseconds(200));
  EXPECT_TRUE(Sent<Pair>(1).has_value());
}

TEST_F(PairingTest, AMoreSpecificTokenBeatsALowerDelayByUpToItsBonus) {
  terms.voters = 512;  // One digit to begin with.
  Vote(0);
  Vote(1);
  Meet(0, 5, Milliseconds(10), NegotiationStage::kFree, 0);
  Greet greet = GreetOf(1);
  greet.depth = 1;
  Carry(1, 0, greet, 7, Milliseconds(115));
  EXPECT_EQ(Refusal(1), NegotiationReject::kFarther);
  Meet(0, 6, Milliseconds(200));
  Vote(2);
  greet = GreetOf(2);
  greet.depth = 1;
  Carry(2, 0, greet, 8, Milliseconds(105));
  EXPECT_TRUE(Sent<Pair>(2).has_value());
}

TEST_F(PairingTest, OfTwoThatGreetEachOtherTheLowerIdStaysTheGreeter) {
  Vote(low);
  Vote(high);
  const Message of_low = GreetBy(low, high);
  const Message of_high = GreetBy(high, low);
  Carry(high, low, of_high.body, of_high.id);
  EXPECT_TRUE(rig.effects.sends().empty());
  EXPECT_EQ(pairing(low), Pairing::Phase::kLooking);
  // The higher one answers whoever else is near by now.
  Meet(high, 9, Milliseconds(1));
  Carry(low, high, of_low.body, of_low.id, Milliseconds(300));
  EXPECT_TRUE(Sent<Pair>(low).has_value());
  EXPECT_EQ(pairing(high), Pairing::Phase::kAnswered);
}

TEST_F(PairingTest, ACoordinatorsGreetIsAnsweredByBringYourSeed) {
  Vote(0);
  Vote(1);
  Carry(1, 0, GreetOf(1, NegotiationStage::kPair), 7);
  const auto ack = Sent<PairAck>(1);
  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->id, 7u);
  EXPECT_EQ(pairing(0), Pairing::Phase::kOffered);
  EXPECT_TRUE(rig.Sent<Pair>().empty());
}

TEST_F(PairingTest, APairMakesItsReceiverTheCoordinator) {
  MakePair();
  const auto formed = rig.Observed<PairFormed>();
  ASSERT_EQ(formed.size(), 1u);
  EXPECT_FALSE(formed[0].coordinates);
  EXPECT_EQ(formed[0].partner, PeerId{0});
  EXPECT_EQ(formed[0].ticket, formation(1).vote().ticket_hash());
}

TEST_F(PairingTest, AnAnswerThatTakesLongerThanTheEstimateAllowsIsRefused) {
  Vote(0);
  Vote(1);
  // It says that it is 300 ms away, and answers within 40: its clock or its word is wrong.
  const Message greet = GreetBy(0, 1, Milliseconds(300));
  Pass(Milliseconds(20));
  Carry(0, 1, greet.body, greet.id);
  const auto pair = Sent<Pair>(0);
  ASSERT_TRUE(pair.has_value());
  Pass(Milliseconds(20));
  Carry(1, 0, pair->body, pair->id);
  EXPECT_EQ(Refusal(1), NegotiationReject::kLatency);
  EXPECT_EQ(rig.Observed<NegotiationRefused>().size(), 1u);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
}

TEST_F(PairingTest, APairThatNobodyAskedForIsRefused) {
  Vote(0);
  Vote(1);
  Carry(1, 0, Pair{.ticket = formation(1).vote().ticket(), .voter = Bytes(9), .vote = Bytes(9)});
  EXPECT_EQ(Refusal(1), NegotiationReject::kBusy);
  const Message greet = GreetBy(0, 1);
  Carry(1, 0, Pair{.ticket = formation(1).vote().ticket(), .voter = Bytes(9), .vote = Bytes(9)},
        greet.id + 1);
  EXPECT_EQ(Refusal(1), NegotiationReject::kBusy);
}

TEST_F(PairingTest, OfSeveralAnswersOneIsTaken) {
  Vote(0);
  Vote(1);
  Vote(2);
  Meet(0, 2, Milliseconds(20));
  const Message first = GreetBy(0, 1);
  const Message second = *Sent<Greet>(2);
  Pass(Milliseconds(20));
  Carry(0, 1, first.body, first.id);
  const Message from_one = *Sent<Pair>(0);
  Carry(0, 2, second.body, second.id);
  const Message from_two = *Sent<Pair>(0);
  Pass(Milliseconds(20));
  Carry(2, 0, from_two.body, from_two.id);
  EXPECT_TRUE(Sent<PairAck>(2).has_value());
  Carry(1, 0, from_one.body, from_one.id);
  EXPECT_EQ(Refusal(1), NegotiationReject::kBusy);
  EXPECT_EQ(seeding(0), Seeding::Phase::kSeeking);
}

TEST_F(PairingTest, WhoRefusesRestsAndIsGreetedAgain) {
  Vote(0);
  Vote(1);
  const Message greet = GreetBy(0, 1);
  Carry(1, 0, NegotiationRefusal{.reason = NegotiationReject::kFarther}, greet.id);
  EXPECT_FALSE(Sent<Greet>(1).has_value());
  Wait(0, rig.config.negotiation.greet_timeout - Milliseconds(1));
  EXPECT_FALSE(Sent<Greet>(1).has_value());
  Wait(0, Milliseconds(1));
  EXPECT_TRUE(Sent<Greet>(1).has_value());
}

TEST_F(PairingTest, WhoIsSilentRestsTwiceAsLongEachTime) {
  Vote(0);
  Vote(1);
  rig.config.negotiation.present_interval = Minutes(5);  // It counts as there for long.
  GreetBy(0, 1);
  const Duration timeout = rig.config.negotiation.greet_timeout;
  Wait(0, timeout * 2 - Milliseconds(1));
  EXPECT_FALSE(Sent<Greet>(1).has_value());
  Wait(0, Milliseconds(1));
  EXPECT_TRUE(Sent<Greet>(1).has_value());
  Wait(0, timeout * 3 - Milliseconds(1));
  EXPECT_FALSE(Sent<Greet>(1).has_value());
  Wait(0, Milliseconds(1));
  EXPECT_TRUE(Sent<Greet>(1).has_value());
}

TEST_F(PairingTest, GreetsTheNearestThreeAndThenTheNext) {
  Vote(0);
  for (uint32_t i = 1; i <= 5; ++i) Meet(0, i, Milliseconds(10 * i));
  Wait(0, Seconds(2));
  EXPECT_EQ(rig.Sent<Greet>().size(), 3u);
  for (uint32_t i = 1; i <= 3; ++i) EXPECT_TRUE(Sent<Greet>(i).has_value()) << i;
  Wait(0, rig.config.negotiation.greet_timeout);
  EXPECT_EQ(rig.Sent<Greet>().size(), 2u);
  for (uint32_t i = 4; i <= 5; ++i) EXPECT_TRUE(Sent<Greet>(i).has_value()) << i;
}

// At least 2 s if 5 came, at most 15 s.
TEST_F(PairingTest, AccumulatesBeforeTheFirstGreet) {
  Vote(0);
  for (uint32_t i = 1; i <= 4; ++i) Meet(0, i, Milliseconds(10));
  Wait(0, Seconds(14));
  EXPECT_TRUE(rig.Sent<Greet>().empty());
  Wait(0, Seconds(1));
  EXPECT_EQ(rig.Sent<Greet>().size(), 3u);
  Vote(10);
  for (uint32_t i = 1; i <= 5; ++i) Meet(10, i, Milliseconds(10));
  EXPECT_TRUE(rig.Sent<Greet>().empty());
  Wait(10, Seconds(2));
  EXPECT_EQ(rig.Sent<Greet>().size(), 3u);
}

TEST_F(PairingTest, StandsAtEverMoreGeneralTopicsWhenNobodyIsThere) {
  terms.voters = 32 * 16 * 16;
  Vote(0);
  auto joined = rig.Observed<TopicJoined>();
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].depth, 2);
  Wait(0, rig.config.negotiation.widen_after);
  ASSERT_EQ(rig.Observed<TopicJoined>().size(), 1u);
  EXPECT_EQ(rig.Observed<TopicJoined>()[0].depth, 1);
  Wait(0, rig.config.negotiation.widen_after);
  EXPECT_EQ(rig.Observed<TopicJoined>()[0].depth, 0);
  Wait(0, Minutes(5));
  EXPECT_TRUE(rig.Observed<TopicJoined>().empty());
  EXPECT_EQ(voters[0].topics.gatherings().size(), 3u);
}

TEST_F(PairingTest, StaysForAWhileWhereSomebodyIs) {
  rig.config.negotiation.accumulate_max = Minutes(5);  // It greets nobody meanwhile.
  terms.voters = 32 * 16;
  Vote(0);
  for (int i = 0; i < 5; ++i) {
    Meet(0, 1, Milliseconds(10));
    Wait(0, Seconds(6));
    EXPECT_TRUE(rig.Observed<TopicJoined>().empty());
  }
  Meet(0, 1, Milliseconds(10));
  Wait(0, Seconds(29));
  EXPECT_TRUE(rig.Observed<TopicJoined>().empty());
  Wait(0, Seconds(1));
  EXPECT_EQ(rig.Observed<TopicJoined>().size(), 1u);
}

TEST_F(PairingTest, WhoWasAnsweredButDoesNotAcknowledgeCostsAnAttempt) {
  Vote(0);
  Vote(1);
  const Ticket before = formation(0).vote().ticket();
  const OwnRecords records = formation(0).vote().records();
  Carry(1, 0, GreetOf(1), 7);
  Wait(0, rig.config.negotiation.pair_lock - Milliseconds(1));
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
  Wait(0, Milliseconds(1));
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
  EXPECT_NE(formation(0).vote().ticket().pairing_key, before.pairing_key);
  EXPECT_NE(formation(0).vote().records().vote.nonce, records.vote.nonce);
}

TEST_F(PairingTest, ARefusalAfterTheAnswerCostsAnAttemptAndOneOfTheSeedDoesNot) {
  Vote(0);
  Vote(1);
  Carry(1, 0, GreetOf(1), 7);
  Carry(1, 0, NegotiationRefusal{.reason = NegotiationReject::kBusy}, 7);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
  Pass(Seconds(5));
  Carry(1, 0, GreetOf(1, NegotiationStage::kPair), 8);
  ASSERT_EQ(pairing(0), Pairing::Phase::kOffered);
  Carry(1, 0, NegotiationRefusal{.reason = NegotiationReject::kBusy}, 8);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
}

TEST_F(PairingTest, SameRecordsInEachAttemptWhereTheRunAsksForIt) {
  rig.config.negotiation.fresh_records = false;
  Vote(0);
  Vote(1);
  const OwnRecords records = formation(0).vote().records();
  Carry(1, 0, GreetOf(1), 7);
  Carry(1, 0, NegotiationRefusal{.reason = NegotiationReject::kBusy}, 7);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
  EXPECT_EQ(formation(0).vote().records().vote, records.vote);
}

TEST_F(PairingTest, AnotherOnesRefusalChangesNothing) {
  Vote(0);
  Vote(1);
  Carry(1, 0, GreetOf(1), 7);
  Carry(2, 0, NegotiationRefusal{.reason = NegotiationReject::kDissolved}, 7);
  EXPECT_FALSE(taken);
  Carry(1, 0, NegotiationRefusal{.reason = NegotiationReject::kDissolved}, 8);
  EXPECT_FALSE(taken);
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
}

TEST_F(PairingTest, ALinkThatGoesDownUnlocks) {
  Vote(0);
  Vote(1);
  Carry(1, 0, GreetOf(1), 7);
  formation(0).OnLinkDown(At(0), PeerId{2});
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
  formation(0).OnLinkDown(At(0), PeerId{1});
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
}

TEST_F(PairingTest, WhoIsLockedIsBusyToOthersAndDeafToCopies) {
  Vote(0);
  Vote(1);
  Vote(2);
  Carry(1, 0, GreetOf(1), 7);
  Carry(2, 0, GreetOf(2), 8);
  EXPECT_EQ(Refusal(2), NegotiationReject::kBusy);
  Carry(1, 0, GreetOf(1), 7);
  EXPECT_TRUE(rig.effects.sends().empty());
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
}

TEST_F(PairingTest, AnAcknowledgementTooLateIsToldSo) {
  Vote(0);
  Vote(1);
  const PairAck ack{.ticket = formation(1).vote().ticket()};
  Carry(1, 0, ack, 7);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  Carry(1, 0, GreetOf(1), 7);
  Carry(2, 0, ack, 7);
  EXPECT_EQ(Refusal(2), NegotiationReject::kDissolved);
  PairAck other = ack;
  ++other.ticket.attempt;
  Carry(1, 0, other, 7);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_EQ(pairing(0), Pairing::Phase::kAnswered);
}

TEST_F(PairingTest, AReservedSlotComesFirstWhereTheRunAsksForIt) {
  rig.config.negotiation.reserve = true;
  Vote(0);
  rig.config.negotiation.reserve = false;
  Vote(1);
  EXPECT_EQ(pairing(0), Pairing::Phase::kReserving);
  Carry(1, 0, GreetOf(1), 7);
  EXPECT_EQ(Refusal(1), NegotiationReject::kBusy);
  formation(0).OnReserved(At(0));
  Carry(1, 0, GreetOf(1), 8);
  EXPECT_TRUE(Sent<Pair>(1).has_value());
}

TEST_F(PairingTest, ATicketIsRefreshedBeforeItEnds) {
  Vote(0);
  const int64_t expires = formation(0).vote().ticket().expires_ms;
  Wait(0, rig.config.negotiation.ticket_life / 2);
  EXPECT_EQ(formation(0).vote().attempts(), 2u);
  EXPECT_GT(formation(0).vote().ticket().expires_ms, expires);
}

// What is wrong with a ticket, what its owner is told, and what is reported of it.
struct Flaw {
  const char* name;
  std::function<void(VotersRig&, Ticket&)> spoil;
  NegotiationReject told;
  std::optional<Offence> reported;
};

class FlawTest : public testing::TestWithParam<Flaw>, protected VotersRig {};

void Resign(VotersRig& rig, Ticket& ticket) {
  SignTicket(rig.rig.context,
             RegistrantSecretOf(rig.rig.context, rig.rig.identities.SecretOf(PeerId{1})), ticket);
}

const Flaw kFlaws[] = {
    {"Signature", [](VotersRig&, Ticket& ticket) { ticket.signature[3] ^= 1; },
     NegotiationReject::kBad, Offence::kBadSignature},
    {"Attempt", [](VotersRig&, Ticket& ticket) { ++ticket.attempt; }, NegotiationReject::kBad,
     Offence::kBadSignature},
    {"Expired",
     [](VotersRig& rig, Ticket& ticket) {
       ticket.expires_ms = rig.rig.now.us / 1000;
       Resign(rig, ticket);
     },
     NegotiationReject::kBad, std::nullopt},
    {"SomebodyElses",
     [](VotersRig& rig, Ticket& ticket) {
       ticket.node = rig.rig.IdOf(PeerId{5});
       Resign(rig, ticket);
     },
     NegotiationReject::kBad, Offence::kProtocolViolation},
    {"NoKey",
     [](VotersRig& rig, Ticket& ticket) {
       ticket.pairing_key.fill(0xff);
       Resign(rig, ticket);
     },
     NegotiationReject::kBad, Offence::kProtocolViolation},
    {"OwnKey",
     [](VotersRig& rig, Ticket& ticket) {
       ticket.pairing_key = rig.formation(0).vote().ticket().pairing_key;
       Resign(rig, ticket);
     },
     NegotiationReject::kBad, Offence::kProtocolViolation},
    {"OwnRegistrant",
     [](VotersRig& rig, Ticket& ticket) {
       ticket.registrant = rig.formation(0).vote().registrant();
     },
     NegotiationReject::kDuplicate, std::nullopt},
};

INSTANTIATE_TEST_SUITE_P(Tickets, FlawTest, testing::ValuesIn(kFlaws),
                         [](const auto& each) { return each.param.name; });

TEST_P(FlawTest, IsRefusedAndLocksNobody) {
  Vote(0);
  Vote(1);
  Greet greet = GreetOf(1);
  GetParam().spoil(*this, greet.ticket);
  Carry(1, 0, greet, 7);
  EXPECT_EQ(Refusal(1), GetParam().told);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
  EXPECT_EQ(rig.reports.size(), GetParam().reported.has_value() ? 1u : 0u);
  if (!rig.reports.empty()) {
    EXPECT_EQ(rig.reports[0], std::pair(PeerId{1}, *GetParam().reported));
  }
}

TEST_P(FlawTest, IsRefusedInAPairToo) {
  Vote(0);
  Vote(1);
  const Message greet = GreetBy(0, 1);
  Pass(Milliseconds(20));
  Carry(0, 1, greet.body, greet.id);
  auto answer = *Sent<Pair>(0);
  Pair& pair = std::get<Pair>(answer.body);
  GetParam().spoil(*this, pair.ticket);
  Pass(Milliseconds(20));
  Carry(1, 0, answer.body, answer.id);
  EXPECT_EQ(Refusal(1), GetParam().told);
  EXPECT_EQ(pairing(0), Pairing::Phase::kLooking);
}

TEST_F(PairingTest, AnotherElectionIsNoneOfItsBusiness) {
  Vote(0);
  Vote(1);
  Greet greet = GreetOf(1);
  greet.ticket.template_cid.bytes[0] ^= 1;
  Carry(1, 0, greet, 7);
  EXPECT_FALSE(taken);
  EXPECT_TRUE(rig.effects.sends().empty());
}

// A clock that is off by years, by hostile intent or not.
TEST_F(PairingTest, AbsurdTimesAreTakenAsAbsurdDelays) {
  Vote(0);
  Vote(1);
  for (const int64_t sent : {INT64_MIN, INT64_MAX}) {
    Message message;
    message.id = 3;
    message.sent_ms = sent;
    message.body = Present{.template_cid = terms.template_cid,
                           .stage = NegotiationStage::kFree,
                           .depth = 255,
                           .pool = {},
                           .size = 0};
    formation(0).OnArrival(At(0), PeerId{1}, message);
  }
  const Encounter* met = formation(0).others().encounters().Find(PeerId{1});
  ASSERT_NE(met, nullptr);
  EXPECT_EQ(met->estimate, Duration{0});
  EXPECT_EQ(met->depth, 0);
}

TEST(FirstDepthTest, GroupsAreOfAboutThirtyTwo) {
  EXPECT_EQ(FirstDepthFor(0, 32), 0);
  EXPECT_EQ(FirstDepthFor(511, 32), 0);
  EXPECT_EQ(FirstDepthFor(512, 32), 1);
  EXPECT_EQ(FirstDepthFor(8'191, 32), 1);
  EXPECT_EQ(FirstDepthFor(8'192, 32), 2);
  EXPECT_EQ(FirstDepthFor(UINT32_MAX, 1), 7);
}

}  // namespace
}  // namespace core

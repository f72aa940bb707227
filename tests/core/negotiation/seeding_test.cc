// Seeding, row by row: 0 coordinates a pair with 1; 2 is the third.
#include "core/negotiation/seeding.h"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/negotiation/voters_rig.h"

namespace core {
namespace {

class SeedingTest : public testing::Test, protected VotersRig {
 protected:
  // Everybody but the third, whose attempt was shown to nobody, begins a fresh one.
  void ExpectFree(uint32_t peer, uint32_t attempts) {
    EXPECT_EQ(seeding(peer), Seeding::Phase::kIdle) << peer;
    EXPECT_EQ(pairing(peer), Pairing::Phase::kLooking) << peer;
    EXPECT_EQ(formation(peer).vote().attempts(), attempts) << peer;
  }
};

TEST_F(SeedingTest, TheCoordinatorTellsOthersWhatItIsNow) {
  Vote(0);
  Vote(1);
  MakePair();
  Meet(0, 3, Milliseconds(20));
  const auto greet = Sent<Greet>(3);
  ASSERT_TRUE(greet.has_value());
  EXPECT_EQ(std::get<Greet>(greet->body).stage, NegotiationStage::kPair);
}

TEST_F(SeedingTest, TheSeedGoesToWhoAsksForItAndHidesWhoseIsWhose) {
  const Message message = MakeSeed();
  const PoolSeed& seed = std::get<PoolSeed>(message.body);
  EXPECT_EQ(seed.voters.size(), 2u);
  EXPECT_EQ(seed.votes.size(), 2u);
  for (const HiddenRecord& record : seed.voters)
    EXPECT_EQ(record.sealed.size(), kSealedRecordBytes);
  for (const HiddenRecord& record : seed.votes) EXPECT_EQ(record.sealed.size(), kSealedRecordBytes);
  EXPECT_EQ(seed.peer, PeerId{1});
  const auto disclosed = rig.Observed<SecretDisclosed>();
  ASSERT_EQ(disclosed.size(), 1u);
  EXPECT_TRUE(disclosed[0].coordinates);
  EXPECT_EQ(disclosed[0].to, PeerId{2});
  EXPECT_EQ(seeding(0), Seeding::Phase::kOffering);
}

// Two lists of two in every order, whatever order the records came in.
TEST_F(SeedingTest, BothListsAreShuffledEachByItself) {
  std::set<std::pair<bool, bool>> orders;
  for (uint32_t i = 0; i < 32; ++i) {
    lives = i;
    const Message message = MakeSeed();
    const PoolSeed& seed = std::get<PoolSeed>(message.body);
    // The coordinator's own records come out of its vote's draws; the partner's are what it sent.
    const PairSeal seal = PairSealOf(rig.context, seed.coordinator, seed.partner);
    std::array<GroupSecret, 2> secrets{GroupSecret(formation(0).vote().secret().bytes()),
                                       GroupSecret(formation(1).vote().secret().bytes())};
    const auto opened = OpenSeed(rig.context, seal, seed, secrets);
    ASSERT_TRUE(opened.has_value());
    orders.emplace(opened->voters[0].registrant == formation(0).vote().registrant(),
                   opened->votes[0] == formation(0).vote().records().vote);
  }
  EXPECT_EQ(orders.size(), 4u);
}

TEST_F(SeedingTest, ThePoolIsOfAllThreeRecords) {
  const Message confirm = MakeConfirm();
  EXPECT_EQ(seeding(2), Seeding::Phase::kOpening);
  Carry(2, 1, confirm.body, confirm.id);
  const auto received = Sent<SeedReceived>(2);
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(seeding(1), Seeding::Phase::kDisclosed);
  EXPECT_EQ(formation(1).opener(), PeerId{2});
  EXPECT_FALSE(rig.Observed<SecretDisclosed>().at(0).coordinates);
  Carry(1, 2, received->body, received->id);
  auto pool = formation(2).TakePool();
  ASSERT_TRUE(pool.has_value());
  EXPECT_EQ(formation(2).phase(), Formation::Phase::kInPool);
  EXPECT_EQ(rig.Observed<SeedOpened>().size(), 1u);
  EXPECT_EQ(pool->id, ListsHash(rig.context, terms.template_cid, pool->voters, pool->votes));
  for (uint32_t i = 0; i < 3; ++i) {
    const OwnRecords& own = formation(i).vote().records();
    EXPECT_EQ(std::count(pool->voters.begin(), pool->voters.end(), own.voter), 1);
    EXPECT_EQ(std::count(pool->votes.begin(), pool->votes.end(), own.vote), 1);
  }
  EXPECT_EQ(pool->members.size(), 3u);
  // Nothing of the attempt can be opened here any more.
  const std::span<const uint8_t> secret = formation(2).vote().secret().bytes();
  EXPECT_TRUE(std::all_of(secret.begin(), secret.end(), [](uint8_t byte) { return byte == 0; }));
  // The others are told by its pools.
  EXPECT_EQ(formation(0).opener(), PeerId{2});
  formation(0).OnFormed(At(0));
  EXPECT_EQ(formation(0).phase(), Formation::Phase::kInPool);
  EXPECT_EQ(formation(0).opener(), kNoPeer);
}

TEST_F(SeedingTest, APoolThatCameToNothingMeansAFreshAttempt) {
  const Message confirm = MakeConfirm();
  Carry(2, 1, confirm.body, confirm.id);
  formation(1).OnFormed(At(1));
  const Key256 nonce = formation(1).vote().records().vote.nonce;
  formation(1).Return(At(1));
  ExpectFree(1, 2);
  EXPECT_NE(formation(1).vote().records().vote.nonce, nonce);
}

TEST_F(SeedingTest, AFreeNodesGreetIsGreetedBackBeforeAnySecretLeaves) {
  MakePair();
  Vote(2);
  Carry(2, 0, GreetOf(2), 7);
  EXPECT_TRUE(rig.Sent<PoolSeed>().empty());
  const auto greet = Sent<Greet>(2);
  ASSERT_TRUE(greet.has_value());
  EXPECT_EQ(std::get<Greet>(greet->body).stage, NegotiationStage::kPair);
  // Once: the own greet stands.
  Carry(2, 0, GreetOf(2), 8);
  EXPECT_TRUE(rig.effects.sends().empty());
}

TEST_F(SeedingTest, OfTwoWhoAskForTheSeedOneGetsIt) {
  MakePair();
  Vote(2);
  Vote(3);
  Carry(2, 0, GreetOf(2), 7);
  const auto to_two = Sent<Greet>(2);
  Carry(3, 0, GreetOf(3), 8);
  const auto to_three = Sent<Greet>(3);
  Pass(Milliseconds(40));
  Carry(2, 0, PairAck{.ticket = formation(2).vote().ticket()}, to_two->id);
  EXPECT_TRUE(Sent<PoolSeed>(2).has_value());
  Carry(3, 0, PairAck{.ticket = formation(3).vote().ticket()}, to_three->id);
  EXPECT_EQ(Refusal(3), NegotiationReject::kDissolved);
  EXPECT_TRUE(rig.Sent<PoolSeed>().empty());
}

// 0022, 7.
TEST_F(SeedingTest, OfTwoCoordinatorsTheHigherIdBreaksItsPairUp) {
  const bool own_is_higher = rig.IdOf(PeerId{0}) > rig.IdOf(PeerId{5});
  MakePair();
  Vote(5);
  Carry(5, 0, GreetOf(5, NegotiationStage::kPair), 7);
  if (own_is_higher) {
    EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
    EXPECT_TRUE(Sent<PairAck>(5).has_value());
    EXPECT_EQ(pairing(0), Pairing::Phase::kOffered);
    EXPECT_EQ(formation(0).vote().attempts(), 2u);
  } else {
    EXPECT_EQ(Refusal(1), std::nullopt);
    const auto greet = Sent<Greet>(5);
    ASSERT_TRUE(greet.has_value());
    EXPECT_EQ(std::get<Greet>(greet->body).stage, NegotiationStage::kPair);
    EXPECT_EQ(seeding(0), Seeding::Phase::kSeeking);
  }
}

TEST_F(SeedingTest, BothOrdersOfIdsWereTried) {
  // The test above is the same one with the roles exchanged: 0's pair meets one from the other side of its id.
  uint32_t lower = 3;
  uint32_t higher = 3;
  while (rig.IdOf(PeerId{lower}) > rig.IdOf(PeerId{0})) ++lower;
  while (rig.IdOf(PeerId{higher}) < rig.IdOf(PeerId{0})) ++higher;
  MakePair();
  Vote(higher);
  Carry(higher, 0, GreetOf(higher, NegotiationStage::kPair), 7);
  EXPECT_EQ(seeding(0), Seeding::Phase::kSeeking);
  EXPECT_TRUE(Sent<Greet>(higher).has_value());
  Vote(lower);
  Carry(lower, 0, GreetOf(lower, NegotiationStage::kPair), 8);
  EXPECT_EQ(pairing(0), Pairing::Phase::kOffered);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
}

TEST_F(SeedingTest, ACoordinatorGreetsOtherCoordinatorsOnlyWhenNobodyElseCame) {
  MakePair();
  Meet(0, 6, Milliseconds(5), NegotiationStage::kPair);
  EXPECT_FALSE(Sent<Greet>(6).has_value());
  Wait(0, rig.config.negotiation.accumulate_max - Milliseconds(100));
  EXPECT_FALSE(Sent<Greet>(6).has_value());
  Wait(0, Milliseconds(100));
  EXPECT_TRUE(Sent<Greet>(6).has_value());
}

TEST_F(SeedingTest, APairWithoutAThirdBreaksUpBeforeItsPartnerDoes) {
  MakePair();
  const Time began = rig.now;
  while (seeding(0) == Seeding::Phase::kSeeking) {
    rig.effects.Clear();
    rig.now = formation(0).NextDeadline();
    formation(0).OnDeadline(At(0));
  }
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_LT(rig.now - began, rig.config.negotiation.seed_wait);
  EXPECT_GE(rig.now - began, rig.config.negotiation.seed_wait / 2);
  ExpectFree(0, 2);
  const auto told_partner = Sent<NegotiationRefusal>(1);
  Carry(0, 1, told_partner->body, told_partner->id);
  ExpectFree(1, 2);
}

TEST_F(SeedingTest, APartnerWaitsNoLongerThanSeedWait) {
  MakePair();
  Wait(1, rig.config.negotiation.seed_wait - Milliseconds(1));
  EXPECT_EQ(seeding(1), Seeding::Phase::kPartner);
  Wait(1, Milliseconds(1));
  ExpectFree(1, 2);
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
}

TEST_F(SeedingTest, AThirdThatFallsSilentFreesBoth) {
  MakeSeed();
  Wait(0, rig.config.negotiation.confirm_wait + rig.config.negotiation.ack_wait);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_EQ(Refusal(2), NegotiationReject::kDissolved);
  ExpectFree(0, 2);
}

TEST_F(SeedingTest, AThirdThatRefusesTheSeedDoesNotGetItAgain) {
  const Message seed = MakeSeed();
  Carry(2, 0, NegotiationRefusal{.reason = NegotiationReject::kBusy}, seed.id);
  ExpectFree(0, 2);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
}

TEST_F(SeedingTest, APartnerThatFallsSilentFreesTheThirdWithItsAttempt) {
  MakeConfirm();
  Wait(2, rig.config.negotiation.confirm_wait);
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  ExpectFree(2, 1);
}

TEST_F(SeedingTest, AnOpenerThatFallsSilentFreesThePartner) {
  const Message confirm = MakeConfirm();
  Carry(2, 1, confirm.body, confirm.id);
  ASSERT_EQ(seeding(1), Seeding::Phase::kDisclosed);
  Wait(1, rig.config.negotiation.ack_wait);
  ExpectFree(1, 2);
  EXPECT_EQ(Refusal(2), NegotiationReject::kDissolved);
}

TEST_F(SeedingTest, TheSecretIsDisclosedOnce) {
  const Message confirm = MakeConfirm();
  Carry(2, 1, confirm.body, confirm.id);
  const Body first = Sent<SeedReceived>(2)->body;
  // A copy gets the same bytes.
  Carry(2, 1, confirm.body, confirm.id);
  EXPECT_EQ(Sent<SeedReceived>(2)->body, first);
  EXPECT_TRUE(rig.Observed<SecretDisclosed>().empty());
  // Another receiver, also with the coordinator's leave, gets nothing.
  Vote(3);
  SeedConfirm other = std::get<SeedConfirm>(confirm.body);
  other.receiver = formation(3).vote().ticket();
  other.signature = GrantSeed(rig.context, formation(0).vote().registrant_secret(), other.seed,
                              formation(3).vote().ticket_hash());
  Carry(3, 1, other, 9);
  EXPECT_EQ(Refusal(3), NegotiationReject::kDissolved);
  EXPECT_TRUE(rig.Sent<SeedReceived>().empty());
}

struct Lie {
  const char* name;
  std::function<void(VotersRig&, SeedConfirm&)> tell;
};

class ConfirmTest : public testing::TestWithParam<Lie>, protected VotersRig {};

const Lie kConfirms[] = {
    {"AnotherSeed", [](VotersRig&, SeedConfirm& confirm) { confirm.seed.bytes[0] ^= 1; }},
    {"AnotherReceiver",
     [](VotersRig& rig, SeedConfirm& confirm) { confirm.receiver = rig.Vote(3).vote().ticket(); }},
    {"AnotherPair",
     [](VotersRig& rig, SeedConfirm& confirm) {
       confirm.coordinator = rig.Vote(3).vote().ticket();
     }},
    {"AnotherKey", [](VotersRig&, SeedConfirm& confirm) { confirm.partner_key[0] ^= 1; }},
    {"NoLeave", [](VotersRig&, SeedConfirm& confirm) { confirm.signature[0] ^= 1; }},
    {"NoBoxKey", [](VotersRig&, SeedConfirm& confirm) { confirm.box_key.fill(0xff); }},
    {"TheCoordinatorItself",
     [](VotersRig& rig, SeedConfirm& confirm) {
       confirm.receiver = rig.formation(0).vote().ticket();
     }},
};

INSTANTIATE_TEST_SUITE_P(Lies, ConfirmTest, testing::ValuesIn(kConfirms),
                         [](const auto& each) { return each.param.name; });

TEST_P(ConfirmTest, GetsNoSecret) {
  const Message confirm = MakeConfirm();
  SeedConfirm lie = std::get<SeedConfirm>(confirm.body);
  GetParam().tell(*this, lie);
  Carry(2, 1, lie, confirm.id);
  EXPECT_TRUE(rig.Sent<SeedReceived>().empty());
  EXPECT_TRUE(Refusal(2).has_value());
  EXPECT_EQ(seeding(1), Seeding::Phase::kPartner);
  // The good one is still served.
  Carry(2, 1, confirm.body, confirm.id);
  EXPECT_EQ(rig.Sent<SeedReceived>().size(), 1u);
}

struct SeedLie {
  const char* name;
  std::function<void(VotersRig&, PoolSeed&)> tell;
  bool reported;
};

class SeedTest : public testing::TestWithParam<SeedLie>, protected VotersRig {};

const SeedLie kSeeds[] = {
    {"OneRecordLess", [](VotersRig&, PoolSeed& seed) { seed.votes.pop_back(); }, false},
    {"AnotherSecret", [](VotersRig&, PoolSeed& seed) { seed.coordinator_secret[1] ^= 1; }, true},
    {"NoLeave", [](VotersRig&, PoolSeed& seed) { seed.signature[1] ^= 1; }, true},
    {"ChangedBox", [](VotersRig&, PoolSeed& seed) { seed.votes[0].sealed[40] ^= 1; }, true},
    {"MadeUpPartner", [](VotersRig&, PoolSeed& seed) { ++seed.partner.attempt; }, true},
    {"ThePartnerIsTheThird", [](VotersRig&, PoolSeed& seed) { seed.peer = PeerId{2}; }, false},
    {"ThePartnerIsTheCoordinator", [](VotersRig&, PoolSeed& seed) { seed.peer = PeerId{0}; },
     false},
    {"OneRegistrantTwice",
     [](VotersRig&, PoolSeed& seed) { seed.partner.registrant = seed.coordinator.registrant; },
     false},
};

INSTANTIATE_TEST_SUITE_P(Lies, SeedTest, testing::ValuesIn(kSeeds),
                         [](const auto& each) { return each.param.name; });

TEST_P(SeedTest, IsRefusedAndAsksNobody) {
  const Message message = MakeSeed();
  PoolSeed lie = std::get<PoolSeed>(message.body);
  GetParam().tell(*this, lie);
  Carry(0, 2, lie, message.id);
  EXPECT_TRUE(Refusal(0).has_value());
  EXPECT_TRUE(rig.Sent<SeedConfirm>().empty());
  EXPECT_EQ(seeding(2), Seeding::Phase::kIdle);
  EXPECT_EQ(pairing(2), Pairing::Phase::kLooking);
  EXPECT_EQ(formation(2).vote().attempts(), 1u);
  ASSERT_EQ(rig.reports.size(), GetParam().reported ? 1u : 0u);
  if (GetParam().reported) {
    EXPECT_EQ(rig.reports[0].first, PeerId{0});
  }
}

TEST_F(SeedingTest, ASecretThatOpensNothingDissolvesTheSeed) {
  const Message confirm = MakeConfirm();
  Carry(2, 1, confirm.body, confirm.id);
  auto received = *Sent<SeedReceived>(2);
  std::get<SeedReceived>(received.body).secret[40] ^= 1;
  Carry(1, 2, received.body, received.id);
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_FALSE(formation(2).TakePool().has_value());
  ExpectFree(2, 1);
}

TEST_F(SeedingTest, ASeedThatNobodyAskedForIsRefused) {
  const Message seed = MakeSeed();
  Vote(3);
  Carry(0, 3, seed.body, seed.id);
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
  Carry(4, 2, seed.body, seed.id);
  EXPECT_EQ(Refusal(4), NegotiationReject::kDissolved);
  EXPECT_EQ(pairing(2), Pairing::Phase::kOffered);
}

TEST_F(SeedingTest, StoppingTellsWhoWaits) {
  MakeConfirm();
  rig.effects.Clear();
  formation(2).Stop(At(2));
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
  EXPECT_EQ(Refusal(1), NegotiationReject::kDissolved);
  EXPECT_EQ(formation(2).NextDeadline(), Time::Never());
  EXPECT_TRUE(voters[2].topics.gatherings().empty());
}

TEST_F(SeedingTest, BreakingUpIsForThoseWhoWaitForAThird) {
  MakePair();
  Vote(2);
  rig.effects.Clear();
  formation(1).BreakUp(At(1));
  EXPECT_EQ(Refusal(0), NegotiationReject::kDissolved);
  ExpectFree(1, 2);
  formation(2).BreakUp(At(2));
  ExpectFree(2, 1);
}

// Every message in every phase: answered or ignored, and nobody is locked by it for good.
TEST_F(SeedingTest, AnyMessageInAnyPhaseIsSurvived) {
  const std::vector<std::function<void(VotersRig&)>> phases = {
      [](VotersRig& t) { t.Vote(0), t.Vote(1), t.Vote(2); },
      [](VotersRig& t) { t.MakePair(), t.Vote(2); },
      [](VotersRig& t) { t.MakeSeed(); },
      [](VotersRig& t) { t.MakeConfirm(); },
      [](VotersRig& t) {
        const Message confirm = t.MakeConfirm();
        t.Carry(2, 1, confirm.body, confirm.id);
      },
  };
  const Message seed = MakeSeed();
  Carry(0, 2, seed.body, seed.id);
  const Message confirm = *Sent<SeedConfirm>(1);
  const std::vector<Body> bodies = {
      GreetOf(2),
      GreetOf(2, NegotiationStage::kPair),
      GreetOf(2, NegotiationStage::kPool),
      Pair{.ticket = formation(2).vote().ticket(), .voter = Bytes(9), .vote = Bytes(9)},
      PairAck{.ticket = formation(2).vote().ticket()},
      NegotiationRefusal{.reason = NegotiationReject::kDissolved},
      seed.body,
      confirm.body,
      SeedReceived{.seed = std::get<SeedConfirm>(confirm.body).seed, .secret = Bytes(80)},
      Present{.template_cid = terms.template_cid,
              .stage = NegotiationStage::kPool,
              .depth = 3,
              .pool = {},
              .size = 4},
  };
  for (size_t phase = 0; phase < phases.size(); ++phase) {
    for (size_t body = 0; body < bodies.size(); ++body) {
      for (uint32_t to = 0; to < 3; ++to) {
        phases[phase](*this);
        const uint64_t id = body % 2 == 0 ? seed.id : confirm.id;
        for (const uint32_t from : {uint32_t{0}, uint32_t{1}, uint32_t{2}, uint32_t{3}}) {
          if (from != to) Carry(from, to, bodies[body], id);
        }
        Wait(to, rig.config.negotiation.seed_wait + Seconds(20));
        const bool waits = seeding(to) == Seeding::Phase::kSeeking;
        EXPECT_TRUE(formation(to).idle() || waits) << phase << " " << body << " " << to;
      }
    }
  }
}

}  // namespace
}  // namespace core

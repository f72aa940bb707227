// One Discovery and its border: each row of the tables in discovery.h.
#include "node/discovery/discovery.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::IdOf;
using tests::KeyOf;
using tests::Public;

class DiscoveryTest : public testing::Test {
 protected:
  void Make(DiscoverySettings settings) {
    settings.seeds = {*ParseSeed("seed.example:7420")};
    discovery_.emplace(IdOf(0), settings, KeyOf(1), core::Random({.seed = 1}), now_);
  }

  void SetUp() override { Make({.listen_port = 7420}); }

  void Step(const DiscoveryInput& input) {
    effects_.clear();
    discovery_->Step(now_, input, effects_);
  }

  void Wait(core::Duration span) {
    now_ = now_ + span;
    Step(Tick{});
  }

  template <typename T>
  std::vector<T> All() const {
    std::vector<T> found;
    for (const DiscoveryEffect& effect : effects_) {
      if (const T* one = std::get_if<T>(&effect)) found.push_back(*one);
    }
    return found;
  }

  template <typename T>
  std::vector<T> Sent() const {
    std::vector<T> found;
    for (const Send& send : All<Send>()) {
      DiscoveryMessage message;
      EXPECT_TRUE(DecodeMessage(send.bytes, message).ok());
      if (const T* one = std::get_if<T>(&message)) found.push_back(*one);
    }
    return found;
  }

  void Receive(LinkId link, const DiscoveryMessage& message) {
    const std::vector<uint8_t> bytes = EncodeMessage(message);
    Step(Received{link, bytes});
  }

  LinkId Accept(uint32_t group, uint16_t stated_port = 0) {
    const LinkId link{++links_};
    Step(LinkUp{link, IdOf(group), Public(group, 1, 50'000), stated_port, {}});
    return link;
  }

  // The seed is dialled and answers.
  LinkId ConnectToSeed() {
    Step(Tick{});
    const std::vector<Dial> dials = All<Dial>();
    EXPECT_EQ(dials.size(), 1u);
    const LinkId link{++links_};
    Step(LinkUp{link, IdOf(1000), Public(1000, 1), 7420, dials.at(0).dial});
    return link;
  }

  // The first feeler; every other dial fails.
  Dial WaitForFeeler() {
    for (int second = 0; second < 200; ++second) {
      Wait(core::Seconds(1));
      for (const Dial& dial : All<Dial>()) {
        if (dial.purpose == DialPurpose::kFeeler) return dial;
        Step(DialFailed{dial.dial, DialError::kUnreachable, {}});
      }
    }
    ADD_FAILURE() << "no feeler";
    return {};
  }

  Peers PeersOf(uint32_t first, uint32_t count) {
    Peers peers;
    for (uint32_t i = first; i < first + count; ++i) {
      peers.records.push_back({IdOf(i), Public(i, 1), 5});
    }
    return peers;
  }

  core::Time now_ = tests::kStart;
  std::optional<Discovery> discovery_;
  DiscoveryEffects effects_;
  uint64_t links_ = 0;
};

TEST_F(DiscoveryTest, AnEmptyBookDialsASeedAndAsksIt) {
  Step(Tick{});
  const std::vector<Dial> dials = All<Dial>();
  ASSERT_EQ(dials.size(), 1u);
  EXPECT_EQ(dials[0].purpose, DialPurpose::kSeed);
  EXPECT_EQ(dials[0].address.name, "seed.example");
  Step(LinkUp{LinkId{1}, IdOf(9), Public(9, 1), 7420, dials[0].dial});
  EXPECT_EQ(Sent<GetPeers>().size(), 1u);
  EXPECT_EQ(discovery_->outbound(), 1u);
}

TEST_F(DiscoveryTest, PeersThatWereToldAreDialledWithinABound) {
  const LinkId seed = ConnectToSeed();
  Receive(seed, PeersOf(1, 100));
  Wait(core::Seconds(1));
  EXPECT_EQ(All<Dial>().size(), 16u);
  for (const Dial& dial : All<Dial>()) EXPECT_EQ(dial.purpose, DialPurpose::kPeer);
}

TEST_F(DiscoveryTest, TheDesiredNumberIsPassedByAFewAtMost) {
  Make({.desired = 3, .dials_max = 16});
  const LinkId seed = ConnectToSeed();
  Receive(seed, PeersOf(1, 100));
  for (int second = 0; second < 300; ++second) {
    Wait(core::Seconds(1));
    for (const Dial& dial : All<Dial>()) {
      if (dial.purpose != DialPurpose::kPeer) continue;
      Step(LinkUp{LinkId{++links_}, IdOf(2'000 + links_), dial.address.endpoint, 0, dial.dial});
    }
  }
  EXPECT_GE(discovery_->outbound(), 3u);
  EXPECT_LE(discovery_->outbound(), 3 + Discovery::kSurplusMax);
}

TEST_F(DiscoveryTest, ADeadSeedIsTriedAgainEverMoreRarely) {
  int dials = 0;
  for (int second = 0; second < 3'600; ++second) {
    Wait(core::Seconds(1));
    for (const Dial& dial : All<Dial>()) {
      ++dials;
      Step(DialFailed{dial.dial, DialError::kUnreachable, {}});
    }
  }
  EXPECT_GE(dials, 12);
  EXPECT_LE(dials, 30);
}

TEST_F(DiscoveryTest, ASeedWithAnotherIdentityIsClosed) {
  DiscoverySettings settings{.listen_port = 1};
  settings.seeds = {*ParseSeed(std::string(64, 'a') + "@seed.example:7420")};
  discovery_.emplace(IdOf(0), settings, KeyOf(1), core::Random({.seed = 1}), now_);
  Step(Tick{});
  const Dial dial = All<Dial>().at(0);
  EXPECT_EQ(dial.expected, ParseKey(std::string(64, 'a')));
  Step(LinkUp{LinkId{1}, IdOf(9), Public(9, 1), 7420, dial.dial});
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kWrongIdentity);
  EXPECT_EQ(discovery_->outbound(), 0u);
}

TEST_F(DiscoveryTest, AStatedAddressIsNotAdvertisedUntilItIsDialled) {
  const LinkId asker = Accept(1);
  Accept(2, /*stated_port=*/7420);
  ASSERT_NE(discovery_->book().Find(Public(2, 1)), nullptr);
  Receive(asker, GetPeers{});
  ASSERT_EQ(Sent<Peers>().size(), 1u);
  EXPECT_TRUE(Sent<Peers>()[0].records.empty());
  // A feeler finds the address answering: now it may be told.
  const Dial feeler = WaitForFeeler();
  EXPECT_EQ(feeler.address.endpoint, Public(2, 1));
  Step(DialFailed{feeler.dial, DialError::kDuplicate, IdOf(2)});
  Receive(asker, GetPeers{});
  ASSERT_EQ(Sent<Peers>().size(), 1u);
  ASSERT_EQ(Sent<Peers>()[0].records.size(), 1u);
  EXPECT_EQ(Sent<Peers>()[0].records[0].endpoint, Public(2, 1));
}

TEST_F(DiscoveryTest, AFailureWithoutAProvenIdVerifiesNothing) {
  Accept(2, /*stated_port=*/7420);
  Step(DialFailed{WaitForFeeler().dial, DialError::kFull, {}});
  EXPECT_FALSE(discovery_->book().Find(Public(2, 1))->verified);
}

TEST_F(DiscoveryTest, AFeelerIsClosedOnceTheAddressHasAnswered) {
  const LinkId inbound = Accept(2, /*stated_port=*/7420);
  Step(LinkDown{inbound});
  const Dial feeler = WaitForFeeler();
  Step(LinkUp{LinkId{70}, IdOf(2), Public(2, 1), 7420, feeler.dial});
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kDone);
  EXPECT_TRUE(discovery_->book().Find(Public(2, 1))->verified);
  EXPECT_EQ(discovery_->outbound(), 0u);
}

TEST_F(DiscoveryTest, FaultsAddUpToABan) {
  const LinkId link = Accept(1);
  for (int i = 0; i < 5; ++i) Step(Received{link, std::vector<uint8_t>{1, 2, 9}});
  ASSERT_EQ(All<Banned>().size(), 1u);
  EXPECT_EQ(All<Banned>()[0].ban.reason, BanReason::kFaults);
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kBanned);
  Step(LinkDown{link});
  Step(LinkUp{LinkId{50}, IdOf(1), Public(77, 1), 0, {}});
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(discovery_->inbound(), 0u);
}

TEST_F(DiscoveryTest, UnsolicitedAndEarlyMessagesCostPoints) {
  const LinkId link = Accept(1);
  Receive(link, PeersOf(1, 10));
  ASSERT_EQ(All<Penalised>().size(), 1u);
  EXPECT_EQ(All<Penalised>()[0].penalty, Penalty::kUnsolicited);
  EXPECT_EQ(All<Penalised>()[0].score, 50u);
  EXPECT_EQ(discovery_->book().size(), 0u);
  Receive(link, GetPeers{});
  EXPECT_TRUE(All<Penalised>().empty());
  Receive(link, GetPeers{});
  ASSERT_EQ(All<Penalised>().size(), 1u);
  EXPECT_EQ(All<Penalised>()[0].penalty, Penalty::kTooEarly);
  EXPECT_TRUE(Sent<Peers>().empty());
}

TEST_F(DiscoveryTest, MessagesOfAnotherVersionCostNothing) {
  const LinkId link = Accept(1);
  Step(Received{link, std::vector<uint8_t>{2, 1}});
  EXPECT_TRUE(effects_.empty());
  Step(Received{link, std::vector<uint8_t>{1, 77}});
  EXPECT_TRUE(effects_.empty());
}

TEST_F(DiscoveryTest, WithoutRoomAPeerIsToldOthersAndClosed) {
  Make({.inbound_max = 2});
  Accept(1);
  Accept(2);
  Accept(3);
  ASSERT_EQ(Sent<Peers>().size(), 1u);
  EXPECT_TRUE(Sent<Peers>()[0].refusal);
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kFull);
  EXPECT_EQ(discovery_->inbound(), 2u);
}

TEST_F(DiscoveryTest, ARefusalIsUsedAndTheLinkClosed) {
  const LinkId seed = ConnectToSeed();
  Peers refusal = PeersOf(1, 10);
  refusal.refusal = true;
  Receive(seed, refusal);
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kRefusedByPeer);
  EXPECT_GT(discovery_->book().size(), 9u);
}

TEST_F(DiscoveryTest, APublicPeerCannotTeachPrivateAddresses) {
  const LinkId seed = ConnectToSeed();
  Peers peers;
  peers.records = {{IdOf(1), tests::Place("192.168.1.1:22"), 0},
                   {IdOf(2), tests::Place("127.0.0.1:22"), 0},
                   {IdOf(0), Public(5, 1), 0}};  // Our own id.
  const size_t before = discovery_->book().size();
  Receive(seed, peers);
  EXPECT_EQ(discovery_->book().size(), before);
}

TEST_F(DiscoveryTest, OurOwnAddressIsForgottenForGood) {
  const LinkId seed = ConnectToSeed();
  Peers peers;
  peers.records = {{IdOf(7), Public(7, 1), 0}};
  Receive(seed, peers);
  Wait(core::Seconds(1));
  Step(DialFailed{All<Dial>().at(0).dial, DialError::kSelf, {}});
  EXPECT_EQ(discovery_->book().Find(Public(7, 1)), nullptr);
  Wait(core::Seconds(40));
  ASSERT_EQ(Sent<GetPeers>().size(), 1u);
  Receive(seed, peers);
  EXPECT_EQ(discovery_->book().Find(Public(7, 1)), nullptr);
}

TEST_F(DiscoveryTest, AProbeIsDialledBackToWhereItCameFromOnly) {
  const LinkId asker = Accept(1);
  Receive(asker, NatProbe{77, 7420});
  ASSERT_EQ(All<Dial>().size(), 1u);
  const Dial dial = All<Dial>()[0];
  EXPECT_EQ(dial.purpose, DialPurpose::kBack);
  EXPECT_EQ(dial.address.endpoint, Public(1, 1, 7420));
  EXPECT_EQ(dial.expected, IdOf(1));
  Step(LinkUp{LinkId{90}, IdOf(1), Public(1, 1, 7420), 0, dial.dial});
  ASSERT_EQ(Sent<NatProbeBack>().size(), 1u);
  EXPECT_EQ(Sent<NatProbeBack>()[0].token, 77u);
  ASSERT_EQ(Sent<NatResult>().size(), 1u);
  EXPECT_TRUE(Sent<NatResult>()[0].reached);
  EXPECT_EQ(All<Close>().at(0).link, LinkId{90});
  EXPECT_TRUE(discovery_->book().Find(Public(1, 1, 7420))->verified);
}

TEST_F(DiscoveryTest, AProbeThatFailsIsAnsweredInTime) {
  const LinkId asker = Accept(1);
  Receive(asker, NatProbe{77, 7420});
  Wait(DialBacks::kWait);
  ASSERT_EQ(Sent<NatResult>().size(), 1u);
  EXPECT_FALSE(Sent<NatResult>()[0].reached);
  EXPECT_EQ(discovery_->book().Find(Public(1, 1, 7420)), nullptr);
}

TEST_F(DiscoveryTest, ProbesAreServedOnceAMinutePerLink) {
  const LinkId asker = Accept(1);
  Receive(asker, NatProbe{77, 7420});
  Receive(asker, NatProbe{78, 7421});
  EXPECT_TRUE(All<Dial>().empty());
  ASSERT_EQ(All<Penalised>().size(), 1u);
  EXPECT_EQ(All<Penalised>()[0].penalty, Penalty::kTooEarly);
}

TEST_F(DiscoveryTest, TheVerdictComesFromTheTokenThatComesBack) {
  const LinkId seed = ConnectToSeed();
  Wait(core::Seconds(4));
  ASSERT_EQ(Sent<NatProbe>().size(), 1u);
  const uint64_t token = Sent<NatProbe>()[0].token;
  const LinkId back = Accept(1000);
  Receive(back, NatProbeBack{token});
  Receive(seed, NatResult{token, true, Public(3, 3).ip});
  EXPECT_EQ(discovery_->reachability(), Reachability::kPublic);
  ASSERT_EQ(All<ReachabilityChanged>().size(), 1u);
}

TEST_F(DiscoveryTest, LateDialsAndUnknownLinksAreHarmless) {
  Step(Tick{});
  const Dial dial = All<Dial>().at(0);
  Wait(Discovery::kDialWait + core::Seconds(1));
  Step(LinkUp{LinkId{1}, IdOf(9), Public(9, 1), 7420, dial.dial});
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].cause, CloseCause::kUnknown);
  Step(LinkDown{LinkId{99}});
  Step(DialFailed{12345, DialError::kSelf, {}});
  Step(Fault{LinkId{99}, 1'000});
  EXPECT_TRUE(effects_.empty());
}

TEST_F(DiscoveryTest, TheOperatorMayBan) {
  const LinkId link = Accept(1);
  Step(BanCommand{IdOf(1), core::Minutes(5)});
  EXPECT_EQ(All<Banned>().size(), 1u);
  ASSERT_EQ(All<Close>().size(), 1u);
  EXPECT_EQ(All<Close>()[0].link, link);
}

TEST_F(DiscoveryTest, ADamagedStoreLeavesAnEmptyBook) {
  const Moment moment = {now_, {1'700'000'000'000'000}};
  const std::vector<uint8_t> damaged = {1, 2, 3};
  EXPECT_FALSE(discovery_->Restore(damaged, moment).ok());
  EXPECT_EQ(discovery_->book().size(), 0u);
  Step(Tick{});
  EXPECT_EQ(All<Dial>().size(), 1u);  // The seed.
}

TEST_F(DiscoveryTest, AskedOverAndOverItStaysBounded) {
  const LinkId seed = ConnectToSeed();
  core::Random random({.seed = 9});
  for (int round = 0; round < 300; ++round) {
    Wait(core::Seconds(40));
    for (const Dial& dial : All<Dial>()) Step(DialFailed{dial.dial, DialError::kUnreachable, {}});
    Peers peers;
    for (size_t i = 0; i < kPeersMax; ++i) {
      const auto group = static_cast<uint32_t>(random.Below(20'000));
      peers.records.push_back({IdOf(random.Next()), Public(group, 1), 5});
    }
    Receive(seed, peers);
  }
  // One source group: at most 32 of 256 buckets.
  EXPECT_LE(discovery_->book().size(),
            size_t{PeerBook::kNewBucketsPerSource} * PeerBook::kBucketSlots + 1);
}

}  // namespace
}  // namespace node

#include "node/handshake/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/handshake/entropy.h"
#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

using Phase = Handshake::Phase;
using testing::ElementsAre;
using testing::IsEmpty;

class HandshakeTest : public testing::Test {
 protected:
  TestNode alice_{1};
  TestNode bob_{2};
  const core::NodeId alice_id_ = alice_.identity.node_id();
  const core::NodeId bob_id_ = bob_.identity.node_id();
};

void ExpectTalk(SecureChannel& from, SecureChannel& to, std::string_view text) {
  const Bytes plaintext(text.begin(), text.end());
  Bytes bytes;
  from.SealTo(plaintext, kClock.steady, bytes);
  const core::StatusOr<SecureChannel::Opened> opened = to.Open(bytes);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->consumed, bytes.size());
  EXPECT_EQ(Bytes(opened->plaintext.begin(), opened->plaintext.end()), plaintext);
}

TEST_F(HandshakeTest, BothSidesProveTheirIdentityAndTalk) {
  bob_.offer.capabilities.Add("store");
  Meeting meeting(alice_, bob_, bob_id_);
  ASSERT_TRUE(meeting.Run().ok());
  ASSERT_TRUE(meeting.BothOpen());
  EXPECT_EQ(meeting.dialler.remote()->node_id, bob_id_);
  EXPECT_EQ(meeting.answerer.remote()->node_id, alice_id_);
  EXPECT_EQ(meeting.dialler.remote()->hello, HelloOf(bob_));
  EXPECT_EQ(meeting.answerer.remote()->hello, HelloOf(alice_));
  EXPECT_THAT(alice_.judged, ElementsAre(bob_id_));
  EXPECT_THAT(bob_.judged, ElementsAre(alice_id_));
  SecureChannel one = meeting.dialler.TakeChannel();
  SecureChannel two = meeting.answerer.TakeChannel();
  ExpectTalk(one, two, "from the dialler");
  ExpectTalk(two, one, "from the answerer");
}

TEST_F(HandshakeTest, RandomKeysDo) {
  const Identity one(SecretOf(1), DrawKey(), NetworkOf(5));
  const Identity two(SecretOf(2), DrawKey(), NetworkOf(5));
  const Hello offer;
  const Judge accept = [](const RemotePeer&) { return Verdict::kAccept; };
  Bytes to_two;
  Bytes to_one;
  Handshake dialler = Handshake::Dial({&one, &offer, accept, DrawKey()}, std::nullopt, to_two);
  Handshake answerer = Handshake::Answer({&two, &offer, accept, DrawKey()});
  ASSERT_TRUE(answerer.Receive(to_two, kClock, to_one).ok());
  to_two.clear();
  ASSERT_TRUE(dialler.Receive(to_one, kClock, to_two).ok());
  to_one.clear();
  ASSERT_TRUE(answerer.Receive(to_two, kClock, to_one).ok());
  ASSERT_TRUE(dialler.Receive(to_one, kClock, to_two).ok());
  EXPECT_EQ(dialler.phase(), Phase::kOpen);
  EXPECT_EQ(answerer.phase(), Phase::kOpen);
}

TEST_F(HandshakeTest, ThePhasesAreThoseOfTheTable) {
  Meeting meeting(alice_, bob_, bob_id_);
  EXPECT_EQ(meeting.dialler.phase(), Phase::kAwaitSecond);
  EXPECT_EQ(meeting.answerer.phase(), Phase::kAwaitFirst);
  ASSERT_TRUE(meeting.DeliverToAnswerer().ok());
  EXPECT_EQ(meeting.answerer.phase(), Phase::kAwaitThird);
  ASSERT_TRUE(meeting.DeliverToDialler().ok());
  EXPECT_EQ(meeting.dialler.phase(), Phase::kAwaitVerdict);
  // Message 3 and the verdict lie together: the answerer takes both.
  ASSERT_TRUE(meeting.DeliverToAnswerer().ok());
  EXPECT_EQ(meeting.answerer.phase(), Phase::kOpen);
  ASSERT_TRUE(meeting.DeliverToDialler().ok());
  EXPECT_EQ(meeting.dialler.phase(), Phase::kOpen);
}

// One byte at a time, as a slow network may deliver them; what is not whole is not taken.
TEST_F(HandshakeTest, BytesMayComeOneByOne) {
  const Flight flight;
  Meeting meeting(alice_, bob_, bob_id_);
  Bytes out;
  for (const size_t message : {size_t{0}, size_t{2}, size_t{3}}) {
    const Bytes& bytes = flight.messages[message];
    for (size_t size = 0; size < bytes.size(); ++size) {
      const auto taken = meeting.answerer.Receive(std::span(bytes).first(size), kClock, out);
      ASSERT_TRUE(taken.ok());
      ASSERT_EQ(*taken, 0u) << message << " " << size;
    }
    ASSERT_EQ(*meeting.answerer.Receive(bytes, kClock, out), bytes.size());
  }
  EXPECT_EQ(meeting.answerer.phase(), Phase::kOpen);
}

// The flight was recorded with the same keys, so that the bytes are the same.
TEST_F(HandshakeTest, BytesBehindTheLastMessageAreLeftToTheChannel) {
  const Flight flight;
  Meeting meeting(alice_, bob_, bob_id_);
  Bytes out;
  Bytes all;
  for (const size_t message : {size_t{0}, size_t{2}, size_t{3}}) {
    all.insert(all.end(), flight.messages[message].begin(), flight.messages[message].end());
  }
  const size_t size = all.size();
  all.insert(all.end(), 100, 0xff);
  EXPECT_EQ(*meeting.answerer.Receive(all, kClock, out), size);
  EXPECT_EQ(meeting.answerer.phase(), Phase::kOpen);
  EXPECT_EQ(*meeting.answerer.Receive(all, kClock, out), 0u);
}

TEST_F(HandshakeTest, AnyIdentityIsRightWhenNoneWasDialled) {
  Meeting meeting(alice_, bob_, std::nullopt);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_TRUE(meeting.BothOpen());
  EXPECT_EQ(meeting.dialler.remote()->node_id, bob_id_);
}

// Both know the reason; who said it differs.
void ExpectRefused(const Meeting& meeting, Verdict verdict, bool by_dialler) {
  EXPECT_EQ(meeting.dialler.phase(), Phase::kRefused);
  EXPECT_EQ(meeting.answerer.phase(), Phase::kRefused);
  EXPECT_EQ(meeting.dialler.refusal(), verdict);
  EXPECT_EQ(meeting.answerer.refusal(), verdict);
  EXPECT_EQ(meeting.dialler.refused_by_remote(), !by_dialler);
  EXPECT_EQ(meeting.answerer.refused_by_remote(), by_dialler);
}

TEST_F(HandshakeTest, AnotherIdentityThanTheDialledOneIsRefused) {
  Meeting meeting(alice_, bob_, alice_id_);
  ASSERT_TRUE(meeting.Run().ok());
  ExpectRefused(meeting, Verdict::kWrongIdentity, true);
  EXPECT_THAT(alice_.judged, IsEmpty());
}

TEST_F(HandshakeTest, EveryRefusalOfTheAnswerersJudgeReachesTheDialler) {
  for (const Verdict verdict :
       {Verdict::kDuplicate, Verdict::kTooManyConnections, Verdict::kBanned, Verdict::kBusy}) {
    bob_.verdict = verdict;
    Meeting meeting(alice_, bob_, bob_id_);
    ASSERT_TRUE(meeting.Run().ok());
    ExpectRefused(meeting, verdict, false);
  }
}

TEST_F(HandshakeTest, EveryRefusalOfTheDiallersJudgeReachesTheAnswerer) {
  for (const Verdict verdict :
       {Verdict::kDuplicate, Verdict::kTooManyConnections, Verdict::kBanned, Verdict::kBusy}) {
    alice_.verdict = verdict;
    Meeting meeting(alice_, bob_, bob_id_);
    ASSERT_TRUE(meeting.Run().ok());
    ExpectRefused(meeting, verdict, true);
  }
}

TEST_F(HandshakeTest, ANodeRefusesItself) {
  Meeting meeting(alice_, alice_, std::nullopt);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_EQ(meeting.dialler.phase(), Phase::kRefused);
  EXPECT_EQ(meeting.answerer.phase(), Phase::kRefused);
  EXPECT_EQ(meeting.dialler.refusal(), Verdict::kSelf);
  EXPECT_EQ(meeting.answerer.refusal(), Verdict::kSelf);
  EXPECT_THAT(alice_.judged, IsEmpty());
}

TEST_F(HandshakeTest, AnotherNetworkIsRefusedByBoth) {
  TestNode other(3, 0xbb);
  Meeting meeting(alice_, other, std::nullopt);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_EQ(meeting.dialler.refusal(), Verdict::kWrongNetwork);
  EXPECT_EQ(meeting.answerer.refusal(), Verdict::kWrongNetwork);
  EXPECT_FALSE(meeting.dialler.remote().has_value());
  EXPECT_THAT(alice_.judged, IsEmpty());
  EXPECT_THAT(other.judged, IsEmpty());
}

TEST_F(HandshakeTest, AnotherMajorVersionIsRefusedByBoth) {
  bob_.offer.version = {2, 0};
  Meeting meeting(alice_, bob_, bob_id_);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_EQ(meeting.dialler.refusal(), Verdict::kWrongVersion);
  EXPECT_EQ(meeting.answerer.refusal(), Verdict::kWrongVersion);
  EXPECT_THAT(alice_.judged, IsEmpty());
  EXPECT_THAT(bob_.judged, IsEmpty());
}

TEST_F(HandshakeTest, AnotherMinorVersionIsWelcome) {
  bob_.offer.version = {1, 7};
  Meeting meeting(alice_, bob_, bob_id_);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_TRUE(meeting.BothOpen());
  EXPECT_EQ(meeting.dialler.remote()->hello.version, (Version{1, 7}));
}

TEST_F(HandshakeTest, ARefusalOfTheDiallerIsFinalThoughTheAnswererAccepted) {
  alice_.verdict = Verdict::kBusy;
  Meeting meeting(alice_, bob_, bob_id_);
  ASSERT_TRUE(meeting.Run().ok());
  EXPECT_THAT(bob_.judged, ElementsAre(alice_id_));
  EXPECT_EQ(meeting.answerer.phase(), Phase::kRefused);
  Bytes out;
  EXPECT_EQ(*meeting.answerer.Receive(Bytes(100), kClock, out), 0u);
  EXPECT_THAT(out, IsEmpty());
}

TEST(VerdictTest, HasATextForEachNumber) {
  EXPECT_EQ(TextOf(Verdict::kAccept), "accept");
  EXPECT_EQ(TextOf(Verdict::kTooManyConnections), "too many connections");
  EXPECT_EQ(TextOf(Verdict::kBusy), "busy");
  EXPECT_EQ(TextOf(static_cast<Verdict>(9)), "unknown");
}

}  // namespace
}  // namespace node

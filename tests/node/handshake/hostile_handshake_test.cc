// What a hostile remote may do to a handshake: alter, cut, repeat and reorder messages, lie inside
// them, and send anything at any time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

using Phase = Handshake::Phase;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr size_t kDiallersVerdict = 3;

class HostileHandshakeTest : public testing::Test {
 protected:
  // A meeting with the keys of Flight, so that its messages are the recorded ones.
  Meeting Meet() { return {alice_, bob_, bob_.identity.node_id()}; }

  // Brings the answerer to where it waits for message 3 with `payload` of a hostile dialler of
  // mallory's keys, and hands it over.
  core::Status SayThird(Handshake& answerer, HostileDialler& dialler, const Bytes& payload,
                        Bytes& out) {
    EXPECT_TRUE(answerer.Receive(dialler.First(), kClock, out).ok());
    EXPECT_TRUE(dialler.Take(out));
    out.clear();
    return answerer.Receive(dialler.Third(payload), kClock, out).status();
  }

  core::Status SayHello(const Bytes& payload) {
    HostileDialler dialler(mallory_);
    Handshake answerer = Handshake::Answer(bob_.Setup(51));
    Bytes out;
    const core::Status status = SayThird(answerer, dialler, payload, out);
    EXPECT_TRUE(status.ok() || out.empty());
    return status;
  }

  // The answerer after an honest message 3 of mallory and this as the record behind it.
  std::pair<core::Status, Verdict> SayVerdict(const Bytes& plaintext, Version version = {1, 0}) {
    HostileDialler dialler(mallory_);
    Handshake answerer = Handshake::Answer(bob_.Setup(51));
    Bytes out;
    Hello hello = HelloOf(mallory_);
    hello.version = version;
    EXPECT_TRUE(SayThird(answerer, dialler, EncodedHello(hello), out).ok());
    EXPECT_EQ(answerer.phase(), Phase::kAwaitVerdict);
    const core::Status status = answerer.Receive(dialler.Record(plaintext), kClock, out).status();
    return {status, answerer.refusal()};
  }

  TestNode alice_{1};
  TestNode bob_{2};
  TestNode mallory_{3};
};

// Replaces message `index` of an honest run by `bytes`. The answerer reads 0, 2, 3; the dialler 1
// and 4. True when both sides are open in the end.
bool OpensWith(size_t index, const Bytes& bytes) {
  static TestNode alice(1);
  static TestNode bob(2);
  static const Flight flight;
  Meeting meeting(alice, bob, bob.identity.node_id());
  if (index == 0) meeting.to_answerer = bytes;
  if (!meeting.DeliverToAnswerer().ok()) return false;
  if (index == 1) meeting.to_dialler = bytes;
  if (!meeting.DeliverToDialler().ok()) return false;
  if (index == 2) {
    meeting.to_answerer = bytes;
    meeting.to_answerer.insert(meeting.to_answerer.end(), flight.messages[3].begin(),
                               flight.messages[3].end());
  } else if (index == 3) {
    meeting.to_answerer = flight.messages[2];
    meeting.to_answerer.insert(meeting.to_answerer.end(), bytes.begin(), bytes.end());
  }
  if (!meeting.DeliverToAnswerer().ok()) return false;
  if (index == 4) meeting.to_dialler = bytes;
  if (!meeting.DeliverToDialler().ok()) return false;
  return meeting.BothOpen();
}

TEST_F(HostileHandshakeTest, TheRecordedMessagesThemselvesOpen) {
  const Flight flight;
  for (size_t index = 0; index < flight.messages.size(); ++index) {
    EXPECT_TRUE(OpensWith(index, flight.messages[index])) << index;
  }
}

TEST_F(HostileHandshakeTest, AnAlteredByteAnywhereNeverOpens) {
  const Flight flight;
  for (size_t index = 0; index < flight.messages.size(); ++index) {
    for (size_t at = 0; at < flight.messages[index].size(); ++at) {
      Bytes bytes = flight.messages[index];
      bytes[at] ^= 0x10;
      EXPECT_FALSE(OpensWith(index, bytes)) << index << " " << at;
    }
  }
}

TEST_F(HostileHandshakeTest, AMessageCutAnywhereNeverOpens) {
  const Flight flight;
  for (size_t index = 0; index < flight.messages.size(); ++index) {
    for (size_t size = 0; size < flight.messages[index].size(); ++size) {
      const std::span<const uint8_t> head = std::span(flight.messages[index]).first(size);
      EXPECT_FALSE(OpensWith(index, Bytes(head.begin(), head.end()))) << index << " " << size;
    }
  }
}

// The same with a length that fits: Noise sees the cut, not only the framing.
TEST_F(HostileHandshakeTest, AMessageCutAnywhereWithARightLengthNeverOpens) {
  const Flight flight;
  for (size_t index = 0; index < flight.messages.size(); ++index) {
    for (size_t size = 2; size < flight.messages[index].size(); ++size) {
      Bytes bytes = flight.messages[index];
      bytes.resize(size);
      core::PutBigEndian<2>(bytes.data(), size - 2);
      EXPECT_FALSE(OpensWith(index, bytes)) << index << " " << size;
    }
  }
}

TEST_F(HostileHandshakeTest, MessagesOfAnEarlierSessionAreRefused) {
  const Flight earlier(20);
  for (size_t index = 0; index < earlier.messages.size(); ++index) {
    EXPECT_FALSE(OpensWith(index, earlier.messages[index])) << index;
  }
}

TEST_F(HostileHandshakeTest, AReplayOfTheWholeDiallerGetsNowhere) {
  const Flight earlier(20);
  Handshake answerer = Handshake::Answer(bob_.Setup(99));
  Bytes out;
  ASSERT_TRUE(answerer.Receive(earlier.messages[0], kClock, out).ok());
  EXPECT_EQ(ErrorOf(answerer.Receive(earlier.messages[2], kClock, out).status()),
            "noise: ciphertext is not authentic");
  EXPECT_EQ(answerer.phase(), Phase::kFailed);
  EXPECT_THAT(bob_.judged, IsEmpty());
}

// Every phase meets every message: the wrong ones end in a Status or are final phases' silence.
TEST_F(HostileHandshakeTest, OnlyTheRightMessageMovesAPhase) {
  const Flight flight;

  struct Case {
    bool answerer;
    std::vector<size_t> before;
    size_t right;
  };

  const std::vector<Case> cases = {
      {true, {}, 0}, {true, {0}, 2}, {true, {0, 2}, 3}, {false, {}, 1}, {false, {1}, 4}};
  for (const Case& each : cases) {
    for (size_t index = 0; index < flight.messages.size(); ++index) {
      Meeting meeting = Meet();
      Handshake& side = each.answerer ? meeting.answerer : meeting.dialler;
      Bytes out;
      for (const size_t before : each.before) {
        ASSERT_TRUE(side.Receive(flight.messages[before], kClock, out).ok());
      }
      const Phase phase = side.phase();
      out.clear();
      const auto taken = side.Receive(flight.messages[index], kClock, out);
      if (index == each.right) {
        EXPECT_TRUE(taken.ok());
        EXPECT_NE(side.phase(), phase);
      } else if (index == 1 && each.right == 0) {
        // Message 2 where message 1 belongs is a longer message 1.
        EXPECT_THAT(ErrorOf(taken.status()), HasSubstr("message 1: payload of"));
      } else {
        EXPECT_FALSE(taken.ok()) << each.right << " " << index;
      }
      if (index != each.right) {
        EXPECT_EQ(side.phase(), Phase::kFailed);
        EXPECT_THAT(out, IsEmpty());
      }
    }
  }
}

TEST_F(HostileHandshakeTest, AFailureIsFinal) {
  const Flight flight;
  Meeting meeting = Meet();
  Bytes out;
  const core::Status first = meeting.answerer.Receive(Bytes{0, 1, 7}, kClock, out).status();
  EXPECT_EQ(ErrorOf(first), "noise: message 1 of 1 bytes, allowed 32 to 65535");
  EXPECT_EQ(meeting.answerer.Receive(flight.messages[0], kClock, out).status(), first);
  EXPECT_THAT(out, IsEmpty());
}

TEST_F(HostileHandshakeTest, ALongLengthIsRefusedBeforeItsBytesCome) {
  Meeting meeting = Meet();
  Bytes out;
  EXPECT_EQ(ErrorOf(meeting.answerer.Receive(Bytes{0x08, 0x01}, kClock, out).status()),
            "handshake.length: 2049, at most 2048");
  // "GET / HTTP/1.1"
  Meeting other = Meet();
  EXPECT_EQ(ErrorOf(other.answerer.Receive(Bytes{'G', 'E', 'T', ' '}, kClock, out).status()),
            "handshake.length: 18245, at most 2048");
}

TEST_F(HostileHandshakeTest, TheFirstMessageCarriesNothing) {
  HostileDialler dialler(mallory_);
  Handshake answerer = Handshake::Answer(bob_.Setup(51));
  Bytes out;
  EXPECT_EQ(ErrorOf(answerer.Receive(dialler.First({1, 2, 3}), kClock, out).status()),
            "handshake message 1: payload of 3 bytes, allowed 0");
  EXPECT_THAT(out, IsEmpty());
}

TEST_F(HostileHandshakeTest, AnEphemeralKeyOfSmallOrderIsRefused) {
  Handshake answerer = Handshake::Answer(bob_.Setup(51));
  Bytes first(34);
  first[1] = 32;
  Bytes out;
  EXPECT_THAT(ErrorOf(answerer.Receive(first, kClock, out).status()), HasSubstr("small order"));
  EXPECT_THAT(out, IsEmpty());
}

TEST_F(HostileHandshakeTest, AnHonestHelloIsTaken) {
  EXPECT_TRUE(SayHello(EncodedHello(HelloOf(mallory_))).ok());
  EXPECT_THAT(bob_.judged, ElementsAre(mallory_.identity.node_id()));
}

TEST_F(HostileHandshakeTest, NobodyMayUseAnothersIdentity) {
  Hello stolen = HelloOf(alice_);
  EXPECT_EQ(ErrorOf(SayHello(EncodedHello(stolen))), "hello.proof: does not verify");
  Hello mixed = HelloOf(mallory_);
  mixed.identity = alice_.identity.key();
  EXPECT_EQ(ErrorOf(SayHello(EncodedHello(mixed))), "hello.proof: does not verify");
  EXPECT_THAT(bob_.judged, IsEmpty());
}

TEST_F(HostileHandshakeTest, AProofForAnotherNetworkIsWorthNothing) {
  const TestNode elsewhere(3, 0xbb);
  Hello hello = HelloOf(mallory_);
  hello.proof = elsewhere.identity.proof();
  EXPECT_EQ(ErrorOf(SayHello(EncodedHello(hello))), "hello.proof: does not verify");
}

TEST_F(HostileHandshakeTest, AMalformedHelloIsAnError) {
  EXPECT_EQ(ErrorOf(SayHello({})), "hello: 0 bytes, at least 4");
  Bytes longer = EncodedHello(HelloOf(mallory_));
  longer.push_back(0);
  EXPECT_THAT(ErrorOf(SayHello(longer)), HasSubstr("bytes behind the last field"));
  EXPECT_THAT(bob_.judged, IsEmpty());
}

TEST_F(HostileHandshakeTest, TheDiallerJudgesAHostileAnswererTheSameWay) {
  Bytes first;
  Handshake dialler = Handshake::Dial(alice_.Setup(1), mallory_.identity.node_id(), first);
  HostileAnswerer answerer(mallory_);
  Bytes out;
  const Bytes second = answerer.Second(first, EncodedHello(HelloOf(bob_)));
  EXPECT_EQ(ErrorOf(dialler.Receive(second, kClock, out).status()), "hello.proof: does not verify");
  EXPECT_THAT(out, IsEmpty());
  EXPECT_FALSE(dialler.remote().has_value());
}

TEST_F(HostileHandshakeTest, AVerdictIsOneByte) {
  EXPECT_TRUE(SayVerdict({0}).first.ok());
  EXPECT_EQ(ErrorOf(SayVerdict({}).first), "verdict: 0 bytes, allowed 1");
  EXPECT_EQ(ErrorOf(SayVerdict({0, 0}).first), "verdict: 2 bytes, allowed 1");
}

TEST_F(HostileHandshakeTest, AVerdictOfALaterMinorVersionMaySayMore) {
  EXPECT_TRUE(SayVerdict({0, 1, 2}, {1, 1}).first.ok());
}

TEST_F(HostileHandshakeTest, AnUnknownVerdictIsARefusal) {
  const auto [status, verdict] = SayVerdict({200});
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(verdict, static_cast<Verdict>(200));
  EXPECT_EQ(TextOf(verdict), "unknown");
}

TEST_F(HostileHandshakeTest, TheVerdictIsNotReplayedFromTheOtherDirection) {
  const Flight flight;
  Meeting meeting = Meet();
  Bytes out;
  ASSERT_TRUE(meeting.dialler.Receive(flight.messages[1], kClock, out).ok());
  EXPECT_EQ(
      ErrorOf(meeting.dialler.Receive(flight.messages[kDiallersVerdict], kClock, out).status()),
      "noise: ciphertext is not authentic");
}

}  // namespace
}  // namespace node

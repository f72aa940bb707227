#include "core/codec/wire.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/port/input.h"
#include "tests/core/codec/arbitrary_message.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

class WireTest : public testing::Test {
 protected:
  DecodeError Decode(const std::vector<uint8_t>& frame) { return wire_.Decode(frame, message_); }

  std::vector<uint8_t> Encode(const Message& message) {
    std::vector<uint8_t> frame;
    wire_.Encode(message, frame);
    return frame;
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
  Message message_;
};

RC_GTEST_FIXTURE_PROP(WireTest, DecodingUndoesEncoding, (const Message& message)) {
  const std::vector<uint8_t> frame = Encode(message);
  const DecodeError error = Decode(frame);
  RC_ASSERT(error.ok());
  RC_ASSERT(message_ == message);
}

// The recycled message carries leftovers of every other type.
TEST_F(WireTest, NothingOfARecycledMessageShinesThrough) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Message message =
        SampleMessage(Mix64(seed) % kMessageTypeCount, seed, kTestPeers, seed % 5);
    const DecodeError error = Decode(Encode(message));
    ASSERT_TRUE(error.ok()) << error.text;
    ASSERT_EQ(message_, message) << MessageName(message) << " seed " << seed;
  }
}

TEST_F(WireTest, LargestMessagesFit) {
  for (size_t index = 0; index < kMessageTypeCount; ++index) {
    const auto highest = [](uint64_t, uint64_t high) { return high; };
    Message message = MessageSampler(highest, kTestPeers, limits::kRecordsMax).Make(index);
    const std::vector<uint8_t> frame = Encode(message);
    EXPECT_LT(frame.size(), limits::kControlFrameMax) << MessageName(message);
    ASSERT_TRUE(Decode(frame).ok()) << MessageName(message);
    EXPECT_EQ(message_, message) << MessageName(message);
  }
}

TEST_F(WireTest, ErrorKindsAreTheReasonsOfTheCore) {
  EXPECT_EQ(static_cast<int>(DecodeError::kMalformed), static_cast<int>(GarbledReason::kMalformed));
  EXPECT_EQ(static_cast<int>(DecodeError::kTooLarge), static_cast<int>(GarbledReason::kTooLarge));
  EXPECT_EQ(static_cast<int>(DecodeError::kUnknownType),
            static_cast<int>(GarbledReason::kUnknownType));
  EXPECT_EQ(static_cast<int>(DecodeError::kWrongNetwork),
            static_cast<int>(GarbledReason::kWrongNetwork));
  EXPECT_EQ(static_cast<int>(DecodeError::kWrongVersion),
            static_cast<int>(GarbledReason::kWrongVersion));
}

TEST_F(WireTest, UnknownFieldsOfEveryWireTypeAreIgnored) {
  const std::string task(16, 't');
  const std::string known = "\x0a\x10" + task;
  const std::string varint("\x78\x96\x01", 3);  // Field 15.
  const std::string fixed64(
      "\x79"
      "12345678",
      9);
  const std::string length(
      "\x7a\x03"
      "abc",
      5);
  const std::string fixed32(
      "\x7d"
      "1234",
      5);
  const std::string high_number("\xfa\xff\xff\xff\x0f\x01z", 7);  // The largest field number.
  const std::string foreign_type("\x08\x05", 2);                  // Field 1 as a varint.
  const std::string body = varint + fixed64 + known + length + fixed32 + high_number + foreign_type;
  const DecodeError error = Decode(FrameAround(TypeOf<Accept>(), body));
  ASSERT_TRUE(error.ok()) << error.text;
  const auto& accept = std::get<Accept>(message_.body);
  EXPECT_EQ(std::string(accept.task.bytes.begin(), accept.task.bytes.end()), task);
}

TEST_F(WireTest, OfADuplicateFieldTheLastCounts) {
  const std::string first = "\x0a\x10" + std::string(16, 'a');
  const std::string second = "\x0a\x10" + std::string(16, 'b');
  ASSERT_TRUE(Decode(FrameAround(TypeOf<Done>(), first + second)).ok());
  EXPECT_EQ(std::get<Done>(message_.body).task.bytes[0], 'b');
}

TEST_F(WireTest, OfADuplicateSubMessageTheLastCountsWhole) {
  const std::string key = "\x0a\x20" + std::string(32, 'k');
  const std::string counted("\x12\x04\x08\x07\x10\x09", 6);  // count 7, arrivals 9
  const std::string queried("\x12\x02\x18\x05", 4);          // queries 5
  ASSERT_TRUE(Decode(FrameAround(TypeOf<ProvideAck>(), key + counted + queried)).ok());
  EXPECT_EQ(std::get<ProvideAck>(message_.body).traffic, (Traffic{.queries_per_min = 5}));
}

TEST_F(WireTest, IllFormedProtobufIsRefused) {
  const std::string known = "\x0a\x10" + std::string(16, 't');
  const std::vector<std::string> broken = {
      std::string("\x00\x01", 2),                                       // Field number 0.
      std::string("\x7b\x7c", 2),                                       // A group.
      std::string("\x7f", 1),                                           // Wire type 7.
      std::string("\x78", 1),                                           // No value.
      std::string("\x78\xff\xff", 3),                                   // A varint without an end.
      std::string("\x78\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11),  // Above 64 bits.
      std::string("\x78\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12),
      std::string("\xfa\xff\xff\xff\x1f\x00", 6),  // A tag above 32 bits.
      std::string("\x7a\x05"
                  "abc",
                  5),  // A length beyond the end.
      std::string("\x79"
                  "1234567",
                  8),
      std::string("\x7d"
                  "123",
                  4),
  };
  for (const std::string& tail : broken) {
    const DecodeError error = Decode(FrameAround(TypeOf<Accept>(), known + tail));
    EXPECT_TRUE(error == DecodeError::kMalformed) << HexOf(BytesOf(std::string_view(tail)));
    EXPECT_STREQ(error.text, "body: not well-formed Protobuf");
  }
}

TEST_F(WireTest, UnknownTypesAreRefusedAsSuch) {
  for (const int type : {0, 1, 0x0100, 0x0105, 0x0200, 0x020b, 0x0300, 0xffff}) {
    const DecodeError error = Decode(FrameAround(static_cast<uint16_t>(type), "anything"));
    EXPECT_TRUE(error == DecodeError::kUnknownType) << type;
  }
}

TEST_F(WireTest, AnotherNetworkIsRefusedBeforeItsTypeIsLookedAt) {
  for (size_t byte = 8; byte < 12; ++byte) {
    std::vector<uint8_t> frame = FrameAround(0xffff, "");
    frame[byte] ^= 1;
    EXPECT_TRUE(Decode(frame) == DecodeError::kWrongNetwork);
  }
}

TEST_F(WireTest, ContactsThatTheDirectoryRefusesAreLeftOut) {
  TestDirectory wide(kTestPeers + 5);
  Wire sender(TestNetwork(), wide);
  Message message;
  auto& nodes = message.body.emplace<Nodes>();
  for (const uint32_t peer : {3u, kTestPeers, 5u, kTestPeers + 4, 7u})
    nodes.peers.push_back(PeerId{peer});
  std::vector<uint8_t> frame;
  sender.Encode(message, frame);
  ASSERT_TRUE(Decode(frame).ok());
  const auto& peers = std::get<Nodes>(message_.body).peers;
  EXPECT_EQ(std::vector<PeerId>(peers.begin(), peers.end()),
            (std::vector<PeerId>{PeerId{3}, PeerId{5}, PeerId{7}}));
}

TEST_F(WireTest, RecordsOfRefusedOwnersAreLeftOutAndTheOthersKeepTheirOrder) {
  TestDirectory wide(kTestPeers + 5);
  Wire sender(TestNetwork(), wide);
  Message message = SampleMessage(Body(Found{}).index(), 5, kTestPeers, 0);
  auto& sent = std::get<Found>(message.body).records;
  for (const uint32_t peer : {kTestPeers, 1u, kTestPeers + 1, kTestPeers + 2, 2u, 3u}) {
    Record record =
        std::get<Provide>(SampleMessage(Body(Provide{}).index(), peer, kTestPeers, 0).body).record;
    record.peer = PeerId{peer};
    sent.push_back(record);
  }
  std::vector<uint8_t> frame;
  sender.Encode(message, frame);
  ASSERT_TRUE(Decode(frame).ok());
  EXPECT_EQ(std::get<Found>(message_.body).records,
            (std::vector<Record>{sent[1], sent[4], sent[5]}));
}

TEST_F(WireTest, AProvideOfARefusedOwnerIsMalformed) {
  TestDirectory wide(kTestPeers + 1);
  Wire sender(TestNetwork(), wide);
  Message message = SampleMessage(Body(Provide{}).index(), 1, kTestPeers, 0);
  std::get<Provide>(message.body).record.peer = PeerId{kTestPeers};
  std::vector<uint8_t> frame;
  sender.Encode(message, frame);
  EXPECT_STREQ(Decode(frame).text, "record.owner: not taken by the directory");
  directory_.Open();
  ASSERT_TRUE(Decode(frame).ok());
  EXPECT_EQ(directory_.ContactOf(PeerId{kTestPeers}), wide.ContactOf(PeerId{kTestPeers}));
}

TEST_F(WireTest, AWithdrawalOfAnUnknownPeerIsMalformedAndTeachesNothing) {
  TestDirectory wide(kTestPeers + 1);
  Wire sender(TestNetwork(), wide);
  directory_.Open();
  Message message = SampleMessage(Body(Withdraw{}).index(), 1, kTestPeers, 0);
  std::get<Withdraw>(message.body).peer = PeerId{kTestPeers};
  std::vector<uint8_t> frame;
  sender.Encode(message, frame);
  EXPECT_TRUE(Decode(frame) == DecodeError::kMalformed);
  EXPECT_EQ(directory_.size(), kTestPeers);
}

TEST_F(WireTest, AFrameThatIsRefusedTeachesTheDirectoryNothing) {
  directory_.Open();
  Message message = SampleMessage(Body(Nodes{}).index(), 9, kTestPeers, 0);
  std::get<Nodes>(message.body).peers.push_back(PeerId{1});
  const std::vector<uint8_t> frame = Encode(message);
  std::string body(frame.begin() + kFrameHeaderBytes, frame.end());
  EXPECT_FALSE(Decode(FrameAround(TypeOf<Nodes>(), body + "\x7f")).ok());
  EXPECT_EQ(directory_.learn_calls(), 0u);
}

TEST_F(WireTest, FramesArePinned) {
  Message message;
  message.id = 0x1122334455667788;
  message.sent_ms = -2;
  message.ttl_ms = 10'000;
  EXPECT_EQ(HexOf(Encode(message)),
            "0000002001000101a0a1a2a31122334455667788fffffffffffffffe00002710");
  auto& ack = message.body.emplace<ProvideAck>();
  ack.key.bytes.fill(0x4b);
  ack.traffic = {.count = 300, .arrivals_per_min = 0, .queries_per_min = 2, .wanted = 1};
  ack.crowded = true;
  EXPECT_EQ(HexOf(Encode(message)),
            "0000004d01000202a0a1a2a31122334455667788fffffffffffffffe00002710"
            "0a204b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b"
            "120708ac021802200118"
            "01");
  auto& decline = message.body.emplace<Decline>();
  decline.task.bytes.fill(0x33);
  decline.reason = DeclineReason::kGone;
  EXPECT_EQ(HexOf(Encode(message)),
            "0000003401000209a0a1a2a31122334455667788fffffffffffffffe00002710"
            "0a10333333333333333333333333333333331002");
}

TEST_F(WireTest, ASignedRecordIsPinned) {
  Contact contact;
  contact.node_id.bytes.fill(0x11);
  contact.public_key.fill(0x22);
  contact.addresses.push_back(Address("203.0.113.7:4001"));
  const PeerId owner = directory_.Add(contact);
  Message message;
  auto& provide = message.body.emplace<Provide>();
  provide.key.bytes.fill(0x4b);
  provide.record.topic.bytes.fill(0x54);
  provide.record.peer = owner;
  provide.record.role = Role::kWorker;
  provide.record.specificity = 12;
  provide.record.budget = 4;
  provide.record.ttl_ms = 90'000;
  provide.record.sequence = 77;
  provide.record.attached_ms = 1'750'000'000'000;
  provide.record.capabilities.Add("gpu");
  provide.record.signature.fill(0x53);
  const auto repeat = [](std::string_view byte, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += byte;
    return text;
  };
  EXPECT_EQ(HexOf(Encode(message)),
            "0000011901000201a0a1a2a30000000000000000000000000000000000000000"
            "0a20" +
                repeat("4b", 32) + "12d401" + "0a20" + repeat("54", 32) +
                "1256"
                "0a20" +
                repeat("11", 32) + "1220" + repeat("22", 32) +
                "1a10"
                "3230332e302e3131332e373a34303031" +
                "1802200c28043890bf05404d48"
                "80f086c2ee65"
                "5203677075"
                "5a40" +
                repeat("53", 64));
}

TEST_F(WireTest, NamesAndNumbersAreDistinct) {
  for (size_t i = 0; i < kMessageTypeCount; ++i) {
    EXPECT_EQ(BodyIndexOf(kMessageTypes[i].type), i);
    EXPECT_FALSE(kMessageTypes[i].name.empty());
    for (size_t j = 0; j < i; ++j) EXPECT_NE(kMessageTypes[i].name, kMessageTypes[j].name);
  }
  EXPECT_EQ(MessageName(Message{.body = ProvideAck{}}), "provide_ack");
}

}  // namespace
}  // namespace core

#include "node/discovery/messages.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using core::DecodeError;
using tests::IdOf;
using tests::Ip;
using tests::Place;

std::vector<DiscoveryMessage> Samples() {
  Peers peers;
  peers.records = {{IdOf(1), Place("192.0.2.1:7420"), 30}, {IdOf(2), Place("[2a00::1]:1"), 0}};
  Peers refusal;
  refusal.refusal = true;
  Peers many;
  many.records.assign(kPeersMax, {IdOf(3), Place("192.0.2.1:7420"), 4'000'000'000});
  return {GetPeers{},
          peers,
          refusal,
          many,
          NatProbe{0x0102030405060708, 7420},
          NatProbeBack{7},
          NatResult{7, true, Ip("192.0.2.1")},
          NatResult{7, false, Ip("::")}};
}

DecodeError Decode(std::span<const uint8_t> bytes) {
  DiscoveryMessage message;
  return DecodeMessage(bytes, message);
}

TEST(DiscoveryMessagesTest, DecodeIsTheInverseOfEncode) {
  for (const DiscoveryMessage& sample : Samples()) {
    const std::vector<uint8_t> bytes = EncodeMessage(sample);
    DiscoveryMessage again;
    ASSERT_TRUE(DecodeMessage(bytes, again).ok());
    EXPECT_TRUE(again == sample);
    EXPECT_LE(bytes.size(), kDiscoveryMessageMax);
  }
}

TEST(DiscoveryMessagesTest, TheBytesAreThoseOfTheDocument) {
  const std::vector<uint8_t> probe = {1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 0x1c, 0xfc};
  EXPECT_EQ(EncodeMessage(NatProbe{0x0102030405060708, 7420}), probe);
  EXPECT_EQ(EncodeMessage(GetPeers{}), (std::vector<uint8_t>{1, 1}));
  EXPECT_EQ(EncodeMessage(Peers{true, {}}), (std::vector<uint8_t>{1, 2, 1, 0}));
}

TEST(DiscoveryMessagesTest, EveryCutAndEveryExtraByteIsRefused) {
  for (const DiscoveryMessage& sample : Samples()) {
    std::vector<uint8_t> bytes = EncodeMessage(sample);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(Decode(std::span(bytes).first(size)).ok()) << size;
    }
    bytes.push_back(0);
    EXPECT_FALSE(Decode(bytes).ok());
  }
}

TEST(DiscoveryMessagesTest, EachLimitHasItsError) {
  const auto with = [](const DiscoveryMessage& message, size_t at, uint8_t byte) {
    std::vector<uint8_t> bytes = EncodeMessage(message);
    bytes[at] = byte;
    return std::string(Decode(bytes).text);
  };
  const Peers one = std::get<Peers>(Samples()[1]);
  EXPECT_EQ(with(GetPeers{}, 0, 2), "version: allowed 1");
  EXPECT_EQ(with(GetPeers{}, 1, 0), "type: allowed 1 to 5");
  EXPECT_EQ(with(GetPeers{}, 1, 6), "type: allowed 1 to 5");
  EXPECT_EQ(with(one, 2, 2), "peers.refusal: allowed 0 or 1");
  EXPECT_EQ(with(one, 3, 251), "peers: more than 250");
  EXPECT_EQ(with(one, 3, 3), "peers: shorter than its count");
  EXPECT_EQ(with(one, 3, 1), "bytes behind the last field");
  EXPECT_EQ(with(one, 4 + 54, 1), "peers.flags: a reserved bit, allowed 0");
  EXPECT_EQ(with(one, 4 + 32 + 12, 224), "peers.address: cannot be dialled");
  EXPECT_EQ(with(NatResult{1, true, {}}, 10, 2), "result.reached: allowed 0 or 1");
  Peers no_port = one;
  no_port.records[0].endpoint.port = 0;
  EXPECT_EQ(std::string(Decode(EncodeMessage(no_port)).text), "peers.port: 0, allowed 1 to 65535");
  EXPECT_EQ(std::string(Decode(EncodeMessage(NatProbe{1, 0})).text),
            "probe.port: 0, allowed 1 to 65535");
}

TEST(DiscoveryMessagesTest, AMessageThatIsTooLongIsNotRead) {
  const std::vector<uint8_t> bytes(kDiscoveryMessageMax + 1, 1);
  EXPECT_TRUE(Decode(bytes) == DecodeError::kTooLarge);
}

}  // namespace
}  // namespace node

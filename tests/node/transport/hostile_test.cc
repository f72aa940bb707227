// What a hostile client may try before and after the handshake. Whatever it is, others are served
// on and nothing grows.
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class HostileTest : public testing::Test, public TransportRig {
 protected:
  void SetUp() override {
    TransportSettings settings;
    settings.per_address_max = 1000;
    node_ = &Add(settings);
    at_ = node_->Listen();
  }

  // An honest peer is still served, and nobody else is left.
  void ExpectHealthy() {
    Settle();
    TestNode& honest = Add();
    const SocketId socket = Connect(honest, *node_);
    const size_t before = node_->arrived.size();
    EXPECT_EQ(honest.Send(socket, BytesOf("hello")), SendResult::kQueued);
    EXPECT_TRUE(RunUntil([&] { return node_->arrived.size() == before + 1; }));
    EXPECT_EQ(node_->transport->routines(), 1 + 2 * node_->transport->open());
    EXPECT_EQ(node_->transport->pending(), 0u);
    honest.transport->Stop();
    EXPECT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; }));
  }

  [[nodiscard]] uint64_t Closed(CloseReason reason) const {
    return node_->transport->counters().closed[static_cast<size_t>(reason)];
  }

  // What an honest dialler says: message 1, then message 3 with its verdict.
  [[nodiscard]] std::vector<Bytes> HonestMessages() {
    RawPeer honest(*this, 99, at_);
    EXPECT_TRUE(honest.ShakeHands());
    honest.Close();
    EXPECT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; }));
    return honest.messages();
  }

  TestNode* node_ = nullptr;
  Endpoint at_;
};

TEST_F(HostileTest, SlowLorisInTheHandshakeIsCutAfterFiveSeconds) {
  const Bytes first = HonestMessages().at(0);
  RawPeer slow(*this, 99, at_);
  for (size_t i = 0; i < 5; ++i) {
    slow.Write(std::span(first).subspan(i, 1));
    Settle();
    EXPECT_EQ(node_->transport->pending(), 1u);
    Advance(core::Seconds(1));
  }
  EXPECT_TRUE(slow.ClosedByOther());
  EXPECT_EQ(Closed(CloseReason::kHandshakeTimeout), 1u);
  ExpectHealthy();
}

TEST_F(HostileTest, SlowLorisInARecordIsCutAfterFiveMinutes) {
  RawPeer slow(*this, 99, at_);
  ASSERT_TRUE(slow.ShakeHands());
  const Bytes record = slow.Seal(Bytes(1000));
  for (size_t i = 0; i < 5; ++i) {
    slow.Write(std::span(record).subspan(i, 1));
    Settle();
    EXPECT_TRUE(node_->closed.empty());
    Advance(core::Minutes(1));
  }
  EXPECT_TRUE(slow.ClosedByOther());
  EXPECT_EQ(Closed(CloseReason::kIdle), 1u);
  ExpectHealthy();
}

TEST_F(HostileTest, LengthBombsInTheHandshakeAreRefused) {
  for (const Bytes& bomb : {Bytes{0xff, 0xff}, Bytes{0x08, 0x01}, Bytes{0, 0}}) {
    RawPeer raw(*this, 99, at_);
    raw.Write(bomb);
    EXPECT_TRUE(raw.ClosedByOther());
  }
  EXPECT_EQ(Closed(CloseReason::kHandshakeFailed), 3u);
  ExpectHealthy();
}

TEST_F(HostileTest, LengthBombsInRecordsAreRefused) {
  for (const Bytes& bomb : {Bytes{0, 0}, Bytes{0, 15}}) {
    RawPeer raw(*this, 99, at_);
    ASSERT_TRUE(raw.ShakeHands());
    raw.Write(bomb);
    EXPECT_TRUE(raw.ClosedByOther());
  }
  EXPECT_EQ(Closed(CloseReason::kBadRecord), 2u);
  ExpectHealthy();
}

TEST_F(HostileTest, GarbageBehindTheHandshakeIsABadRecord) {
  core::Random random({.seed = 5, .purpose = core::Purpose::kTest});
  for (int i = 0; i < 30; ++i) {
    RawPeer raw(*this, 99, at_);
    ASSERT_TRUE(raw.ShakeHands());
    Bytes garbage(70'000);
    random.Fill(garbage);
    raw.Write(garbage);
    EXPECT_TRUE(raw.ClosedByOther());
  }
  EXPECT_EQ(Closed(CloseReason::kBadRecord), 30u);
  ExpectHealthy();
}

TEST_F(HostileTest, GarbageInsteadOfAHandshakeIsRefused) {
  core::Random random({.seed = 6, .purpose = core::Purpose::kTest});
  for (int i = 0; i < 100; ++i) {
    RawPeer raw(*this, 99, at_);
    Bytes garbage(1 + random.Below(3000));
    random.Fill(garbage);
    raw.Write(garbage);
    if (i % 2 == 0) raw.Close();
    Settle();
  }
  Advance(core::Seconds(5));
  EXPECT_TRUE(node_->opened.empty());
  ExpectHealthy();
}

TEST_F(HostileTest, AHalfOpenFloodLeavesRoomForOtherAddresses) {
  TransportSettings settings;
  settings.per_address_max = 8;
  TestNode& node = Add(settings);
  const Endpoint at = node.Listen();
  std::vector<std::unique_ptr<RawPeer>> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(std::make_unique<RawPeer>(*this, 99, at, 2));
  Settle();
  EXPECT_EQ(node.transport->pending(), 8u);
  EXPECT_EQ(node.transport->counters().turned_away, 192u);
  RawPeer honest(*this, 98, at);
  EXPECT_TRUE(honest.ShakeHands());
  Advance(core::Seconds(5));
  EXPECT_EQ(node.transport->pending(), 0u);
}

TEST_F(HostileTest, AReplayedHandshakeFailsAtItsThirdMessage) {
  const std::vector<Bytes> messages = HonestMessages();
  RawPeer replay(*this, 99, at_);
  replay.Write(messages.at(0));
  EXPECT_TRUE(RunUntil([&] { return replay.Read() && node_->transport->pending() == 1; }));
  replay.Write(messages.at(1));
  EXPECT_TRUE(replay.ClosedByOther());
  EXPECT_EQ(node_->opened.size(), 1u);
  EXPECT_EQ(Closed(CloseReason::kHandshakeFailed), 1u);
  ExpectHealthy();
}

TEST_F(HostileTest, ReorderedAndRepeatedHandshakeMessagesAreRefused) {
  const std::vector<Bytes> messages = HonestMessages();
  for (const auto& order : {std::vector<size_t>{1, 0}, {0, 0}, {1, 1}}) {
    RawPeer raw(*this, 99, at_);
    for (const size_t index : order) raw.Write(messages.at(index));
    EXPECT_TRUE(raw.ClosedByOther());
  }
  EXPECT_EQ(node_->opened.size(), 1u);
  EXPECT_EQ(Closed(CloseReason::kHandshakeFailed), 3u);
  ExpectHealthy();
}

TEST_F(HostileTest, TheDiallerFindsAnotherIdentityThanItWanted) {
  core::NodeId wanted;
  wanted.bytes[3] = 1;
  TestNode& dialler = Add();
  ASSERT_TRUE(dialler.transport->Dial(at_, wanted).ok());
  ASSERT_TRUE(RunUntil([&] { return dialler.failed.size() == 1; }));
  EXPECT_EQ(dialler.failed[0].second.verdict, Verdict::kWrongIdentity);
  EXPECT_TRUE(node_->opened.empty());
  dialler.transport->Stop();
  ExpectHealthy();
}

TEST_F(HostileTest, AHandshakeCutAtEveryByteLeavesNothingBehind) {
  const std::vector<Bytes> messages = HonestMessages();
  for (size_t cut = 0; cut < messages.at(0).size(); ++cut) {
    RawPeer raw(*this, 99, at_);
    raw.Write(std::span(messages[0]).first(cut));
    raw.Close();
  }
  EXPECT_TRUE(RunUntil([&] {
    return node_->transport->counters().accepted == messages[0].size() + 1 &&
           node_->transport->sockets() == 0;
  }));
  for (size_t cut = 0; cut < messages.at(1).size(); cut += 7) {
    RawPeer raw(*this, 99, at_);
    raw.Write(messages[0]);
    raw.Write(std::span(messages[1]).first(cut));
    raw.Close();
    Settle();
  }
  EXPECT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; }));
  EXPECT_EQ(node_->opened.size(), 1u);
  ExpectHealthy();
}

TEST_F(HostileTest, AFrameCutAtEveryByteIsNeverDelivered) {
  Bytes plain;
  AppendFrame({.nonce = 1}, {}, BytesOf("a frame of some length"), plain);
  size_t sealed_size = 0;
  for (size_t cut = 0;; ++cut) {
    RawPeer raw(*this, 99, at_);
    ASSERT_TRUE(raw.ShakeHands());
    const Bytes record = raw.Seal(plain);
    sealed_size = record.size();
    if (cut == sealed_size) break;
    raw.Write(std::span(record).first(cut));
    raw.Close();
    ASSERT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; })) << cut;
  }
  EXPECT_TRUE(node_->arrived.empty());
  EXPECT_EQ(node_->opened.size(), node_->closed.size());
  // The same inside the encryption: a stream that ends within a frame.
  for (size_t cut = 0; cut < plain.size(); ++cut) {
    RawPeer raw(*this, 99, at_);
    ASSERT_TRUE(raw.ShakeHands());
    if (cut != 0) raw.SendPlain(std::span(plain).first(cut));
    raw.Close();
    ASSERT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; })) << cut;
  }
  EXPECT_TRUE(node_->arrived.empty());
  ExpectHealthy();
}

TEST_F(HostileTest, FramesInSingleBytesAndSingleByteRecordsArrive) {
  RawPeer raw(*this, 99, at_);
  ASSERT_TRUE(raw.ShakeHands());
  Bytes plain;
  AppendFrame({}, {}, BytesOf("drop by drop"), plain);
  Bytes sealed;
  for (const uint8_t byte : plain) {
    const Bytes record = raw.Seal(std::span(&byte, 1));
    sealed.insert(sealed.end(), record.begin(), record.end());
  }
  for (const uint8_t byte : sealed) {
    raw.Write(std::span(&byte, 1));
    Settle();
  }
  ASSERT_TRUE(RunUntil([&] { return node_->arrived.size() == 1; }));
  EXPECT_EQ(node_->arrived[0].payload, BytesOf("drop by drop"));
  raw.Close();
  ExpectHealthy();
}

TEST_F(HostileTest, AServerThatSpeaksGarbageIsTold) {
  TcpAcceptor acceptor(io.get_executor(), Loopback());
  TestNode& dialler = Add();
  core::Random random({.seed = 7, .purpose = core::Purpose::kTest});
  for (size_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(dialler.transport->Dial(acceptor.local_endpoint(), std::nullopt).ok());
    RawPeer raw(*this, 99, acceptor.accept());
    Bytes garbage(200 + random.Below(3000));
    random.Fill(garbage);
    garbage[0] = 0;  // A length that is allowed.
    raw.Write(garbage);
    ASSERT_TRUE(RunUntil([&] { return dialler.failed.size() == i + 1; }));
    EXPECT_EQ(dialler.failed[i].second.reason, CloseReason::kHandshakeFailed);
  }
}

}  // namespace
}  // namespace node

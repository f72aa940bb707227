// The life of connections: opening, talking, closing, and the count of routines.
#include "node/transport/transport.h"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class TransportTest : public testing::Test, public TransportRig {};

TEST_F(TransportTest, TwoNodesShakeHandsAndKnowEachOther) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  ASSERT_EQ(a.opened.size(), 1u);
  ASSERT_EQ(b.opened.size(), 1u);
  EXPECT_EQ(a.opened[0].first.id, socket);
  EXPECT_TRUE(a.opened[0].first.dialled);
  EXPECT_FALSE(b.opened[0].first.dialled);
  EXPECT_EQ(a.opened[0].second.node_id, b.id());
  EXPECT_EQ(b.opened[0].second.node_id, a.id());
  EXPECT_EQ(a.transport->Look(socket)->state(), SocketState::kOpen);
}

TEST_F(TransportTest, DialledConnectionsLeaveFromTheConfiguredAddress) {
  TransportSettings settings;
  settings.dial_from = Endpoint(asio::ip::make_address_v4("127.0.0.9"), 0);
  TestNode& a = Add(settings);
  TestNode& b = Add();
  TestNode& c = Add();
  static_cast<void>(Connect(a, b));
  static_cast<void>(Connect(a, c));
  EXPECT_EQ(b.opened.at(0).first.remote.address(), settings.dial_from->address());
  EXPECT_EQ(c.opened.at(0).first.remote.address(), settings.dial_from->address());
}

TEST_F(TransportTest, AnAddressThatIsNotOfThisMachineFailsTheDial) {
  TransportSettings settings;
  settings.dial_from = Endpoint(asio::ip::make_address_v4("192.0.2.1"), 0);
  TestNode& a = Add(settings);
  TestNode& b = Add();
  const Endpoint at = b.Listen();
  ASSERT_TRUE(a.transport->Dial(at, b.id()).ok());
  EXPECT_TRUE(a.failed.empty());  // Not from within the call.
  ASSERT_TRUE(RunUntil([&] { return a.failed.size() == 1; }));
  EXPECT_EQ(a.failed[0].second.reason, CloseReason::kConnectFailed);
}

TEST_F(TransportTest, PayloadsOfEverySizeArriveWholeAndInOrder) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  std::vector<Bytes> sent;
  for (const size_t size : std::initializer_list<size_t>{0, 1, 17, 511, 512, 513, 65'519, 65'536,
                                                         65'537, 200'000, 700'000}) {
    Bytes payload(size);
    std::iota(payload.begin(), payload.end(), static_cast<uint8_t>(size));
    ASSERT_EQ(a.Send(socket, payload), SendResult::kQueued) << size;
    sent.push_back(payload);
    ASSERT_TRUE(RunUntil([&] { return b.arrived.size() == sent.size(); })) << size;
    EXPECT_EQ(b.arrived.back().payload, payload) << size;
    EXPECT_EQ(b.arrived.back().from, a.id());
  }
  EXPECT_EQ(b.transport->counters().rejected_total(), 0u);
}

TEST_F(TransportTest, ManySmallPayloadsOfOneTurnShareRecords) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const uint64_t before = a.transport->counters().bytes_out;
  for (uint8_t i = 0; i < 200; ++i) {
    ASSERT_EQ(a.Send(socket, Bytes{i}), SendResult::kQueued);
  }
  ASSERT_TRUE(RunUntil([&] { return b.arrived.size() == 200; }));
  for (uint8_t i = 0; i < 200; ++i) EXPECT_EQ(b.arrived[i].payload, Bytes{i});
  const size_t frame = kFrameHeaderBytes + kBodyPrefixBytes + 1;
  EXPECT_EQ(a.transport->counters().bytes_out - before, 200 * frame + kRecordOverhead);
}

TEST_F(TransportTest, AllMayTalkAtOnce) {
  std::vector<TestNode*> all;
  for (int i = 0; i < 5; ++i) all.push_back(&Add());
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < i; ++j) Connect(*all[i], *all[j]);
  }
  const Bytes payload(3000, 9);
  for (TestNode* from : all) {
    for (TestNode* to : all) {
      if (from == to) continue;
      for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(from->Send(*from->transport->Find(to->id()), payload), SendResult::kQueued);
      }
    }
  }
  for (TestNode* node : all) {
    EXPECT_TRUE(RunUntil([&] { return node->arrived.size() == 40; }));
    EXPECT_EQ(node->transport->routines(), (node->transport->listening() ? 1 : 0) + 2u * 4);
  }
}

TEST_F(TransportTest, RoutinesAreOneAndTwoForEachOpenSocket) {
  TestNode& hub = Add();
  EXPECT_EQ(hub.transport->routines(), 0u);
  const Endpoint at = hub.Listen();
  EXPECT_EQ(hub.transport->routines(), 1u);
  bool exact = true;
  const auto check = [&](auto&&...) {
    exact &= hub.transport->routines() == 1 + 2 * hub.transport->open();
  };
  hub.on_closed = check;
  RawPeer half_open(*this, 99, at);
  Settle();
  EXPECT_EQ(hub.transport->pending(), 1u);
  EXPECT_EQ(hub.transport->routines(), 1u);  // A handshake is no routine.
  for (size_t p = 1; p <= 5; ++p) {
    Connect(Add(), hub);
    EXPECT_EQ(hub.transport->routines(), 1 + 2 * p);
  }
  for (size_t p = 5; p > 0; --p) {
    hub.transport->Close(*hub.transport->Find(nodes[p]->id()));
    EXPECT_EQ(hub.transport->routines(), 1 + 2 * (p - 1));
  }
  EXPECT_TRUE(exact);
  hub.transport->Stop();
  EXPECT_EQ(hub.transport->routines(), 0u);
}

TEST_F(TransportTest, WhatWasSentBeforeACloseArrives) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const Bytes payload(500'000, 3);
  ASSERT_EQ(a.Send(socket, payload), SendResult::kQueued);
  ASSERT_EQ(a.Send(socket, BytesOf("last words")), SendResult::kQueued);
  a.transport->Close(socket);
  ASSERT_EQ(a.closed.size(), 1u);
  EXPECT_EQ(a.closed[0].end.reason, CloseReason::kLocal);
  EXPECT_EQ(a.Send(socket, payload), SendResult::kNotOpen);
  ASSERT_TRUE(RunUntil([&] { return b.closed.size() == 1 && a.transport->sockets() == 0; }));
  ASSERT_EQ(b.arrived.size(), 2u);
  EXPECT_EQ(b.arrived[0].payload, payload);
  EXPECT_EQ(b.arrived[1].payload, BytesOf("last words"));
  EXPECT_EQ(b.closed[0].end.reason, CloseReason::kRemote);
}

TEST_F(TransportTest, AFlushThatThePeerDoesNotReadEndsAfterASecond) {
  TestNode& a = Add();
  RawPeer raw(*this, 99, a.Listen());
  ASSERT_TRUE(raw.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return a.opened.size() == 1; }));
  const SocketId socket = a.opened[0].first.id;
  while (a.Send(socket, Bytes(60'000)) == SendResult::kQueued) Settle();
  a.transport->Close(socket);
  Settle();
  EXPECT_EQ(a.transport->sockets(), 1u);
  Advance(core::Milliseconds(999));
  EXPECT_EQ(a.transport->sockets(), 1u);
  Advance(core::Milliseconds(1));
  EXPECT_EQ(a.transport->sockets(), 0u);
  EXPECT_EQ(a.closed.size(), 1u);
}

TEST_F(TransportTest, AnOwnerMayCloseFromInsideAnyEvent) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  b.on_packet = [&](SocketId from, const Packet&) {
    b.transport->Close(from);
    return Taken::kYes;
  };
  for (int i = 0; i < 3; ++i) ASSERT_EQ(a.Send(socket, Bytes(10)), SendResult::kQueued);
  ASSERT_TRUE(RunUntil([&] { return a.closed.size() == 1; }));
  EXPECT_EQ(b.arrived.size(), 1u);  // None behind the close.
  b.on_packet = nullptr;
  b.on_opened = [&](const SocketInfo& info) { b.transport->Close(info.id); };
  ASSERT_TRUE(a.transport->Dial(b.transport->local(), b.id()).ok());
  ASSERT_TRUE(RunUntil([&] { return a.closed.size() == 2; }));
  b.on_opened = [&](const SocketInfo&) { b.transport->Stop(); };
  ASSERT_TRUE(a.transport->Dial(b.transport->local(), b.id()).ok());
  ASSERT_TRUE(RunUntil([&] { return a.closed.size() == 3; }));
  EXPECT_EQ(b.closed.size(), b.opened.size());
}

TEST_F(TransportTest, StopClosesEverythingAndTheLoopComesToItsEnd) {
  TestNode& a = Add();
  TestNode& b = Add();
  Connect(a, b);
  a.transport->Stop();
  b.transport->Stop();
  io.restart();
  io.run();
  EXPECT_EQ(a.closed.size() + b.closed.size(), 2u);
  EXPECT_EQ(a.transport->sockets() + b.transport->sockets(), 0u);
  EXPECT_FALSE(a.transport->Dial(Loopback(1), std::nullopt).ok());
}

TEST_F(TransportTest, ATransportMayGoWithoutBeingStopped) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  int closed = 0;
  ASSERT_EQ(a.transport->Request(socket, {},
                                 [&](Outcome outcome, std::span<const uint8_t>) {
                                   closed += outcome == Outcome::kClosed;
                                 }),
            SendResult::kQueued);
  a.transport = nullptr;
  EXPECT_EQ(closed, 1);
  EXPECT_TRUE(a.closed.empty());
  EXPECT_TRUE(RunUntil([&] { return b.closed.size() == 1; }));
}

TEST_F(TransportTest, AQuietConnectionLivesByKeepAlivesAndASilentOneEndsAfterFiveMinutes) {
  TestNode& a = Add();
  TestNode& b = Add();
  Connect(a, b);
  RawPeer silent(*this, 99, b.transport->local());
  ASSERT_TRUE(silent.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return b.opened.size() == 2; }));
  for (int second = 0; second < 299; ++second) Advance(core::Seconds(1));
  EXPECT_TRUE(b.closed.empty());
  Advance(core::Seconds(1));
  ASSERT_EQ(b.closed.size(), 1u);
  EXPECT_EQ(b.closed[0].peer, silent.id());
  EXPECT_EQ(b.closed[0].end.reason, CloseReason::kIdle);
  for (int minute = 0; minute < 30; ++minute) Advance(core::Minutes(1));
  EXPECT_EQ(b.closed.size(), 1u);
  EXPECT_TRUE(a.arrived.empty());  // A keep-alive is no packet.
}

TEST_F(TransportTest, ListeningWhereSomebodyListensIsAClearError) {
  TestNode& a = Add();
  TestNode& b = Add();
  const Endpoint at = a.Listen();
  const core::Status status = b.transport->Listen(at);
  EXPECT_NE(core::MessageOf(status).find("in use"), std::string_view::npos);
  EXPECT_EQ(b.transport->routines(), 0u);
  EXPECT_TRUE(b.transport->Listen(Loopback()).ok());
}

}  // namespace
}  // namespace node

// The courier over real sockets, with a clock of its own: two transports in one loop.
#include "node/host/courier.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/host/endpoints.h"
#include "tests/node/base/run_until.h"
#include "tests/node/host/host_rig.h"

namespace node {
namespace {

const IpEndpoint kLoopback{ParseIp("127.0.0.1").value(), 0};

// One end: a transport that listens, a directory and a courier, wired as the host wires them.
class End : public TransportEvents {
 public:
  End(asio::io_context& io, uint64_t number, const Courier::Terms& terms = {})
      : identity(SecretOf(number), DrawKey(), HostRig::kNetwork),
        directory(identity.key(), suite_),
        transport(io, settings_, clock_, Introduction{identity, hello_}, *this),
        courier(
            transport, directory, [this](const IpEndpoint& at) { return at != forbidden; },
            core::Random({.seed = number, .purpose = core::Purpose::kTest}), terms) {
    CHECK(transport.Listen(ToAsio(kLoopback)).ok());
  }

  // The handle of a peer that can be dialled at these addresses.
  core::PeerId Know(const End& other, const std::vector<IpEndpoint>& addresses) {
    core::Contact contact{
        .node_id = other.identity.node_id(), .public_key = other.identity.key(), .addresses = {}};
    for (const IpEndpoint& at : addresses) contact.addresses.push_back(core::Address(ToText(at)));
    return directory.Learn(contact);
  }

  [[nodiscard]] IpEndpoint address() const { return FromAsio(transport.local()); }

  void OnOpened(const SocketInfo& socket, const RemotePeer& peer) override {
    const core::Contact contact{
        .node_id = peer.node_id, .public_key = peer.hello.identity, .addresses = {}};
    courier.OnOpened(now, directory.Learn(contact), socket.id);
  }

  [[nodiscard]] Taken OnPacket(SocketId, const core::NodeId&, const Packet& packet) override {
    frames.emplace_back(packet.payload.begin(), packet.payload.end());
    return Taken::kYes;
  }

  void OnClosed(SocketId socket, const core::NodeId& peer, const SocketEnd&) override {
    ++closed;
    courier.OnClosed(directory.FindByNodeId(peer), socket);
  }

  void OnDialFailed(const SocketInfo& socket, const SocketEnd& end) override {
    ++failed;
    const bool duplicate =
        end.reason == CloseReason::kDuplicate || end.verdict == Verdict::kDuplicate;
    courier.OnDialFailed(now, socket.id, duplicate);
  }

  Identity identity;
  core::Time now = core::Time{} + core::Seconds(1'000);
  IpEndpoint forbidden;
  std::vector<std::string> frames;
  size_t closed = 0;
  size_t failed = 0;

 private:
  static TransportSettings Settings() {
    TransportSettings settings;
    settings.channels = {kCoreChannel, kDiscoveryChannel};
    settings.per_address_max = 1000;
    return settings;
  }

  core::SodiumSuite suite_;
  TransportSettings settings_ = Settings();
  SystemClock clock_;
  Hello hello_;

 public:
  NodeDirectory directory;
  Transport transport;
  Courier courier;
};

std::vector<uint8_t> Frame(const std::string& text) {
  return {text.begin(), text.end()};
}

class CourierTest : public testing::Test {
 protected:
  [[nodiscard]] bool RunUntil(const std::function<bool()>& condition) {
    return node::RunUntil(io_, condition);
  }

  // A port that nobody listens at.
  static IpEndpoint Nowhere(uint16_t port = 1) { return {kLoopback.ip, port}; }

  asio::io_context io_;
};

TEST_F(CourierTest, FramesWaitForTheConnectionAndArriveInOrder) {
  End here(io_, 1);
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {there.address()});
  for (const char* text : {"one", "two", "three"}) {
    EXPECT_EQ(here.courier.Send(here.now, peer, Frame(text)), Courier::Fate::kWaits);
  }
  ASSERT_TRUE(RunUntil([&] { return there.frames.size() == 3; }));
  EXPECT_EQ(there.frames, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(here.courier.counters().dials, 1u);
  EXPECT_EQ(here.courier.waiting_bytes(), 0u);
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame("four")), Courier::Fate::kSent);
  // The other side answers over the same connection.
  const core::PeerId back = there.Know(here, {});
  EXPECT_EQ(there.courier.Send(there.now, back, Frame("five")), Courier::Fate::kSent);
  EXPECT_TRUE(RunUntil([&] { return here.frames.size() == 1; }));
}

TEST_F(CourierTest, EachAddressIsTriedAndOnlyThoseThatAreAllowed) {
  End here(io_, 1);
  End there(io_, 2);
  here.forbidden = Nowhere(2);
  const core::PeerId peer = here.Know(there, {Nowhere(1), Nowhere(2), there.address()});
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame("x")), Courier::Fate::kWaits);
  ASSERT_TRUE(RunUntil([&] { return there.frames.size() == 1; }));
  EXPECT_EQ(here.failed, 1u);
  EXPECT_EQ(here.courier.counters().dials, 2u);
}

TEST_F(CourierTest, WhoCannotBeDialledIsUnreachableAtOnce) {
  End here(io_, 1);
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {});
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame("x")), Courier::Fate::kUnreachable);
  EXPECT_EQ(here.courier.TakeUnreachable(), std::vector<core::PeerId>{peer});
  EXPECT_FALSE(here.courier.HasUnreachable());
}

// 1 s, 2 s, 4 s ... give or take a quarter, however long nobody looks.
TEST_F(CourierTest, APeerThatStaysSilentIsDialledLessAndLess) {
  End here(io_, 1);
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {Nowhere()});
  core::Duration pause = core::Seconds(1);
  for (size_t round = 1; round <= 5; ++round, pause = pause * 2) {
    ASSERT_EQ(here.courier.Send(here.now, peer, Frame("x")), Courier::Fate::kWaits) << round;
    ASSERT_TRUE(RunUntil([&] { return here.failed == round; }));
    ASSERT_EQ(here.courier.TakeUnreachable().size(), 1u);
    here.now = here.now + pause * 7 / 10;
    here.courier.Tick(here.now);
    EXPECT_EQ(here.courier.Send(here.now, peer, Frame("x")), Courier::Fate::kUnreachable) << round;
    static_cast<void>(here.courier.TakeUnreachable());
    here.now = here.now + pause * 6 / 10;
    here.courier.Tick(here.now);
  }
}

TEST_F(CourierTest, WhatWaitsIsBoundedAndTheOldestGo) {
  End here(io_, 1, {.frames_max = 3, .bytes_max = 100, .total_bytes_max = 120});
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {there.address()});
  for (const char* text : {"1", "2", "3", "4"}) {
    static_cast<void>(here.courier.Send(here.now, peer, Frame(text)));
  }
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame(std::string(101, 'x'))), Courier::Fate::kLost);
  EXPECT_EQ(here.courier.waiting_bytes(), 0u);
  static_cast<void>(here.courier.Send(here.now, peer, Frame("5")));
  EXPECT_EQ(here.courier.counters().lost, 5u);
  ASSERT_TRUE(RunUntil([&] { return !there.frames.empty(); }));
  EXPECT_EQ(there.frames, std::vector<std::string>{"5"});
}

TEST_F(CourierTest, AFrameOfTheLargestSizeWaitsForItsConnection) {
  End here(io_, 1);
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {there.address()});
  const std::string frame(core::limits::kControlFrameMax, 'x');
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame(frame)), Courier::Fate::kWaits);
  ASSERT_TRUE(RunUntil([&] { return !there.frames.empty(); }));
  EXPECT_TRUE(there.frames == std::vector<std::string>{frame});
}

TEST_F(CourierTest, AQuietConnectionMakesRoomForAnother) {
  End here(io_, 1, {.dials_max = 1});
  End first(io_, 2);
  End second(io_, 3);
  ASSERT_EQ(here.courier.Send(here.now, here.Know(first, {first.address()}), Frame("a")),
            Courier::Fate::kWaits);
  ASSERT_TRUE(RunUntil([&] { return first.frames.size() == 1; }));
  const core::PeerId peer = here.Know(second, {second.address()});
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame("b")), Courier::Fate::kWaits);
  EXPECT_EQ(here.closed, 0u);  // Not quiet yet.
  here.now = here.now + core::Seconds(3);
  here.courier.Tick(here.now);  // Closes.
  EXPECT_EQ(here.closed, 1u);
  here.now = here.now + core::Seconds(1);
  here.courier.Tick(here.now);  // Dials.
  ASSERT_TRUE(RunUntil([&] { return second.frames.size() == 1; }));
  EXPECT_EQ(here.courier.counters().made_room, 1u);
}

TEST_F(CourierTest, AnIdleConnectionIsClosedAndOpensAgain) {
  End here(io_, 1);
  End there(io_, 2);
  const core::PeerId peer = here.Know(there, {there.address()});
  static_cast<void>(here.courier.Send(here.now, peer, Frame("a")));
  ASSERT_TRUE(RunUntil([&] { return there.frames.size() == 1; }));
  here.now = here.now + core::Seconds(61);
  here.courier.Tick(here.now);
  EXPECT_EQ(here.closed, 1u);
  EXPECT_EQ(here.courier.Send(here.now, peer, Frame("b")), Courier::Fate::kWaits);
  EXPECT_TRUE(RunUntil([&] { return there.frames.size() == 2; }));
}

// Both dial at the same time: one connection stays, and neither side takes the other for unreachable.
TEST_F(CourierTest, BothMayDialAtOnce) {
  for (uint64_t round = 0; round < 20; ++round) {
    End here(io_, 10 + round);
    End there(io_, 100 + round);
    const core::PeerId to = here.Know(there, {there.address()});
    const core::PeerId back = there.Know(here, {here.address()});
    static_cast<void>(here.courier.Send(here.now, to, Frame("a")));
    static_cast<void>(there.courier.Send(there.now, back, Frame("b")));
    ASSERT_TRUE(RunUntil([&] {
      for (End* end : {&here, &there}) {
        end->now = end->now + core::Milliseconds(1);
        end->courier.Tick(end->now);
      }
      return here.transport.open() == 1 && there.transport.open() == 1 &&
             here.transport.sockets() == 1 && there.transport.sockets() == 1;
    }));
    EXPECT_FALSE(here.courier.HasUnreachable());
    EXPECT_FALSE(there.courier.HasUnreachable());
  }
}

}  // namespace
}  // namespace node

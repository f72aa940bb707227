// Who is let in: duplicates, limits, refusals, and what happens without descriptors.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class LimitsTest : public testing::Test, public TransportRig {
 protected:
  [[nodiscard]] SocketEnd FailedDial(TestNode& from, const Endpoint& to,
                                     const std::optional<core::NodeId>& expected) {
    const size_t before = from.failed.size();
    EXPECT_TRUE(from.transport->Dial(to, expected).ok());
    EXPECT_TRUE(RunUntil([&] { return from.failed.size() > before; }));
    return from.failed.empty() ? SocketEnd() : from.failed.back().second;
  }
};

TEST_F(LimitsTest, WhenBothDialTheConnectionOfTheSmallerIdIsKept) {
  for (int round = 0; round < 20; ++round) {
    TestNode& a = Add();
    TestNode& b = Add();
    const Endpoint at_a = a.Listen();
    const Endpoint at_b = b.Listen();
    const auto from_a = a.transport->Dial(at_b, b.id());
    // Both at once, and one after the other.
    if (round % 2 == 0) {
      ASSERT_TRUE(RunUntil([&] { return a.transport->open() == 1; }));
    }
    const auto from_b = b.transport->Dial(at_a, a.id());
    if (!from_b.ok()) continue;  // It knew already.
    ASSERT_TRUE(from_a.ok());
    Settle();
    ASSERT_TRUE(RunUntil([&] {
      return a.transport->sockets() == 1 && b.transport->sockets() == 1 &&
             a.transport->open() == 1 && b.transport->open() == 1;
    }));
    const bool a_smaller = a.id() < b.id();
    EXPECT_EQ(*a.transport->Find(b.id()) == *from_a, a_smaller);
    EXPECT_EQ(*b.transport->Find(a.id()) == *from_b, !a_smaller);
    EXPECT_EQ(a.transport->routines(), 3u);
    EXPECT_EQ(a.opened.size() - a.closed.size(), 1u);
    EXPECT_EQ(b.opened.size() - b.closed.size(), 1u);
  }
}

TEST_F(LimitsTest, APeerThatComesAgainReplacesItsOldConnection) {
  TestNode& a = Add();
  const Endpoint at = a.Listen();
  RawPeer first(*this, 99, at);
  ASSERT_TRUE(first.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return a.opened.size() == 1; }));
  RawPeer again(*this, 99, at);
  ASSERT_TRUE(again.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return a.opened.size() == 2; }));
  ASSERT_EQ(a.closed.size(), 1u);
  EXPECT_EQ(a.closed[0].socket, a.opened[0].first.id);
  EXPECT_EQ(a.closed[0].end.reason, CloseReason::kDuplicate);
  EXPECT_EQ(a.transport->open(), 1u);
  again.SendText("me");
  EXPECT_TRUE(RunUntil([&] { return a.arrived.size() == 1; }));
}

TEST_F(LimitsTest, APeerIsDialledOnceAtATime) {
  TestNode& a = Add();
  TestNode& b = Add();
  const Endpoint at = b.Listen();
  ASSERT_TRUE(a.transport->Dial(at, b.id()).ok());
  EXPECT_FALSE(a.transport->Dial(at, b.id()).ok());
  ASSERT_TRUE(RunUntil([&] { return a.transport->open() == 1; }));
  EXPECT_FALSE(a.transport->Dial(at, b.id()).ok());
}

// The owner learns who is where, also from the connection that is not kept.
TEST_F(LimitsTest, TheOwnerJudgesWhoIsThenRefusedAsADuplicate) {
  TestNode* smaller = &Add();
  TestNode* larger = &Add();
  if (larger->id() < smaller->id()) std::swap(smaller, larger);
  const Endpoint at = smaller->Listen();
  ASSERT_TRUE(smaller->transport->Dial(larger->Listen(), larger->id()).ok());
  ASSERT_TRUE(RunUntil([&] { return larger->opened.size() == 1 && smaller->opened.size() == 1; }));
  const SocketEnd end = FailedDial(*larger, at, std::nullopt);
  EXPECT_EQ(end.verdict, Verdict::kDuplicate);
  ASSERT_EQ(larger->judged.size(), 2u);
  EXPECT_EQ(larger->judged[1], smaller->id());
}

TEST_F(LimitsTest, RefusalsSayWhyOnBothSides) {
  TestNode& a = Add();
  TestNode& b = Add();
  core::Key256 elsewhere;
  TestNode& other_network = Add({}, elsewhere);
  const Endpoint at = b.Listen();
  core::NodeId somebody;
  SocketEnd end = FailedDial(a, at, somebody);
  EXPECT_EQ(end.reason, CloseReason::kRefused);
  EXPECT_EQ(end.verdict, Verdict::kWrongIdentity);
  EXPECT_FALSE(end.by_remote);
  end = FailedDial(b, at, std::nullopt);
  EXPECT_EQ(end.verdict, Verdict::kSelf);
  end = FailedDial(other_network, at, std::nullopt);
  EXPECT_EQ(end.verdict, Verdict::kWrongNetwork);
  b.verdict = Verdict::kBanned;
  end = FailedDial(a, at, b.id());
  EXPECT_EQ(end.verdict, Verdict::kBanned);
  EXPECT_TRUE(end.by_remote);
  EXPECT_TRUE(a.opened.empty() && b.opened.empty());
  EXPECT_TRUE(RunUntil([&] { return b.transport->sockets() == 0 && a.transport->sockets() == 0; }));
  EXPECT_EQ(b.transport->pending(), 0u);
}

TEST_F(LimitsTest, InboundAndOutboundAreLimited) {
  TransportSettings settings;
  settings.inbound_max = 2;
  settings.outbound_max = 1;
  TestNode& hub = Add(settings);
  Connect(Add(), hub);
  Connect(Add(), hub);
  TestNode& third = Add();
  const SocketEnd end = FailedDial(third, hub.transport->local(), hub.id());
  EXPECT_EQ(end.verdict, Verdict::kTooManyConnections);
  EXPECT_EQ(hub.transport->open(), 2u);
  const Endpoint at = third.Listen();
  ASSERT_TRUE(hub.transport->Dial(at, third.id()).ok());
  const auto refused = hub.transport->Dial(at, std::nullopt);
  EXPECT_NE(core::MessageOf(refused.status()).find("allowed: 1"), std::string_view::npos);
  ASSERT_TRUE(RunUntil([&] { return hub.transport->open() == 3; }));
  hub.transport->Close(*hub.transport->Find(nodes[1]->id()));
  ASSERT_TRUE(RunUntil([&] { return hub.transport->open() == 2; }));
}

TEST_F(LimitsTest, NobodyThereAndNobodyAnswersAreTold) {
  TestNode& a = Add();
  TestNode& b = Add();
  const Endpoint at = b.Listen();
  b.transport = nullptr;
  EXPECT_EQ(FailedDial(a, at, std::nullopt).reason, CloseReason::kConnectFailed);
  // A listener that never accepts: the connection stands, the handshake does not come.
  TcpAcceptor silent(io.get_executor(), Loopback());
  ASSERT_TRUE(a.transport->Dial(silent.local_endpoint(), std::nullopt).ok());
  Settle();
  Advance(core::Milliseconds(4999));
  EXPECT_EQ(a.failed.size(), 1u);
  Advance(core::Milliseconds(1));
  ASSERT_EQ(a.failed.size(), 2u);
  EXPECT_EQ(a.failed[1].second.reason, CloseReason::kHandshakeTimeout);
}

TEST_F(LimitsTest, PendingHandshakesAndAddressesAreLimited) {
  TransportSettings settings;
  settings.pending_max = 6;
  settings.per_address_max = 4;
  TestNode& a = Add(settings);
  const Endpoint at = a.Listen();
  std::vector<std::unique_ptr<RawPeer>> flood;
  for (uint8_t i = 0; i < 5; ++i) flood.push_back(std::make_unique<RawPeer>(*this, 99, at, 2));
  Settle();
  EXPECT_EQ(a.transport->pending(), 4u);
  EXPECT_EQ(a.transport->counters().turned_away, 1u);
  EXPECT_TRUE(flood.back()->ClosedByOther());
  for (uint8_t i = 0; i < 4; ++i) flood.push_back(std::make_unique<RawPeer>(*this, 99, at, 3));
  Settle();
  EXPECT_EQ(a.transport->pending(), 6u);
  EXPECT_EQ(a.transport->counters().turned_away, 3u);
  EXPECT_EQ(a.transport->routines(), 1u);
  Advance(core::Seconds(5));  // All too slow.
  EXPECT_EQ(a.transport->pending(), 0u);
  EXPECT_EQ(a.transport->sockets(), 0u);
  RawPeer good(*this, 98, at, 2);
  EXPECT_TRUE(good.ShakeHands());
}

TEST_F(LimitsTest, WithoutDescriptorsANodeServesOnAndAcceptsAgainLater) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  // UBSan opens a pipe when it meets a type for the first time: let it meet them all before.
  TcpAcceptor gone(io.get_executor(), Loopback());
  const Endpoint nobody = gone.local_endpoint();
  gone.close();
  EXPECT_TRUE(RunUntil([&] { return !b.transport->degraded(); }));
  EXPECT_EQ(FailedDial(a, nobody, std::nullopt).reason, CloseReason::kConnectFailed);
  Advance(core::Milliseconds(100));
  RawPeer waiting(*this, 99, b.transport->local());  // Connected by the kernel, not accepted.
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(waiting.socket().native_handle()) + 1,
                    .rlim_max = old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_TRUE(RunUntil([&] { return b.transport->degraded(); }));
  ASSERT_EQ(a.Send(socket, BytesOf("on")), SendResult::kQueued);
  EXPECT_TRUE(RunUntil([&] { return b.arrived.size() == 1; }));
  const SocketEnd end = FailedDial(a, b.transport->local(), std::nullopt);
  EXPECT_EQ(end.reason, CloseReason::kConnectFailed);
  Advance(core::Milliseconds(100));
  EXPECT_EQ(b.transport->counters().accept_failures, 2u);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  Advance(core::Milliseconds(100));
  EXPECT_TRUE(b.transport->degraded());  // The pause has doubled.
  Advance(core::Milliseconds(100));
  EXPECT_FALSE(b.transport->degraded());
  EXPECT_TRUE(waiting.ShakeHands());
}

}  // namespace
}  // namespace node

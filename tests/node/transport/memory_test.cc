// Memory per connection, counted by the allocator: idle ones are small, hostile ones are bounded
// (P7). Stands alone because it counts the whole process.
#include <gtest/gtest.h>

#include "tests/node/transport/bytes_in_use.h"
#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class MemoryTest : public testing::Test, public TransportRig {};

TransportSettings ManySockets() {
  TransportSettings settings;
  settings.inbound_max = settings.outbound_max = settings.per_address_max = 10'000;
  return settings;
}

TEST_F(MemoryTest, AnIdleConnectionCostsFarLessThanItsShareOf256Mebibytes) {
  constexpr size_t kConnections = 300;
  TestNode& hub = Add(ManySockets());
  const Endpoint at = hub.Listen();
  // Raw peers on the other side, so that only one side of ours is counted; each costs about 3 KB.
  std::vector<std::unique_ptr<RawPeer>> peers;
  const auto connect = [&](uint8_t number) {
    peers.push_back(std::make_unique<RawPeer>(*this, number, at));
    ASSERT_TRUE(peers.back()->ShakeHands());
    ASSERT_TRUE(peers.back()->SendText("warm"));
    ASSERT_TRUE(RunUntil([&] { return hub.arrived.size() == peers.size(); }));
  };
  connect(250);
  const size_t before = BytesInUse();
  // Each replaces the one before: the identity is the same, and the sockets close.
  for (size_t i = 0; i < kConnections; ++i) connect(static_cast<uint8_t>(2 + i % 200));
  Settle();
  EXPECT_EQ(hub.transport->open(), 201u);
  const size_t each = (BytesInUse() - before) / kConnections;
  RecordProperty("bytes_per_idle_connection", static_cast<int>(each));
  EXPECT_LT(each, 26'000u);
}

TEST_F(MemoryTest, AHostilePeerCannotMakeASocketHoldMoreThanItsBounds) {
  constexpr size_t kPeers = 8;
  TransportSettings settings = ManySockets();
  settings.rejects_max = 0;
  TestNode& node = Add(settings);
  const Endpoint at = node.Listen();
  node.on_packet = [](SocketId, const Packet&) { return Taken::kLater; };
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (uint8_t i = 0; i < kPeers; ++i) {
    peers.push_back(std::make_unique<RawPeer>(*this, static_cast<uint8_t>(100 + i), at));
    ASSERT_TRUE(peers.back()->ShakeHands());
  }
  ASSERT_TRUE(RunUntil([&] { return node.opened.size() == kPeers; }));
  const size_t before = BytesInUse();
  for (const auto& peer : peers) {
    // Eight streams that never end, as long as the budget allows.
    for (uint32_t stream = 0; stream < 8; ++stream) {
      for (uint16_t part = 0; part < 12; ++part) {
        ASSERT_TRUE(
            peer->SendFrame({}, {.stream = stream, .part = part, .parts = 1000}, Bytes(60'000)));
      }
    }
    // Packets that nobody takes, until the window closes.
    const Bytes payload(60'000);
    Bytes plain;
    AppendFrame({}, {}, payload, plain);
    Bytes sealed = peer->Seal(plain);
    for (size_t sent = 1; sent != 0;) {
      sent = peer->WriteSome(sealed);
      sealed.erase(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(sent));
      if (sealed.empty()) sealed = peer->Seal(plain);
      Settle();
    }
  }
  // And a peer that reads nothing of what it is sent.
  for (const auto& [info, remote] : node.opened) {
    while (node.Send(info.id, Bytes(50'000)) == SendResult::kQueued) Settle();
  }
  const size_t each = (BytesInUse() - before) / kPeers;
  RecordProperty("bytes_per_hostile_connection", static_cast<int>(each));
  // Reassembly 4 MiB and sink 1 MiB, each at most doubled by its containers; write buffer 1 MiB,
  // doubled, and what is sealed of it; one read buffer.
  EXPECT_LT(each, (size_t{13} << 20));
  EXPECT_EQ(node.transport->open(), kPeers);
}

}  // namespace
}  // namespace node

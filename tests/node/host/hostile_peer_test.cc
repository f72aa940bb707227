// A host and a peer that is proven and then misbehaves.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/wire.h"
#include "node/host/endpoints.h"
#include "tests/node/host/host_rig.h"

namespace node {
namespace {

TransportSettings BothChannels() {
  TransportSettings settings;
  settings.channels = {kCoreChannel, kDiscoveryChannel};
  return settings;
}

// Nothing but a transport with an identity: sends what the test says.
class Stranger : public TransportEvents {
 public:
  Stranger(asio::io_context& io, uint64_t number)
      : identity_(SecretOf(number), DrawKey(), HostRig::kNetwork),
        settings_(BothChannels()),
        transport_(io, settings_, clock_, Introduction{identity_, hello_}, *this) {}

  void Dial(const IpEndpoint& at) { ASSERT_TRUE(transport_.Dial(ToAsio(at), std::nullopt).ok()); }

  void Say(uint16_t channel, const std::vector<uint8_t>& bytes) {
    const Outgoing out{.channel = channel, .wrapped = false, .payload = bytes};
    static_cast<void>(transport_.Send(*socket, out));
  }

  void OnOpened(const SocketInfo& info, const RemotePeer&) override { socket = info.id; }

  [[nodiscard]] Taken OnPacket(SocketId, const core::NodeId&, const Packet&) override {
    return Taken::kYes;
  }

  void OnClosed(SocketId, const core::NodeId&, const SocketEnd&) override { socket.reset(); }

  void OnDialFailed(const SocketInfo&, const SocketEnd& end) override { refusal = end.verdict; }

  [[nodiscard]] const Identity& identity() const { return identity_; }

  std::optional<SocketId> socket;
  std::optional<Verdict> refusal;

 private:
  Identity identity_;
  TransportSettings settings_;
  SystemClock clock_;
  Hello hello_;
  Transport transport_;
};

class HostilePeerTest : public testing::Test {
 protected:
  HostilePeerTest() { rig_.Add(); }

  void Connect(Stranger& stranger) {
    stranger.Dial(*host().listening());
    ASSERT_TRUE(rig_.RunUntil(
        [&] { return stranger.socket.has_value() && host().Status().connections > 0; }));
  }

  Host& host() { return rig_.at(0); }

  HostRig rig_;
};

TEST_F(HostilePeerTest, GarbageIsCountedAndItsSenderBanned) {
  Stranger stranger(rig_.io(), 77);
  Connect(stranger);
  core::Random random({.seed = 5, .purpose = core::Purpose::kTest});
  for (int i = 0; i < 40 && stranger.socket.has_value(); ++i) {
    std::vector<uint8_t> bytes(static_cast<size_t>(random.Between(1, 200)));
    random.Fill(bytes);
    stranger.Say(kCoreChannel, bytes);
  }
  ASSERT_TRUE(rig_.RunUntil([&] { return !stranger.socket.has_value(); }));
  const MessageCounters& counters = host().Messages();
  EXPECT_GT(counters.garbled_as(core::GarbledReason::kMalformed) +
                counters.garbled_as(core::GarbledReason::kTooLarge) +
                counters.garbled_as(core::GarbledReason::kWrongVersion),
            0u);
  EXPECT_EQ(host().Status().banned_peers, 1u);
  stranger.Dial(*host().listening());
  ASSERT_TRUE(rig_.RunUntil([&] { return stranger.refusal.has_value(); }));
  EXPECT_EQ(*stranger.refusal, Verdict::kBanned);
  EXPECT_EQ(host().phase(), HostPhase::kJoined);
}

TEST_F(HostilePeerTest, AMessageOfALaterVersionCostsItsSenderNothing) {
  Stranger stranger(rig_.io(), 77);
  Connect(stranger);
  const core::SodiumSuite suite;
  NodeDirectory directory(stranger.identity().key(), suite);
  core::Wire wire(HostRig::kNetwork, directory);
  core::Message ping{.id = 1, .body = core::Ping{}};
  std::vector<uint8_t> frame;
  wire.Encode(ping, frame);
  frame[6] = 0x7f;  // A type that nobody has given yet.
  for (int i = 0; i < 100; ++i) stranger.Say(kCoreChannel, frame);
  const auto unknown = [&] {
    return host().Messages().garbled_as(core::GarbledReason::kUnknownType);
  };
  ASSERT_TRUE(rig_.RunUntil([&] { return unknown() == 100; }));
  EXPECT_TRUE(stranger.socket.has_value());
  EXPECT_EQ(host().Status().banned_peers, 0u);
}

// Contacts are taken from strangers' frames too, but only up to the bound.
TEST_F(HostilePeerTest, InventedContactsNeverPassTheBound) {
  HostRig rig;
  rig.directory_capacity = 256;
  rig.Add();
  Stranger stranger(rig.io(), 77);
  stranger.Dial(*rig.at(0).listening());
  ASSERT_TRUE(rig.RunUntil([&] { return stranger.socket.has_value(); }));
  const core::SodiumSuite suite;
  NodeDirectory directory(stranger.identity().key(), suite);
  core::Wire wire(HostRig::kNetwork, directory);
  core::Random random({.seed = 6, .purpose = core::Purpose::kTest});
  std::vector<uint8_t> frame;
  for (int i = 0; i < 200; ++i) {
    core::Nodes nodes;
    for (size_t j = 0; j < core::limits::kNodesMax; ++j) {
      core::Contact contact;
      random.Fill(contact.public_key);
      contact.node_id.bytes = suite.Sha256(contact.public_key);
      contact.addresses.push_back(core::Address("192.0.2.1:1"));
      nodes.peers.push_back(directory.Learn(contact));
    }
    wire.Encode({.id = 9, .body = nodes}, frame);
    stranger.Say(kCoreChannel, frame);
  }
  constexpr size_t kNodes = core::BodyIndexOf(0x0104);
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Messages().types[kNodes].in == 200; }));
  EXPECT_LE(rig.at(0).Status().handles, 256 + NodeDirectory::kMeetingRoom);
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().handles_swept > 0; }));
  EXPECT_LE(rig.at(0).Status().handles, 256u);
}

// A core that joined through a peer which never answers starts again through the next one, and its open participation
// with it.
TEST_F(HostilePeerTest, ASilentPeerKeepsNobodyOutForEver) {
  HostRig rig;
  rig.Add({ParseSeed("127.0.0.1:1").value()});
  Host& host = rig.at(0);
  Stranger stranger(rig.io(), 77);
  stranger.Dial(*host.listening());
  ASSERT_TRUE(rig.RunUntil([&] { return host.phase() == HostPhase::kRunning; }));
  core::MatchCommand seek;
  seek.topic = {"proof", "chapter one"};
  seek.seek = core::Role::kMatcher;
  seek.want = 1;
  seek.patience = core::Seconds(300);
  ASSERT_TRUE(host.Submit(seek).ok());
  const uint64_t first = host.Status().incarnation;
  rig.Add({rig.SeedOf(0)});
  ASSERT_TRUE(rig.RunUntil([&] { return host.Status().connections == 2; }));
  EXPECT_EQ(host.phase(), HostPhase::kRunning);
  rig.place(0).steady_offset = Host::kJoinPatience;
  ASSERT_TRUE(rig.RunUntil([&] { return rig.AllJoined(); }));
  EXPECT_EQ(host.Status().incarnation, first + 1);
  ASSERT_TRUE(rig.at(1).Submit(seek).ok());
  EXPECT_TRUE(rig.RunUntil([&] { return rig.All<core::Matched>().size() == 2; }));
}

}  // namespace
}  // namespace node

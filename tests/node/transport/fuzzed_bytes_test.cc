// Bytes that no honest peer sends, over real sockets: a node neither dies nor grows, and serves others on.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/node/transport/bytes_in_use.h"
#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

constexpr uint64_t kBytes = 100'000'000;  // Issue 3, reliability and security.

class FuzzedBytesTest : public testing::Test, public TransportRig {
 protected:
  static constexpr size_t kPieceMax = 60'000;

  void SetUp() override {
    TransportSettings settings;
    settings.per_address_max = 1000;
    node_ = &Add(settings);
    node_->on_packet = [this](SocketId, const Packet&) {
      node_->arrived.clear();
      ++packets_;
      return Taken::kYes;
    };
    at_ = node_->Listen();
    RawPeer honest(*this, 99, at_);
    EXPECT_TRUE(honest.ShakeHands());
    handshake_ = honest.messages();
    honest.Close();
    EXPECT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; }));
  }

  [[nodiscard]] size_t Below(size_t limit) {
    return static_cast<size_t>(random_.Below(static_cast<uint32_t>(limit)));
  }

  [[nodiscard]] Bytes Noise(size_t size) {
    Bytes bytes(size);
    random_.Fill(bytes);
    return bytes;
  }

  // Flips, cuts, repeats or replaces something of it.
  void Damage(Bytes& bytes) {
    for (size_t changes = 1 + Below(4); changes > 0 && !bytes.empty(); --changes) {
      const size_t at = Below(bytes.size());
      const auto place = bytes.begin() + static_cast<ptrdiff_t>(at);
      switch (Below(4)) {
        case 0:
          *place ^= static_cast<uint8_t>(1u << Below(8));
          break;
        case 1:
          bytes.erase(place, place + static_cast<ptrdiff_t>(Below(bytes.size() - at)));
          break;
        case 2:
          *place = static_cast<uint8_t>(0xff * Below(2));
          break;
        default: {
          const Bytes copy(place, bytes.end());
          bytes.insert(bytes.end(), copy.begin(), copy.end());
        }
      }
    }
    if (bytes.size() > kPieceMax) bytes.resize(kPieceMax);
  }

  // Frames as an honest peer writes them, before something happens to them.
  [[nodiscard]] Bytes Frames() {
    Bytes plain;
    while (plain.size() < kPieceMax / 2 && Below(8) != 0) {
      const auto parts = static_cast<uint16_t>(1 + Below(3));
      const BodyPrefix prefix{.channel = static_cast<uint16_t>(Below(3)),
                              .stream = static_cast<uint32_t>(Below(4)),
                              .part = static_cast<uint16_t>(Below(parts)),
                              .parts = parts};
      const FrameHeader header{.error = Below(8) == 0,
                               .wrapped = Below(4) == 0,
                               .nonce = static_cast<uint32_t>(Below(5))};
      AppendFrame(header, prefix, Noise(Below(2000)), plain);
    }
    return plain;
  }

  // One connection of a hostile peer; returns what it wrote.
  uint64_t Attack(uint8_t number) {
    RawPeer raw(*this, number, at_);
    if (Below(4) == 0) return InsteadOfAHandshake(raw);
    EXPECT_TRUE(raw.ShakeHands());
    uint64_t sent = 0;
    for (size_t pieces = 1 + Below(40); pieces > 0; --pieces) {
      Bytes bytes = Below(6) == 0 ? Noise(1 + Below(kPieceMax)) : Frames();
      if (Below(3) == 0) Damage(bytes);
      if (bytes.empty()) continue;
      if (Below(100) != 0) bytes = raw.Seal(bytes);
      sent += bytes.size();
      if (!raw.Write(bytes)) break;
      Settle();
      if (!raw.Read()) break;
    }
    return sent;
  }

  uint64_t InsteadOfAHandshake(RawPeer& raw) {
    Bytes bytes = Below(2) == 0 ? Noise(1 + Below(3000)) : handshake_[Below(handshake_.size())];
    Damage(bytes);
    raw.Write(bytes);
    return bytes.size();
  }

  core::Random random_{{.seed = 11, .purpose = core::Purpose::kTest}};
  TestNode* node_ = nullptr;
  Endpoint at_;
  std::vector<Bytes> handshake_;
  uint64_t packets_ = 0;
};

TEST_F(FuzzedBytesTest, NothingBreaksAndNothingGrows) {
  uint64_t sent = 0;
  size_t most = 0;
  size_t first = 0;
  for (uint8_t number = 100; sent < kBytes; number = number < 200 ? number + 1 : 100) {
    sent += Attack(number);
    Settle();
    node_->closed.clear();
    node_->opened.clear();
    most = std::max(most, BytesInUse());
    if (first == 0) first = most;
  }
  Advance(core::Seconds(6));
  ASSERT_TRUE(RunUntil([&] { return node_->transport->sockets() == 0; }));
  RecordProperty("bytes", std::to_string(sent));
  RecordProperty("packets", std::to_string(packets_));
  RecordProperty("memory_grown_by", std::to_string(most - first));
  EXPECT_LT(most - first, size_t{16} << 20);

  const TransportCounters& counters = node_->transport->counters();
  EXPECT_GT(counters.rejected_total(), kBytes / 100'000);  // And the socket stayed open.
  EXPECT_GT(packets_, kBytes / 100'000);                   // What was whole was delivered.
  for (const CloseReason reason : {CloseReason::kBadRecord, CloseReason::kHandshakeFailed}) {
    EXPECT_GT(counters.closed[static_cast<size_t>(reason)], 0u);
  }
  TestNode& honest = Add();
  const SocketId socket = Connect(honest, *node_);
  const uint64_t before = packets_;
  EXPECT_EQ(honest.Send(socket, BytesOf("hello")), SendResult::kQueued);
  EXPECT_TRUE(RunUntil([&] { return packets_ == before + 1; }));
}

}  // namespace
}  // namespace node

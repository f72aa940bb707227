// The fault table of docs/wire_format.md, "Transport frames", row by row, over real sockets.
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class FaultTableTest : public testing::Test, public TransportRig {
 protected:
  void Open(const TransportSettings& settings = {}) {
    node_ = &Add(settings);
    raw_.emplace(*this, 99, node_->Listen());
    ASSERT_TRUE(raw_->ShakeHands());
    ASSERT_TRUE(RunUntil([&] { return node_->opened.size() == 1; }));
  }

  [[nodiscard]] uint64_t Rejected(ChunkFault fault) const {
    return node_->transport->counters().rejected[static_cast<size_t>(fault)];
  }

  // A good frame behind everything else arrives, and the socket is open.
  void ExpectStillOpen() {
    const size_t before = node_->arrived.size();
    raw_->SendText("still here");
    EXPECT_TRUE(RunUntil([&] { return node_->arrived.size() > before; }));
    EXPECT_EQ(node_->arrived.back().payload, BytesOf("still here"));
    EXPECT_TRUE(node_->closed.empty());
  }

  void ExpectClosed(CloseReason reason) {
    EXPECT_TRUE(RunUntil([&] { return node_->closed.size() == 1; }));
    EXPECT_EQ(TextOf(node_->closed.at(0).end.reason), TextOf(reason));
    EXPECT_TRUE(raw_->ClosedByOther());
    EXPECT_EQ(node_->transport->routines(), 1u);
  }

  [[nodiscard]] static Bytes RawFrame(uint8_t flags, uint32_t nonce, size_t length) {
    Bytes bytes(kFrameHeaderBytes + length);
    WriteFrameHeader({.nonce = nonce, .length = static_cast<uint32_t>(length)},
                     std::span(bytes).first<kFrameHeaderBytes>());
    bytes[0] = flags;
    return bytes;
  }

  TestNode* node_ = nullptr;
  std::optional<RawPeer> raw_;
};

TEST_F(FaultTableTest, ABodyAboveTheChunkLimitIsDrainedAndAnsweredWithAnErrorFrame) {
  Open();
  const FrameLimits limits;
  raw_->SendPlain(RawFrame(0x28, 7, limits.body_max + 1));
  raw_->SendPlain(RawFrame(0x20, 0, limits.body_hard_max));
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kTooBig), 2u);
  std::vector<RawPeer::Frame> frames;
  EXPECT_TRUE(RunUntil([&] {
    for (auto& frame : raw_->TakeFrames()) frames.push_back(frame);
    return frames.size() == 2;
  }));
  EXPECT_TRUE(frames[0].header.error);
  EXPECT_EQ(frames[0].header.nonce, 7u);
  EXPECT_EQ(frames[0].payload, Bytes{static_cast<uint8_t>(FrameError::kTooBig)});
  EXPECT_EQ(frames[1].header.nonce, 0u);
}

TEST_F(FaultTableTest, ATooLargeErrorFrameIsNotAnsweredWithAnother) {
  Open();
  raw_->SendPlain(RawFrame(0x24, 0, FrameLimits().body_max + 1));
  ExpectStillOpen();
  EXPECT_TRUE(raw_->TakeFrames().empty());
}

TEST_F(FaultTableTest, ReservedFlagsAreDroppedAndCounted) {
  Open();
  for (const uint8_t flags : Bytes{0x00, 0x21, 0x40, 0xe0, 0x28}) {
    raw_->SendPlain(RawFrame(flags, 0, 30));
  }
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kFlags), 5u);
}

TEST_F(FaultTableTest, ABodyTooShortForItsPrefixIsDroppedAndAnEmptyOneIsLegal) {
  Open();
  raw_->SendPlain(RawFrame(0x20, 0, 9));
  raw_->SendPlain(RawFrame(0x20, 0, 0));
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kShortBody), 1u);
  EXPECT_EQ(node_->arrived.size(), 1u);
}

TEST_F(FaultTableTest, AnUnknownChannelIsDroppedAndCounted) {
  Open();
  raw_->SendFrame({}, {.channel = 1}, BytesOf("to nobody"));
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kChannel), 1u);
}

TEST_F(FaultTableTest, AnAnswerToWhatWasNeverAskedIsDroppedAndCounted) {
  Open();
  raw_->SendFrame({.nonce = 8}, {}, BytesOf("guess"));
  raw_->SendFrame({.error = true, .nonce = 10}, {}, {});
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kNonce), 2u);
}

TEST_F(FaultTableTest, WrongPartNumbersAreDroppedAndCounted) {
  Open();
  raw_->SendFrame({}, {.part = 1, .parts = 1}, Bytes(3));
  raw_->SendFrame({}, {.part = 0, .parts = 0}, Bytes(3));
  raw_->SendFrame({}, {.part = 5, .parts = 3}, Bytes(3));
  raw_->SendFrame({}, {.part = 0, .parts = 1025}, Bytes(3));
  raw_->SendFrame({}, {.part = 0xffff, .parts = 0xffff}, Bytes(3));
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kParts), 5u);
}

TEST_F(FaultTableTest, TheNinthStreamIsDroppedAndAnUnfinishedOneExpires) {
  Open();
  for (uint32_t stream = 1; stream <= 9; ++stream) {
    raw_->SendFrame({}, {.stream = stream, .part = 0, .parts = 2}, Bytes(3));
  }
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kNoRoom), 1u);
  Advance(core::Seconds(10));
  EXPECT_EQ(node_->transport->counters().streams_expired, 8u);
  raw_->SendFrame({}, {.stream = 9, .part = 0, .parts = 2}, Bytes(3));
  raw_->SendFrame({}, {.stream = 9, .part = 1, .parts = 2}, Bytes(4));
  ASSERT_TRUE(RunUntil([&] { return node_->arrived.size() == 2; }));
  EXPECT_EQ(node_->arrived[1].payload, Bytes(7));
}

TEST_F(FaultTableTest, APayloadThatTheOwnerCannotReadIsCounted) {
  Open();
  node_->on_packet = [](SocketId, const Packet& packet) {
    return packet.payload.empty() ? Taken::kGarbled : Taken::kYes;
  };
  raw_->SendText("");
  ExpectStillOpen();
  EXPECT_EQ(Rejected(ChunkFault::kPayload), 1u);
}

TEST_F(FaultTableTest, TheSeventeenthFaultWithinTenSecondsCloses) {
  Open();
  for (int i = 0; i < 16; ++i) raw_->SendPlain(RawFrame(0xff, 0, 0));
  ExpectStillOpen();
  Advance(core::Seconds(10));
  for (int i = 0; i < 16; ++i) raw_->SendPlain(RawFrame(0xff, 0, 0));
  ExpectStillOpen();
  raw_->SendPlain(RawFrame(0xff, 0, 0));
  ExpectClosed(CloseReason::kTooManyFaults);
  EXPECT_TRUE(IsMisbehaviour(node_->closed[0].end.reason));
}

TEST_F(FaultTableTest, ABodyAboveTheHardLimitCloses) {
  Open();
  raw_->SendPlain(RawFrame(0x20, 0, 0));
  Bytes bomb = RawFrame(0x20, 0, 0);
  for (size_t i = 5; i < 9; ++i) bomb[i] = 0xff;
  raw_->SendPlain(bomb);
  ExpectClosed(CloseReason::kLengthBomb);
}

TEST_F(FaultTableTest, ARecordThatDoesNotOpenCloses) {
  Open();
  Bytes record = raw_->Seal(RawFrame(0x20, 0, 0));
  record.back() ^= 1;
  raw_->Write(record);
  ExpectClosed(CloseReason::kBadRecord);
}

TEST_F(FaultTableTest, ARecordThatComesTwiceCloses) {
  Open();
  const Bytes record = raw_->Seal(RawFrame(0x20, 0, 0));
  raw_->Write(record);
  ExpectStillOpen();
  raw_->Write(record);
  ExpectClosed(CloseReason::kBadRecord);
}

TEST_F(FaultTableTest, AnEndOfTheStreamCloses) {
  Open();
  raw_->SendText("first");
  raw_->Close();
  EXPECT_TRUE(RunUntil([&] { return node_->closed.size() == 1; }));
  EXPECT_EQ(node_->closed[0].end.reason, CloseReason::kRemote);
  EXPECT_EQ(node_->arrived.size(), 1u);
}

TEST_F(FaultTableTest, AResetCloses) {
  Open();
  raw_->socket().set_option(asio::socket_base::linger(true, 0));
  raw_->Close();
  EXPECT_TRUE(RunUntil([&] { return node_->closed.size() == 1; }));
  EXPECT_EQ(node_->closed[0].end.reason, CloseReason::kReset);
}

// One of the recoverable faults, drawn.
Bytes DrawFault(core::Random& random) {
  Bytes out;
  const auto kind = random.Below(6);
  const auto nonce = static_cast<uint32_t>(random.Next());
  Bytes payload(random.Below(40));
  random.Fill(payload);
  switch (kind) {
    case 0: {
      AppendFrame({}, {}, payload, out);
      out[0] = static_cast<uint8_t>(0x40 | random.Below(64));  // Another version.
      break;
    }
    case 1:
      AppendFrame({}, {.channel = static_cast<uint16_t>(1 + random.Below(65'535))}, payload, out);
      break;
    case 2:
      AppendFrame({.nonce = (nonce | 0x40000000u) & ~1u}, {}, payload, out);
      break;
    case 3:
      AppendFrame({.wrapped = true},
                  {.stream = nonce, .part = static_cast<uint16_t>(1 + random.Below(9)), .parts = 1},
                  payload, out);
      break;
    case 4: {
      const Bytes large(64 * 1024 + 1 + random.Below(64));
      AppendFrame({.error = true}, {}, large, out);  // An error frame is not answered.
      break;
    }
    default: {
      out.resize(kFrameHeaderBytes + 1 + random.Below(kBodyPrefixBytes - 1));
      WriteFrameHeader({.length = static_cast<uint32_t>(out.size() - kFrameHeaderBytes)},
                       std::span(out).first<kFrameHeaderBytes>());
    }
  }
  return out;
}

TEST_F(FaultTableTest, AHundredThousandRecoverableFaultsCloseNothingAndAGoodFrameFollowsEach) {
  TransportSettings settings;
  settings.rejects_max = 0;
  Open(settings);
  uint32_t good = 0;
  bool in_order = true;
  node_->on_packet = [&](SocketId, const Packet& packet) {
    in_order &= packet.nonce == 0 && packet.payload.size() == 1 &&
                packet.payload[0] == static_cast<uint8_t>(good);
    ++good;
    return Taken::kYes;
  };
  core::Random random({.seed = 20, .purpose = core::Purpose::kTest});
  constexpr uint32_t kFaults = 100'000;
  Bytes plain;
  for (uint32_t i = 0; i < kFaults; ++i) {
    const Bytes fault = DrawFault(random);
    plain.insert(plain.end(), fault.begin(), fault.end());
    AppendFrame({}, {}, Bytes{static_cast<uint8_t>(i)}, plain);
    if (plain.size() < 200'000 && i + 1 < kFaults) continue;
    ASSERT_TRUE(raw_->SendPlain(plain)) << i;
    plain.clear();
  }
  EXPECT_TRUE(RunUntil([&] { return good == kFaults; })) << good;
  EXPECT_TRUE(in_order);
  EXPECT_EQ(node_->transport->counters().rejected_total(), kFaults);
  EXPECT_TRUE(node_->closed.empty());
}

}  // namespace
}  // namespace node

// Back-pressure both ways: sinks that are full, peers that do not read.
#include <gtest/gtest.h>

#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class BackPressureTest : public testing::Test, public TransportRig {
 protected:
  // Sends numbered payloads until the transport says "busy" and the loop has nothing left to do.
  uint32_t SendUntilStuck(TestNode& from, SocketId socket, size_t size) {
    uint32_t sent = 0;
    for (int stuck = 0; stuck < 3;) {
      Bytes payload(size);
      payload[0] = static_cast<uint8_t>(sent);
      if (from.Send(socket, payload) == SendResult::kQueued) {
        ++sent;
        stuck = 0;
      } else {
        ++stuck;
        Settle();
      }
    }
    return sent;
  }
};

TEST_F(BackPressureTest, AFullSinkStopsReadingUntilItsOwnerTakesAgain) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const SocketId reading = *b.transport->Find(a.id());
  bool busy = true;
  b.on_packet = [&](SocketId, const Packet&) { return busy ? Taken::kLater : Taken::kYes; };
  const uint32_t sent = SendUntilStuck(a, socket, 1000);
  const Intake& intake = b.transport->Look(reading)->intake();
  EXPECT_TRUE(intake.paused());
  EXPECT_EQ(intake.sink().size(), 256u);
  EXPECT_GT(sent, 1000u);  // The kernel and the write buffer hold the rest.
  EXPECT_LE(a.transport->Look(socket)->writer().waiting(), size_t{1} << 20);
  EXPECT_GE(a.transport->counters().busy, 1u);
  EXPECT_EQ(b.transport->counters().read_pauses, 1u);
  EXPECT_TRUE(b.arrived.empty());

  b.transport->Resume(reading);  // Still busy: nothing moves.
  EXPECT_EQ(intake.sink().size(), 256u);
  busy = false;
  b.transport->Resume(reading);
  ASSERT_TRUE(RunUntil([&] { return b.arrived.size() == sent; }));
  for (uint32_t i = 0; i < sent; ++i) ASSERT_EQ(b.arrived[i].payload[0], static_cast<uint8_t>(i));
  EXPECT_FALSE(a.writable.empty());
  EXPECT_TRUE(intake.sink().empty());
}

TEST_F(BackPressureTest, LargePacketsFillTheSinkByTheirBytes) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  b.on_packet = [&](SocketId, const Packet&) { return Taken::kLater; };
  SendUntilStuck(a, socket, 300'000);
  const Sink& sink = b.transport->Look(*b.transport->Find(a.id()))->intake().sink();
  EXPECT_GE(sink.bytes(), size_t{1} << 20);
  EXPECT_LT(sink.bytes(), (size_t{1} << 20) + 300'000);
}

TEST_F(BackPressureTest, AnOwnerThatTakesOneAtATimeGetsEverythingOnceAndInOrder) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const SocketId reading = *b.transport->Find(a.id());
  bool ready = true;
  b.on_packet = [&](SocketId, const Packet&) {
    if (!std::exchange(ready, false)) return Taken::kLater;
    return Taken::kYes;
  };
  for (uint32_t i = 0; i < 2000; ++i) {
    ASSERT_EQ(a.Send(socket, Bytes{static_cast<uint8_t>(i), 1}), SendResult::kQueued);
  }
  ASSERT_TRUE(RunUntil([&] {
    for (int i = 0; i < 100; ++i) {
      ready = true;
      b.transport->Resume(reading);
    }
    return b.arrived.size() == 2000;
  }));
  for (uint32_t i = 0; i < 2000; ++i) ASSERT_EQ(b.arrived[i].payload[0], static_cast<uint8_t>(i));
  EXPECT_GE(b.transport->counters().read_pauses, 1u);
}

TEST_F(BackPressureTest, AnotherSocketReadsOnWhileOneRests) {
  TestNode& a = Add();
  TestNode& b = Add();
  TestNode& hub = Add();
  const SocketId from_a = Connect(a, hub);
  const SocketId from_b = Connect(b, hub);
  const SocketId slow = *hub.transport->Find(a.id());
  hub.on_packet = [&](SocketId socket, const Packet&) {
    return socket == slow ? Taken::kLater : Taken::kYes;
  };
  for (int i = 0; i < 300; ++i) ASSERT_EQ(a.Send(from_a, Bytes(1000)), SendResult::kQueued);
  ASSERT_TRUE(RunUntil([&] { return hub.transport->counters().read_pauses == 1; }));
  ASSERT_EQ(b.Send(from_b, BytesOf("me")), SendResult::kQueued);
  EXPECT_TRUE(RunUntil([&] { return hub.arrived.size() == 1; }));
  // Its own silence while it rests is nobody's fault.
  for (int minute = 0; minute < 7; ++minute) Advance(core::Minutes(1));
  EXPECT_TRUE(hub.transport->Find(a.id()).has_value());
}

TEST_F(BackPressureTest, APeerThatNeverReadsIsClosedAfterThirtySeconds) {
  TestNode& a = Add();
  RawPeer raw(*this, 99, a.Listen());
  ASSERT_TRUE(raw.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return a.opened.size() == 1; }));
  const SocketId socket = a.opened[0].first.id;
  SendUntilStuck(a, socket, 1000);
  EXPECT_LE(a.transport->Look(socket)->writer().waiting(), size_t{1} << 20);
  Advance(core::Seconds(29));
  EXPECT_TRUE(a.closed.empty());
  Advance(core::Seconds(1));
  ASSERT_EQ(a.closed.size(), 1u);
  EXPECT_EQ(a.closed[0].end.reason, CloseReason::kWriteStall);
}

TEST_F(BackPressureTest, OnePayloadAboveTheCapGoesOutAloneAndOneAboveTheLimitNever) {
  TransportSettings settings;
  settings.write_buffer_max = 100'000;
  TestNode& a = Add(settings);
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const Bytes large(4'000'000, 1);
  EXPECT_EQ(a.Send(socket, large), SendResult::kQueued);
  EXPECT_EQ(a.Send(socket, Bytes(10)), SendResult::kBusy);
  ASSERT_TRUE(RunUntil([&] { return b.arrived.size() == 1; }));
  EXPECT_EQ(b.arrived[0].payload, large);
  EXPECT_EQ(a.writable.size(), 1u);
  EXPECT_EQ(a.Send(socket, Bytes((size_t{4} << 20) + 1)), SendResult::kTooLarge);
}

}  // namespace
}  // namespace node

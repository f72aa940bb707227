// Requests and answers: every waiter is completed exactly once (P3).
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/node/transport/raw_peer.h"
#include "tests/node/transport/transport_rig.h"

namespace node {
namespace {

class RequestTest : public testing::Test, public TransportRig {
 protected:
  // What still waits is completed when its transport goes.
  void TearDown() override { nodes.clear(); }

  struct Done {
    Outcome outcome;
    Bytes payload;
  };

  // Asks and writes down how it ends.
  [[nodiscard]] SendResult Ask(TestNode& node, SocketId socket, std::string_view text) {
    const Bytes payload = BytesOf(text);
    return node.transport->Request(socket, {.payload = payload},
                                   [this](Outcome outcome, std::span<const uint8_t> answer) {
                                     done_.push_back({outcome, {answer.begin(), answer.end()}});
                                   });
  }

  // Answers every request with its own text, twice.
  static void Echo(TestNode& node) {
    node.on_packet = [&node](SocketId socket, const Packet& packet) {
      const Bytes twice(packet.payload.begin(), packet.payload.end());
      EXPECT_NE(packet.nonce, 0u);
      EXPECT_EQ(node.transport->Reply(socket, packet.nonce, {.payload = twice}),
                SendResult::kQueued);
      return Taken::kYes;
    };
  }

  std::vector<Done> done_;
};

TEST_F(RequestTest, BothSidesMayAskAtOnce) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId from_a = Connect(a, b);
  const SocketId from_b = *b.transport->Find(a.id());
  Echo(a);
  Echo(b);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Ask(a, from_a, "a" + std::to_string(i)), SendResult::kQueued);
    ASSERT_EQ(Ask(b, from_b, "b" + std::to_string(i)), SendResult::kQueued);
  }
  ASSERT_TRUE(RunUntil([&] { return done_.size() == 200; }));
  std::set<Bytes> texts;
  for (const Done& done : done_) {
    EXPECT_EQ(done.outcome, Outcome::kAnswered);
    texts.insert(done.payload);
  }
  EXPECT_EQ(texts.size(), 200u);
  EXPECT_EQ(a.transport->counters().answers_in, 100u);
}

TEST_F(RequestTest, ALargeAnswerComesInParts) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  const Bytes large(900'000, 5);
  b.on_packet = [&](SocketId from, const Packet& packet) {
    EXPECT_EQ(b.transport->Reply(from, packet.nonce, {.payload = large}), SendResult::kQueued);
    return Taken::kYes;
  };
  ASSERT_EQ(Ask(a, socket, "large"), SendResult::kQueued);
  ASSERT_TRUE(RunUntil([&] { return done_.size() == 1; }));
  EXPECT_EQ(done_[0].payload, large);
}

TEST_F(RequestTest, TheDeadlineIsFourHundredMillisecondsAndALateAnswerIsDropped) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  ASSERT_EQ(Ask(a, socket, "slow"), SendResult::kQueued);
  ASSERT_TRUE(RunUntil([&] { return b.arrived.size() == 1; }));
  Advance(core::Microseconds(399'999));
  EXPECT_TRUE(done_.empty());
  Advance(core::Microseconds(1));
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].outcome, Outcome::kTimedOut);
  const auto& asked = b.arrived[0];
  ASSERT_EQ(b.transport->Reply(asked.socket, asked.nonce, {}), SendResult::kQueued);
  ASSERT_TRUE(RunUntil([&] { return a.transport->counters().late_answers == 1; }));
  EXPECT_EQ(done_.size(), 1u);
  EXPECT_EQ(a.transport->counters().timed_out, 1u);
  EXPECT_EQ(a.transport->counters().rejected_total(), 0u);
}

TEST_F(RequestTest, ACloseOfEitherSideCompletesWhatWaits) {
  TestNode& a = Add();
  TestNode& b = Add();
  SocketId socket = Connect(a, b);
  ASSERT_EQ(Ask(a, socket, "one"), SendResult::kQueued);
  a.transport->Close(socket);
  ASSERT_EQ(done_.size(), 1u);
  EXPECT_EQ(done_[0].outcome, Outcome::kClosed);
  ASSERT_TRUE(RunUntil([&] { return b.closed.size() == 1; }));
  socket = Connect(a, b);
  ASSERT_EQ(Ask(a, socket, "two"), SendResult::kQueued);
  b.transport->Close(*b.transport->Find(a.id()));
  ASSERT_TRUE(RunUntil([&] { return done_.size() == 2; }));
  EXPECT_EQ(done_[1].outcome, Outcome::kClosed);
  Advance(core::Seconds(10));
  EXPECT_EQ(done_.size(), 2u);
}

TEST_F(RequestTest, AnErrorFrameRefusesTheRequest) {
  TestNode& a = Add();
  RawPeer raw(*this, 99, a.Listen());
  ASSERT_TRUE(raw.ShakeHands());
  ASSERT_TRUE(RunUntil([&] { return a.opened.size() == 1; }));
  ASSERT_EQ(Ask(a, a.opened[0].first.id, "what"), SendResult::kQueued);
  std::vector<RawPeer::Frame> frames;
  ASSERT_TRUE(RunUntil([&] { return !(frames = raw.TakeFrames()).empty(); }));
  EXPECT_EQ(frames[0].header.nonce % 2, 0u);  // The answerer of the connection asks.
  raw.SendFrame({.error = true, .nonce = frames[0].header.nonce}, {}, Bytes{2});
  ASSERT_TRUE(RunUntil([&] { return done_.size() == 1; }));
  EXPECT_EQ(done_[0].outcome, Outcome::kRefused);
  EXPECT_TRUE(done_[0].payload.empty());
}

TEST_F(RequestTest, TooManyThatWaitAreRefusedAsBusyAndNeverCompleted) {
  TransportSettings settings;
  settings.requests_max = 3;
  TestNode& a = Add(settings);
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Ask(a, socket, "x"), SendResult::kQueued);
  EXPECT_EQ(Ask(a, socket, "x"), SendResult::kBusy);
  Advance(core::Milliseconds(400));
  EXPECT_EQ(done_.size(), 3u);
  EXPECT_EQ(Ask(a, socket, "x"), SendResult::kQueued);
}

TEST_F(RequestTest, ACompletionMayAskAgainAndMayClose) {
  TestNode& a = Add();
  TestNode& b = Add();
  const SocketId socket = Connect(a, b);
  Echo(b);
  int left = 20;
  std::function<void(Outcome, std::span<const uint8_t>)> next = [&](Outcome outcome, auto) {
    if (outcome != Outcome::kAnswered) return;
    if (--left == 0) return a.transport->Close(socket);
    EXPECT_EQ(a.transport->Request(socket, {}, next), SendResult::kQueued);
  };
  ASSERT_EQ(a.transport->Request(socket, {}, next), SendResult::kQueued);
  EXPECT_TRUE(RunUntil([&] { return b.closed.size() == 1; }));
  EXPECT_EQ(left, 0);
}

}  // namespace
}  // namespace node

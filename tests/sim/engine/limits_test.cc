// What the engine refuses, skips and costs.
#include <atomic>
#include <memory>

#include <gtest/gtest.h>

#include "sim/engine/engine.h"

namespace sim {
namespace {

constexpr int64_t kLookahead = 10'000;

// One behaviour per test, told by the payload.
enum Deed : uint32_t {
  kNothing,
  kPostToSelfAtOnce,
  kArmAtOnce,
  kPostTooSoon,
  kPostToNobody,
  kArmThePast,
  kPostBehindTheEnd
};

class Subject {
 public:
  struct Lane {};

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  WorldTime BeginWindow(WorldTime start, WorldTime) {
    ++begun;
    if (start.us == 0 && at_start) at_start();
    return wanted;
  }

  void EndWindow(WorldTime) { ++ended; }

  void Deliver(Lane&, Outbox& out, WorldTime now, const Event& event) {
    ++delivered;
    deed = event.payload;
    const core::PeerId other{event.to.value + 1};
    if (deed == kPostToSelfAtOnce) out.Post(now, event.to, deed);
    if (deed == kArmAtOnce) out.Arm(now);
    if (deed == kPostTooSoon) out.Post({now.us + kLookahead - 1}, other, kNothing);
    if (deed == kPostToNobody) out.Post({now.us + kLookahead}, {1'000'000}, kNothing);
    if (deed == kArmThePast) out.Arm({now.us - 1});
    if (deed == kPostBehindTheEnd) out.Post({int64_t{1} << 60}, other, kNothing);
  }

  void Wake(Lane&, Outbox& out, WorldTime now, core::PeerId) {
    woken.push_back(now.us);
    if (deed == kArmAtOnce) out.Arm(now);
  }

  [[nodiscard]] uint64_t PayloadDigest(const Event&) const { return 0; }

  void Prefetch(core::PeerId) const {}

  void PrefetchPayload(const Event&) const {}

  std::function<void()> at_start;
  WorldTime wanted = WorldTime::Never();
  uint32_t deed = kNothing;
  int begun = 0;
  int ended = 0;
  int delivered = 0;
  std::vector<int64_t> woken;
};

EngineOptions Small(int64_t end = 1'000'000) {
  EngineOptions options;
  options.peers = 10;
  options.lookahead = {kLookahead};
  options.end = {end};
  return options;
}

TEST(LimitsTest, APeerWhoseTimeStandsStillIsNamed) {
  for (const Deed deed : {kPostToSelfAtOnce, kArmAtOnce}) {
    Subject subject;
    EngineOptions options = Small();
    options.events_per_instant_max = 1'000;
    Engine<Subject> engine(options, &subject);
    subject.at_start = [&] {
      engine.Inject({123'456}, {7}, deed);
      engine.Inject({123'457}, {3}, deed);
      engine.Inject({300'000}, {4}, kNothing);
    };
    const auto state = engine.Run();
    ASSERT_FALSE(state.ok());
    EXPECT_EQ(core::MessageOf(state.status()),
              "livelock: peer 7 had 1000 events at the instant 123456 us; its time no longer "
              "advances");
    EXPECT_EQ(engine.statistics().events, 2'000u);
    EXPECT_EQ(engine.Run().status(), state.status());
  }
}

TEST(LimitsTest, AsManyEventsOfOneInstantAsAllowedAreNoLivelock) {
  Subject subject;
  EngineOptions options = Small();
  options.events_per_instant_max = 500;
  Engine<Subject> engine(options, &subject);
  subject.at_start = [&] {
    for (int i = 0; i < 500; ++i) engine.Inject({5'000}, {1}, kNothing);
  };
  EXPECT_TRUE(engine.Run().ok());
  EXPECT_EQ(subject.delivered, 500);
}

void RunDeed(Deed deed) {
  Subject subject;
  Engine<Subject> engine(Small(), &subject);
  subject.at_start = [&] { engine.Inject({5'000}, {1}, deed); };
  (void)engine.Run();
}

TEST(LimitsDeathTest, BrokenPromisesStopTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(RunDeed(kPostTooSoon), "CHECK failed: at.us >= now_ \\+ lane_->grid\\(\\).length");
  EXPECT_DEATH(RunDeed(kPostToNobody), "CHECK failed: to.value < ");
  EXPECT_DEATH(RunDeed(kArmThePast), "CHECK failed: at.us >= now_");
}

TEST(LimitsTest, WhatLiesBehindTheEndIsDropped) {
  Subject subject;
  Engine<Subject> engine(Small(), &subject);
  subject.at_start = [&] {
    engine.Inject({5'000}, {1}, kPostBehindTheEnd);
    engine.Inject({999'999}, {2}, kNothing);
    engine.Inject({1'000'000}, {3}, kNothing);
    engine.Arm({4}, {1'000'000});
    engine.Arm({5}, {999'999});
  };
  ASSERT_TRUE(engine.Run().ok());
  EXPECT_EQ(subject.delivered, 2);
  EXPECT_EQ(subject.woken, std::vector<int64_t>{999'999});
}

TEST(LimitsTest, EmptyWindowsAreNotVisited) {
  Subject subject;
  constexpr int64_t kHour = int64_t{3600} * 1'000'000;
  Engine<Subject> engine(Small(1'000 * kHour), &subject);
  subject.at_start = [&] {
    for (int i = 1; i <= 900; ++i) engine.Inject({i * kHour + 17}, {3}, kNothing);
  };
  ASSERT_TRUE(engine.Run().ok());
  EXPECT_EQ(subject.delivered, 900);
  EXPECT_EQ(subject.ended, 900);
  EXPECT_EQ(engine.statistics().windows, 900u);
  // The event's window, and at most one for each wheel that it comes down.
  EXPECT_LE(subject.begun, 900 * 4 + 1);
  EXPECT_EQ(engine.checkpoints().size(), 900u);
}

TEST(LimitsTest, TheWorldGetsControlWhenItAsked) {
  Subject subject;
  subject.wanted = {777'777};
  Engine<Subject> engine(Small(), &subject);
  ASSERT_TRUE(engine.RunUntil({770'000}).ok());
  EXPECT_EQ(subject.begun, 1);
  EXPECT_EQ(engine.Now(), WorldTime{770'000});
  subject.wanted = WorldTime::Never();
  const auto state = engine.RunUntil({777'778});
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(subject.begun, 2);
  EXPECT_EQ(*state, RunState::kFinished);
}

TEST(LimitsTest, AStopFlagPausesTheRunBetweenWindows) {
  Subject subject;
  std::atomic<bool> stop{false};
  EngineOptions options = Small();
  options.stop_flag = &stop;
  Engine<Subject> engine(options, &subject);
  subject.at_start = [&] {
    engine.Inject({5'000}, {1}, kNothing);
    engine.Inject({500'000}, {1}, kNothing);
    stop = true;
  };
  auto state = engine.Run();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, RunState::kStopped);
  EXPECT_EQ(subject.delivered, 1);
  stop = false;
  state = engine.Run();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, RunState::kFinished);
  EXPECT_EQ(subject.delivered, 2);
}

// A peer with a long timer that also starts and cancels short ones, over and over.
class Busy {
 public:
  struct Lane {};

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  WorldTime BeginWindow(WorldTime start, WorldTime) {
    if (start.us == 0) engine->Inject({0}, {0}, 0);
    return WorldTime::Never();
  }

  void EndWindow(WorldTime) { bytes = std::max(bytes, engine->MemoryUsage()); }

  void Deliver(Lane&, Outbox& out, WorldTime now, const Event& event) {
    out.Arm(now + core::Seconds(3));
    out.Arm({(now.us - kPast) / kHour * kHour + kHour + kPast});
    out.Post(now + core::Milliseconds(100), event.to, 0);
  }

  void Wake(Lane&, Outbox&, WorldTime now, core::PeerId) { woken.push_back(now.us); }

  [[nodiscard]] uint64_t PayloadDigest(const Event&) const { return 0; }

  void Prefetch(core::PeerId) const {}

  void PrefetchPayload(const Event&) const {}

  static constexpr int64_t kHour = int64_t{3600} * 1'000'000;
  static constexpr int64_t kPast = 50'000;  // Between two of its events.
  Engine<Busy>* engine = nullptr;
  size_t bytes = 0;
  std::vector<int64_t> woken;
};

TEST(LimitsTest, DeadlinesThatMoveDoNotFillTheQueue) {
  Busy busy;
  EngineOptions options;
  options.peers = 1;
  options.lookahead = {kLookahead};
  options.end = {5 * Busy::kHour};
  Engine<Busy> engine(options, &busy);
  busy.engine = &engine;
  ASSERT_TRUE(engine.RunUntil({Busy::kHour / 60}).ok());
  const size_t after_a_minute = busy.bytes;
  ASSERT_TRUE(engine.Run().ok());
  ASSERT_EQ(busy.woken.size(), 4u);
  for (int64_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(busy.woken[static_cast<size_t>(i) - 1], i * Busy::kHour + Busy::kPast);
  }
  // Checkpoints grow by the second; 18,000 of them and the vector's slack.
  EXPECT_LE(busy.bytes, after_a_minute + 33'000 * sizeof(Checkpoint));
}

// Peers that wake once a minute and do nothing else.
class Idle {
 public:
  struct Lane {};

  explicit Idle(uint32_t peers) : peers_(peers) {}

  std::unique_ptr<Lane> MakeLane(int) { return std::make_unique<Lane>(); }

  WorldTime BeginWindow(WorldTime start, WorldTime) {
    for (uint32_t i = 0; start.us == 0 && i < peers_; ++i) engine->Arm({i}, {1 + i * 60});
    return WorldTime::Never();
  }

  void EndWindow(WorldTime) { bytes = std::max(bytes, engine->MemoryUsage()); }

  void Deliver(Lane&, Outbox&, WorldTime, const Event&) {}

  void Wake(Lane&, Outbox& out, WorldTime now, core::PeerId) { out.Arm(now + core::Seconds(60)); }

  [[nodiscard]] uint64_t PayloadDigest(const Event&) const { return 0; }

  void Prefetch(core::PeerId) const {}

  void PrefetchPayload(const Event&) const {}

  Engine<Idle>* engine = nullptr;
  size_t bytes = 0;

 private:
  uint32_t peers_;
};

TEST(LimitsTest, AMillionIdleTimersTakeAtMostSixtyFourBytesEach) {
  constexpr uint32_t kPeers = 1'000'000;
  Idle idle(kPeers);
  EngineOptions options;
  options.peers = kPeers;
  options.lookahead = {kLookahead};
  options.end = {150'000'000};
  options.checkpoint_every = {0};
  Engine<Idle> engine(options, &idle);
  idle.engine = &engine;
  ASSERT_TRUE(engine.Run().ok());
  EXPECT_EQ(engine.statistics().wakes, 2'500'000u);
  EXPECT_LE(idle.bytes, size_t{64} * kPeers);
}

}  // namespace
}  // namespace sim

#include "node/transport/waiters.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/transport/fault_window.h"

namespace node {
namespace {

using Match = Waiters::Match;

class WaitersTest : public testing::Test {
 protected:
  uint32_t Ask(core::Time deadline = {100}) {
    const uint32_t nonce = waiters_.DrawNonce();
    waiters_.Add(nonce, deadline, [this, nonce](Outcome outcome, std::span<const uint8_t> payload) {
      log_.push_back({nonce, outcome, payload.size()});
    });
    return nonce;
  }

  struct Entry {
    uint32_t nonce;
    Outcome outcome;
    size_t size;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  Waiters waiters_{true};
  std::vector<Entry> log_;
};

TEST_F(WaitersTest, TheDiallerAsksWithOddNoncesAndTheOtherWithEvenOnes) {
  Waiters other(false);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(waiters_.DrawNonce() % 2, 1u);
    const uint32_t even = other.DrawNonce();
    EXPECT_EQ(even % 2, 0u);
    EXPECT_NE(even, 0u);
    EXPECT_FALSE(waiters_.IsOwn(even));
  }
}

TEST_F(WaitersTest, EachIsCompletedOnceByWhatComesFirst) {
  const uint32_t answered = Ask();
  const uint32_t refused = Ask();
  const uint32_t late = Ask({50});
  const uint32_t closed = Ask({200});
  const std::vector<uint8_t> payload(3);
  EXPECT_EQ(waiters_.Complete(answered, Outcome::kAnswered, payload), Match::kCompleted);
  EXPECT_EQ(waiters_.Complete(answered, Outcome::kAnswered, payload), Match::kLate);
  EXPECT_EQ(waiters_.Complete(refused, Outcome::kRefused, payload), Match::kCompleted);
  EXPECT_EQ(waiters_.Expire({60}), 1u);
  EXPECT_EQ(waiters_.Complete(late, Outcome::kAnswered, payload), Match::kLate);
  waiters_.CloseAll();
  waiters_.CloseAll();
  EXPECT_EQ(waiters_.Expire({1000}), 0u);
  EXPECT_EQ(log_, (std::vector<Entry>{{answered, Outcome::kAnswered, 3},
                                      {refused, Outcome::kRefused, 0},
                                      {late, Outcome::kTimedOut, 0},
                                      {closed, Outcome::kClosed, 0}}));
}

TEST_F(WaitersTest, ANonceThatWasNeverIssuedIsToldFromALateOne) {
  const uint32_t nonce = Ask();
  EXPECT_EQ(waiters_.Complete(nonce + 2, Outcome::kAnswered, {}), Match::kNeverAsked);
  EXPECT_TRUE(log_.empty());
}

TEST_F(WaitersTest, TheFirstDeadlineIsKnown) {
  EXPECT_EQ(waiters_.NextDeadline(), core::Time::Never());
  Ask({300});
  Ask({200});
  EXPECT_EQ(waiters_.NextDeadline(), core::Time{200});
  EXPECT_EQ(waiters_.Expire({200}), 1u);
  EXPECT_EQ(waiters_.NextDeadline(), core::Time{300});
}

TEST_F(WaitersTest, ACompletionMayAskAgain) {
  int again = 0;
  const uint32_t nonce = waiters_.DrawNonce();
  waiters_.Add(nonce, {10}, [&](Outcome, std::span<const uint8_t>) {
    ++again;
    Ask({20});
  });
  EXPECT_EQ(waiters_.Expire({10}), 1u);
  EXPECT_EQ(again, 1);
  EXPECT_EQ(waiters_.size(), 1u);
  EXPECT_EQ(waiters_.NextDeadline(), core::Time{20});
}

TEST(FaultWindowTest, MoreThanTheLimitWithinTheWindowIsTooMany) {
  FaultWindow faults;
  const auto count = [&](int64_t us) { return faults.Count({us}, 3, core::Microseconds(100)); };
  EXPECT_FALSE(count(0));
  EXPECT_FALSE(count(10));
  EXPECT_FALSE(count(20));
  EXPECT_FALSE(count(100));  // The first has left the window.
  EXPECT_TRUE(count(109));   // 10, 20, 100, 109.
}

TEST(FaultWindowTest, WithoutALimitNothingIsTooMany) {
  FaultWindow faults;
  bool too_many = false;
  for (int i = 0; i < 1000; ++i) too_many |= faults.Count({0}, 0, core::Seconds(10));
  EXPECT_FALSE(too_many);
}

}  // namespace
}  // namespace node

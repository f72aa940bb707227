#include "node/transport/reassembly.h"

#include <vector>

#include <gtest/gtest.h>

namespace node {
namespace {

using Result = Reassembly::Result;
using Bytes = std::vector<uint8_t>;

class ReassemblyTest : public testing::Test {
 protected:
  Result Accept(uint32_t stream, uint16_t part, uint16_t parts, size_t size = 3) {
    const Bytes payload(size, static_cast<uint8_t>(part));
    return reassembly_.Accept(
        header_, {.channel = 1, .stream = stream, .part = part, .parts = parts}, payload, now_);
  }

  // Streams, bytes: what a rejected part must not change.
  std::pair<size_t, size_t> State() const { return {reassembly_.streams(), reassembly_.bytes()}; }

  TransportSettings settings_;
  ByteBudget budget_;
  Reassembly reassembly_{settings_, budget_};
  FrameHeader header_;
  core::Time now_{1'000'000};
};

TEST_F(ReassemblyTest, PartsInOrderBecomeThePayload) {
  EXPECT_EQ(Accept(7, 0, 3), Result::kIncomplete);
  EXPECT_EQ(Accept(7, 1, 3), Result::kIncomplete);
  EXPECT_EQ(Accept(7, 2, 3, 1), Result::kWhole);
  EXPECT_EQ(reassembly_.TakePayload(), (Bytes{0, 0, 0, 1, 1, 1, 2}));
  EXPECT_EQ(State(), std::pair(size_t{0}, size_t{0}));
  EXPECT_EQ(budget_.used, 0u);
}

TEST_F(ReassemblyTest, StreamsMayBeMixed) {
  EXPECT_EQ(Accept(1, 0, 2), Result::kIncomplete);
  EXPECT_EQ(Accept(2, 0, 2), Result::kIncomplete);
  EXPECT_EQ(Accept(1, 1, 2), Result::kWhole);
  EXPECT_EQ(Accept(2, 1, 2), Result::kWhole);
}

TEST_F(ReassemblyTest, PartsThatDoNotFitChangeNothing) {
  ASSERT_EQ(Accept(1, 0, 3), Result::kIncomplete);
  const auto before = State();
  EXPECT_EQ(Accept(1, 0, 3), Result::kBadPart);  // Again.
  EXPECT_EQ(Accept(1, 2, 3), Result::kBadPart);  // Not its turn.
  EXPECT_EQ(Accept(1, 1, 4), Result::kBadPart);  // Another number of parts.
  EXPECT_EQ(Accept(1, 3, 3), Result::kBadPart);  // Beyond the last.
  EXPECT_EQ(Accept(2, 1, 3), Result::kBadPart);  // A stream that has not begun.
  EXPECT_EQ(Accept(2, 0, 0), Result::kBadPart);
  EXPECT_EQ(Accept(2, 0, 1025), Result::kBadPart);
  header_.nonce = 5;
  EXPECT_EQ(Accept(1, 1, 3), Result::kBadPart);  // Another request.
  header_.nonce = 0;
  EXPECT_EQ(State(), before);
  EXPECT_EQ(Accept(1, 1, 3), Result::kIncomplete);
  EXPECT_EQ(Accept(1, 2, 3), Result::kWhole);
}

TEST_F(ReassemblyTest, TheNinthStreamHasNoRoom) {
  for (uint32_t stream = 0; stream < settings_.streams_max; ++stream) {
    ASSERT_EQ(Accept(stream, 0, 2), Result::kIncomplete);
  }
  EXPECT_EQ(Accept(99, 0, 2), Result::kNoRoom);
  EXPECT_EQ(Accept(3, 1, 2), Result::kWhole);
  EXPECT_EQ(Accept(99, 0, 2), Result::kIncomplete);
}

TEST_F(ReassemblyTest, BytesAreBoundedPerSocketAndOverAllSockets) {
  settings_.reassembly_max = 10;
  settings_.reassembly_total_max = 12;
  ASSERT_EQ(Accept(1, 0, 9, 8), Result::kIncomplete);
  EXPECT_EQ(Accept(1, 1, 9, 3), Result::kNoRoom);
  Reassembly other(settings_, budget_);
  const Bytes payload(5);
  const BodyPrefix prefix{.channel = 1, .stream = 1, .part = 0, .parts = 2};
  EXPECT_EQ(other.Accept(header_, prefix, payload, now_), Result::kNoRoom);
  reassembly_.Clear();
  EXPECT_EQ(other.Accept(header_, prefix, payload, now_), Result::kIncomplete);
  EXPECT_EQ(budget_.used, 5u);
}

TEST_F(ReassemblyTest, AStreamThatIsNotWholeInTimeIsDropped) {
  ASSERT_EQ(Accept(1, 0, 2), Result::kIncomplete);
  EXPECT_EQ(reassembly_.NextDeadline(), now_ + settings_.stream_timeout);
  now_ = now_ + settings_.stream_timeout - core::Microseconds(1);
  EXPECT_EQ(reassembly_.Expire(now_), 0u);
  now_ = now_ + core::Microseconds(1);
  EXPECT_EQ(reassembly_.Expire(now_), 1u);
  EXPECT_EQ(State(), std::pair(size_t{0}, size_t{0}));
  EXPECT_EQ(budget_.used, 0u);
  EXPECT_EQ(reassembly_.NextDeadline(), core::Time::Never());
}

TEST_F(ReassemblyTest, WhatDiesGivesItsBytesBack) {
  {
    Reassembly other(settings_, budget_);
    const Bytes payload(5);
    ASSERT_EQ(
        other.Accept(header_, {.channel = 0, .stream = 1, .part = 0, .parts = 2}, payload, now_),
        Result::kIncomplete);
    EXPECT_EQ(budget_.used, 5u);
  }
  EXPECT_EQ(budget_.used, 0u);
}

}  // namespace
}  // namespace node

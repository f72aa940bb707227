#include "core/codec/frame.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/codec/limits.h"
#include "tests/core/codec/frames.h"

namespace core {
namespace {

DecodeError ErrorOf(const std::vector<uint8_t>& frame) {
  FrameHeader header;
  return ReadFrameHeader(frame, header);
}

RC_GTEST_PROP(FrameTest, ReadingUndoesWriting,
              (uint16_t type, uint32_t network, uint64_t id, int64_t sent_ms, uint32_t ttl_ms)) {
  const FrameHeader header{kFrameHeaderBytes, type, network, id, sent_ms, ttl_ms};
  std::array<uint8_t, kFrameHeaderBytes> bytes;
  WriteFrameHeader(header, bytes);
  FrameHeader read;
  RC_ASSERT(ReadFrameHeader(bytes, read).ok());
  RC_ASSERT(read == header);
}

TEST(FrameTest, TheLengthMustBeTheSize) {
  for (const int delta : {-1, 1}) {
    std::vector<uint8_t> frame = FrameAround(0x0101, "body");
    frame[3] = static_cast<uint8_t>(frame[3] + delta);
    EXPECT_TRUE(ErrorOf(frame) == DecodeError::kMalformed);
    EXPECT_STREQ(ErrorOf(frame).text, "header.length: not the size of the frame");
  }
}

TEST(FrameTest, AFrameOfTheLargestSizeIsAcceptedAndOneByteMoreIsNot) {
  const std::string body(limits::kControlFrameMax - kFrameHeaderBytes, 'x');
  EXPECT_TRUE(ErrorOf(FrameAround(0x0101, body)).ok());
  EXPECT_TRUE(ErrorOf(FrameAround(0x0101, body + "x")) == DecodeError::kTooLarge);
}

// A stream reader sees the length long before the rest has come.
TEST(FrameTest, ALengthAboveTheLimitIsTooLargeWhateverHasArrived) {
  EXPECT_TRUE(ErrorOf({0x00, 0x10, 0x00, 0x01, 1}) == DecodeError::kTooLarge);
  EXPECT_TRUE(ErrorOf({0xff, 0xff, 0xff, 0xff, 1}) == DecodeError::kTooLarge);
}

TEST(FrameTest, AnotherVersionIsRefusedAsSuchWhateverItsHeaderLooksLike) {
  std::vector<uint8_t> longer(48, 0xee);
  longer[0] = longer[1] = longer[2] = 0;
  longer[3] = 48;
  longer[4] = 2;
  EXPECT_TRUE(ErrorOf(longer) == DecodeError::kWrongVersion);
  EXPECT_TRUE(ErrorOf({0, 0, 0, 5, 0}) == DecodeError::kWrongVersion);
}

TEST(FrameTest, FramesShorterThanAHeaderAreMalformed) {
  for (uint8_t size = 0; size < kFrameHeaderBytes; ++size) {
    std::vector<uint8_t> frame(size);
    if (size >= 5) frame[3] = size, frame[4] = kFrameVersion;
    EXPECT_TRUE(ErrorOf(frame) == DecodeError::kMalformed) << int{size};
  }
}

TEST(FrameTest, TheClientFlagIsReadAndEveryOtherIsRefused) {
  for (const bool client : {false, true}) {
    std::vector<uint8_t> frame = FrameAround(0x0101, "");
    frame[5] = client ? 1 : 0;
    FrameHeader header;
    EXPECT_TRUE(ReadFrameHeader(frame, header).ok());
    EXPECT_EQ(header.client, client);
  }
  for (int bit = 1; bit < 8; ++bit) {
    std::vector<uint8_t> frame = FrameAround(0x0101, "");
    frame[5] = static_cast<uint8_t>(1 << bit);
    EXPECT_STREQ(ErrorOf(frame).text, "header.flags: above 1");
  }
}

}  // namespace
}  // namespace core

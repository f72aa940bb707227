#include "node/transport/frame.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/transport/frame_reader.h"

namespace node {
namespace {

using Bytes = std::vector<uint8_t>;
using Found = FrameReader::Found;

// A frame as the reader has seen it.
struct Seen {
  Found found = Found::kNeedMore;
  FrameHeader header;
  BodyPrefix prefix;
  Bytes payload;

  friend bool operator==(const Seen&, const Seen&) = default;
};

// All that the reader finds in `bytes` when they come in pieces of the given sizes, over and over.
std::vector<Seen> ReadInPieces(const Bytes& bytes, const std::vector<size_t>& pieces,
                               const FrameLimits& limits) {
  FrameReader reader(limits);
  std::vector<Seen> all;
  size_t at = 0;
  for (size_t i = 0; at < bytes.size(); ++i) {
    const size_t size = std::min(pieces[i % pieces.size()], bytes.size() - at);
    auto input = std::span(bytes).subspan(at, size);
    at += size;
    for (auto found = reader.Next(input); found != Found::kNeedMore; found = reader.Next(input)) {
      Seen seen{.found = found, .header = {}, .prefix = {}, .payload = {}};
      if (found != Found::kFatal) seen.header = reader.header();
      if (found == Found::kFrame) {
        seen.prefix = reader.prefix();
        seen.payload.assign(reader.payload().begin(), reader.payload().end());
      }
      all.push_back(seen);
      if (found == Found::kFatal) return all;
    }
  }
  return all;
}

FrameReader::Found ReadOne(const Bytes& bytes, const FrameLimits& limits = {}) {
  return ReadInPieces(bytes, {bytes.size()}, limits).at(0).found;
}

Bytes Header(uint8_t flags, uint32_t nonce, uint32_t length) {
  Bytes out = {flags};
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(nonce >> shift));
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(length >> shift));
  return out;
}

Bytes WithBody(Bytes header, size_t size) {
  header.resize(header.size() + size);
  return header;
}

TEST(FrameTest, TheBytesOfAFrameArePinned) {
  Bytes out;
  AppendFrame({.error = false, .wrapped = true, .nonce = 0x01020304, .length = 0},
              {.channel = 0x0506, .stream = 0x0708090a, .part = 0x0b0c, .parts = 0x0d0e},
              Bytes{0xaa, 0xbb}, out);
  EXPECT_EQ(out,
            (Bytes{0x38, 1, 2, 3, 4, 0, 0, 0, 12, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xaa, 0xbb}));
  const auto alive = MakeKeepAlive();
  EXPECT_EQ(Bytes(alive.begin(), alive.end()), (Bytes{0x20, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(FrameTest, TheHeaderIsJudgedByLengthThenFlagsThenNonce) {
  const FrameLimits limits{.body_max = 100, .body_hard_max = 1000};
  EXPECT_EQ(ReadOne(Header(0xff, 0, 1001), limits), Found::kFatal);
  EXPECT_EQ(ReadOne(WithBody(Header(0xff, 0, 1000), 1000), limits), Found::kRejected);
  EXPECT_EQ(ReadOne(WithBody(Header(0x20, 0, 101), 101), limits), Found::kRejected);
  EXPECT_EQ(ReadOne(WithBody(Header(0x20, 0, 100), 100), limits), Found::kFrame);
  EXPECT_EQ(ReadOne(Header(0x20, 0, 0), limits), Found::kKeepAlive);
}

TEST(FrameTest, EveryUnknownFlagIsRejected) {
  for (int flags = 0; flags < 256; ++flags) {
    const bool nonce = (flags & 0x08) != 0;
    const bool known = (flags >> 5) == 1 && (flags & 3) == 0;
    const auto found =
        ReadOne(WithBody(Header(static_cast<uint8_t>(flags), nonce ? 7 : 0, 10), 10));
    EXPECT_EQ(found, known ? Found::kFrame : Found::kRejected) << flags;
  }
}

TEST(FrameTest, ANonceThatItsFlagDeniesIsRejected) {
  EXPECT_EQ(ReadOne(WithBody(Header(0x20, 7, 10), 10)), Found::kRejected);
  EXPECT_EQ(ReadOne(WithBody(Header(0x28, 0, 10), 10)), Found::kRejected);
}

TEST(FrameTest, ABodyTooShortForItsPrefixIsRejected) {
  for (uint32_t length = 1; length < kBodyPrefixBytes; ++length) {
    EXPECT_EQ(ReadOne(WithBody(Header(0x20, 0, length), length)), Found::kRejected);
  }
}

TEST(FrameTest, NothingIsReadBehindAFatalLength) {
  Bytes bytes = Header(0x20, 0, 0xffffffff);
  bytes.resize(2 * kFrameHeaderBytes);
  const FrameLimits limits;
  FrameReader reader(limits);
  std::span<const uint8_t> input(bytes);
  EXPECT_EQ(reader.Next(input), Found::kFatal);
  EXPECT_EQ(reader.Next(input), Found::kFatal);
  EXPECT_EQ(input.size(), kFrameHeaderBytes);
}

TEST(FrameTest, AnAnnouncedBodyCostsNoMemoryBeforeItArrives) {
  const FrameLimits limits;
  FrameReader reader(limits);
  const Bytes header = Header(0x20, 0, static_cast<uint32_t>(limits.body_max));
  std::span<const uint8_t> input(header);
  EXPECT_EQ(reader.Next(input), Found::kNeedMore);
  EXPECT_EQ(reader.held(), 0u);
  const Bytes some(100);
  input = some;
  EXPECT_EQ(reader.Next(input), Found::kNeedMore);
  EXPECT_EQ(reader.held(), 100u);
}

RC_GTEST_PROP(FrameProperty, WhatWasWrittenIsReadWhateverThePieces, ()) {
  Bytes bytes;
  std::vector<Seen> written;
  const auto count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) {
    Seen frame{.found = Found::kFrame, .header = {}, .prefix = {}, .payload = {}};
    frame.header.error = *rc::gen::arbitrary<bool>();
    frame.header.wrapped = *rc::gen::arbitrary<bool>();
    frame.header.nonce = *rc::gen::arbitrary<uint32_t>();
    frame.prefix = {.channel = *rc::gen::arbitrary<uint16_t>(),
                    .stream = *rc::gen::arbitrary<uint32_t>(),
                    .part = *rc::gen::arbitrary<uint16_t>(),
                    .parts = *rc::gen::arbitrary<uint16_t>()};
    frame.payload = *rc::gen::arbitrary<Bytes>();
    AppendFrame(frame.header, frame.prefix, frame.payload, bytes);
    frame.header.length = static_cast<uint32_t>(kBodyPrefixBytes + frame.payload.size());
    written.push_back(frame);
  }
  const auto pieces =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(1, 40)));
  RC_ASSERT(ReadInPieces(bytes, pieces, {}) == written);
}

RC_GTEST_PROP(FrameProperty, AnyBytesReadTheSameWhateverThePieces, (const Bytes& bytes)) {
  RC_PRE(!bytes.empty());
  const FrameLimits limits{.body_max = 20, .body_hard_max = size_t{1} << 31};
  const auto pieces =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(1, 9)));
  RC_ASSERT(ReadInPieces(bytes, pieces, limits) == ReadInPieces(bytes, {bytes.size()}, limits));
}

}  // namespace
}  // namespace node

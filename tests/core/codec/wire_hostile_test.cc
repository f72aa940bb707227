#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

// Whatever it is: an error with a text, or a message that survives a further round trip.
void ExpectSane(Wire& wire, const std::vector<uint8_t>& frame) {
  Message message;
  const DecodeError error = wire.Decode(frame, message);
  if (!error.ok()) {
    EXPECT_STRNE(error.text, "");
    return;
  }
  std::vector<uint8_t> again;
  wire.Encode(message, again);
  Message second;
  ASSERT_TRUE(wire.Decode(again, second).ok());
  EXPECT_EQ(second, message);
}

class WireHostileTest : public testing::TestWithParam<size_t> {
 protected:
  std::vector<uint8_t> SampleFrame(uint64_t seed) {
    std::vector<uint8_t> frame;
    wire_.Encode(SampleMessage(GetParam(), seed, kTestPeers, 2), frame);
    return frame;
  }

  TestDirectory directory_{kTestPeers};
  Wire wire_{TestNetwork(), directory_};
};

TEST_P(WireHostileTest, TruncationAtEveryByteIsAnError) {
  const std::vector<uint8_t> frame = SampleFrame(1);
  for (size_t size = 0; size < frame.size(); ++size) {
    const std::vector<uint8_t> cut(frame.begin(),
                                   frame.begin() + static_cast<std::ptrdiff_t>(size));
    Message message;
    EXPECT_FALSE(wire_.Decode(cut, message).ok()) << size;
  }
}

// The header's length tells the truth here, so the body's own tests must hold.
TEST_P(WireHostileTest, TruncationOfTheBodyIsAnErrorOrAMessage) {
  const std::vector<uint8_t> frame = SampleFrame(2);
  for (size_t size = kFrameHeaderBytes; size < frame.size(); ++size) {
    const std::string body(frame.begin() + kFrameHeaderBytes,
                           frame.begin() + static_cast<std::ptrdiff_t>(size));
    ExpectSane(wire_, FrameAround(kMessageTypes[GetParam()].type, body));
  }
}

TEST_P(WireHostileTest, EverySingleBitFlipIsAnErrorOrAMessage) {
  for (uint64_t seed = 3; seed < 5; ++seed) {
    std::vector<uint8_t> frame = SampleFrame(seed);
    directory_.Open();
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      const auto mask = static_cast<uint8_t>(1u << (bit % 8));
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ mask);
      ExpectSane(wire_, frame);
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ mask);
    }
  }
}

TEST_P(WireHostileTest, RandomBodiesAreAnErrorOrAMessage) {
  Random random(StreamKey{.seed = GetParam()});
  for (int i = 0; i < 3000; ++i) {
    std::vector<uint8_t> noise(random.Below(80));
    random.Fill(noise);
    ExpectSane(wire_, FrameAround(kMessageTypes[GetParam()].type,
                                  std::string(noise.begin(), noise.end())));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryType, WireHostileTest, testing::Range<size_t>(0, kMessageTypeCount),
                         [](const auto& each) {
                           std::string name(kMessageTypes[each.param].name);
                           std::erase(name, '_');
                           return name;
                         });

}  // namespace
}  // namespace core

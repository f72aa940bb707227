// Any body of any type (the first byte chooses it): refused, or decode -> encode -> decode is a
// fixpoint.
#include "core/base/check.h"
#include "core/codec/wire.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  core::TestDirectory directory(4);
  directory.Open();
  core::Wire wire(core::TestNetwork(), directory);
  const auto type = core::kMessageTypes[data[0] % core::kMessageTypeCount].type;
  core::Message first;
  if (!wire.Decode(core::FrameAround(type, core::TextOf({data + 1, size - 1})), first).ok())
    return 0;
  std::vector<uint8_t> frame;
  wire.Encode(first, frame);
  core::Message second;
  CHECK(wire.Decode(frame, second).ok());
  CHECK(second == first);
  std::vector<uint8_t> again;
  wire.Encode(second, again);
  CHECK(again == frame);
  return 0;
}

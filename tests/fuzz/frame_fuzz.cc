// Any bytes as a frame header: refused with a text, or written back as they were.
#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/codec/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::FrameHeader header;
  const core::DecodeError error = core::ReadFrameHeader({data, size}, header);
  if (!error.ok()) {
    CHECK(error.text[0] != '\0');
    return 0;
  }
  std::array<uint8_t, core::kFrameHeaderBytes> bytes;
  core::WriteFrameHeader(header, bytes);
  CHECK(header.length == size && std::equal(bytes.begin(), bytes.end(), data));
  return 0;
}

// Any bytes as a message of the discovery channel: refused with a text, or the one and only encoding of
// what was read.
#include <algorithm>

#include "core/base/check.h"
#include "node/discovery/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  node::DiscoveryMessage message;
  const core::DecodeError error = node::DecodeMessage({data, size}, message);
  if (!error.ok()) {
    CHECK(error.text[0] != '\0');
    return 0;
  }
  const std::vector<uint8_t> bytes = node::EncodeMessage(message);
  CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  return 0;
}

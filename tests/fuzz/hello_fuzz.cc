// Any bytes as a Hello: refused with a text, or the one encoding of what was read, up to fields of
// a later minor version.
#include <algorithm>

#include "core/base/check.h"
#include "node/handshake/hello.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto hello = node::DecodeHello({data, size}, node::kProtocolVersion);
  if (!hello.ok()) {
    CHECK(!hello.status().message().empty());
    return 0;
  }
  if (hello->version.major != node::kProtocolVersion.major) return 0;
  std::vector<uint8_t> bytes;
  node::EncodeHello(*hello, bytes);
  CHECK(bytes.size() <= size && std::equal(bytes.begin(), bytes.end(), data));
  CHECK(bytes.size() == size || hello->version.minor > node::kProtocolVersion.minor);
  return 0;
}

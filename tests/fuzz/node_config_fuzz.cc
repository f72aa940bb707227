// Any text as a configuration file: refused with lines of printable ASCII that say what was found and
// what is allowed, or accepted.
#include <algorithm>

#include "core/base/check.h"
#include "node/config/loader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto config =
      node::LoadConfig({reinterpret_cast<const char*>(data), size}, {"node.json", "/x"});
  if (config.ok()) return 0;
  const std::string_view message = core::MessageOf(config.status());
  CHECK(message.find(": found ") != std::string_view::npos);
  CHECK(message.find(", allowed ") != std::string_view::npos);
  CHECK(std::all_of(message.begin(), message.end(),
                    [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  return 0;
}

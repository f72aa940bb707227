#include "node/handshake/entropy.h"

#include <cerrno>

#include <sys/random.h>

#include "core/base/check.h"

namespace node {

void FillRandom(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t drawn = getrandom(out.data(), out.size(), 0);
    if (drawn < 0 && errno == EINTR) continue;
    CHECK(drawn > 0);
    out = out.subspan(static_cast<size_t>(drawn));
  }
}

core::NoiseKey DrawKey() {
  core::NoiseKey key;
  FillRandom(key.bytes());
  return key;
}

}  // namespace node

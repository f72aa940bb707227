// Random bytes of the operating system, for keys. The core draws none; libsodium's own source stays
// switched off (core/crypto/sodium_suite.h).
#pragma once

#include <cstdint>
#include <span>

#include "core/crypto/noise.h"

namespace node {

// getrandom(2). CHECKs that the kernel serves: without it no key is safe.
void FillRandom(std::span<uint8_t> out);

// A fresh secret for an ephemeral or a static key pair.
[[nodiscard]] core::NoiseKey DrawKey();

}  // namespace node

#include "core/crypto/secret_bytes.h"

#include <sodium.h>

namespace core {

void Wipe(std::span<uint8_t> bytes) {
  sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace core

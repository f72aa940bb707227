#include "core/crypto/suite.h"

#include <sodium.h>

namespace core {

SecretKey::~SecretKey() {
  sodium_memzero(seed.data(), seed.size());
}

}  // namespace core

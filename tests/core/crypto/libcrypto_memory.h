// libcrypto's allocations in a test: refused on demand, and searched for a secret while they live
// and when they are given back. Include it in one file of a test program: libcrypto takes functions
// of ours only before its first allocation. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/check.h"

namespace core {

class LibcryptoMemory {
 public:
  static LibcryptoMemory& Get() {
    // Never destroyed: libcrypto frees what it has when the process ends.
    static auto& memory = *new LibcryptoMemory;
    return memory;
  }

  // Starts to count blocks that are given back with `secret` in them.
  void WatchFor(std::span<const uint8_t> secret) {
    secret_.assign(secret.begin(), secret.end());
    freed_ = freed_with_it_ = 0;
  }

  [[nodiscard]] size_t BlocksHoldingIt() const {
    return static_cast<size_t>(std::count_if(blocks_.begin(), blocks_.end(), [this](const auto& b) {
      return Holds(b.first, b.second);
    }));
  }

  [[nodiscard]] size_t blocks_freed() const { return freed_; }

  [[nodiscard]] size_t blocks_freed_with_it() const { return freed_with_it_; }

  bool refuses = false;
  size_t refused = 0;

  void* Allocate(size_t size) {
    if (refuses) {
      ++refused;
      return nullptr;
    }
    void* block = std::malloc(size);
    blocks_[block] = size;
    return block;
  }

  void* Reallocate(void* block, size_t size) {
    void* grown = Allocate(size);
    if (block == nullptr || grown == nullptr) return grown;
    std::memcpy(grown, block, std::min(size, blocks_.at(block)));
    Free(block);
    return grown;
  }

  void Free(void* block) {
    if (block == nullptr) return;
    ++freed_;
    if (Holds(block, blocks_.at(block))) ++freed_with_it_;
    blocks_.erase(block);
    std::free(block);
  }

 private:
  [[nodiscard]] bool Holds(const void* block, size_t size) const {
    const auto* bytes = static_cast<const uint8_t*>(block);
    return !secret_.empty() &&
           std::search(bytes, bytes + size, secret_.begin(), secret_.end()) != bytes + size;
  }

  std::map<void*, size_t> blocks_;
  std::vector<uint8_t> secret_;
  size_t freed_ = 0;
  size_t freed_with_it_ = 0;
};

// As long as it lives libcrypto gets no memory.
class LibcryptoRefusal {
 public:
  LibcryptoRefusal() : before_(memory_.refused) { memory_.refuses = true; }

  LibcryptoRefusal(const LibcryptoRefusal&) = delete;
  LibcryptoRefusal& operator=(const LibcryptoRefusal&) = delete;

  ~LibcryptoRefusal() { memory_.refuses = false; }

  [[nodiscard]] size_t count() const { return memory_.refused - before_; }

 private:
  LibcryptoMemory& memory_ = LibcryptoMemory::Get();
  size_t before_;
};

inline const bool kLibcryptoUsesIt = [] {
  const bool taken =
      CRYPTO_set_mem_functions(
          [](size_t size, const char*, int) -> void* {
            return LibcryptoMemory::Get().Allocate(size);
          },
          [](void* block, size_t size, const char*, int) -> void* {
            return LibcryptoMemory::Get().Reallocate(block, size);
          },
          [](void* block, const char*, int) { LibcryptoMemory::Get().Free(block); }) == 1;
  CHECK(taken);
  return taken;
}();

}  // namespace core

#include "node/handshake/locked_memory.h"

#include <mutex>
#include <new>

#include <sodium.h>
#include <sys/mman.h>

namespace node {
namespace {

constexpr size_t kChunkBytes = size_t{64} << 10;

// A slot that is free holds the next free one.
struct FreeSlot {
  FreeSlot* next = nullptr;
};

class SlotPool {
 public:
  void* Take() {
    const std::lock_guard lock(mutex_);
    if (free_ == nullptr) Grow();
    FreeSlot* slot = free_;
    free_ = slot->next;
    slot->next = nullptr;
    return slot;
  }

  void Give(void* memory) {
    sodium_memzero(memory, kLockedSlotBytes);
    const std::lock_guard lock(mutex_);
    free_ = new (memory) FreeSlot{free_};
  }

  size_t Bytes(bool locked) {
    const std::lock_guard lock(mutex_);
    return locked ? locked_ : unlocked_;
  }

 private:
  void Grow() {
    void* chunk =
        mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED) throw std::bad_alloc();
    // Leaves the pages out of core dumps, and locks them as far as the limit allows.
    (sodium_mlock(chunk, kChunkBytes) == 0 ? locked_ : unlocked_) += kChunkBytes;
    auto* bytes = static_cast<unsigned char*>(chunk);
    for (size_t at = kChunkBytes; at > 0; at -= kLockedSlotBytes) {
      free_ = new (bytes + at - kLockedSlotBytes) FreeSlot{free_};
    }
  }

  std::mutex mutex_;
  FreeSlot* free_ = nullptr;
  size_t locked_ = 0;
  size_t unlocked_ = 0;
};

// Never destroyed: secrets may outlive whatever runs at exit.
SlotPool& Pool() {
  static auto& pool = *new SlotPool;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
  return pool;
}

}  // namespace

void* TakeLockedSlot() {
  return Pool().Take();
}

void GiveLockedSlot(void* slot) {
  Pool().Give(slot);
}

size_t LockedBytes() {
  return Pool().Bytes(true);
}

size_t UnlockedBytes() {
  return Pool().Bytes(false);
}

}  // namespace node

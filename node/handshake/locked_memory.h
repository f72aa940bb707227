// Memory that is neither swapped nor dumped, for secrets that live long: the identity's keys and
// the keys of open connections.
//
// Slots of 128 bytes are cut from chunks of 64 KiB, each mapped for itself, left out of core dumps
// and locked (sodium_mlock). A mapping per secret would cost a page each (a million bytes for 256
// connections); locking parts of the ordinary heap would unlock a neighbour's page with the first
// secret that goes, because locks do not nest. Invariants: (1) a slot is wiped when it is given
// back; (2) chunks are kept for reuse to the end of the process. Where the limit on locked memory
// (RLIMIT_MEMLOCK) is used up, slots serve unlocked, though never dumped; LockedBytes() and
// UnlockedBytes() tell. Thread rule: any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace node {

inline constexpr size_t kLockedSlotBytes = 128;

[[nodiscard]] void* TakeLockedSlot();
void GiveLockedSlot(void* slot);

// Of all chunks: what the kernel has locked, and what it has refused to lock.
[[nodiscard]] size_t LockedBytes();
[[nodiscard]] size_t UnlockedBytes();

template <typename T>
struct LockedDelete {
  void operator()(T* object) const {
    object->~T();
    GiveLockedSlot(object);
  }
};

// Owns a T in a locked slot.
template <typename T>
using Locked = std::unique_ptr<T, LockedDelete<T>>;

template <typename T, typename... Arguments>
[[nodiscard]] Locked<T> MakeLocked(Arguments&&... arguments) {
  static_assert(sizeof(T) <= kLockedSlotBytes && alignof(T) <= 16);
  return Locked<T>(new (TakeLockedSlot()) T{std::forward<Arguments>(arguments)...});
}

}  // namespace node

// What the process has allocated, for tests that stand alone in theirs.
#pragma once

#include <cstddef>

#include <malloc.h>

#include "node/handshake/locked_memory.h"

namespace node {

// Of the allocator, mapped by it, and of keys. Zero under a sanitizer's allocator.
inline size_t BytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd + LockedBytes() + UnlockedBytes();
}

}  // namespace node

#include "sim/world/frame_pool.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include <sys/mman.h>

#include "core/base/check.h"

namespace sim {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;
constexpr uint32_t kChunksMax = 1u << 17;
constexpr size_t kCacheLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr uint32_t kSmallChunks = 8;  // Of a class, before its memory comes in huge pages.

int ClassFor(size_t bytes) {
  int size_class = 0;
  while (FramePool::SlotBytes(size_class) < bytes) ++size_class;
  return size_class;
}

}  // namespace

FramePool::FramePool() {
  for (int i = 0; i < kClasses; ++i) {
    SizeClass& c = classes_[static_cast<size_t>(i)];
    const size_t slots = std::max<size_t>(1, kChunkBytes / SlotBytes(i));
    c.slots_log2 = static_cast<uint32_t>(std::bit_width(slots) - 1);
    c.chunks = std::make_unique_for_overwrite<std::byte*[]>(kChunksMax);
  }
}

uint32_t FramePool::Lane::Take(size_t length, uint32_t references) {
  CHECK(references > 0);
  const int size_class = ClassFor(length + kHeaderBytes);
  CHECK(size_class < kClasses);
  uint32_t& head = free_[static_cast<size_t>(size_class)];
  if (head == kNone) Refill(size_class);
  const uint32_t handle = head;
  Frame& frame = pool_.At(handle);
  head = frame.next_free;
  --count_[static_cast<size_t>(size_class)];
  frame.references.store(references, std::memory_order_relaxed);
  frame.length = static_cast<uint32_t>(length);
  return handle;
}

void FramePool::Lane::Release(uint32_t handle) {
  Frame& frame = pool_.At(handle);
  // A sole owner needs no locked instruction: nobody else can see the slot.
  if (frame.references.load(std::memory_order_acquire) != 1 &&
      frame.references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  const uint32_t size_class = handle >> kIndexBits;
  frame.next_free = free_[size_class];
  free_[size_class] = handle;
  if (++count_[size_class] >= 2u << pool_.classes_[size_class].slots_log2) {
    GiveBack(static_cast<int>(size_class));
  }
}

void FramePool::Lane::Refill(int size_class) {
  const auto at = static_cast<size_t>(size_class);
  const std::lock_guard lock(pool_.growth_);
  SizeClass& c = pool_.classes_[at];
  if (c.batches.empty()) {
    free_[at] = pool_.Grow(size_class);
  } else {
    free_[at] = c.batches.back();
    c.batches.pop_back();
  }
  count_[at] = 1u << c.slots_log2;
}

void FramePool::Lane::GiveBack(int size_class) {
  const auto at = static_cast<size_t>(size_class);
  SizeClass& c = pool_.classes_[at];
  const uint32_t head = free_[at];
  uint32_t last = head;
  for (uint32_t i = 1; i < 1u << c.slots_log2; ++i) last = pool_.At(last).next_free;
  free_[at] = pool_.At(last).next_free;
  pool_.At(last).next_free = kNone;
  count_[at] -= 1u << c.slots_log2;
  const std::lock_guard lock(pool_.growth_);
  c.batches.push_back(head);
}

uint32_t FramePool::Grow(int size_class) {
  SizeClass& c = classes_[static_cast<size_t>(size_class)];
  CHECK(c.chunk_count < kChunksMax);
  const size_t slots = size_t{1} << c.slots_log2;
  std::byte* chunk = TakeChunk(c, slots * SlotBytes(size_class));
  c.chunks[c.chunk_count] = chunk;
  const uint32_t first = static_cast<uint32_t>(size_class) << kIndexBits | c.chunk_count
                                                                               << c.slots_log2;
  ++c.chunk_count;
  uint32_t head = kNone;
  for (size_t i = slots; i > 0; --i) {
    auto* frame = new (chunk + (i - 1) * SlotBytes(size_class)) Frame;
    frame->next_free = head;
    head = first + static_cast<uint32_t>(i - 1);
  }
  return head;
}

// A lookup in ordinary pages costs a page walk per frame once frames outnumber the TLB; a small
// world stays small, since its first chunks are blocks of their own.
std::byte* FramePool::TakeChunk(SizeClass& c, size_t bytes) {
  if (c.spare_chunks == 0) {
    const bool huge = c.chunk_count >= kSmallChunks && 2 * bytes <= kHugePage;
    const size_t block = huge ? kHugePage : bytes;
    void* memory = std::aligned_alloc(huge ? kHugePage : kCacheLine, block);
    if (memory == nullptr) throw std::bad_alloc();
    if (huge) madvise(memory, block, MADV_HUGEPAGE);
    c.owned.emplace_back(static_cast<std::byte*>(memory));
    c.spare = c.owned.back().get();
    c.spare_chunks = static_cast<uint32_t>(block / bytes);
  }
  --c.spare_chunks;
  return std::exchange(c.spare, c.spare + bytes);
}

size_t FramePool::MemoryUsage() const {
  size_t bytes = 0;
  for (int i = 0; i < kClasses; ++i) {
    const SizeClass& c = classes_[static_cast<size_t>(i)];
    bytes += (c.chunk_count + c.spare_chunks) * (size_t{1} << c.slots_log2) * SlotBytes(i) +
             kChunksMax * sizeof(std::byte*);
  }
  return bytes;
}

}  // namespace sim

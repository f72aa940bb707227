#include "sim/engine/chunk_pool.h"

#include <bit>
#include <new>

#include <sys/mman.h>

#include "core/base/check.h"

namespace sim {
namespace {
constexpr size_t kHugePage = size_t{2} << 20;
}  // namespace

ChunkStore::ChunkStore(size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {
  CHECK(std::has_single_bit(chunk_bytes) && chunk_bytes >= 64 && chunk_bytes <= 4096);
}

ChunkHeader* ChunkStore::TakeBatch() {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) AddSlab();
  ChunkHeader* head = batches_.back();
  batches_.pop_back();
  return head;
}

void ChunkStore::GiveBatch(ChunkHeader* head) {
  const std::lock_guard lock(mutex_);
  batches_.push_back(head);
}

// Slabs start at one batch, so that a small world stays small, and reach huge pages.
void ChunkStore::AddSlab() {
  const size_t batch_bytes = chunk_bytes_ * kBatch;
  const size_t bytes = bytes_ < kHugePage ? batch_bytes : kHugePage;
  void* memory = std::aligned_alloc(bytes == kHugePage ? kHugePage : chunk_bytes_, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (bytes == kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
  slabs_.emplace_back(memory);
  bytes_ += bytes;
  auto* at = static_cast<std::byte*>(memory);
  for (size_t batch = 0; batch < bytes / batch_bytes; ++batch) {
    ChunkHeader* head = nullptr;
    for (int i = 0; i < kBatch; ++i, at += chunk_bytes_) head = new (at) ChunkHeader{head, 0};
    batches_.push_back(head);
  }
}

void ChunkPool::Spill() {
  ChunkHeader* head = free_;
  ChunkHeader* last = head;
  for (int i = 1; i < ChunkStore::kBatch; ++i) last = last->before;
  free_ = last->before;
  last->before = nullptr;
  count_ -= ChunkStore::kBatch;
  store_->GiveBatch(head);
}

}  // namespace sim

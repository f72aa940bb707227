#include "sim/engine/peer_table.h"

#include <bit>
#include <new>

#include <sys/mman.h>

namespace sim {
namespace {
constexpr size_t kPage = 4096;
constexpr size_t kHugePage = size_t{2} << 20;
}  // namespace

PeerTable::PeerTable(uint32_t peers) : peers_(peers) {
  const size_t bytes = peers * sizeof(PeerLine);
  const size_t align = bytes >= kHugePage ? kHugePage : kPage;
  const size_t rounded = (bytes + align - 1) / align * align;
  void* memory = std::aligned_alloc(align, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (align == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE);
  lines_.reset(static_cast<PeerLine*>(memory));
  for (uint32_t i = 0; i < peers; ++i) new (lines_.get() + i) PeerLine();
}

// A sum over peers of their mixed (id, chain): one pass at the speed of memory.
core::Fingerprint PeerTable::Fold() const {
  core::Fingerprint sum;
  for (uint32_t i = 0; i < peers_; ++i) {
    const uint64_t mixed = core::Mix64(lines_.get()[i].chain ^ i * 0x9ddfea08eb382d69ull);
    sum.high += mixed;
    sum.low += FoldProduct(mixed, 0xd6e8feb86659fd93ull + uint64_t{2} * i);
  }
  return {core::Mix64(sum.high), core::Mix64(sum.low)};
}

}  // namespace sim

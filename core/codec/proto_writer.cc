#include "core/codec/proto_writer.h"

#include <algorithm>
#include <utility>

namespace core {
namespace {

size_t VarintBytes(uint64_t value) {
  size_t count = 1;
  for (; value >= 0x80; value >>= 7) ++count;
  return count;
}

}  // namespace

void ProtoWriter::Grow(size_t count) {
  size_ = std::max({size_ * 2, at_ + count, kFirstBytes});
  auto larger = std::make_unique_for_overwrite<uint8_t[]>(size_);
  if (at_ > 0) std::memcpy(larger.get(), buffer_.get(), at_);
  buffer_ = std::move(larger);
}

void ProtoWriter::Close(const Mark& mark) {
  const size_t length = at_ - mark.content;
  const size_t needed = VarintBytes(length);
  const size_t start = mark.content - mark.length_bytes;
  if (needed != mark.length_bytes) {
    Need(kVarintBytesMax);
    std::memmove(&buffer_[start + needed], &buffer_[mark.content], length);
  }
  at_ = start;
  PutVarint(length);
  at_ = start + needed + length;
}

}  // namespace core

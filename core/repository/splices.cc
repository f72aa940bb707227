#include "core/repository/splices.h"

#include <algorithm>

namespace core {

// One splice: the bytes between the common beginning and the common end.
Transform Between(std::span<const uint8_t> from, std::span<const uint8_t> to) {
  const size_t shorter = std::min(from.size(), to.size());
  size_t head = 0;
  while (head < shorter && from[head] == to[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head && from[from.size() - 1 - tail] == to[to.size() - 1 - tail]) ++tail;
  if (head == from.size() && head == to.size()) return {};
  const std::span<const uint8_t> inserted = to.subspan(head, to.size() - head - tail);
  return {{.at = static_cast<uint32_t>(head),
           .removed = static_cast<uint32_t>(from.size() - head - tail),
           .inserted = {inserted.begin(), inserted.end()}}};
}

std::optional<Bytes> Apply(const Transform& transform, std::span<const uint8_t> from) {
  Bytes out;
  size_t at = 0;
  for (const BlockSplice& splice : transform) {
    if (splice.at < at || splice.at > from.size()) return std::nullopt;
    if (splice.removed > from.size() - splice.at) return std::nullopt;
    const std::span<const uint8_t> kept = from.subspan(at, splice.at - at);
    out.insert(out.end(), kept.begin(), kept.end());
    out.insert(out.end(), splice.inserted.begin(), splice.inserted.end());
    if (out.size() > limits::kBlockBytesMax) return std::nullopt;
    at = size_t{splice.at} + splice.removed;
  }
  const std::span<const uint8_t> rest = from.subspan(at);
  out.insert(out.end(), rest.begin(), rest.end());
  if (out.size() > limits::kBlockBytesMax) return std::nullopt;
  return out;
}

size_t InsertedBytes(const Transform& transform) {
  size_t bytes = 0;
  for (const BlockSplice& splice : transform) bytes += splice.inserted.size();
  return bytes;
}

}  // namespace core

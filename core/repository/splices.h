// A transform: what turns one revision's content into the next one's, as splices of its bytes.
//
// Invariant: Apply(Between(a, b), a) == b for all a and b. Pure functions. Source: protocol
// document, 1.3.3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/codec/messages.h"
#include "core/codec/schema.h"

namespace core {

// At `at`, `removed` bytes make way for `inserted`.
struct BlockSplice {
  uint32_t at = 0;
  uint32_t removed = 0;
  Bytes inserted;

  friend bool operator==(const BlockSplice&, const BlockSplice&) = default;
};

using Transform =
    std::vector<BlockSplice>;  // Ascending, positions of the content before all of them.

template <>
inline constexpr auto kFields<BlockSplice> =
    std::tuple(U32Field<1, &BlockSplice::at>{"splice.at: above 4294967295"},
               U32Field<2, &BlockSplice::removed>{"splice.removed: above 4294967295"},
               BytesField<3, &BlockSplice::inserted, limits::kBlockBytesMax>{
                   "splice.inserted: above 524288 bytes"});

[[nodiscard]] Transform Between(std::span<const uint8_t> from, std::span<const uint8_t> to);

// Nothing when a splice does not fit the content or the result is above limits::kBlockBytesMax.
[[nodiscard]] std::optional<Bytes> Apply(const Transform& transform, std::span<const uint8_t> from);

// Bytes that a transform holds.
[[nodiscard]] size_t InsertedBytes(const Transform& transform);

}  // namespace core

// The checksums of the store: SipHash-2-4 with fixed keys, 64 bits.
//
// They find accidents (rot, misplaced writes, a stray pen), not forgers: who can write the file can
// compute them. SipHash, because it is a pure function of libsodium that needs no start of the
// library, and because 64 bits leave one damage in 2^64 unseen. docs/storage.md, section 3.
// Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/port/host.h"

namespace node {

inline constexpr size_t kChecksumBytes = 8;

// Of a row: covers table, key and value, so that a value under a wrong key is found too.
[[nodiscard]] uint64_t RowChecksum(core::TableId table, std::span<const uint8_t> key,
                                   std::span<const uint8_t> value);

// Of a page of the file: covers its number, so that a page in a wrong place is found too.
[[nodiscard]] uint64_t PageChecksum(uint64_t number, std::span<const uint8_t> content);

}  // namespace node

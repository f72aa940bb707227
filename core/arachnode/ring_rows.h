// What a storage node keeps, by table; the first is read at a start, the second when somebody asks.
//
//   table 34, key: ring key 32    HeldRow     the index of the shelf
//   table 34, key: one byte, 1    PlaceRow    the place in the rings
//   table 64, key: ring key 32    Archive     a block
//
// Source: protocol document, 1.2.1; docs/decisions/0018-bulk-rows-are-read-on-demand.md.
#pragma once

#include <cstdint>

#include "core/codec/stored.h"
#include "core/port/host.h"

namespace core {

inline constexpr TableId kShelfTable{34};
inline constexpr TableId kArchiveTable{64};

[[nodiscard]] inline StoreKey PlaceKey() {
  return {kShelfTable, {1}};
}

[[nodiscard]] inline StoreKey RingRowKey(TableId table, const Key256& key) {
  return {table, Bytes(key.bytes.begin(), key.bytes.end())};
}

struct HeldRow {
  uint64_t revision = 0;
  uint32_t bytes = 0;  // Of the archive.
};

// A life that ends while nothing is lent leaves capacity 0.
struct PlaceRow {
  uint64_t capacity = 0;
  uint8_t ring = 0;  // The one that is answered for.
  RingStatus status = RingStatus::kActive;
  uint64_t sequence = 0;
};

template <>
inline constexpr auto kFields<HeldRow> =
    std::tuple(U64Field<1, &HeldRow::revision>{"held.revision"},
               U32Field<2, &HeldRow::bytes>{"held.bytes: above 4294967295"});

template <>
inline constexpr auto kFields<PlaceRow> =
    std::tuple(U64Field<1, &PlaceRow::capacity>{"place.capacity"},
               NumberField<2, &PlaceRow::ring, 0, limits::kRingMax>{"place.ring: above 16"},
               NumberField<3, &PlaceRow::status, 1, 4>{"place.status: not 1 to 4"},
               U64Field<4, &PlaceRow::sequence>{"place.sequence"});

}  // namespace core

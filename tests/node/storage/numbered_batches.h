// Batches that betray what a crash did to them: number n puts its number and four rows of slot n mod 64,
// which hold n and bytes that follow from it, under the requirement that the number was n - 1.
//
// After any crash the store must hold, for its number m: m is not below the last acknowledged batch,
// every slot has all four rows of the one batch that it should hold, and nothing of a later one.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/hash.h"
#include "core/codec/big_endian.h"
#include "core/port/host.h"

namespace node {

inline constexpr uint64_t kSlots = 64;
inline constexpr uint8_t kRowsPerBatch = 4;
inline constexpr core::TableId kNumberTable{7};

inline core::Bytes NumberBytes(uint64_t number) {
  core::Bytes bytes(8);
  core::PutBigEndian<8>(bytes.data(), number);
  return bytes;
}

inline core::StoreKey NumberKey() {
  return {kNumberTable, {'n'}};
}

inline core::StoreKey SlotKey(uint64_t number, uint8_t row) {
  return {kNumberTable, {'s', static_cast<uint8_t>(number % kSlots), row}};
}

// From 8 bytes to 5 KiB, so that rows live in leaves and in overflow pages.
inline core::Bytes SlotValue(uint64_t number, uint8_t row) {
  core::Bytes value = NumberBytes(number);
  value.resize(8 + core::Mix64(number, row) % 5'000, static_cast<uint8_t>(number + row));
  return value;
}

inline core::StoreBatch NumberedBatch(uint64_t number) {
  core::StoreBatch batch;
  if (number == 1) batch.Require(NumberKey(), core::Requirement::Kind::kAbsent);
  if (number > 1) {
    batch.Require(NumberKey(), core::Requirement::Kind::kEquals, NumberBytes(number - 1));
  }
  batch.Put(NumberKey(), NumberBytes(number));
  for (uint8_t row = 0; row < kRowsPerBatch; ++row) {
    batch.Put(SlotKey(number, row), SlotValue(number, row));
  }
  return batch;
}

inline uint64_t LastNumber(core::Storage& storage) {
  const auto found = storage.Get(NumberKey());
  if (!found.ok() || !found->has_value() || (*found)->size() != 8) return 0;
  return core::GetBigEndian<8>((*found)->data());
}

// Nothing, or what is wrong.
inline std::string FaultAfterCrash(core::Storage& storage, uint64_t acknowledged) {
  const uint64_t last = LastNumber(storage);
  if (last < acknowledged) {
    return "batch " + std::to_string(acknowledged) + " was acknowledged, the store holds " +
           std::to_string(last);
  }
  for (uint64_t slot = 0; slot < kSlots; ++slot) {
    // The greatest number up to `last` in this slot; 0: none yet.
    const uint64_t number = last < slot ? 0 : last - (last - slot) % kSlots;
    for (uint8_t row = 0; row < kRowsPerBatch; ++row) {
      const auto found = storage.Get(SlotKey(slot, row));
      if (!found.ok()) return std::string(core::MessageOf(found.status()));
      const bool right = number == 0 ? !found->has_value() : *found == SlotValue(number, row);
      if (!right) {
        return "row " + std::to_string(row) + " of batch " + std::to_string(number) +
               " is missing or of another batch; the store holds " + std::to_string(last);
      }
    }
  }
  return "";
}

}  // namespace node

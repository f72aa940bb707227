// Structs as bytes that a storage keeps: the same fields and the same limits as on the wire, without
// a frame around them. Not canonical, so never hashed or signed.
//
// A row is read back by a later build: field numbers of row structs are never reused. Structs with
// contacts of other peers have no place here: handles do not outlive the process.
#pragma once

#include <span>

#include "core/codec/fields.h"
#include "core/codec/schema.h"

namespace core {

template <typename T>
[[nodiscard]] Bytes EncodeRow(const T& in) {
  WriteContext context;
  context.writer.Start(0);
  WriteFields(context, in);
  const std::span<uint8_t> written = context.writer.written();
  return {written.begin(), written.end()};
}

// What is wrong with the bytes; nullptr: nothing.
template <typename T>
[[nodiscard]] Flaw DecodeRow(std::span<const uint8_t> bytes, T& out) {
  ReadContext context;
  return ReadFields(context, bytes, out);
}

}  // namespace core

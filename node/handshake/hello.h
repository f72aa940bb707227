// Hello: what each side says of itself, once, inside the encrypted handshake.
//
// Encoding (core/codec/canonical: integers big-endian at full width, texts and lists behind a u32
// length or count):
//   major u16   minor u16   network 32   identity 32   proof 64   clock_ms i64
//   capabilities list of at most 16 texts of 1 to 32 bytes
//   addresses    list of at most 4 texts of 1 to 64 bytes; empty: cannot be dialled
// Invariants: (1) major and minor keep their places in every version; of a Hello of another major
// version nothing else is read; (2) a later minor version appends fields, which an older one
// ignores: bytes behind the last known field are malformed unless minor is above ours; (3) nothing
// is stored of a list or a text above its limit; (4) at most kHelloBytesMax bytes. Errors: Status
// with the field, what was found, what is allowed. Source: docs/wire_format.md, "Hello".
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/string_list.h"
#include "core/codec/address.h"

namespace node {

inline constexpr size_t kHelloBytesMax = 1536;

struct Version {
  uint16_t major = 1;
  uint16_t minor = 0;

  friend auto operator<=>(const Version&, const Version&) = default;
};

inline constexpr Version kProtocolVersion{1, 0};

struct Hello {
  Version version = kProtocolVersion;
  core::Key256 network;
  core::PublicKey identity{};
  core::Signature proof{};  // node/handshake/identity.h
  int64_t clock_ms = 0;     // Sender's wall clock, milliseconds since 1970.
  core::StringList capabilities;
  core::AddressList addresses;

  friend bool operator==(const Hello&, const Hello&) = default;
};

// Appends. REQUIRES: the limits above.
void EncodeHello(const Hello& hello, std::vector<uint8_t>& out);

// A Hello of another major version than `own` comes back with its version alone.
[[nodiscard]] core::StatusOr<Hello> DecodeHello(std::span<const uint8_t> bytes, Version own);

}  // namespace node

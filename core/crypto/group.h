// ristretto255 by libsodium, as values: elements are keys and points, scalars are secrets and
// numbers that anybody may see.
//
// What comes from others may be no element, the identity or a number that is not reduced: functions
// that meet such bytes give nothing, never a CHECK. Thread rule: any thread. REQUIRES: a SodiumSuite
// has been made. Source: protocol document, 1.6.5; RFC 9496.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/crypto/secret_bytes.h"

namespace core {

using GroupElement = std::array<uint8_t, 32>;  // Canonical.
using GroupScalar = std::array<uint8_t, 32>;   // A number that is no secret.
using GroupSecret = SecretBytes<32>;           // A scalar, not zero.
using DrawnBytes = std::array<uint8_t, 64>;    // Uniform, used once, wiped by whoever drew them.

// REQUIRES: drawn is uniform.
[[nodiscard]] GroupSecret GroupSecretFrom(const DrawnBytes& drawn);
// REQUIRES: the secret is this peer's own.
[[nodiscard]] GroupElement GroupKeyOf(const GroupSecret& secret);
// Nothing: the number is zero, which somebody may have sent.
[[nodiscard]] std::optional<GroupElement> GroupKeyIfAny(std::span<const uint8_t, 32> scalar);

// n P. Nothing: P is no element, or the product is the identity, which no honest peer sends.
[[nodiscard]] std::optional<GroupElement> GroupProduct(std::span<const uint8_t, 32> n,
                                                       const GroupElement& point);
// REQUIRES: both are elements. The sum may be the identity.
[[nodiscard]] GroupElement GroupSum(const GroupElement& a, const GroupElement& b);
[[nodiscard]] bool IsIdentity(const GroupElement& point);
// One number, one encoding: otherwise one share could be sent as two.
[[nodiscard]] bool IsReduced(std::span<const uint8_t, 32> scalar);

// out = a b + c. Secret or not: the caller says by the type it keeps them in.
void MultiplyAdd(std::span<const uint8_t, 32> a, std::span<const uint8_t, 32> b,
                 std::span<const uint8_t, 32> c, std::span<uint8_t, 32> out);

}  // namespace core

#include "core/crypto/group.h"

#include <algorithm>

#include <sodium.h>

#include "core/base/check.h"

namespace core {

static_assert(crypto_core_ristretto255_BYTES == sizeof(GroupElement));
static_assert(crypto_core_ristretto255_SCALARBYTES == sizeof(GroupScalar));
static_assert(crypto_core_ristretto255_NONREDUCEDSCALARBYTES == sizeof(DrawnBytes));

GroupSecret GroupSecretFrom(const DrawnBytes& drawn) {
  GroupSecret secret;
  crypto_core_ristretto255_scalar_reduce(secret.bytes().data(), drawn.data());
  return secret;
}

GroupElement GroupKeyOf(const GroupSecret& secret) {
  const auto key = GroupKeyIfAny(secret.bytes());
  CHECK(key.has_value());
  return *key;
}

std::optional<GroupElement> GroupKeyIfAny(std::span<const uint8_t, 32> scalar) {
  GroupElement key;
  if (crypto_scalarmult_ristretto255_base(key.data(), scalar.data()) != 0) return {};
  return key;
}

std::optional<GroupElement> GroupProduct(std::span<const uint8_t, 32> n,
                                         const GroupElement& point) {
  GroupElement product;
  if (crypto_scalarmult_ristretto255(product.data(), n.data(), point.data()) != 0) return {};
  return product;
}

GroupElement GroupSum(const GroupElement& a, const GroupElement& b) {
  GroupElement sum;
  CHECK(crypto_core_ristretto255_add(sum.data(), a.data(), b.data()) == 0);
  return sum;
}

bool IsIdentity(const GroupElement& point) {
  return sodium_is_zero(point.data(), point.size()) != 0;
}

bool IsReduced(std::span<const uint8_t, 32> scalar) {
  std::array<uint8_t, 64> wide{};
  std::copy(scalar.begin(), scalar.end(), wide.begin());
  GroupScalar reduced;
  crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
  Wipe(wide);
  return std::equal(reduced.begin(), reduced.end(), scalar.begin());
}

void MultiplyAdd(std::span<const uint8_t, 32> a, std::span<const uint8_t, 32> b,
                 std::span<const uint8_t, 32> c, std::span<uint8_t, 32> out) {
  GroupSecret product;
  crypto_core_ristretto255_scalar_mul(product.bytes().data(), a.data(), b.data());
  crypto_core_ristretto255_scalar_add(out.data(), product.bytes().data(), c.data());
}

}  // namespace core

#include "core/crypto/opening_share.h"

#include <span>
#include <string_view>

#include <sodium.h>

#include "core/crypto/blake2b.h"

namespace core {
namespace {

constexpr std::string_view kNonceDomain = "orbweaver share nonce 1";
constexpr std::string_view kShareDomain = "orbweaver share 1";

// response * base - challenge * image: what the prover began with, if it knows the logarithm.
std::optional<GroupElement> Commitment(const OpeningShare& share,
                                       const std::optional<GroupElement>& answered,
                                       const GroupElement& image) {
  const auto taken = GroupProduct(share.challenge, image);
  GroupElement difference;
  if (!answered.has_value() || !taken.has_value() ||
      crypto_core_ristretto255_sub(difference.data(), answered->data(), taken->data()) != 0) {
    return {};
  }
  return difference;
}

GroupScalar ChallengeOf(std::span<const GroupElement> told) {
  Blake2b<64> hash(kShareDomain);
  for (const GroupElement& element : told) hash.Add(element);
  GroupScalar challenge;
  hash.EndAsScalar(challenge);
  return challenge;
}

}  // namespace

std::optional<OpeningShare> ProvenShare(const ShareTerms& terms, const GroupSecret& secret) {
  const auto element = GroupProduct(secret.bytes(), terms.base);
  if (!element.has_value()) return {};
  // Of the secret and of what is shown, as in Ed25519: no two proofs begin with the same nonce.
  GroupSecret nonce;
  Blake2b<64>(kNonceDomain)
      .Add(secret.bytes())
      .Add(terms.sealed_to)
      .Add(terms.base)
      .EndAsScalar(nonce.bytes());
  const auto on_base = GroupProduct(nonce.bytes(), terms.base);
  if (!on_base.has_value()) return {};
  const GroupElement told[] = {terms.sealed_to, GroupKeyOf(secret), terms.base,
                               *element,        GroupKeyOf(nonce),  *on_base};
  OpeningShare share{.element = *element, .challenge = ChallengeOf(told)};
  MultiplyAdd(share.challenge, secret.bytes(), nonce.bytes(), share.response);
  return share;
}

bool IsProvenShare(const ShareTerms& terms, const GroupElement& owner, const OpeningShare& share) {
  if (!IsReduced(share.response)) return false;
  const auto on_generator = Commitment(share, GroupKeyIfAny(share.response), owner);
  const auto on_base = Commitment(share, GroupProduct(share.response, terms.base), share.element);
  if (!on_generator.has_value() || !on_base.has_value()) return false;
  const GroupElement told[] = {terms.sealed_to, owner,         terms.base,
                               share.element,   *on_generator, *on_base};
  return ChallengeOf(told) == share.challenge;
}

}  // namespace core

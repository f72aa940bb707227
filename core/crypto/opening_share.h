// A share of opening: D = x B for a base B that everybody knows, with a Chaum-Pedersen proof that
// log_G X = log_B D, so that it is the share of the owner of X and of nobody else.
//
// Thread rule: any thread. Errors: what comes from others is refused, never a CHECK. Source:
// protocol document, 1.6.5; D. Chaum, T. P. Pedersen, Wallet Databases with Observers (1992).
#pragma once

#include <optional>

#include "core/crypto/group.h"

namespace core {

// An owner's part of opening one record, which shows that it is that owner's.
struct OpeningShare {
  GroupElement element{};
  GroupScalar challenge{};
  GroupScalar response{};

  friend bool operator==(const OpeningShare&, const OpeningShare&) = default;
};

// What a share is for: the key that the record was sealed to, and the base that the share is taken of.
struct ShareTerms {
  GroupElement sealed_to{};
  GroupElement base{};
};

// Nothing: the base is no element. REQUIRES: the secret is this peer's own.
[[nodiscard]] std::optional<OpeningShare> ProvenShare(const ShareTerms& terms,
                                                      const GroupSecret& secret);
[[nodiscard]] bool IsProvenShare(const ShareTerms& terms, const GroupElement& owner,
                                 const OpeningShare& share);

}  // namespace core

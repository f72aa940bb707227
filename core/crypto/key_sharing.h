// How the owners of a combined key share its secret among themselves, so that any t of them can open
// what is sealed to it: Feldman's verifiable sharing, each owner the dealer of its own secret.
//
//   dealing      f_i of degree t - 1 with f_i(0) = x_i; commitments A_ik = a_ik G, so A_i0 = X_i;
//                f_i(j) sealed to X_j, for each owner j = 1 to n in their order
//   received     good if f_i(j) G = sum of j^k A_ik
//   complaint    the receiver's share of opening the bad box, which it proves: anybody opens it and
//                sees; nobody can complain about a good one
//
// The key itself does not change: who seals needs the owners' keys alone, whoever has dealt by then.
// No dealer of dealers, no round but one; the coefficients of the combined key keep a latecomer from
// cancelling others out. Thread rule: any thread. Errors: what comes from others is refused, never a
// CHECK. REQUIRES: a SodiumSuite has been made. Source: protocol document, 1.6.5; P. Feldman, A
// Practical Scheme for Non-interactive Verifiable Secret Sharing (1987); docs/decisions/0024.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/base/status.h"
#include "core/crypto/combined_key.h"

namespace core {

struct Dealing {
  std::vector<GroupElement> commitments;  // As many as the threshold.
  std::vector<SealedShare> shares;        // As many as the owners, in their order.

  friend bool operator==(const Dealing&, const Dealing&) = default;
};

// f(x) G for the f that is committed to. Nothing: bytes that are no element, or parts that cancel
// each other out. REQUIRES: at least one commitment; x > 0.
[[nodiscard]] std::optional<GroupElement> CommittedAt(const std::vector<GroupElement>& commitments,
                                                      size_t x);
// A small number as a scalar.
[[nodiscard]] GroupScalar ScalarOf(size_t number);

class KeySharing {
 public:
  // Dealings of one context are good in no other. Errors: a threshold of zero or above the owners.
  static StatusOr<KeySharing> Of(CombinedKey key, size_t threshold, const SealingContext& context);

  [[nodiscard]] const CombinedKey& key() const { return key_; }

  [[nodiscard]] size_t threshold() const { return threshold_; }

  // REQUIRES: the secret is an owner's.
  [[nodiscard]] Dealing Deal(const GroupSecret& secret, const DrawnBytes& drawn) const;

  // What anybody can see of a dealing. REQUIRES: dealer < owners.
  [[nodiscard]] Status Check(size_t dealer, const Dealing& dealing) const;

  // The part for the owner of this secret. Nothing: it is bad; complain. REQUIRES: Check is ok and
  // the secret is an owner's.
  [[nodiscard]] std::optional<GroupSecret> Received(size_t dealer, const Dealing& dealing,
                                                    const GroupSecret& secret) const;
  // Nothing: there is no reason to.
  [[nodiscard]] std::optional<OpeningShare> Complaint(size_t dealer, const Dealing& dealing,
                                                      const GroupSecret& secret) const;
  // True when the dealer gave that receiver a bad part. REQUIRES: Check is ok; both < owners.
  [[nodiscard]] bool IsComplaint(size_t dealer, const Dealing& dealing, size_t receiver,
                                 const OpeningShare& opening) const;

 private:
  KeySharing(CombinedKey key, size_t threshold, const SealingContext& context)
      : key_(std::move(key)), threshold_(threshold), context_(context) {}

  // Each part has a key of its own: the receiver's, alone.
  [[nodiscard]] CombinedKey BoxKeyOf(size_t receiver) const;
  [[nodiscard]] SealingContext ContextOf(size_t dealer, size_t receiver) const;
  [[nodiscard]] bool IsGood(const Dealing& dealing, size_t receiver,
                            const std::optional<std::vector<uint8_t>>& part) const;

  CombinedKey key_;
  size_t threshold_;
  SealingContext context_;
};

}  // namespace core

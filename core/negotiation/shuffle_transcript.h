// ShuffleTranscript: the statements of one attempt that somebody holds. It only grows, takes statements
// in any order and from anybody, and finds what follows from them: the order of the members, and
// offences that one member's statements show by themselves (shuffle_blame.h finds those that need
// everybody's).
//
// Invariants: (1) every statement in it is signed by its member; (2) of one member and step it keeps the
// first statement and one that differs, which is all that a proof needs, so its size is bounded;
// (3) transcripts with the same statements find the same. Order: a permutation drawn from all reveals,
// which were all committed to before the first of them was known: whoever reveals last can be silent,
// and is named, but cannot choose. Thread rule: one thread at a time. Source: protocol document, 1.6.6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/negotiation/shuffle_statement.h"

namespace core {

enum class ShuffleFault : uint8_t {
  kSilent,           // Has not said what was due. No proof: who was not told cannot tell.
  kEquivocated,      // Two statements for one step.
  kMalformed,        // Signed, and not of the shape that its step has.
  kBrokeCommitment,  // Revealed other bytes than it had committed to.
  kWrongSecret,      // Disclosed or unveiled what is not the secret of its key.
  kContradicted,     // Endorsed, or passed on, and objected.
  kMiscounted,       // Passed on more or fewer than its place has.
  kReplaced,         // Passed on other ciphertexts than it had received.
  kDuplicated,       // Passed on a ciphertext twice, or added one that another had added.
  kBadLayer,         // Added a ciphertext that a later member could not peel.
  kFalseObjection,   // Objected to a pass with which nothing is wrong.
};

inline constexpr size_t kShuffleFaults = 11;

[[nodiscard]] std::string_view NameOf(ShuffleFault fault);

struct ShuffleOffence {
  uint8_t member = 0;
  ShuffleStep step = ShuffleStep::kCommit;
  ShuffleFault fault = ShuffleFault::kSilent;

  friend bool operator==(const ShuffleOffence&, const ShuffleOffence&) = default;
};

// How many layers a ciphertext still has when its pass holds `count` of them.
[[nodiscard]] constexpr size_t LayersLeft(size_t members, size_t count) {
  return members - count;
}

class ShuffleTranscript {
 public:
  // REQUIRES: CheckTerms; crypto outlives the transcript.
  ShuffleTranscript(const ShuffleCrypto& crypto, ShuffleTerms terms);

  // Also takes what it has already. Errors: of no member or step, not signed by its member.
  [[nodiscard]] Status Add(const ShuffleStatement& statement);

  [[nodiscard]] const ShuffleCrypto& crypto() const { return crypto_; }

  [[nodiscard]] const ShuffleTerms& terms() const { return terms_; }

  // Of the terms: what a member signs begins with it.
  [[nodiscard]] const Digest256& digest() const { return digest_; }

  [[nodiscard]] size_t members() const { return terms_.members.size(); }

  // In the order of their arrival.
  [[nodiscard]] std::span<const ShuffleStatement> statements() const { return statements_; }

  // The first that came, or null. Valid until the next Add. REQUIRES: member < members().
  [[nodiscard]] const ShuffleStatement* Find(ShuffleStep step, size_t member) const;

  // What one member's statements show by themselves.
  [[nodiscard]] const std::optional<ShuffleOffence>& offence() const { return offence_; }

  // What a reveal is about. Nothing: a commit is missing.
  [[nodiscard]] std::optional<Digest256> Commits() const;

  // The members in the order in which they pass the list on; empty until all have revealed.
  [[nodiscard]] std::span<const uint8_t> order() const { return order_; }

  // What is said about the pass at `place` of the order is about this; what the first pass is about
  // comes without a pass. Nothing: no order yet, or that pass has not come.
  [[nodiscard]] std::optional<Digest256> AboutPass(size_t place) const;
  [[nodiscard]] std::optional<Digest256> AboutReveals() const;

  // The pass at `place` of the order, if it is about the pass before it. Null: missing, or about one
  // that is not here. REQUIRES: place < order().size().
  [[nodiscard]] const ShuffleStatement* PassAt(size_t place) const;
  // Whether a member has objected to a pass that it was to check: the one before its own, or the last.
  [[nodiscard]] bool HasObjectedTo(size_t place, uint8_t member) const;
  [[nodiscard]] bool Objected() const;

  // Of a commit or a secret. REQUIRES: the statement is here, and no offence was found.
  [[nodiscard]] GroupElement OnionKeyOf(size_t member) const;

 private:
  static constexpr uint8_t kNone = 0xff;

  [[nodiscard]] std::optional<ShuffleFault> FaultOf(const ShuffleStatement& statement) const;
  [[nodiscard]] bool BreaksCommitment(size_t member) const;
  [[nodiscard]] bool UnveilsAnother(size_t member) const;
  void FindOrder();

  ShuffleCrypto crypto_;
  ShuffleTerms terms_;
  Digest256 digest_{};
  std::vector<ShuffleStatement> statements_;
  std::vector<Digest256> digests_;  // Of the statements.
  std::array<std::array<uint8_t, kShuffleMax>, kShuffleSteps> first_{};
  std::vector<uint8_t> order_;
  Digest256 view_{};  // Of all commits and reveals, once there is an order.
  std::optional<ShuffleOffence> offence_;
};

// The secret that a statement discloses or unveils. REQUIRES: it has that shape.
[[nodiscard]] GroupSecret SecretIn(const ShuffleStatement& statement);

}  // namespace core

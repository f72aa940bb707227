// What the members of a shuffle say to each other: signed statements, each about what came before it,
// so that together they prove who did what (protocol document, 1.6.6).
//
//   step       items                          about
//   commit     SHA-256 of own bytes, onion key    nothing (zeros)
//   reveal     own bytes (32)                     all commits
//   pass       the list, shuffled                 the pass that was received; the first one: all reveals
//   endorse    none                               the last pass
//   disclose   secret of the pairing key          the last pass
//   object     none                               the pass that is wrong
//   unveil     secret of the onion key            nothing
//
// Invariants: (1) the signed bytes are injective and hold the terms, so that no statement counts in
// another attempt; (2) a reveal names all commits and a commit binds its reveal, so any two complete
// sets of them that hold the reveal of one honest member are the same, and so is what is said on top
// of them. Thread rule: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/crypto/sealing.h"
#include "core/crypto/suite.h"

namespace core {

inline constexpr size_t kShuffleMin = 3;
inline constexpr size_t kShuffleMax = 16;

struct ShuffleMember {
  PublicKey registrant{};  // Signs.
  GroupElement key{};      // Of this attempt alone; the votes are sealed to all of these together.
};

// What the members agreed on before: who they are, in ascending order of registrants, and which try
// this is. `attempt` is a hash over network, election and pool that no other attempt has.
struct ShuffleTerms {
  Key256 attempt;
  std::vector<ShuffleMember> members;
};

struct ShuffleCrypto {
  const Suite* suite = nullptr;
  const Sealing* sealing = nullptr;
};

// Errors: not 3 to 16 members, not ascending, a key twice or bytes that are no key.
[[nodiscard]] Status CheckTerms(const ShuffleCrypto& crypto, const ShuffleTerms& terms);
[[nodiscard]] Digest256 DigestOf(const Suite& suite, const ShuffleTerms& terms);

// What votes and layers of one attempt are sealed for.
[[nodiscard]] SealingContext ShuffledVotes(const Suite& suite, const Digest256& terms);
[[nodiscard]] SealingContext ShuffledLayers(const Suite& suite, const Digest256& terms);

// Append only: the values are signed.
enum class ShuffleStep : uint8_t {
  kCommit = 1,
  kReveal = 2,
  kPass = 3,
  kEndorse = 4,
  kDisclose = 5,
  kObject = 6,
  kUnveil = 7,
};

inline constexpr size_t kShuffleSteps = 7;

[[nodiscard]] std::string_view NameOf(ShuffleStep step);

struct ShuffleStatement {
  uint8_t member = 0;  // Its place among the terms' members.
  ShuffleStep step = ShuffleStep::kCommit;
  Digest256 about{};
  std::vector<std::vector<uint8_t>> items;
  Signature signature{};

  friend bool operator==(const ShuffleStatement&, const ShuffleStatement&) = default;
};

// What its member signs: every field but the signature, behind the digest of the terms.
[[nodiscard]] std::vector<uint8_t> SigningBytesOf(const Digest256& terms,
                                                  const ShuffleStatement& statement);

// What a commit hides.
[[nodiscard]] Digest256 CommitmentTo(const Suite& suite, const Digest256& terms, uint8_t member,
                                     const std::vector<uint8_t>& revealed);

}  // namespace core

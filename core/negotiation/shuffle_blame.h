// Who broke a shuffle: replays it from what its members said, with the onion keys that they unveil after
// an objection. Votes stay sealed to all members together, so blame reads none of them.
//
//   place by place: the pass before it, peeled with the member's unveiled secret, must be in its own pass,
//   item by item, with one more, which is then this member's; what cannot be peeled is held against
//   the member whose it is.
//
// Soundness: nothing that OffenceIn says needs a statement to be missing. Every step binds what it is
// about, so that whoever leaves statements out, or has signed several, proves nothing against a member
// that did as it should. Silence is different: it is known to those who have waited, and to nobody
// else. Source: protocol document, 1.6.6, step 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/negotiation/shuffle_transcript.h"

namespace core {

// A pass as its receiver sees it.
struct PeeledPass {
  std::vector<std::vector<uint8_t>> items;  // In their order, up to the first that does not peel.
  std::optional<size_t> bad;                // That one.
  std::optional<std::pair<size_t, size_t>> equal;  // Two that are the same below their layers.

  [[nodiscard]] bool ok() const { return !bad.has_value() && !equal.has_value(); }
};

[[nodiscard]] PeeledPass Peel(const ShuffleTranscript& transcript, const ShuffleStatement& pass,
                              const GroupSecret& onion_secret);

// Nothing: nobody has done wrong, or the statements do not show it (yet).
[[nodiscard]] std::optional<ShuffleOffence> OffenceIn(const ShuffleTranscript& transcript);

// Whose turn it is, for those who hold all that anybody has said. REQUIRES: OffenceIn finds nothing.
[[nodiscard]] std::vector<ShuffleOffence> SilentIn(const ShuffleTranscript& transcript);

// An offence and all that shows it: whoever trusts the terms can check it without having been there.
struct ShuffleEvidence {
  ShuffleTerms terms;
  std::vector<ShuffleStatement> statements;
  ShuffleOffence offence;
};

[[nodiscard]] bool Proves(const ShuffleCrypto& crypto, const ShuffleEvidence& evidence);

}  // namespace core

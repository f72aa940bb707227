// Vouching: whether the floor of storage nodes hold what a member of a cluster would let go of.
//
//   value     | event                                  | then
//   (none)    | Begin                                  | as many holders as the floor are challenged
//   open      | a proof of holding (holding.h)         | counts
//   open      | anything else, or silence              | the next holder is challenged
//   open      | the floor is reached                   | held
//   open      | no holder is left to be challenged     | not held
//
// Only those are challenged whom others may count on (RingBook::HoldersOf, settled), the most granular ring
// first; this node's own shelf counts when it is one. So nobody's word is taken: a value that no cluster keeps is
// lost with its holders. Memory: an entry a value, of which a member asks for 16 at a time. Owner: Arachnode.
// Source: protocol document, 1.2.1, 1.2.10; docs/decisions/0023-a-bounded-cache.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/arachnode/holding.h"
#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/transactions/wanted_block.h"

namespace core {

class Vouching {
 public:
  // What it asks others through.
  struct Ways {
    const RingBook& book;
    Questions& questions;
    Challenges& challenges;
  };

  // `archive`: the value with its proof; an empty one ends at once as not held. `holds`: this node is a
  // holder itself.
  void Begin(const RingMoment& moment, const Ways& ways, const PartingValue& value, Archive archive,
             bool holds);
  // Of a challenge that this began, or of others.
  void OnChallenged(const RingMoment& moment, const Ways& ways, const Challenges::End& end);

  // What has ended since the last call, in that order.
  [[nodiscard]] std::vector<VouchedValue> TakeEnded() { return std::exchange(ended_, {}); }

  [[nodiscard]] size_t size() const { return open_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Open {
    PartingValue value;
    Key256 key;
    Archive archive;
    std::vector<PeerId> holders;  // Not challenged yet; the last one is next.
    int asked = 0;                // Answers that are waited for.
    int held = 0;
  };

  void Advance(const RingMoment& moment, const Ways& ways, Open& open) const;
  void EndDone(const RingMoment& moment);

  std::vector<Open> open_;
  std::vector<VouchedValue> ended_;  // Taken within the step.
};

}  // namespace core

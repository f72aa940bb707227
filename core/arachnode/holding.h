// Holding: a node that says that it holds a block shows it, to one who holds the block too.
//
//   step      | waits for                                 | then
//   Begin     | the own archive, from the disk            | Ask
//   Ask       | the other node's proof, or its silence    | a verdict
//
// A proof is the hash of the nonce, the prover's node id and what all holders of the revision share of the
// archive: not its certificate, since quorums differ. So who holds nothing cannot answer, nobody can pass on
// another one's answer, and none can be prepared. What it does not show: that the prover holds the block
// itself, rather than a friend of whom it can fetch it within response_timeout. Memory: an entry a challenge
// under way. Owner: Arachnode. Source: protocol document, 1.2.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/shelf.h"

namespace core {

[[nodiscard]] Key256 HoldingProofOf(const Context& context, const Archive& archive,
                                    const Key256& nonce, const NodeId& prover);

class Challenges {
 public:
  // Who wants to know.
  enum class Why : uint8_t {
    kHandoff,    // It said that it holds the block.
    kSpreading,  // It said that it has stored it.
    kWatch,      // It answers for the key.
    kParting     // The same; a member would let go of its value.
  };

  // Who is to show what; the revision is the one that it said it holds, or a later one.
  struct Subject {
    PeerId peer;
    KeyedRevision block;
    Why why = Why::kWatch;
  };

  enum class Verdict : uint8_t {
    kProven,
    kRefuted,  // Its proof is wrong.
    kLacking,  // It says itself that it does not hold the revision.
    kOpen  // It was silent, has another revision than this peer, or the own archive could not be read.
  };

  struct End {
    Subject subject;
    Verdict verdict = Verdict::kOpen;
  };

  // From the own shelf. REQUIRES: shelf.Find(subject.block.key).
  void Begin(const RingMoment& moment, Shelf& shelf, const Subject& subject);
  // Of an archive that is at hand.
  void Ask(const RingMoment& moment, Questions& questions, const Subject& subject,
           const Archive& archive);

  // The end of a read that was begun here; an end only when it failed.
  [[nodiscard]] std::optional<End> OnRead(const RingMoment& moment, const ShelfEnd& end,
                                          Questions& questions);
  [[nodiscard]] std::optional<End> OnProof(const Question& question, const HoldingProof& proof);
  [[nodiscard]] std::optional<End> OnSilence(const Question& question);

  [[nodiscard]] size_t CountOf(Why why) const;
  void Drop(Why why);

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return open_.capacity() * sizeof(Open); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Open {
    uint32_t number = 0;
    Subject subject;
    uint64_t revision = 0;  // Of the own archive, once it was read.
    Key256 expected = {};
  };

  // Takes the challenge of this number; nothing: it was dropped.
  [[nodiscard]] std::optional<Open> Take(uint64_t number);

  std::vector<Open> open_;
  uint32_t last_ = 0;
};

}  // namespace core

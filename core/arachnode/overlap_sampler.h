// OverlapSampler: how many holders random keys of the halves next to this node's ring have.
//
//   phase     | waits for                                | then
//   idle      | Begin                                    | asks two nodes near each key who answers for it
//   asking    | their answers, or their silence          | asks some of the named holders themselves
//   verifying | the holders' own words, or their silence | done: the counts are there
//
// A holder counts by its own signed and fresh word, whoever passed it on, unless it is not counted on
// (ring_book.h); those that are asked and are silent lower the count of what was not asked in proportion. Source: protocol document, 1.2.6.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/arachnode/placement.h"
#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"

namespace core {

class OverlapSampler {
 public:
  enum class Phase : uint8_t { kIdle, kAsking, kVerifying };

  // Draws keys and asks. A sample under way is dropped.
  void Begin(const RingMoment& moment, uint8_t ring, const RingBook& book, Questions& questions);

  // `words`: those of the answer that count (RingBook::LearnAll).
  void OnRefs(const RingMoment& moment, const Question& question, std::span<const RingInfo> words,
              const RingBook& book, Questions& questions);
  void OnSilence(const RingMoment& moment, const Question& question, Questions& questions);

  // Once when a sample is complete.
  [[nodiscard]] bool TakeDone(Halves& halves);

  [[nodiscard]] Phase phase() const { return phase_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Holder {
    PeerId peer;
    bool inner = false;  // Further in than this node.
  };

  struct Sample {
    Key256 key;
    bool gained = false;  // Of which half it is.
    std::vector<Holder> holders;
    uint16_t verified = 0;
    uint16_t silent = 0;
  };

  void Draw(const RingMoment& moment, const KeyRange& half, bool gained);
  void Note(const RingMoment& moment, Sample& sample, const RingInfo& info,
            const RingBook& book) const;
  void Continue(const RingMoment& moment, Questions& questions);
  void Verify(const RingMoment& moment, Questions& questions);
  [[nodiscard]] static uint32_t CountOf(const Sample& sample);

  Phase phase_ = Phase::kIdle;
  bool done_ = false;
  uint8_t ring_ = 0;  // This node's, as the sample began.
  std::vector<Sample> samples_;
};

}  // namespace core

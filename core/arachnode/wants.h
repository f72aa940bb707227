// Wants: blocks that a flow lacks, each with who said that it holds them, and their fetching.
//
// kWindow are asked for at once. Of a block's sources the one with the fewest open questions is asked, so
// that one who answers slowly holds up what it was asked for and nothing else (slow-drip fill, 1.2.10); a
// source that fails to give is not asked for the same block again. Invariant: every want ends, fetched or
// failed. What came is proven by the owner (archive_proof.h): a source can withhold and not forge.
// Source: protocol document, 1.2.3, 1.2.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/arachnode/questions.h"

namespace core {

class Wants {
 public:
  // `source` says that it holds the revision.
  void Add(const KeyedRevision& block, PeerId source);
  // Of those not asked for yet.
  void DropIf(const std::function<bool(const KeyedRevision&)>& drop);
  void Clear();

  // Asks for what can be asked for now; false: all are over.
  bool Ask(const RingMoment& moment, Asker asker, Questions& questions);
  // The question's number says which; good: its archive is on its way to the shelf.
  void OnFetched(const Question& question, bool good);
  // Whoever is silent is asked for nothing more.
  void OnSilence(const Question& question);

  // What was asked for under this number; nullptr: nothing.
  [[nodiscard]] const KeyedRevision* Find(uint32_t number) const;

  [[nodiscard]] size_t size() const { return wants_.size(); }

  // Since Clear.
  [[nodiscard]] uint32_t fetched() const { return fetched_; }

  [[nodiscard]] uint32_t failed() const { return failed_; }

  void CollectPeers(PeerSet& peers) const;
  [[nodiscard]] size_t HeapBytes() const;

  template <typename State>
  void Tell(State& state) const {
    state.Add("fetched", fetched_);
    state.Add("failed", failed_);
    for (const Want& want : wants_) {
      state.Part("want", [&] {
        state.Add("key", want.block.key);
        state.Add("revision", want.block.revision);
        state.Add("sources", want.sources);
        state.Add("asked", want.asked);
        state.Add("over", want.over);
      });
    }
  }

 private:
  static constexpr size_t kWindow = 4;

  struct Want {
    KeyedRevision block;
    std::vector<PeerId> sources;  // Not asked yet.
    bool asked = false;
    bool over = false;
  };

  std::vector<Want> wants_;
  size_t first_ = 0;  // Those before it are over, or asked for.
  uint32_t fetched_ = 0;
  uint32_t failed_ = 0;
};

}  // namespace core

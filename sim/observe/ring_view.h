// RingView: the storage rings as the world knows them: where each storage node stands, what it holds, how
// much it lends. What checkers and metrics of the rings go by.
//
// It follows facts of honest nodes, each once, in their order: RingCensus leads it, before the other observers
// that share it hear of the fact. A disk that lost what it had reported takes that out of the view. Thread rule:
// one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/arachnode/place.h"
#include "core/base/flat_table.h"
#include "sim/observe/observer.h"

namespace sim {

struct RingNode {
  std::optional<core::Place> place;  // Nothing: it lends nothing.
  uint64_t capacity = 0;             // By the command, not by its own word.
  uint64_t used = 0;
  bool up = true;
  WorldTime stopped;
  WorldTime steady_since;  // Since then it has been up and has answered for the same keys.
  // The widest ring that it answered for and has not handed off since.
  uint8_t owed = core::limits::kRingNone;
};

struct RingHolding {
  core::PeerId peer;
  uint64_t revision = 0;
  WorldTime since;
};

// The first `bits` bits of the key as a number. REQUIRES: bits <= kRingMax.
[[nodiscard]] size_t PrefixOf(const core::Key256& key, uint8_t bits);

class RingView {
 public:
  [[nodiscard]] static FactMask Facts() {
    return MaskOf<core::RingChanged, core::BlockHeld, core::BlockReleased, core::HandoffEnded>();
  }

  void Follow(const WorldView& world, const Fact& fact);
  void Follow(const WorldView& world, const WorldFact& fact);

  // The node of the last fact as it was before that; nothing: it was not known.
  [[nodiscard]] const std::optional<RingNode>& before() const { return before_; }

  // visit(peer, node), visit(key, holdings): in the order in which they came.
  template <typename Visitor>
  void ForEachNode(Visitor&& visit) const {
    nodes_.ForEach(visit);
  }

  template <typename Visitor>
  void ForEachBlock(Visitor&& visit) const {
    blocks_.ForEach(visit);
  }

  // Nodes other than `but` that hold the revision or a later one and answer for the key. Those that stopped
  // count when they did so at `stopped_since` or later.
  [[nodiscard]] uint32_t HoldersOf(const WorldView& world, const core::Key256& key,
                                   uint64_t revision, core::PeerId but,
                                   WorldTime stopped_since) const;

  // A node other than `root`, which can reach it, has held the block and answered for its key since then.
  [[nodiscard]] bool IsHeldSince(const WorldView& world, const core::Key256& key, core::PeerId root,
                                 WorldTime since) const;

  // nullptr: nobody ever held it. Valid until the next fact.
  [[nodiscard]] const std::vector<RingHolding>* HoldingsOf(const core::Key256& key) const {
    return blocks_.Find(key);
  }

  // By the first kRingMax bits of a key: the nodes that are up and answer for it, whatever they hold. No ring tells
  // keys with equal ones apart, so these are all keys.
  [[nodiscard]] std::vector<uint32_t> Overlaps(const WorldView& world) const;

  // nullptr: it is none, or does not hold it.
  [[nodiscard]] const RingNode* FindNode(core::PeerId peer) const { return nodes_.Find(peer); }

  [[nodiscard]] const RingHolding* FindHolding(const core::Key256& key, core::PeerId peer) const;

  [[nodiscard]] bool empty() const { return nodes_.empty(); }

  [[nodiscard]] size_t blocks() const { return blocks_.size(); }

  // Lets go of the others. keep(key)
  template <typename Keep>
  void KeepBlocks(Keep&& keep) {
    (void)blocks_.EraseIf(
        [&](const core::Key256& key, const std::vector<RingHolding>&) { return !keep(key); });
  }

 private:
  [[nodiscard]] static bool Answers(const WorldView& world, core::PeerId peer, const RingNode& node,
                                    const core::Key256& key);

  core::FlatTable<core::PeerId, RingNode> nodes_;
  core::FlatTable<core::Key256, std::vector<RingHolding>> blocks_;
  std::optional<RingNode> before_;
};

}  // namespace sim

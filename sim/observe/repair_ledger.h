// RepairLedger: how many bytes of archives had to move among storage nodes, by what nodes came to hold.
//
// Each time that an honest node takes a revision, its archive had to reach it once, unless the node made the
// revision itself as a member of the block's cluster: that is the least that any protocol sends. An archive's
// size is what a node's used bytes grew by when it took it first; nodes whose use is not known (after a
// release or a stop) take the size from the block's other holders. Memory: an entry a block, and the last
// kMadeKept revisions that each node made. Source: issue of the rings, speed. Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/flat_table.h"
#include "sim/observe/observer.h"
#include "sim/observe/ring_view.h"

namespace sim {

class RepairLedger {
 public:
  [[nodiscard]] static FactMask Facts() { return MaskOf<core::RevisionApplied>(); }

  // REQUIRES: `view` has not followed the fact yet.
  void Follow(const WorldView& world, const Fact& fact, const RingView& view);
  void Follow(const WorldFact& fact);

  // Bytes.
  [[nodiscard]] uint64_t needed() const { return needed_; }

 private:
  static constexpr size_t kMadeKept = 16;

  struct Made {
    core::BlockId block;
    uint64_t revision = 0;
  };

  struct Node {
    bool unsure = false;  // Its use is not what it last told.
    size_t next = 0;
    std::array<Made, kMadeKept> made{};
  };

  void OnHeld(const core::BlockHeld& held, core::PeerId peer, const RingView& view);

  core::FlatTable<core::PeerId, Node> nodes_;
  core::FlatTable<core::Key256, uint64_t> sizes_;
  uint64_t needed_ = 0;
};

}  // namespace sim

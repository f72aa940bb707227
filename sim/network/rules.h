// Rules: the link faults that are active now, as an ordered list (simulator.md, section 2).
//
//   kind        matches                                      verdict
//   partition   targets <-> others (one_way: targets ->)     drop; others empty: all but targets
//   isolate     to or from a target (one_way: from)          drop
//   loss        targets -> others                            drop with `ratio`
//   delay       targets -> others                            + amount, with `ratio` (0: always)
//   duplicate   targets -> others                            twice, with `ratio`
//   reorder     targets -> others                            + amount, with `ratio`
//   corrupt     targets -> others                            one byte flipped, with `ratio`
//
// Invariants: (1) partitions and isolations are cut cables and come before every other rule, so
// that Blocked() is the whole truth about who can be reached; (2) the others are asked in the order
// of their fault indices, whatever order they began in, and the first that does not pass wins;
// (3) draws depend on the message and the fault index only; (4) a peer always reaches itself.
// Thread rule: Begin and End at window starts only, Judge and Blocked from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "sim/network/members.h"
#include "sim/scenario/scenario.h"

namespace sim {

// What a rule wants done with a message.
struct RuleVerdict {
  enum class Kind : uint8_t { kPass, kLose, kDelay, kDuplicate, kCorrupt };
  Kind kind = Kind::kPass;
  Duration extra;
};

// True for the faults that Rules act on; the others are done to processes, by the world.
[[nodiscard]] bool IsLinkFault(Fault::Kind kind);

class Rules {
 public:
  // REQUIRES: IsLinkFault(fault.kind), the index is not active.
  void Begin(const Fault& fault, uint32_t index);
  // REQUIRES: the index is active.
  void End(uint32_t index);

  [[nodiscard]] bool Quiet() const { return cuts_.empty() && rules_.empty(); }

  [[nodiscard]] bool Blocked(core::PeerId from, core::PeerId to) const;

  // What the rules say about a message that no cut blocks. `occasion` are its random bits.
  [[nodiscard]] RuleVerdict Judge(core::PeerId from, core::PeerId to, uint64_t occasion) const;

 private:
  struct Rule {
    uint32_t index = 0;
    Fault::Kind kind = Fault::Kind::kLoss;
    bool one_way = false;
    core::Ratio ratio;
    Duration amount;
    Members targets;
    Members others;
  };

  [[nodiscard]] static bool Cuts(const Rule& rule, core::PeerId from, core::PeerId to);
  [[nodiscard]] static bool Crosses(const Rule& rule, core::PeerId from, core::PeerId to);

  std::vector<Rule> cuts_;   // Partitions and isolations.
  std::vector<Rule> rules_;  // Ascending by index.
};

}  // namespace sim

// What becomes of a local action when somebody else's came first.
//
// The client asks once for each of its pending actions and each foreign entry, in the order of the
// log, before it makes its change set again. Thread rule: const calls, no state.
// Source: protocol document, 1.5 (Client loop, filterConflict).
#pragma once

#include <cstdint>

#include "core/collections/blocks.h"

namespace core {

class ConflictRule {
 public:
  enum class Verdict : uint8_t { kReplay, kDrop };

  virtual ~ConflictRule() = default;

  // A rule that merges changes the payload of `mine` and says kReplay. The payload of a tree's action
  // must stay an encoding of edits.
  virtual Verdict Filter(Bytes& mine, const LogAction& theirs) const = 0;
};

// Everything is played again; an action whose conditions no longer hold is refused then. The rule of
// a diary, and of trees whose edits say what they depend on.
class ReplayAll : public ConflictRule {
 public:
  Verdict Filter(Bytes& mine, const LogAction& theirs) const override;
};

// For trees: the first to change a key wins, a later action that touches it is dropped.
class FirstChangeWins : public ConflictRule {
 public:
  Verdict Filter(Bytes& mine, const LogAction& theirs) const override;
};

}  // namespace core

#include "core/collections/conflict_rule.h"

#include "core/collections/tree_edits.h"

namespace core {

ConflictRule::Verdict ReplayAll::Filter(Bytes&, const LogAction&) const {
  return Verdict::kReplay;
}

ConflictRule::Verdict FirstChangeWins::Filter(Bytes& mine, const LogAction& theirs) const {
  const auto my_edits = DecodeEdits(mine);
  const auto their_edits = DecodeEdits(theirs.payload);
  if (!my_edits.ok() || !their_edits.ok()) return Verdict::kReplay;
  return Collide(*my_edits, *their_edits) ? Verdict::kDrop : Verdict::kReplay;
}

}  // namespace core

// CO-3: the log alone makes the tree; CO-5: what its actions looked up was so. For checkers and for whoever audits a collection.
//
// Replay plays every action of a log onto an empty collection. Ids of tree blocks follow from the
// actions, so the result is not only a tree with the same entries: it is the same blocks, byte for
// byte. Source: protocol document, 1.5 (CO-3, CO-5).
#pragma once

#include <cstddef>

#include "core/base/status.h"
#include "core/collections/draft.h"

namespace core {

// Header, trunk and nodes as the log makes them; revisions count from 1 and mean nothing. Needs
// every block of the log in the view. An error when the log cannot be read, an entry is no encoding
// of edits, a condition of its edits does not hold, or its footprint is not what the edits touch.
[[nodiscard]] StatusOr<BlockSet> ReplayTree(Draft& view);

// Compares the replay with the blocks of the view, in both directions.
[[nodiscard]] Status CheckReplay(Draft& view);

// CO-5: an action that looks keys up may leave interior nodes out of its entry's read set, but not
// the leaves: the leaf that answers for a key is among the blocks that the entry says it wrote or
// read; and where the entry stands in the log, what was looked up in leaves that were only read is
// so. Gives the number of such lookups. What comes behind an entry that cannot be replayed is not
// judged: that is CO-3's matter. REQUIRES: a tree.
[[nodiscard]] StatusOr<size_t> CheckReads(Draft& view);

}  // namespace core

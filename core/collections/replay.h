// CO-3: the log alone makes the tree. For checkers and for whoever audits a collection.
//
// Replay plays every action of a log onto an empty collection. Ids of tree blocks follow from the
// actions, so the result is not only a tree with the same entries: it is the same blocks, byte for
// byte. Source: protocol document, 1.5 (CO-3).
#pragma once

#include "core/base/status.h"
#include "core/collections/draft.h"

namespace core {

// Header, trunk and nodes as the log makes them; revisions count from 1 and mean nothing. Needs
// every block of the log in the view. An error when the log cannot be read, an entry is no encoding
// of edits, a condition of its edits does not hold, or its footprint is not what the edits touch.
[[nodiscard]] StatusOr<BlockSet> ReplayTree(Draft& view);

// Compares the replay with the blocks of the view, in both directions.
[[nodiscard]] Status CheckReplay(Draft& view);

}  // namespace core

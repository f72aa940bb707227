#include "core/collections/replay.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/collections/log.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"

namespace core {
namespace {

bool SameFootprint(const LogAction& action, const Draft& draft) {
  const auto touched = draft.TouchedBlocks();
  return draft.LeavesRead() == action.reads &&
         std::equal(
             touched.begin(), touched.end(), action.blocks.begin(), action.blocks.end(),
             [](const BlockRevision& a, const BlockRevision& b) { return a.block == b.block; });
}

Status Play(const Suite& suite, const CollectionName& name, const BlockId& header,
            const LogAction& action, BlockSet& blocks) {
  const auto edits = DecodeEdits(action.payload);
  RETURN_IF_ERROR(edits.status());
  Draft draft(suite, blocks, header);
  draft.BeginAction(action.id);
  CreateIfAbsent(draft, name);
  if (ApplyEdits(draft, *edits) != EditsOutcome::kApplied) {
    return DataLoss("replay: an action's conditions do not hold where it stands in the log");
  }
  if (!SameFootprint(action, draft)) {
    return DataLoss("replay: an action touches other blocks than its entry says");
  }
  const ChangeSet changes = draft.Changes({});
  for (const BlockWrite& write : changes.writes) {
    FetchedBlock& block = blocks[write.block];
    ++block.revision;
    block.bytes = write.erase ? std::nullopt : std::optional(write.value);
  }
  return {};
}

}  // namespace

StatusOr<BlockSet> ReplayTree(Draft& view) {
  const auto header = view.Header();
  if (!header.has_value()) return Unavailable("replay: the header cannot be read");
  const CollectionName name = {.name = header->name, .kind = header->kind};
  BlockSet blocks;
  blocks[view.collection()] = {};
  LogReader reader(0, Direction::kForward);
  while (const auto entry = reader.Next(view)) {
    const auto* action = std::get_if<LogAction>(&entry->body);
    if (action == nullptr) continue;
    RETURN_IF_ERROR(Play(view.suite(), name, view.collection(), *action, blocks));
  }
  if (!view.ok()) return Unavailable("replay: the log cannot be read");
  return blocks;
}

Status CheckReplay(Draft& view) {
  auto replayed = ReplayTree(view);
  RETURN_IF_ERROR(replayed.status());
  const auto found = CheckTree(view);
  RETURN_IF_ERROR(found.status());
  size_t nodes = 0;
  for (const auto& [id, block] : *replayed) {
    if (id == view.collection() || !block.bytes.has_value()) continue;
    if (view.BytesAt(id) != block.bytes) {
      return DataLoss("replay: a block of the tree is not what the log makes");
    }
    ++nodes;
  }
  // One of them is the trunk.
  if (nodes != found->leaves + found->branches + 1) {
    return DataLoss("replay: the tree has blocks that the log does not make");
  }
  return {};
}

}  // namespace core

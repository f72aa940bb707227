#include "core/collections/replay.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/collections/log.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"
#include "core/collections/tree_path.h"

namespace core {
namespace {

bool SameFootprint(const LogAction& action, const Draft& draft) {
  const auto touched = draft.TouchedBlocks();
  return draft.LeavesRead() == action.reads &&
         std::equal(
             touched.begin(), touched.end(), action.blocks.begin(), action.blocks.end(),
             [](const BlockRevision& a, const BlockRevision& b) { return a.block == b.block; });
}

Status Play(const CollectionName& name, const Draft& log, const LogAction& action,
            std::span<const TreeEdit> edits, BlockSet& blocks) {
  Draft draft(log.suite(), blocks, log.collection());
  draft.BeginAction(action.id);
  CreateIfAbsent(draft, name);
  if (ApplyEdits(draft, edits) != EditsOutcome::kApplied) {
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

// Plays the actions of a log, one after the other, onto nothing. `before(action, edits, blocks)` is
// told of each, and of what it finds.
template <typename Before>
StatusOr<BlockSet> PlayLog(Draft& view, Before before) {
  const auto header = view.Header();
  if (!header.has_value()) return Unavailable("replay: the header cannot be read");
  const CollectionName name = {.name = header->name, .kind = header->kind};
  BlockSet blocks;
  blocks[view.collection()] = {};
  LogReader reader(0, Direction::kForward);
  while (const auto entry = reader.Next(view)) {
    const auto* action = std::get_if<LogAction>(&entry->body);
    if (action == nullptr) continue;
    const auto edits = DecodeEdits(action->payload);
    RETURN_IF_ERROR(edits.status());
    before(*action, *edits, blocks);
    RETURN_IF_ERROR(Play(name, view, *action, *edits, blocks));
  }
  if (!view.ok()) return Unavailable("replay: the log cannot be read");
  return blocks;
}

// Judges the lookups of one action after the other, until something is wrong.
class LookupJudge {
 public:
  LookupJudge(const Suite& suite, const BlockId& header) : suite_(suite), header_(header) {}

  void operator()(const LogAction& action, std::span<const TreeEdit> edits, const BlockSet& found) {
    Draft tree(suite_, found, header_);
    // Who creates the tree made every leaf of it.
    if (tree.KnownAbsent()) return;
    for (const TreeEdit& edit : edits) {
      if (fault_.ok()) fault_ = Judge(action, edit, tree);
    }
  }

  [[nodiscard]] StatusOr<size_t> Result() const {
    RETURN_IF_ERROR(fault_);
    return lookups_;
  }

 private:
  Status Judge(const LogAction& action, const TreeEdit& edit, Draft& tree) {
    const auto path = Descend(tree, edit.key);
    if (!path.has_value()) return {};
    const BlockId& leaf = path->nodes.back().id;
    const auto is_leaf = [&](const BlockRevision& written) { return written.block == leaf; };
    if (std::any_of(action.blocks.begin(), action.blocks.end(), is_leaf)) return {};
    if (!std::binary_search(action.reads.begin(), action.reads.end(), leaf)) {
      return DataLoss("reads: an action leaves out the leaf that answers for one of its keys");
    }
    ++lookups_;
    const auto value = FindInTree(tree, edit.key);
    const bool absent = edit.kind == TreeEdit::Kind::kExpectAbsent;
    if (absent ? !value.has_value() : value == edit.value) return {};
    return DataLoss("reads: what an action looked up is not so where its entry stands");
  }

  const Suite& suite_;
  BlockId header_;
  Status fault_;
  size_t lookups_ = 0;
};

}  // namespace

StatusOr<BlockSet> ReplayTree(Draft& view) {
  return PlayLog(view, [](const LogAction&, std::span<const TreeEdit>, const BlockSet&) {});
}

StatusOr<size_t> CheckReads(Draft& view) {
  LookupJudge judge(view.suite(), view.collection());
  static_cast<void>(PlayLog(view, std::ref(judge)));
  return judge.Result();
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

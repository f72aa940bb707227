// CO-1: the whole chain, from head to tail.
#include <set>
#include <utility>

#include "core/collections/log.h"

namespace core {
namespace {

Status TroubleOf(const Draft& view) {
  switch (view.trouble()) {
    case Trouble::kNone:
      return {};
    case Trouble::kNeeds:
      return Unavailable("log: a block was not fetched");
    case Trouble::kTorn:
      return DataLoss("log: a link leads to a block that is not there");
    case Trouble::kDamaged:
      return view.damage();
  }
  return Internal("log: unknown trouble");
}

const ActionId* FirstAction(const LogBlock& block) {
  for (const LogEntry& entry : block.entries) {
    if (const auto* action = std::get_if<LogAction>(&entry.body)) return &action->id;
  }
  return nullptr;
}

Status CheckEntries(const LogBlock& block, std::set<ActionId>& seen) {
  for (const LogEntry& entry : block.entries) {
    const auto* action = std::get_if<LogAction>(&entry.body);
    const bool opens_later_block =
        block.first_sequence != 0 && entry.sequence == block.first_sequence;
    if ((action == nullptr) != opens_later_block) {
      return DataLoss("log: a checkpoint stands at the start of every block but the first, only");
    }
    if (action != nullptr && !seen.insert(action->id).second) {
      return DataLoss("log: an action stands twice");
    }
  }
  return {};
}

Status CheckLink(const Suite& suite, const LogBlock& prior, const BlockId& prior_id,
                 const LogBlock& block) {
  if (prior.entries.size() != kLogEntriesMax) {
    return DataLoss("log: a block that is not the last is not full");
  }
  if (block.first_sequence != prior.first_sequence + kLogEntriesMax) {
    return DataLoss("log: sequences are not dense");
  }
  if (!block.prior.has_value() || block.prior->block != prior_id) {
    return DataLoss("log: prior_id is not the predecessor");
  }
  if (block.prior->hash != HashOf(suite, prior)) {
    return DataLoss("log: prior_hash is not the hash of the predecessor");
  }
  return {};
}

}  // namespace

Status CheckLog(Draft& view) {
  const auto header = view.Header();
  if (!header.has_value()) return TroubleOf(view);
  std::set<ActionId> seen;
  std::optional<LogBlock> prior;
  BlockId prior_id;
  BlockId id = header->head;
  while (true) {
    auto block = view.Log(id);
    if (!block.has_value()) return TroubleOf(view);
    if (prior.has_value()) {
      RETURN_IF_ERROR(CheckLink(view.suite(), *prior, prior_id, *block));
    } else if (block->first_sequence != 0) {
      return DataLoss("log: the head is not at sequence 0");
    }
    RETURN_IF_ERROR(CheckEntries(*block, seen));
    const ActionId* creator = FirstAction(*block);
    if (creator == nullptr ||
        id != BlockIdOf(view.suite(), view.collection(), *creator, kLogBlockNumber)) {
      return DataLoss("log: a block's id does not follow from its first action");
    }
    if (!block->next.has_value()) break;
    prior_id = id;
    id = *block->next;
    prior = std::move(block);
  }
  if (id != header->tail) return DataLoss("log: the header's tail is not the last block");
  return {};
}

}  // namespace core

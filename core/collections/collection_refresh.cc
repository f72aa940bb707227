// Refreshing: what others have put into the log since this client last read it.
#include <algorithm>
#include <utility>

#include "core/collections/collection.h"

namespace core {

bool Collection::ReadLog(const CollectionMoment& moment) {
  Draft view(*suite_, cache_, header_);
  const bool absent = view.KnownAbsent();
  if (!absent && view.ok()) {
    if (known_) {
      ReadNewEntries(moment, view);
    } else {
      ReadTailOnly(view);
    }
  }
  if (!view.ok()) {
    React(moment, view);
    return false;
  }
  known_ = true;
  reader_.reset();
  if (syncing_) {
    phase_ = Phase::kBuilding;
  } else {
    End(moment, SyncEnd::kDone);
  }
  return true;
}

// The first look at a log: the tail says where it stands, and which earlier actions may not have
// reached their blocks. Only those are looked for in earlier blocks.
void Collection::ReadTailOnly(Draft& view) {
  if (!reader_.has_value()) {
    const auto context = ReadLogContext(view);
    if (!context.has_value()) return;
    sought_ = context->pending;
    std::sort(sought_.begin(), sought_.end());
    next_sequence_ = context->next_sequence;
    tail_ = context->tail;
    reader_.emplace(next_sequence_, Direction::kBackward);
  }
  while (!sought_.empty()) {
    const auto entry = reader_->Next(view);
    if (!entry.has_value()) break;
    if (const auto* action = std::get_if<LogAction>(&entry->body)) {
      NoteBlocks(*action);
      const auto place = std::lower_bound(sought_.begin(), sought_.end(), action->id);
      if (place != sought_.end() && *place == action->id) sought_.erase(place);
    }
  }
}

void Collection::ReadNewEntries(const CollectionMoment& moment, Draft& view) {
  if (!reader_.has_value()) reader_.emplace(next_sequence_, Direction::kForward);
  while (const auto entry = reader_->Next(view)) {
    TakeEntry(moment, *entry);
    next_sequence_ = entry->sequence + 1;
  }
  if (!view.ok()) return;
  const auto context = ReadLogContext(view);
  if (!context.has_value()) return;
  if (context->next_sequence != next_sequence_) {
    // The header is of another time than the entries that were read.
    view.SetTorn(header_, context->tail);
    return;
  }
  tail_ = context->tail;
}

void Collection::NoteBlocks(const LogAction& action) {
  for (const BlockRevision& written : action.blocks) {
    uint64_t& least = least_[written.block];
    least = std::max(least, written.revision);
    const auto cached = cache_.find(written.block);
    if (cached != cache_.end() && cached->second.revision < least) cache_.erase(cached);
  }
}

void Collection::TakeEntry(const CollectionMoment& moment, const LogEntry& entry) {
  const auto* action = std::get_if<LogAction>(&entry.body);
  if (action == nullptr) return;
  NoteBlocks(*action);
  const bool mine =
      std::any_of(pending_.begin(), pending_.end(),
                  [&](const PendingAction& pending) { return pending.id == action->id; });
  if (mine) {
    Report(moment, action->id, ActionEnd::kCommitted, entry.sequence);
  } else {
    FilterPending(moment, *action);
  }
}

void Collection::FilterPending(const CollectionMoment& moment, const LogAction& theirs) {
  std::vector<ActionId> dropped;
  for (PendingAction& mine : pending_) {
    if (rule_->Filter(mine.payload, theirs) == ConflictRule::Verdict::kDrop) {
      dropped.push_back(mine.id);
    }
  }
  for (const ActionId& id : dropped) Report(moment, id, ActionEnd::kDropped);
}

}  // namespace core

// Building: pending actions become one change set, and its transaction's end is taken.
#include <algorithm>
#include <array>
#include <utility>

#include "core/collections/collection.h"
#include "core/collections/tree_edits.h"

namespace core {
namespace {

constexpr size_t kCompleteMax = 64;  // A checkpoint lists no more either.

}  // namespace

Settlement Collection::SettlementAt(Time now) const {
  return {.complete = complete_, .before_ms = (now - limits_.settle_time).us / 1000};
}

Collection::Added Collection::ApplyAction(Draft& draft, const PendingAction& action) const {
  draft.BeginAction(action.id);
  CreateIfAbsent(draft, name_);
  if (!draft.ok()) return Added::kTrouble;
  if (name_.kind == CollectionKind::kDiary) return Added::kYes;
  const auto edits = DecodeEdits(action.payload);
  if (!edits.ok()) return Added::kRefused;
  switch (ApplyEdits(draft, *edits)) {
    case EditsOutcome::kApplied:
      return Added::kYes;
    case EditsOutcome::kRefused:
      return Added::kRefused;
    case EditsOutcome::kTrouble:
      return Added::kTrouble;
  }
  return Added::kTrouble;
}

Collection::Added Collection::AddAction(Draft& draft, const PendingAction& action, Time now) const {
  const Added applied = ApplyAction(draft, action);
  if (applied != Added::kYes) return applied;
  LogAction entry;
  entry.id = action.id;
  entry.payload = action.payload;
  entry.blocks = draft.TouchedBlocks();
  entry.collections = action.others;
  entry.reads = draft.LeavesRead();
  if (entry.blocks.size() > kActionBlocksMax || entry.reads.size() > kActionReadsMax) {
    return Added::kRefused;
  }
  return AppendAction(draft, std::move(entry), now.us / 1000, SettlementAt(now)) ? Added::kYes
                                                                                 : Added::kTrouble;
}

// True when each of the refused actions was refused before header and tail were read last, and the
// log has not moved: what spoke against them was no blend of two moments. Otherwise reads again.
bool Collection::Confirm(const CollectionMoment& moment, const std::vector<ActionId>& refused) {
  const auto doubted = [&](const ActionId& id) {
    return std::find(doubted_.begin(), doubted_.end(), id) != doubted_.end();
  };
  if (doubted_at_ == next_sequence_ && std::all_of(refused.begin(), refused.end(), doubted)) {
    return true;
  }
  doubted_ = refused;
  doubted_at_ = next_sequence_;
  StartRefresh(moment);
  return false;
}

// Whether the blocks at hand are those of the log as it was read, entry by entry. A newer tail may
// hold own actions already.
bool Collection::OnReadState() const {
  Draft view(*suite_, cache_, header_);
  if (view.KnownAbsent()) return next_sequence_ == 0;
  if (!view.ok()) return false;
  const auto context = ReadLogContext(view);
  return context.has_value() && context->next_sequence == next_sequence_;
}

// Fills batch_. False when blocks are missing or contradict each other, which was seen to.
bool Collection::Gather(const CollectionMoment& moment, Gathered& gathered) {
  batch_.clear();
  for (const PendingAction& action : pending_) {
    const bool joint = !action.others.empty();
    if (batch_.size() == batch_max_ || (joint && !batch_.empty())) return true;
    Draft attempt = gathered.draft;
    const Added added = AddAction(attempt, action, moment.now);
    if (added == Added::kTrouble) {
      React(moment, attempt);
      return false;
    }
    const bool too_large = attempt.write_count() > limits_.writes_max ||
                           attempt.write_bytes() > limits_.write_bytes_max;
    if (added == Added::kYes && too_large && !batch_.empty()) return true;
    if (added == Added::kRefused || too_large) {
      if (action.open_until <= moment.now) {
        gathered.refused.push_back(action.id);
        continue;
      }
      gathered.open = true;
      if (joint) return true;  // All collections offer joint actions in one order.
      continue;
    }
    const auto context = ReadLogContext(attempt);
    if (!context.has_value()) {
      React(moment, attempt);
      return false;
    }
    after_ = *context;
    batch_.push_back({.id = action.id, .sequence = after_.next_sequence - 1});
    gathered.draft = std::move(attempt);
    if (joint) return true;
  }
  return true;
}

bool Collection::Build(const CollectionMoment& moment) {
  if (!OnReadState()) {
    StartRefresh(moment);
    return true;
  }
  Gathered gathered{.draft = Draft(*suite_, cache_, header_), .refused = {}};
  if (!Gather(moment, gathered)) return false;
  if (!gathered.refused.empty()) {
    if (!Confirm(moment, gathered.refused)) return true;
    for (const ActionId& id : gathered.refused) Report(moment, id, ActionEnd::kRefused);
  }
  if (batch_.empty() && gathered.open) {
    BackOff(moment);
    return false;
  }
  if (batch_.empty()) {
    End(moment, SyncEnd::kDone);
    return true;
  }
  Submit(moment, gathered.draft, !gathered.draft.InBase(header_));
  return false;
}

bool Collection::IsJoint(const ActionId& id) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const PendingAction& action) {
    return action.id == id && !action.others.empty();
  });
}

// New blocks come before links to them, and the block that decides comes first.
void Collection::Submit(const CollectionMoment& moment, const Draft& draft, bool creates) {
  const BlockId& tail = after_.tail;
  const std::array<BlockId, 3> order = {creates ? header_ : tail, creates ? tail : tail_, header_};
  changes_ = draft.Changes(order);
  changes_.tail = order[0];
  doubted_.clear();
  if (IsJoint(batch_[0].id)) {
    phase_ = Phase::kOffering;
    return;
  }
  phase_ = Phase::kCommitting;
  transaction_ = next_ticket_++;
  moment.wishes.transactions.push_back({.ticket = transaction_, .changes = changes_});
}

void Collection::TakeCommitted(const CollectionMoment& moment, bool complete) {
  for (BlockWrite& write : changes_.writes) {
    Remember(write.block,
             {.revision = write.base_revision + 1,
              .bytes = write.erase ? std::nullopt : std::optional(std::move(write.value))});
  }
  tail_ = after_.tail;
  next_sequence_ = after_.next_sequence;
  for (const ActionReport& done : batch_) {
    Report(moment, done.id, ActionEnd::kCommitted, done.sequence);
    if (complete) complete_.push_back(done.id);
  }
  for (PendingAction& action : pending_) action.open_until = {};
  if (complete_.size() > kCompleteMax) {
    complete_.erase(complete_.begin(), complete_.end() - static_cast<std::ptrdiff_t>(kCompleteMax));
  }
  batch_.clear();
  changes_ = {};
  tries_ = 0;
  phase_ = Phase::kBuilding;
}

void Collection::TakeRejected(const CollectionMoment& moment) {
  phase_ = Phase::kBuilding;
  if (batch_.size() > 1) {
    // One of them, perhaps: each alone will tell.
    batch_max_ = 1;
    return;
  }
  for (const ActionReport& action : batch_) Report(moment, action.id, ActionEnd::kRejected);
  batch_.clear();
}

}  // namespace core

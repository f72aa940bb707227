#include "core/collections/collection.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/collections/tree.h"
#include "core/collections/tree_edits.h"

namespace core {
namespace {

constexpr std::string_view kPhases[] = {"",           "idle",    "refreshing", "building",
                                        "committing", "waiting", "offering"};

template <typename State>
void TellRevisionOf(State& state, std::string_view name, const BlockId& block, uint64_t revision) {
  state.Part(name, [&] {
    state.Add("block", block);
    state.Add("revision", revision);
  });
}

template <typename State>
void TellFetch(State& state, uint64_t ticket, const BlockId& block) {
  state.Part("fetching", [&] {
    state.Add("ticket", ticket);
    state.Add("block", block);
  });
}

}  // namespace

Collection::Collection(const Suite& suite, const Key256& network, CollectionName name,
                       const ConflictRule& rule, const CollectionLimits& limits)
    : suite_(&suite),
      rule_(&rule),
      name_(std::move(name)),
      limits_(limits),
      header_(HeaderIdOf(suite, network, name_.name)),
      batch_max_(limits.actions_per_sync) {
  CHECK(name_.name.size() <= kCollectionNameBytesMax);
  CHECK(limits_.actions_per_sync > 0 && limits_.actions_per_sync < kLogEntriesMax);
}

Status Collection::CheckAct(const Bytes& payload) const {
  if (pending_.size() >= limits_.pending_max) {
    return ResourceExhausted("collection: too many local actions are pending");
  }
  if (payload.size() > kPayloadBytesMax) {
    return InvalidArgument("collection: the payload is too long");
  }
  if (name_.kind == CollectionKind::kTree) {
    RETURN_IF_ERROR(DecodeEdits(payload).status());
  }
  return {};
}

Status Collection::Act(const ActionId& id, Bytes payload, std::vector<BlockId> others) {
  RETURN_IF_ERROR(CheckAct(payload));
  CHECK(others.size() <= kActionCollectionsMax);
  pending_.push_back(
      {.id = id, .payload = std::move(payload), .others = std::move(others), .open_until = {}});
  return {};
}

void Collection::Refresh(const CollectionMoment& moment) {
  if (phase_ != Phase::kIdle) return;
  tries_ = 0;
  damage_ = {};
  StartRefresh(moment);
  Proceed(moment);
}

void Collection::Sync(const CollectionMoment& moment) {
  syncing_ = true;
  if (phase_ != Phase::kIdle) return;
  tries_ = 0;
  damage_ = {};
  if (known_) {
    phase_ = Phase::kBuilding;
  } else {
    StartRefresh(moment);
  }
  Proceed(moment);
}

// Both blocks that others may have changed are asked for again, and no answer under way counts: what
// is read from here on was read from here on.
void Collection::StartRefresh(const CollectionMoment& moment) {
  phase_ = Phase::kRefreshing;
  reader_.reset();
  fetching_.clear();
  cache_.erase(header_);
  Fetch(moment, header_);
  if (next_sequence_ != 0) {
    cache_.erase(tail_);
    Fetch(moment, tail_);
  }
}

void Collection::Proceed(const CollectionMoment& moment) {
  while (fetching_.empty()) {
    if (phase_ == Phase::kRefreshing) {
      if (!ReadLog(moment)) return;
    } else if (phase_ == Phase::kBuilding) {
      if (!Build(moment)) return;
    } else {
      return;
    }
  }
}

void Collection::BackOff(const CollectionMoment& moment) {
  if (++tries_ > limits_.tries_max) {
    End(moment, SyncEnd::kGaveUp);
    return;
  }
  int64_t us = limits_.back_off_min.us;
  for (uint32_t i = 1; i < tries_ && us < limits_.back_off_max.us; ++i) us *= 2;
  us = std::min(us, limits_.back_off_max.us);
  const int64_t jittered = moment.random.Between(us / 2 + 1, us);
  deadline_ = moment.now + Microseconds(jittered);
  phase_ = Phase::kWaiting;
  doubted_.clear();
  fetching_.clear();
}

void Collection::End(const CollectionMoment& moment, SyncEnd end) {
  phase_ = Phase::kIdle;
  syncing_ = false;
  batch_max_ = limits_.actions_per_sync;
  doubted_.clear();
  deadline_ = Time::Never();
  fetching_.clear();
  reader_.reset();
  moment.wishes.ended = end;
  TrimCache();
}

bool Collection::Fetching(const BlockId& id) const {
  return std::any_of(fetching_.begin(), fetching_.end(),
                     [&](const auto& wish) { return wish.second == id; });
}

void Collection::Fetch(const CollectionMoment& moment, const BlockId& id) {
  if (Fetching(id)) return;
  const auto least = least_.find(id);
  const uint64_t ticket = next_ticket_++;
  fetching_.emplace(ticket, id);
  moment.wishes.fetches.push_back(
      {.ticket = ticket, .block = id, .least_revision = least == least_.end() ? 0 : least->second});
}

void Collection::FetchFor(const CollectionMoment& moment, const Draft& draft) {
  if (draft.trouble() != Trouble::kNeeds && draft.trouble() != Trouble::kTorn) return;
  for (const BlockId& id : draft.wanted()) {
    cache_.erase(id);
    Fetch(moment, id);
  }
}

void Collection::React(const CollectionMoment& moment, const Draft& draft) {
  switch (draft.trouble()) {
    case Trouble::kNone:
      return;
    case Trouble::kNeeds:
      FetchFor(moment, draft);
      return;
    case Trouble::kTorn:
      for (const BlockId& id : draft.wanted()) cache_.erase(id);
      BackOff(moment);
      return;
    case Trouble::kDamaged:
      damage_ = draft.damage();
      End(moment, SyncEnd::kDamaged);
      return;
  }
}

void Collection::Remember(const BlockId& id, FetchedBlock block) {
  uint64_t& least = least_[id];
  least = std::max(least, block.revision);
  cache_[id] = std::move(block);
}

void Collection::OnBlock(const CollectionMoment& moment, uint64_t ticket, FetchedBlock block) {
  const auto wish = fetching_.find(ticket);
  if (wish == fetching_.end()) return;
  const BlockId id = wish->second;
  fetching_.erase(wish);
  const auto least = least_.find(id);
  if (least != least_.end() && block.revision < least->second) {
    if (phase_ != Phase::kIdle && phase_ != Phase::kCommitting) BackOff(moment);
    return;
  }
  Remember(id, std::move(block));
  Proceed(moment);
}

void Collection::OnUnavailable(const CollectionMoment& moment, uint64_t ticket) {
  if (fetching_.erase(ticket) == 0) return;
  if (phase_ == Phase::kRefreshing || phase_ == Phase::kBuilding) BackOff(moment);
}

void Collection::OnTransactEnd(const CollectionMoment& moment, uint64_t ticket, TransactEnd end) {
  if (phase_ == Phase::kCommitting && ticket == transaction_) TakeEnd(moment, end);
}

void Collection::OnOfferEnd(const CollectionMoment& moment, const ActionId& id, TransactEnd end) {
  if (OfferOf(id) != nullptr) TakeEnd(moment, end);
}

void Collection::TakeEnd(const CollectionMoment& moment, TransactEnd end) {
  switch (end) {
    case TransactEnd::kCommitted:
    case TransactEnd::kComplete:
      TakeCommitted(moment, end == TransactEnd::kComplete);
      break;
    case TransactEnd::kRejected:
      TakeRejected(moment);
      break;
    case TransactEnd::kStale:
      // Whatever it was made from may have changed.
      for (const BlockWrite& write : changes_.writes) cache_.erase(write.block);
      BackOff(moment);
      break;
    case TransactEnd::kInDoubt:
      NoteOpen(moment.now + limits_.settle_time);
      BackOff(moment);
      break;
    case TransactEnd::kConflict:
    case TransactEnd::kUnavailable:
      BackOff(moment);
      break;
  }
  Proceed(moment);
}

// The try under way may show in the log until then.
void Collection::NoteOpen(Time until) {
  for (PendingAction& action : pending_) {
    const bool tried = std::any_of(batch_.begin(), batch_.end(),
                                   [&](const ActionReport& done) { return done.id == action.id; });
    if (tried) action.open_until = until;
  }
}

const ChangeSet* Collection::OfferOf(const ActionId& id) const {
  return phase_ == Phase::kOffering && batch_[0].id == id ? &changes_ : nullptr;
}

void Collection::Withdraw(const CollectionMoment& moment, const ActionId& id, ActionEnd end) {
  const bool pending = std::any_of(pending_.begin(), pending_.end(),
                                   [&](const PendingAction& action) { return action.id == id; });
  if (!pending) return;
  const bool offered = OfferOf(id) != nullptr;
  Report(moment, id, end);
  if (!offered) return;
  batch_.clear();
  phase_ = Phase::kBuilding;
  Proceed(moment);
}

void Collection::OnDeadline(const CollectionMoment& moment) {
  if (phase_ != Phase::kWaiting || moment.now < deadline_) return;
  deadline_ = Time::Never();
  StartRefresh(moment);
  Proceed(moment);
}

void Collection::Report(const CollectionMoment& moment, const ActionId& id, ActionEnd end,
                        uint64_t sequence) {
  moment.wishes.reports.push_back({.id = id, .end = end, .sequence = sequence});
  std::erase_if(pending_, [&](const PendingAction& action) { return action.id == id; });
}

// What is known of revisions outlives the blocks by far: it is small, and it is what tells an answer
// that is too old.
void Collection::TrimCache() {
  constexpr size_t kRevisionsPerBlock = 8;
  if (cache_.size() > limits_.cached_max) {
    std::erase_if(cache_, [&](const auto& cached) {
      return cached.first != header_ && cached.first != tail_;
    });
  }
  if (least_.size() <= kRevisionsPerBlock * limits_.cached_max) return;
  std::erase_if(least_,
                [&](const auto& known) { return known.first != header_ && known.first != tail_; });
}

Draft Collection::Overlay() const {
  Draft draft(*suite_, cache_, header_);
  for (const PendingAction& action : pending_) {
    Draft attempt = draft;
    const Added added = ApplyAction(attempt, action);
    if (added == Added::kTrouble) return attempt;
    if (added == Added::kYes) draft = std::move(attempt);
  }
  return draft;
}

Collection::Found Collection::Find(const CollectionMoment& moment, const Bytes& key) {
  Draft view = Overlay();
  if (view.KnownAbsent()) return {.known = true, .value = std::nullopt};
  auto value = FindInTree(view, key);
  if (view.ok()) return {.known = true, .value = std::move(value)};
  FetchFor(moment, view);
  return {};
}

template <typename State>
void Collection::Tell(State& state) const {
  state.Add("header", header_);
  state.Add("phase", phase_, kPhases);
  state.Add("known", known_);
  state.Add("syncing", syncing_);
  state.Add("tries", tries_);
  state.Add("batch at most", batch_max_);
  state.Add("deadline", deadline_);
  state.Add("next ticket", next_ticket_);
  state.Add("next sequence", next_sequence_);
  state.Add("tail", tail_);
  state.Hash(pending_.size());
  for (const PendingAction& action : pending_) {
    state.Part("pending action", [&] {
      state.Add("id", action.id.bytes);
      state.Add("payload", std::span<const uint8_t>(action.payload));
      for (const BlockId& other : action.others) state.Add("others", other);
      state.Add("open until", action.open_until);
    });
  }
  state.Hash(least_.size());
  for (const auto& [id, revision] : least_) TellRevisionOf(state, "at least", id, revision);
  // Contents follow from id and revision.
  state.Hash(cache_.size());
  for (const auto& [id, block] : cache_) TellRevisionOf(state, "cached", id, block.revision);
  state.Hash(fetching_.size());
  for (const auto& [ticket, id] : fetching_) TellFetch(state, ticket, id);
}

void Collection::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Collection::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Collection::HeapBytes() const {
  constexpr size_t kTreeNodeBytes = 48;  // Of a std::map.
  size_t bytes = pending_.capacity() * sizeof(PendingAction);
  for (const PendingAction& action : pending_) {
    bytes += action.payload.capacity() + action.others.capacity() * sizeof(BlockId);
  }
  for (const auto& [id, block] : cache_) {
    bytes += kTreeNodeBytes + sizeof(id) + sizeof(block);
    if (block.bytes.has_value()) bytes += block.bytes->capacity();
  }
  bytes += least_.size() * (kTreeNodeBytes + sizeof(BlockRevision));
  bytes += fetching_.size() * (kTreeNodeBytes + sizeof(BlockRevision));
  return bytes;
}

}  // namespace core

#include "core/arachnode/shelf.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

// An entry of the index with its share of the tree's nodes.
constexpr size_t kIndexBytes = (sizeof(Key256) + sizeof(ShelfEntry)) * 4 / 3;

}  // namespace

size_t Shelf::Load(std::span<const StoredRow> rows) {
  for (const StoredRow& row : rows) {
    Key256 key;
    HeldRow held;
    if (row.at.table != kShelfTable || row.at.key.size() != key.bytes.size()) continue;
    if (DecodeRow(row.value, held) != nullptr || held.revision == 0) continue;
    std::copy(row.at.key.begin(), row.at.key.end(), key.bytes.begin());
    Index(key, {held.revision, held.bytes});
  }
  return held_.size();
}

void Shelf::Index(const Key256& key, const ShelfEntry& entry) {
  const auto [at, fresh] = held_.try_emplace(key);
  if (!fresh) Unindex(key, at->second);
  used_ += entry.bytes;
  used_ -= at->second.bytes;
  at->second = entry;
  const auto walk = [this](const KeyRange& range, DigestTree::Visitor visit) {
    Walk(range, visit);
  };
  digests_.Add({key, entry.revision}, walk);
}

// A damaged block counts as one that is not held.
void Shelf::Unindex(const Key256& key, const ShelfEntry& held) {
  if (held.revision == 0) {
    --damaged_;
  } else {
    digests_.Remove({key, held.revision});
  }
}

void Shelf::Walk(const KeyRange& range, DigestTree::Visitor visit) const {
  for (auto at = held_.lower_bound(range.First()); at != held_.end() && range.Contains(at->first);
       ++at) {
    if (at->second.revision > 0) visit({at->first, at->second.revision});
  }
}

BucketDigest Shelf::DigestOfRange(const KeyRange& range) const {
  return digests_.Of(
      range, [this](const KeyRange& part, DigestTree::Visitor visit) { Walk(part, visit); });
}

const ShelfEntry* Shelf::Find(const Key256& key) const {
  const auto found = held_.find(key);
  return found == held_.end() || found->second.revision == 0 ? nullptr : &found->second;
}

bool Shelf::Has(const KeyedRevision& block) const {
  const ShelfEntry* held = Find(block.key);
  if (held != nullptr && held->revision >= block.revision) return true;
  return std::any_of(open_.begin(), open_.end(), [&](const Open& open) {
    return open.task.kind == ShelfTask::Kind::kPut && open.task.key == block.key &&
           open.task.revision >= block.revision;
  });
}

void Shelf::HandOver(const RingMoment& moment, StoreBatch batch, Open open) {
  open.ticket = StoreTicket{kModule << 56 | ++last_};
  moment.effects.Store(open.ticket, std::move(batch));
  open_.push_back(std::move(open));
}

bool Shelf::Put(const RingMoment& moment, ShelfTask task, Archive archive, uint64_t capacity) {
  Bytes bytes = EncodeRow(archive);
  const auto size = static_cast<uint32_t>(bytes.size());
  if (used() + size > capacity) return false;
  coming_ += size;
  task.kind = ShelfTask::Kind::kPut;
  task.revision = archive.revision;
  StoreBatch batch;
  batch.Put(RingRowKey(kArchiveTable, task.key), std::move(bytes));
  batch.Put(RingRowKey(kShelfTable, task.key),
            EncodeRow(HeldRow{.revision = archive.revision, .bytes = size}));
  HandOver(moment, std::move(batch),
           {.ticket = {}, .task = task, .archive = std::move(archive), .bytes = size});
  return true;
}

void Shelf::Read(const RingMoment& moment, ShelfTask task) {
  task.kind = ShelfTask::Kind::kRead;
  StoreBatch batch;
  batch.reads.push_back(RingRowKey(kArchiveTable, task.key));
  HandOver(moment, std::move(batch), {.ticket = {}, .task = task, .archive = {}, .bytes = 0});
}

void Shelf::Erase(const RingMoment& moment, const Key256& key) {
  const auto found = held_.find(key);
  if (found == held_.end()) return;
  const ShelfTask task{
      .kind = ShelfTask::Kind::kErase, .key = key, .revision = found->second.revision};
  used_ -= found->second.bytes;
  Unindex(key, found->second);
  held_.erase(found);
  StoreBatch batch;
  batch.Delete(RingRowKey(kShelfTable, key));
  batch.Delete(RingRowKey(kArchiveTable, key));
  HandOver(moment, std::move(batch), {.ticket = {}, .task = task, .archive = {}, .bytes = 0});
}

void Shelf::WritePlace(const RingMoment& moment, Bytes row) {
  StoreBatch batch;
  batch.Put(PlaceKey(), std::move(row));
  HandOver(moment, std::move(batch),
           {.ticket = {}, .task = {.kind = ShelfTask::Kind::kPlace}, .archive = {}, .bytes = 0});
}

ShelfEnd Shelf::OnStored(const RingMoment&, const Stored& stored) {
  // Of an earlier life, or out of order: the host's mistake, which must not cost more than this answer.
  if (open_.empty() || open_.front().ticket != stored.ticket) return {};
  Open open = std::move(open_.front());
  open_.pop_front();
  ShelfEnd end{.task = open.task,
               .done = stored.status.ok(),
               .no_room = absl::IsResourceExhausted(stored.status),
               .archive = std::move(open.archive)};
  if (end.task.kind == ShelfTask::Kind::kPut) {
    coming_ -= open.bytes;
    if (!end.done) return end;
    Index(end.task.key, {end.task.revision, open.bytes});
  } else if (end.task.kind == ShelfTask::Kind::kRead) {
    const bool there = end.done && stored.found.size() == 1 && stored.found[0].has_value();
    end.done = there && DecodeRow(*stored.found[0], end.archive) == nullptr;
    const bool answered = stored.status.ok() || absl::IsDataLoss(stored.status);
    if (answered && !end.done) NoteDamage(end.task.key);
  }
  return end;
}

// In memory alone: the row stays as it is until another takes its place.
void Shelf::NoteDamage(const Key256& key) {
  const auto found = held_.find(key);
  if (found == held_.end() || found->second.revision == 0) return;
  Unindex(key, found->second);
  found->second.revision = 0;
  ++damaged_;
}

std::vector<KeyedRevision> Shelf::Page(const KeyRange& range, const Key256& after,
                                       size_t limit) const {
  std::vector<KeyedRevision> page;
  const Key256 first = range.First();
  auto at = after < first ? held_.lower_bound(first) : held_.upper_bound(after);
  for (; at != held_.end() && page.size() < limit && range.Contains(at->first); ++at) {
    if (at->second.revision > 0) page.push_back({at->first, at->second.revision});
  }
  return page;
}

std::vector<KeyedRevision> Shelf::Outside(const std::optional<KeyRange>& range,
                                          size_t limit) const {
  std::vector<KeyedRevision> outside;
  const auto take = [&](auto at, auto end) {
    for (; at != end && outside.size() < limit; ++at) {
      outside.push_back({at->first, at->second.revision});
    }
  };
  if (!range.has_value()) {
    take(held_.begin(), held_.end());
  } else {
    take(held_.begin(), held_.lower_bound(range->First()));
    take(held_.upper_bound(range->Last()), held_.end());
  }
  return outside;
}

void Shelf::CollectPeers(PeerSet& peers) const {
  for (const Open& open : open_) peers.Add(open.task.peer);
}

template <typename State>
void Shelf::Tell(State& state) const {
  state.Hash(held_.size());
  state.Show("blocks", held_.size());
  state.Add("used", used_);
  state.Add("coming", coming_);
  state.Add("last ticket", last_);
  for (const auto& [key, held] : held_) {
    state.Part("block", [&, &k = key, &h = held] {
      state.Add("key", k);
      state.Add("revision", h.revision);
    });
  }
}

void Shelf::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Shelf::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Shelf::HeapBytes() const {
  size_t bytes = held_.size() * kIndexBytes + digests_.HeapBytes() + open_.size() * sizeof(Open);
  for (const Open& open : open_) bytes += open.bytes;
  return bytes;
}

}  // namespace core

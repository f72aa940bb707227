#include "sim/world/simulated_storage.h"

#include <algorithm>
#include <string>

namespace sim {
namespace {

size_t HeapBytesOf(const core::StoreBatch& batch) {
  return batch.ByteCount() + batch.requirements.capacity() * sizeof(core::Requirement) +
         batch.writes.capacity() * sizeof(core::StoreWrite);
}

}  // namespace

std::optional<size_t> SimulatedStorage::BeginGroup() {
  if (busy_ || waiting_.empty()) return std::nullopt;
  writing_.swap(waiting_);
  busy_ = true;
  size_t bytes = 0;
  for (const core::StoreRequest& request : writing_) bytes += request.batch.ByteCount();
  return bytes;
}

bool SimulatedStorage::HasNext() {
  busy_ = !writing_.empty();
  return busy_;
}

core::Status SimulatedStorage::JudgeNext(WorldTime now) const {
  return Judge(writing_.front().batch, now);
}

core::Stored SimulatedStorage::Complete(WorldTime now) {
  core::StoreRequest request = std::move(writing_.front());
  writing_.pop_front();
  core::Status status = Judge(request.batch, now);
  if (status.ok() && !request.batch.reads.empty()) {
    core::Stored stored{request.ticket, std::move(status)};
    for (const core::StoreKey& at : request.batch.reads) stored.found.push_back(Find(at));
    return stored;
  }
  if (status.ok()) {
    Apply(std::move(request.batch), now);
  } else if (absl::IsUnavailable(status)) {
    doubtful_.push_back(std::move(request.batch));
  }
  return {request.ticket, std::move(status)};
}

// In the order in which a node's storage finds out.
core::Status SimulatedStorage::Judge(const core::StoreBatch& batch, WorldTime now) const {
  RETURN_IF_ERROR(JudgeContent(batch, now));
  if (Lasts(Trouble::kFailing, now)) return core::Unavailable("store batch: the disk fails");
  return absl::OkStatus();
}

core::Status SimulatedStorage::JudgeContent(const core::StoreBatch& batch, WorldTime now) const {
  RETURN_IF_ERROR(batch.CheckLimits());
  RETURN_IF_ERROR(batch.CheckCoreTables());
  RETURN_IF_ERROR(JudgeRequirements(batch));
  if (!batch.writes.empty() && Lasts(Trouble::kFull, now)) {
    return core::ResourceExhausted("store batch: no room on the disk");
  }
  return absl::OkStatus();
}

core::Status SimulatedStorage::JudgeRequirements(const core::StoreBatch& batch) const {
  for (size_t i = 0; i < batch.requirements.size(); ++i) {
    const core::Requirement& requirement = batch.requirements[i];
    const auto which = [i] { return "store batch: requirement " + std::to_string(i); };
    if (misread_.contains(requirement.at)) return core::DataLoss(which() + ": the row is damaged");
    if (!requirement.Holds(Find(requirement.at))) {
      return core::FailedPrecondition(which() + " does not hold");
    }
  }
  for (const core::StoreKey& at : batch.reads) {
    if (misread_.contains(at)) return core::DataLoss("store batch: a row to read is damaged");
  }
  return absl::OkStatus();
}

std::optional<core::Bytes> SimulatedStorage::Find(const core::StoreKey& at) const {
  const SharedRow* found = rows_.Find(at);
  if (found == nullptr) return std::nullopt;
  return found->value();
}

void SimulatedStorage::Put(const core::StoreKey& at, std::optional<core::Bytes> value) {
  if (value.has_value()) {
    *rows_.Insert(at).first = pool_.Share(*std::move(value));
  } else {
    rows_.Erase(at);
  }
}

// A good sync takes everything along that a lying one has left behind.
void SimulatedStorage::Apply(core::StoreBatch batch, WorldTime now) {
  Undo undo{now, {}};
  for (core::StoreWrite& write : batch.writes) {
    if (Lasts(Trouble::kLying, now)) undo.replaced.emplace_back(write.at, Find(write.at));
    Put(write.at, std::move(write.value));
    misread_.erase(write.at);
  }
  if (Lasts(Trouble::kLying, now)) {
    unsynced_.push_back(std::move(undo));
  } else {
    unsynced_.clear();
  }
  doubtful_.clear();
  ++applied_;
}

void SimulatedStorage::ApplyAll(std::vector<core::StoreBatch> batches, WorldTime now) {
  for (core::StoreBatch& batch : batches) {
    if (JudgeContent(batch, now).ok()) Apply(std::move(batch), now);
  }
}

void SimulatedStorage::UndoLast() {
  const Undo& undo = unsynced_.back();
  for (auto each = undo.replaced.rbegin(); each != undo.replaced.rend(); ++each) {
    Put(each->first, each->second);
  }
  unsynced_.pop_back();
}

void SimulatedStorage::Begin(Trouble trouble, WorldTime until, core::Random random) {
  WorldTime& lasts = until_[static_cast<size_t>(trouble)];
  lasts = std::max(lasts, until);
  if (trouble != Trouble::kMisreading || rows_.empty()) return;
  std::vector<core::StoreKey> keys;
  rows_.ForEach([&](const core::StoreKey& at, const SharedRow&) { keys.push_back(at); });
  std::sort(keys.begin(), keys.end());
  misread_.insert(keys[random.Below(keys.size())]);
}

void SimulatedStorage::EndMisreading(WorldTime now) {
  if (!Lasts(Trouble::kMisreading, now)) misread_.clear();
}

bool SimulatedStorage::Unreadable() const {
  return std::any_of(misread_.begin(), misread_.end(),
                     [](const core::StoreKey& at) { return !core::IsBulkTable(at.table); });
}

std::optional<WorldTime> SimulatedStorage::Crash(DiskSpec::Keeps keeps, WorldTime now,
                                                 core::Random random) {
  if (keeps == DiskSpec::Keeps::kNothing) return Wipe();
  if (!Lasts(Trouble::kLying, now)) unsynced_.clear();
  std::vector<core::StoreBatch> doubtful = std::exchange(doubtful_, {});
  std::vector<core::StoreBatch> open;
  for (auto* batches : {&writing_, &waiting_}) {
    for (core::StoreRequest& request : *batches) open.push_back(std::move(request.batch));
  }
  DropOpen();
  const size_t at_stake = unsynced_.size() + open.size();
  size_t kept = keeps == DiskSpec::Keeps::kEverything ? at_stake : 0;
  if (keeps == DiskSpec::Keeps::kSome) kept = random.Below(at_stake + 1);
  const size_t reported = unsynced_.size();
  std::optional<WorldTime> lost;
  while (unsynced_.size() > kept) {
    lost = unsynced_.back().reported;
    UndoLast();
  }
  unsynced_.clear();
  // What failed lies before what is open, and behind what a lying disk may have lost.
  if (kept >= reported && random.Chance({1, 2})) ApplyAll(std::move(doubtful), now);
  open.resize(kept > reported ? kept - reported : 0);
  ApplyAll(std::move(open), now);
  unsynced_.clear();
  return lost;
}

void SimulatedStorage::DropOpen() {
  writing_.clear();
  waiting_.clear();
  busy_ = false;
}

std::optional<WorldTime> SimulatedStorage::Wipe() {
  const bool empty = rows_.empty();
  DropOpen();
  rows_.Clear();
  misread_.clear();
  unsynced_.clear();
  doubtful_.clear();
  return empty ? std::nullopt : std::optional(WorldTime{0});
}

template <typename State>
void SimulatedStorage::Tell(State& state) const {
  state.Add("batches applied", applied_);
  state.Hash(writing_.size() + waiting_.size());
  state.Show("batches being written", writing_.size());
  state.Show("batches waiting", waiting_.size());
  state.Show("rows that cannot be read", misread_.size());
  state.Show("batches not safe yet", unsynced_.size());
  state.Hash(rows_.size());
  rows_.ForEach([&](const core::StoreKey& at, const SharedRow& row) {
    state.Part("row", [&] {
      state.Add("table", at.table.value);
      state.Add("key", std::span<const uint8_t>(at.key));
      state.Add("value", std::span<const uint8_t>(row.value()));
    });
  });
}

void SimulatedStorage::Digest(core::Hasher& hasher) const {
  core::HashedState state(hasher);
  Tell(state);
}

void SimulatedStorage::Describe(core::StateListener& listener) const {
  core::ShownState state(listener);
  Tell(state);
}

void SimulatedStorage::CopyRows(std::vector<core::StoredRow>& rows) const {
  rows.clear();
  rows_.ForEach([&](const core::StoreKey& at, const SharedRow& row) {
    if (!core::IsBulkTable(at.table)) rows.push_back({at, row.value()});
  });
  std::sort(rows.begin(), rows.end(),
            [](const core::StoredRow& a, const core::StoredRow& b) { return a.at < b.at; });
}

size_t SimulatedStorage::MemoryUsage() const {
  size_t bytes = sizeof(SimulatedStorage) + rows_.HeapBytes();
  rows_.ForEach([&](const core::StoreKey& at, const SharedRow& row) {
    bytes += at.key.capacity() + row.HeapBytes();
  });
  for (const auto* batches : {&writing_, &waiting_}) {
    for (const core::StoreRequest& request : *batches) {
      bytes += sizeof(core::StoreRequest) + HeapBytesOf(request.batch);
    }
  }
  for (const core::StoreBatch& batch : doubtful_) bytes += sizeof(batch) + HeapBytesOf(batch);
  for (const Undo& undo : unsynced_) {
    for (const auto& [at, value] : undo.replaced) {
      bytes += sizeof(undo.replaced[0]) + at.key.size() + (value.has_value() ? value->size() : 0);
    }
  }
  return bytes;
}

}  // namespace sim

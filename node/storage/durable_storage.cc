#include "node/storage/durable_storage.h"

#include <string>
#include <system_error>
#include <utility>

namespace node {
namespace {

// A new store, or one that may be opened. REQUIRES: the lock.
core::Status Prepare(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    RETURN_IF_ERROR(CheckHeader(file));
    return CheckLogOf(file);
  }
  const std::filesystem::path log = file.string() + "-wal";
  if (std::filesystem::exists(log, ignored)) {
    return core::DataLoss("store " + file.string() + ": missing, but its log " + log.string() +
                          " is there; restore a backup");
  }
  return CreateStore(file);
}

bool IsRefusal(const core::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status);
}

}  // namespace

core::StatusOr<std::unique_ptr<DurableStorage>> DurableStorage::Open(StorageOptions options,
                                                                     Completed completed) {
  ASSIGN_OR_RETURN(StoreLock lock, StoreLock::Take(options.file));
  RETURN_IF_ERROR(Prepare(options.file));
  ASSIGN_OR_RETURN(auto writer, GroupWriter::Open(options.file, options.size_max));
  ASSIGN_OR_RETURN(auto reads, Connect(options.file));
  RETURN_IF_ERROR(reads->Execute("PRAGMA query_only = ON"));
  ASSIGN_OR_RETURN(RowTable rows, RowTable::Open(*reads));
  return std::unique_ptr<DurableStorage>(new DurableStorage(
      std::move(options), std::move(completed),
      Parts{std::move(lock), std::move(writer), std::move(reads), std::move(rows)}));
}

DurableStorage::DurableStorage(StorageOptions options, Completed completed, Parts parts)
    : options_(std::move(options)),
      completed_(std::move(completed)),
      parts_(std::move(parts)),
      thread_([this] { WriteUntilStopped(); }) {}

DurableStorage::~DurableStorage() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void DurableStorage::Commit(core::StoreTicket ticket, core::StoreBatch batch) {
  Pending pending{ticket, std::move(batch), 0, {}};
  pending.refusal = pending.batch.CheckLimits();
  pending.bytes = pending.batch.ByteCount();
  {
    const std::lock_guard lock(mutex_);
    if (pending.refusal.ok() && pending_bytes_ + pending.bytes > options_.pending_bytes_max) {
      pending.refusal = core::ResourceExhausted(
          "store " + options_.file.string() + ": " + std::to_string(pending_bytes_) +
          " bytes wait for the disk, allowed: " + std::to_string(options_.pending_bytes_max));
    }
    if (!pending.refusal.ok()) {
      pending.batch = {};
      pending.bytes = 0;
    }
    pending_bytes_ += pending.bytes;
    pending_.push_back(std::move(pending));
  }
  wake_.notify_one();
}

core::StatusOr<std::optional<core::Bytes>> DurableStorage::Get(const core::StoreKey& at) {
  const std::lock_guard lock(reads_mutex_);
  return parts_.rows.Find(at);
}

core::StatusOr<std::vector<core::StoreRow>> DurableStorage::Scan(const core::ScanRange& range) {
  const std::lock_guard lock(reads_mutex_);
  return parts_.rows.Scan(range);
}

core::Status DurableStorage::Health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

StorageCounters DurableStorage::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void DurableStorage::WriteUntilStopped() {
  while (true) {
    const std::vector<Pending> group = TakeGroup();
    if (group.empty()) return;
    std::vector<core::Stored> stored = Write(group);
    Count(stored);
    completed_(std::move(stored));
    // Behind the reports, so that nobody waits for it who does not have to.
    if (const core::Status checkpoint = parts_.writer->CheckpointIfDue(); !checkpoint.ok()) {
      const std::lock_guard lock(mutex_);
      health_ = checkpoint;
    }
  }
}

std::vector<DurableStorage::Pending> DurableStorage::TakeGroup() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
  std::vector<Pending> group;
  size_t bytes = 0;
  while (!pending_.empty()) {
    bytes += pending_.front().bytes;
    if (!group.empty() && bytes > options_.group_bytes_max) break;
    pending_bytes_ -= pending_.front().bytes;
    group.push_back(std::move(pending_.front()));
    pending_.pop_front();
  }
  return group;
}

std::vector<core::Stored> DurableStorage::Write(const std::vector<Pending>& group) {
  std::vector<const core::StoreBatch*> batches;
  batches.reserve(group.size());
  for (const Pending& each : group) {
    if (each.refusal.ok()) batches.push_back(&each.batch);
  }
  std::vector<core::Status> statuses;
  if (!batches.empty()) statuses = parts_.writer->Commit(batches);
  std::vector<core::Stored> stored;
  stored.reserve(group.size());
  size_t next = 0;
  for (const Pending& each : group) {
    stored.push_back({each.ticket, each.refusal.ok() ? statuses[next++] : each.refusal});
  }
  return stored;
}

void DurableStorage::Count(const std::vector<core::Stored>& stored) {
  const std::lock_guard lock(mutex_);
  ++counters_.groups;
  for (const core::Stored& each : stored) {
    uint64_t& count = each.status.ok()         ? counters_.durable
                      : IsRefusal(each.status) ? counters_.refused
                                               : counters_.failed;
    ++count;
    if (!IsRefusal(each.status)) health_ = each.status;
  }
}

}  // namespace node

#include "sim/world/simulated_storage.h"

#include <string>
#include <utility>

namespace sim {
namespace {

// A row's place in the tree, beside its bytes.
constexpr size_t kRowBytes = sizeof(std::pair<const core::StoreKey, core::Bytes>) + 32;

}  // namespace

void SimulatedStorage::HandOver(core::StoreRequest request) {
  waiting_.push_back(std::move(request));
}

bool SimulatedStorage::BeginGroup() {
  if (busy_ || waiting_.empty()) return false;
  writing_.swap(waiting_);
  busy_ = true;
  return true;
}

std::optional<core::Stored> SimulatedStorage::CompleteNext() {
  busy_ = !writing_.empty();
  if (!busy_) return std::nullopt;
  const core::StoreRequest request = std::move(writing_.front());
  writing_.pop_front();
  return core::Stored{request.ticket, Apply(request.batch)};
}

std::optional<core::Bytes> SimulatedStorage::Find(const core::StoreKey& at) const {
  const auto found = rows_.find(at);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

core::Status SimulatedStorage::Apply(const core::StoreBatch& batch) {
  RETURN_IF_ERROR(batch.CheckLimits());
  RETURN_IF_ERROR(batch.CheckCoreTables());
  for (size_t i = 0; i < batch.requirements.size(); ++i) {
    if (batch.requirements[i].Holds(Find(batch.requirements[i].at))) continue;
    return core::FailedPrecondition("store batch: requirement " + std::to_string(i) +
                                    " does not hold");
  }
  for (const core::StoreWrite& write : batch.writes) {
    if (write.value.has_value()) {
      rows_.insert_or_assign(write.at, *write.value);
    } else {
      rows_.erase(write.at);
    }
  }
  return absl::OkStatus();
}

void SimulatedStorage::Crash() {
  writing_.clear();
  waiting_.clear();
  busy_ = false;
}

void SimulatedStorage::CopyRows(std::vector<core::StoredRow>& rows) const {
  rows.clear();
  rows.reserve(rows_.size());
  for (const auto& [at, value] : rows_) rows.push_back({at, value});
}

size_t SimulatedStorage::MemoryUsage() const {
  size_t bytes = sizeof(SimulatedStorage);
  for (const auto& [at, value] : rows_) {
    bytes += kRowBytes + at.key.capacity() + value.capacity();
  }
  for (const auto* batches : {&writing_, &waiting_}) {
    for (const core::StoreRequest& request : *batches) {
      bytes += sizeof(core::StoreRequest) + request.batch.ByteCount();
    }
  }
  return bytes;
}

}  // namespace sim

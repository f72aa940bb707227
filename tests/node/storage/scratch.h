// What the tests of the store share: a folder of their own, completions that can be waited for, short
// ways to name keys and batches.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "node/storage/durable_storage.h"
#include "tests/node/base/scratch_folder.h"

namespace node {

class StoreFolder : public ScratchFolder {
 public:
  // Not inherited: clang 14 makes no constant of a class without a default constructor of its own.
  explicit StoreFolder(On on = On::kMemory) : ScratchFolder(on) {}

  [[nodiscard]] std::filesystem::path store() const { return path() / "store.db"; }
};

class Completions {
 public:
  [[nodiscard]] DurableStorage::Completed Sink() {
    return [this](std::vector<core::Stored> stored) {
      const std::lock_guard lock(mutex_);
      for (core::Stored& each : stored) all_.push_back(std::move(each));
      changed_.notify_all();
    };
  }

  // Fails when they do not come.
  void WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return all_.size() >= count; });
    EXPECT_TRUE(came) << all_.size() << " of " << count << " completions came";
  }

  // The first `count`, as soon as they are there; the rest may be, too.
  [[nodiscard]] std::vector<core::Stored> First(size_t count) {
    WaitFor(count);
    const std::lock_guard lock(mutex_);
    return all_;
  }

  [[nodiscard]] core::Status StatusOf(size_t index) {
    WaitFor(index + 1);
    const std::lock_guard lock(mutex_);
    return all_[index].status;
  }

  [[nodiscard]] size_t count() const {
    const std::lock_guard lock(mutex_);
    return all_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<core::Stored> all_;
};

// A store that is open; commits wait for their completion.
class OpenStore {
 public:
  explicit OpenStore(const std::filesystem::path& file) : OpenStore(StorageOptions{file}) {}

  explicit OpenStore(const StorageOptions& options) {
    auto opened = DurableStorage::Open(options, completions_.Sink());
    status_ = opened.status();
    if (opened.ok()) storage_ = *std::move(opened);
  }

  [[nodiscard]] const core::Status& status() const { return status_; }

  [[nodiscard]] DurableStorage& storage() { return *storage_; }

  [[nodiscard]] Completions& completions() { return completions_; }

  core::Status Commit(core::StoreBatch batch) {
    storage_->Commit({++tickets_}, std::move(batch));
    return completions_.StatusOf(tickets_ - 1);
  }

 private:
  Completions completions_;
  core::Status status_;
  std::unique_ptr<DurableStorage> storage_;  // Last: its destructor still reports.
  uint64_t tickets_ = 0;
};

inline core::Bytes BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

inline core::StoreKey At(std::string_view key, uint16_t table = 1) {
  return {core::TableId{table}, BytesOf(key)};
}

inline core::StoreBatch PutOf(std::string_view key, std::string_view value) {
  core::StoreBatch batch;
  batch.Put(At(key), BytesOf(value));
  return batch;
}

// "(none)", the value, or the error.
inline std::string ValueOf(core::Storage& storage, std::string_view key) {
  const auto value = storage.Get(At(key));
  if (!value.ok()) return std::string(core::MessageOf(value.status()));
  return value->has_value() ? std::string((*value)->begin(), (*value)->end()) : "(none)";
}

}  // namespace node

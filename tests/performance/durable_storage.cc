// The node's storage under the workload of stores/store_workload.h. The puts of a batch are batches of
// their own, handed over together: they share a commit as those of many callers do.
#include "node/storage/durable_storage.h"

#include <condition_variable>
#include <mutex>

#include "tests/performance/stores/store_workload.h"

namespace bench {
namespace {

class NodeStorage : public BlockStore {
 public:
  explicit NodeStorage(const std::string& folder) {
    auto opened = node::DurableStorage::Open(
        {folder + "/store.db"}, [this](const std::vector<core::Stored>& stored) { Take(stored); });
    Need(opened.ok(), "open");
    storage_ = *std::move(opened);
  }

  void Begin() override {}

  bool Put(const BlockKey& key, uint64_t version, const Block& block) override {
    const core::StoreKey at{core::TableId{1}, {key.begin(), key.end()}};
    core::StoreBatch batch;
    if (version == 0) {
      batch.Require(at, core::Requirement::Kind::kAbsent);
    } else {
      core::Bytes before(8);
      std::memcpy(before.data(), &version, 8);
      batch.Require(at, core::Requirement::Kind::kBegins, std::move(before));
    }
    batch.Put(at, {block.begin(), block.end()});
    storage_->Commit({++handed_over_}, std::move(batch));
    return true;
  }

  void Commit() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return durable_ == handed_over_; });
  }

  bool Get(const BlockKey& key, Block& block) override {
    const auto found = storage_->Get({core::TableId{1}, {key.begin(), key.end()}});
    if (!found.ok() || !found->has_value()) return false;
    std::copy((*found)->begin(), (*found)->end(), block.begin());
    return true;
  }

 private:
  void Take(const std::vector<core::Stored>& stored) {
    for (const core::Stored& each : stored) Need(each.status.ok(), "commit");
    const std::lock_guard lock(mutex_);
    durable_ += stored.size();
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t handed_over_ = 0;  // Of the one thread that puts.
  uint64_t durable_ = 0;
  std::unique_ptr<node::DurableStorage> storage_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::RunStore(
      "node",
      [](const std::string& folder) { return std::make_unique<bench::NodeStorage>(folder); }, argc,
      argv);
}

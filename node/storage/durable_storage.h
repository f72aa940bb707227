// core::Storage on a file: SQLite behind one writer thread with group commit.
//
// Batches wait in a queue; the writer takes all that wait (up to a size) into one transaction with one
// fsync, then reports them. Invariants, beside those of core/port/host.h: (1) Ok is reported after the
// fsync of the batch, never before; (2) reports come in the order of Commit, from the writer's thread,
// never from inside Commit; (3) what waits is bounded: beyond that a batch is refused with
// ResourceExhausted, in its turn; (4) a full disk or a failing one ends no thread: batches are refused
// with the reason while it lasts, reads go on, and the next batch tries again; (5) the destructor
// commits and reports everything that was handed over.
//
// Thread rule: Commit and Health from any thread; Get and Scan too, one at a time inside.
// Source: architecture.md, section 4; docs/storage.md; why SQLite: docs/decisions/0006.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/port/host.h"
#include "node/storage/group_writer.h"
#include "node/storage/row_table.h"
#include "node/storage/store_file.h"

namespace node {

struct StorageOptions {
  std::filesystem::path file;
  size_t group_bytes_max = size_t{8} << 20;     // Of one transaction, beyond its first batch.
  size_t pending_bytes_max = size_t{64} << 20;  // Of all that wait.
  uint64_t size_max = 0;  // Of the file; beyond, what would let it grow is refused. 0: the disk's.
};

struct StorageCounters {
  uint64_t durable = 0;  // Batches.
  uint64_t refused = 0;  // A requirement or a limit.
  uint64_t failed = 0;   // Room, damage, medium.
  uint64_t groups = 0;
};

class DurableStorage final : public core::Storage {
 public:
  // Called on the writer's thread with a group at a time. It may hand them on to the host's loop; it
  // must not call back into this object.
  using Completed = std::function<void(std::vector<core::Stored>)>;

  // Makes the store when there is none. Errors: docs/storage.md, section 4.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<DurableStorage>> Open(StorageOptions options,
                                                                            Completed completed);
  ~DurableStorage() override;

  void Commit(core::StoreTicket ticket, core::StoreBatch batch) override;
  [[nodiscard]] core::StatusOr<std::optional<core::Bytes>> Get(const core::StoreKey& at) override;
  [[nodiscard]] core::StatusOr<std::vector<core::StoreRow>> Scan(
      const core::ScanRange& range) override;

  // Ok, or why the last group or checkpoint failed.
  [[nodiscard]] core::Status Health() const;
  [[nodiscard]] StorageCounters counters() const;

 private:
  struct Pending {
    core::StoreTicket ticket;
    core::StoreBatch batch;
    size_t bytes = 0;
    core::Status refusal;  // Decided by Commit, reported in its turn.
  };

  // What is open; closed in the reverse order, the lock last.
  struct Parts {
    StoreLock lock;
    std::unique_ptr<GroupWriter> writer;  // Only the writer's thread, once that runs.
    std::unique_ptr<Connection> reads;
    RowTable rows;  // Over reads; guarded by reads_mutex_.
  };

  DurableStorage(StorageOptions options, Completed completed, Parts parts);

  void WriteUntilStopped();
  // Waits; nothing when stopped and drained.
  [[nodiscard]] std::vector<Pending> TakeGroup();
  [[nodiscard]] std::vector<core::Stored> Write(const std::vector<Pending>& group);
  void Count(const std::vector<core::Stored>& stored);

  const StorageOptions options_;
  const Completed completed_;
  Parts parts_;
  std::mutex reads_mutex_;

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable wake_;
  std::deque<Pending> pending_;
  size_t pending_bytes_ = 0;
  bool stopping_ = false;
  StorageCounters counters_;
  core::Status health_;

  std::thread thread_;
};

}  // namespace node

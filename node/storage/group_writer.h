// Applies batches in groups: one transaction, one fsync for as many batches as wait.
//
// Requirements of a batch are held against the store and the batches before it in the group; a batch
// whose requirement fails leaves no trace. When a group as a whole fails for want of room or for
// damage, it is rolled back and each of its batches tried alone, so that one batch takes no other with
// it; when the medium fails, all of them fail. Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/port/host.h"
#include "node/storage/connection.h"
#include "node/storage/row_table.h"

namespace node {

class GroupWriter {
 public:
  // REQUIRES: a store that CheckHeader and CheckLogOf found sound. `size_max`: bytes up to which its file may
  // grow; 0: no bound. One that is larger stays as it is.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<GroupWriter>> Open(
      const std::filesystem::path& file, uint64_t size_max);

  // One status per batch, in order; Ok means durable.
  [[nodiscard]] std::vector<core::Status> Commit(std::span<const core::StoreBatch* const> group);

  // Copies the log into the store when it has grown long; what it is called for between groups.
  [[nodiscard]] core::Status CheckpointIfDue();

 private:
  GroupWriter(std::unique_ptr<Connection> connection, RowTable rows, Statement begin,
              Statement commit);

  // The status of the transaction; those of the batches in `statuses` count only if it is Ok.
  [[nodiscard]] core::Status Transact(std::span<const core::StoreBatch* const> group,
                                      std::span<core::Status> statuses);
  [[nodiscard]] core::Status ApplyAll(std::span<const core::StoreBatch* const> group,
                                      std::span<core::Status> statuses);
  [[nodiscard]] core::Status CheckRequirements(const core::StoreBatch& batch);

  std::unique_ptr<Connection> connection_;
  RowTable rows_;
  Statement begin_;
  Statement commit_;
  int log_frames_ = 0;  // After the last commit.
};

}  // namespace node

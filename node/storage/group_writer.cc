#include "node/storage/group_writer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "node/storage/log_format.h"
#include "node/storage/store_file.h"

namespace node {
namespace {

constexpr int kLogFramesMax = 2'000;  // 8 MiB: then the log is copied into the store.

int RememberLogLength(void* frames, sqlite3*, const char*, int count) {
  *static_cast<int*>(frames) = count;
  return SQLITE_OK;
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection, RowTable rows, Statement begin,
                         Statement commit)
    : connection_(std::move(connection)),
      rows_(std::move(rows)),
      begin_(std::move(begin)),
      commit_(std::move(commit)) {
  sqlite3_wal_hook(connection_->get(), RememberLogLength, &log_frames_);
}

core::StatusOr<std::unique_ptr<GroupWriter>> GroupWriter::Open(const std::filesystem::path& file,
                                                               uint64_t size_max) {
  ASSIGN_OR_RETURN(auto connection, Connect(file));
  if (size_max > 0) {
    // A full store fails as a full disk does.
    const std::string pages = std::to_string(size_max / kPageBytes);
    RETURN_IF_ERROR(connection->Execute(("PRAGMA max_page_count = " + pages).c_str()));
  }
  ASSIGN_OR_RETURN(RowTable rows, RowTable::Open(*connection));
  ASSIGN_OR_RETURN(Statement begin, connection->Prepare("BEGIN IMMEDIATE"));
  ASSIGN_OR_RETURN(Statement commit, connection->Prepare("COMMIT"));
  return std::unique_ptr<GroupWriter>(
      new GroupWriter(std::move(connection), std::move(rows), std::move(begin), std::move(commit)));
}

std::vector<core::Status> GroupWriter::Commit(std::span<const core::StoreBatch* const> group) {
  std::vector<core::Status> statuses(group.size());
  const core::Status whole = Transact(group, statuses);
  if (whole.ok()) return statuses;
  if (group.size() == 1 || absl::IsUnavailable(whole)) {
    std::fill(statuses.begin(), statuses.end(), whole);
    return statuses;
  }
  for (size_t i = 0; i < group.size(); ++i) {
    const core::Status alone = Transact(group.subspan(i, 1), std::span(statuses).subspan(i, 1));
    if (!alone.ok()) statuses[i] = alone;
  }
  return statuses;
}

core::Status GroupWriter::Transact(std::span<const core::StoreBatch* const> group,
                                   std::span<core::Status> statuses) {
  RETURN_IF_ERROR(begin_.Run());
  core::Status status = ApplyAll(group, statuses);
  if (status.ok()) status = commit_.Run();
  // After some errors SQLite has rolled back by itself; then this has nothing to do.
  if (!status.ok() && sqlite3_get_autocommit(connection_->get()) == 0) {
    static_cast<void>(connection_->Execute("ROLLBACK"));
  }
  return status;
}

core::Status GroupWriter::ApplyAll(std::span<const core::StoreBatch* const> group,
                                   std::span<core::Status> statuses) {
  for (size_t i = 0; i < group.size(); ++i) {
    statuses[i] = CheckRequirements(*group[i]);
    if (!statuses[i].ok()) continue;
    for (const core::StoreWrite& write : group[i]->writes) RETURN_IF_ERROR(rows_.Apply(write));
  }
  return absl::OkStatus();
}

core::Status GroupWriter::CheckRequirements(const core::StoreBatch& batch) {
  for (size_t i = 0; i < batch.requirements.size(); ++i) {
    const core::Requirement& requirement = batch.requirements[i];
    ASSIGN_OR_RETURN(const std::optional<core::Bytes> found, rows_.Find(requirement.at));
    if (!requirement.Holds(found)) {
      return core::FailedPrecondition("store batch: requirement " + std::to_string(i) +
                                      " does not hold");
    }
  }
  return absl::OkStatus();
}

core::Status GroupWriter::CheckpointIfDue() {
  if (log_frames_ < kLogFramesMax) return absl::OkStatus();
  const int code = sqlite3_wal_checkpoint_v2(connection_->get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  log_frames_ = 0;
  // Busy: a reader or a backup needs the log's beginning; the next group tries again.
  if (code == SQLITE_OK || code == SQLITE_BUSY) return absl::OkStatus();
  return connection_->Failure("checkpoint", code);
}

}  // namespace node

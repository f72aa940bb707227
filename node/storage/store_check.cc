#include "node/storage/store_check.h"

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "core/port/host.h"
#include "node/storage/connection.h"
#include "node/storage/row_table.h"
#include "node/storage/store_file.h"

namespace node {
namespace {

core::StatusOr<std::unique_ptr<Connection>> ConnectToRead(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(auto connection, Connect(file));
  RETURN_IF_ERROR(connection->Execute("PRAGMA query_only = ON"));
  return connection;
}

core::StatusOr<int64_t> Number(const Connection& connection, const char* sql) {
  ASSIGN_OR_RETURN(Statement statement, connection.Prepare(sql));
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.Integer(0) : 0;
}

core::Status CheckTrees(const std::filesystem::path& file, const Connection& connection) {
  ASSIGN_OR_RETURN(Statement check, connection.Prepare("PRAGMA integrity_check(1)"));
  ASSIGN_OR_RETURN(const bool found, check.Step());
  const std::string text = found ? check.Text(0) : "no answer";
  if (text == "ok") return absl::OkStatus();
  return core::DataLoss("store " + file.string() + ": " + text + "; damaged; restore a backup");
}

core::Status CheckRows(const Connection& connection, StoreReport& report) {
  ASSIGN_OR_RETURN(RowTable rows, RowTable::Open(connection));
  ASSIGN_OR_RETURN(Statement tables, connection.Prepare("SELECT DISTINCT space FROM rows"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, tables.Step());
    if (!found) return absl::OkStatus();
    core::ScanRange range{core::TableId{static_cast<uint16_t>(tables.Integer(0))}, {}, {}};
    while (true) {
      ASSIGN_OR_RETURN(const auto page, rows.Scan(range));
      if (page.empty()) break;
      for (const core::StoreRow& row : page) report.value_bytes += row.value.size();
      report.rows += page.size();
      range.after = page.back().key;
    }
  }
}

// What moves under a running node is left to SQLite, which knows when it may be read.
core::Status CheckFiles(const std::filesystem::path& file) {
  if (StoreLock::IsTaken(file)) return absl::OkStatus();
  RETURN_IF_ERROR(CheckHeader(file));
  return CheckLogOf(file);
}

core::StatusOr<StoreReport> CheckContent(const std::filesystem::path& file,
                                         Connection& connection) {
  StoreReport report;
  RETURN_IF_ERROR(connection.Execute("BEGIN"));  // One snapshot for all that follows.
  RETURN_IF_ERROR(CheckTrees(file, connection));
  RETURN_IF_ERROR(CheckRows(connection, report));
  ASSIGN_OR_RETURN(const int64_t pages, Number(connection, "PRAGMA page_count"));
  ASSIGN_OR_RETURN(const int64_t schema, Number(connection, "PRAGMA user_version"));
  report.pages = static_cast<uint64_t>(pages);
  report.schema = static_cast<uint32_t>(schema);
  return report;
}

core::Status CopyPages(const Connection& from, const std::filesystem::path& target) {
  ASSIGN_OR_RETURN(const auto to, Connection::Open(target, Connection::Access::kReadWrite));
  // The copy is nobody's yet: straight into the file, not through a log.
  RETURN_IF_ERROR(to->Execute("PRAGMA journal_mode = DELETE"));
  sqlite3_backup* backup = sqlite3_backup_init(to->get(), "main", from.get(), "main");
  if (backup == nullptr) return to->Failure("copy", sqlite3_extended_errcode(to->get()));
  const int step = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (step == SQLITE_DONE) return absl::OkStatus();
  // The error may be of either side; it is reported with the code of the copy.
  const core::Status source = from.Failure("copy", step);
  return absl::IsDataLoss(source) ? source : to->Failure("copy", step);
}

core::StatusOr<StoreReport> WriteCopy(const std::filesystem::path& file,
                                      const std::filesystem::path& copy) {
  const std::filesystem::path temporary = TemporaryName(copy);
  RETURN_IF_ERROR(CreateStore(temporary));
  {
    ASSIGN_OR_RETURN(const auto from, ConnectToRead(file));
    RETURN_IF_ERROR(CopyPages(*from, temporary));
  }
  ASSIGN_OR_RETURN(const StoreReport report, CheckStore(temporary));
  RETURN_IF_ERROR(Publish(copy));
  return report;
}

}  // namespace

core::StatusOr<StoreReport> CheckStore(const std::filesystem::path& file) {
  RETURN_IF_ERROR(CheckFiles(file));
  ASSIGN_OR_RETURN(const auto connection, ConnectToRead(file));
  return CheckContent(file, *connection);
}

core::StatusOr<StoreReport> BackUpStore(const std::filesystem::path& file,
                                        const std::filesystem::path& copy) {
  RETURN_IF_ERROR(CheckFiles(file));
  std::error_code ignored;
  if (std::filesystem::exists(copy, ignored)) {
    return core::InvalidArgument("store copy " + copy.string() +
                                 ": found a file, allowed: a name that is free");
  }
  auto report = WriteCopy(file, copy);
  RemoveFiles(TemporaryName(copy));
  return report;
}

}  // namespace node

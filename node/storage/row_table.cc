#include "node/storage/row_table.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "node/storage/checksum.h"

namespace node {
namespace {

constexpr char kCreate[] =
    "CREATE TABLE rows (space INTEGER, key BLOB, value BLOB NOT NULL, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID";
constexpr char kFind[] = "SELECT value, checksum FROM rows WHERE space = ?1 AND key = ?2";
constexpr char kScan[] =
    "SELECT key, value, checksum FROM rows WHERE space = ?1 AND key >= ?2 ORDER BY key LIMIT ?3";
constexpr char kPut[] = "REPLACE INTO rows VALUES (?1, ?2, ?3, ?4)";
constexpr char kRemove[] = "DELETE FROM rows WHERE space = ?1 AND key = ?2";

core::Bytes Copy(std::span<const uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

// Where a scan begins: the least key that is above `after` and not below the prefix.
core::Bytes FirstKey(const core::ScanRange& range) {
  if (!range.after.has_value()) return range.prefix;
  core::Bytes next = *range.after;
  next.push_back(0);
  return std::max(next, range.prefix);
}

bool BeginsWith(std::span<const uint8_t> key, const core::Bytes& prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

core::Status DamagedRow(core::TableId table, std::span<const uint8_t> key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "store: table " + std::to_string(table.value) + ", key ";
  for (const uint8_t byte : key) text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return core::DataLoss(text + ": the row does not fit its checksum; damaged");
}

core::Status CheckRow(core::TableId table, std::span<const uint8_t> key,
                      std::span<const uint8_t> value, int64_t checksum) {
  if (RowChecksum(table, key, value) == static_cast<uint64_t>(checksum)) return absl::OkStatus();
  return DamagedRow(table, key);
}

}  // namespace

core::Status RowTable::Create(Connection& connection) {
  return connection.Execute(kCreate);
}

core::StatusOr<RowTable> RowTable::Open(const Connection& connection) {
  ASSIGN_OR_RETURN(Statement find, connection.Prepare(kFind));
  ASSIGN_OR_RETURN(Statement scan, connection.Prepare(kScan));
  ASSIGN_OR_RETURN(Statement put, connection.Prepare(kPut));
  ASSIGN_OR_RETURN(Statement remove, connection.Prepare(kRemove));
  return RowTable(std::move(find), std::move(scan), std::move(put), std::move(remove));
}

core::StatusOr<std::optional<core::Bytes>> RowTable::Find(const core::StoreKey& at) {
  find_.BindInteger(1, at.table.value);
  find_.BindBlob(2, at.key);
  ASSIGN_OR_RETURN(const bool found, find_.Step());
  std::optional<core::Bytes> value;
  core::Status status;
  if (found) {
    status = CheckRow(at.table, at.key, find_.Blob(0), find_.Integer(1));
    value = Copy(find_.Blob(0));
  }
  find_.Reset();
  if (!status.ok()) return status;
  return value;
}

core::StatusOr<std::vector<core::StoreRow>> RowTable::Scan(const core::ScanRange& range) {
  const core::Bytes first = FirstKey(range);
  scan_.BindInteger(1, range.table.value);
  scan_.BindBlob(2, first);
  scan_.BindInteger(3, static_cast<int64_t>(range.rows_max));
  std::vector<core::StoreRow> rows;
  core::Status status;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, scan_.Step());
    if (!found || !BeginsWith(scan_.Blob(0), range.prefix)) break;
    status = CheckRow(range.table, scan_.Blob(0), scan_.Blob(1), scan_.Integer(2));
    if (!status.ok()) break;
    rows.push_back({Copy(scan_.Blob(0)), Copy(scan_.Blob(1))});
  }
  scan_.Reset();
  if (!status.ok()) return status;
  return rows;
}

core::Status RowTable::Apply(const core::StoreWrite& write) {
  Statement& statement = write.value.has_value() ? put_ : remove_;
  statement.BindInteger(1, write.at.table.value);
  statement.BindBlob(2, write.at.key);
  if (write.value.has_value()) {
    statement.BindBlob(3, *write.value);
    statement.BindInteger(
        4, static_cast<int64_t>(RowChecksum(write.at.table, write.at.key, *write.value)));
  }
  return statement.Run();
}

}  // namespace node

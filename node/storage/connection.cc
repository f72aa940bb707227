#include "node/storage/connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/base/check.h"
#include "node/storage/checked_vfs.h"

namespace node {
namespace {

constexpr int kPatienceMs = 5'000;

bool MeansNoRoom(int primary, int system_error) {
  if (primary == SQLITE_FULL) return true;
  const bool is_io = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  return is_io && (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

bool MeansDamage(int primary, int code) {
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code == SQLITE_IOERR_DATA;
}

}  // namespace

void Statement::BindInteger(int parameter, int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK);
}

void Statement::BindBlob(int parameter, std::span<const uint8_t> bytes) {
  static constexpr uint8_t kNothing = 0;  // A null pointer would bind NULL, not an empty blob.
  const void* data = bytes.empty() ? &kNothing : bytes.data();
  CHECK(sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC) ==
        SQLITE_OK);
}

core::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  core::Status failure = connection_->Failure(sqlite3_sql(statement_.get()), code);
  Reset();
  return failure;
}

core::Status Statement::Run() {
  const auto row = Step();
  Reset();
  return row.status();
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
}

int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::span<const uint8_t> Statement::Blob(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string Statement::Text(int column) const {
  const std::span<const uint8_t> bytes = Blob(column);
  return {bytes.begin(), bytes.end()};
}

core::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::filesystem::path& file,
                                                             Access access) {
  const int create = access == Access::kCreate ? SQLITE_OPEN_CREATE : 0;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, CheckedVfs());
  CHECK(raw != nullptr);
  std::unique_ptr<Connection> connection(new Connection(file, raw));
  sqlite3_extended_result_codes(raw, 1);
  if (code != SQLITE_OK) return connection->Failure("open", code);
  sqlite3_busy_timeout(raw, kPatienceMs);
  return connection;
}

core::Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Failure(sql, code);
}

core::StatusOr<Statement> Connection::Prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failure(sql, code);
  return Statement(this, statement);
}

core::Status Connection::Failure(std::string_view doing, int code) const {
  const int primary = code & 0xff;
  const int system_error = LastSystemError(get(), code);
  std::string text = "store " + file_.string() + ": " + std::string(doing) + ": ";
  if (MeansNoRoom(primary, system_error)) {
    return core::ResourceExhausted(
        text + "no room on the disk, in the quota or below the file-size limit");
  }
  text += sqlite3_errmsg(get());
  if (MeansDamage(primary, code)) return core::DataLoss(text + LastDamage(get()) + "; damaged");
  if (system_error != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
    text += ": " + std::generic_category().message(system_error);
  }
  return core::Unavailable(text + " (SQLite code " + std::to_string(code) + ")");
}

}  // namespace node

// SQLite as the store uses it: a connection and its prepared statements, closed when they go.
//
// Errors become Status with what was being done, where, and what was found. A full disk, a used-up
// quota and a file-size limit are all ResourceExhausted; what cannot be right in the file is
// DataLoss; every other failure of the medium is Unavailable. Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "core/base/status.h"

namespace node {

class Statement {
 public:
  // REQUIRES: parameters are numbered from one; a blob stays alive until Reset.
  void BindInteger(int parameter, int64_t value);
  void BindBlob(int parameter, std::span<const uint8_t> bytes);

  // Whether there is a row to read.
  [[nodiscard]] core::StatusOr<bool> Step();
  // For statements without rows: one step, then Reset.
  [[nodiscard]] core::Status Run();
  // Ends the read; after it, columns are gone and parameters may be bound again.
  void Reset();

  // Of the row that Step found; columns are numbered from zero, blobs valid until the next call.
  [[nodiscard]] int64_t Integer(int column) const;
  [[nodiscard]] std::span<const uint8_t> Blob(int column) const;
  [[nodiscard]] std::string Text(int column) const;

 private:
  friend class Connection;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Statement(const class Connection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  const class Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
 public:
  enum class Access { kReadWrite, kCreate };

  // Through the checked layer. Waits up to five seconds for another writer.
  [[nodiscard]] static core::StatusOr<std::unique_ptr<Connection>> Open(
      const std::filesystem::path& file, Access access);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One or more statements whose rows nobody wants.
  [[nodiscard]] core::Status Execute(const char* sql);
  [[nodiscard]] core::StatusOr<Statement> Prepare(const char* sql) const;
  // The connection's last error as a Status.
  [[nodiscard]] core::Status Failure(std::string_view doing, int code) const;

  [[nodiscard]] sqlite3* get() const { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };

  Connection(std::filesystem::path file, sqlite3* connection)
      : file_(std::move(file)), connection_(connection) {}

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace node

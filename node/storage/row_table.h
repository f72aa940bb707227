// The rows of the store through one connection: every row carries a checksum over its table, key and
// value, written with it and held against it on every read. docs/storage.md, section 2.
//
// Thread rule: that of the connection.
#pragma once

#include <optional>
#include <vector>

#include "core/port/host.h"
#include "node/storage/connection.h"

namespace node {

class RowTable {
 public:
  // Creates what the present schema consists of. REQUIRES: an empty store.
  [[nodiscard]] static core::Status Create(Connection& connection);
  // The connection must outlive it.
  [[nodiscard]] static core::StatusOr<RowTable> Open(const Connection& connection);

  [[nodiscard]] core::StatusOr<std::optional<core::Bytes>> Find(const core::StoreKey& at);
  [[nodiscard]] core::StatusOr<std::vector<core::StoreRow>> Scan(const core::ScanRange& range);
  // One transaction of its own unless one is open.
  [[nodiscard]] core::Status Apply(const core::StoreWrite& write);

 private:
  RowTable(Statement find, Statement scan, Statement put, Statement remove)
      : find_(std::move(find)),
        scan_(std::move(scan)),
        put_(std::move(put)),
        remove_(std::move(remove)) {}

  Statement find_;
  Statement scan_;
  Statement put_;
  Statement remove_;
};

}  // namespace node

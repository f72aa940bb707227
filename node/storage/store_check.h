// What an operator does with a store: check the whole of it, copy it while it is in use.
//
// Both may run beside a node that has the store open, from the same process or another one: they read
// one snapshot and take no lock that a writer waits for. While a copy runs, the log grows.
// Thread rule: any thread; each call has a connection of its own.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/status.h"

namespace node {

struct StoreReport {
  uint64_t rows = 0;
  uint64_t value_bytes = 0;
  uint64_t pages = 0;
  uint32_t schema = 0;
};

// Reads everything: header and log (unless a node has the store open), every page and its place in the
// tree, every row's checksum. DataLoss with the first damage found.
[[nodiscard]] core::StatusOr<StoreReport> CheckStore(const std::filesystem::path& file);

// A consistent copy of what is committed now. It is written under a temporary name, checked as a whole,
// synced, then renamed. REQUIRES: nothing at `copy`; an existing file is refused.
[[nodiscard]] core::StatusOr<StoreReport> BackUpStore(const std::filesystem::path& file,
                                                      const std::filesystem::path& copy);

}  // namespace node

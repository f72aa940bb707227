// The file of a store: who may have it open, whether it is ours, how it comes to be.
//
// Beside FILE lie FILE-wal (the log), FILE-shm (its index, rebuilt at will) and FILE.lock. Invariants:
// (1) at most one process holds the lock; it ends with the process; (2) FILE appears complete, by a
// rename, or not at all; (3) a file that is not ours, newer than us, or damaged in its first page or
// its log is refused before anything is written to it.
// Errors say what, where, found and allowed. Source: docs/storage.md, sections 1 and 4.
// Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "core/base/status.h"
#include "node/storage/connection.h"

namespace node {

inline constexpr uint32_t kStoreApplication = 0x4f726257;  // "OrbW", SQLite's application_id.
inline constexpr uint32_t kStoreSchema = 1;                // SQLite's user_version.

class StoreLock {
 public:
  // Unavailable with the holder's process id when another one has it.
  [[nodiscard]] static core::StatusOr<StoreLock> Take(const std::filesystem::path& file);

  // Whether somebody has it now. Creates and changes nothing.
  [[nodiscard]] static bool IsTaken(const std::filesystem::path& file);

  ~StoreLock();
  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&&) = delete;

 private:
  explicit StoreLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// An I/O error of the system as a Status: ResourceExhausted when there is no room, else Unavailable.
[[nodiscard]] core::Status SystemFailure(const std::filesystem::path& file, std::string_view doing,
                                         int error);

// Ok when the file can be opened as a store. Writes nothing. REQUIRES: the lock, for CheckLogOf.
[[nodiscard]] core::Status CheckHeader(const std::filesystem::path& file);
[[nodiscard]] core::Status CheckLogOf(const std::filesystem::path& file);

// Makes an empty store under its temporary name, then publishes it.
[[nodiscard]] core::Status CreateStore(const std::filesystem::path& file);
[[nodiscard]] std::filesystem::path TemporaryName(const std::filesystem::path& file);
// Syncs what stands under the temporary name, renames it to `file`, syncs the folder.
[[nodiscard]] core::Status Publish(const std::filesystem::path& file);
// The file and what SQLite keeps beside it, as far as they are there.
void RemoveFiles(const std::filesystem::path& file);

// A connection as every user of a store wants it: FULL synchronous, no cache spill, own checkpoints.
[[nodiscard]] core::StatusOr<std::unique_ptr<Connection>> Connect(
    const std::filesystem::path& file);

}  // namespace node

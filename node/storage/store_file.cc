#include "node/storage/store_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/codec/big_endian.h"
#include "node/storage/checked_vfs.h"
#include "node/storage/checksum.h"
#include "node/storage/log_format.h"
#include "node/storage/row_table.h"

namespace node {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr mode_t kMode = 0600;

// Offsets in the first page, https://www.sqlite.org/fileformat2.html section 1.3.
constexpr size_t kPageSizeAt = 16;
constexpr size_t kReservedAt = 20;
constexpr size_t kSchemaAt = 60;
constexpr size_t kApplicationAt = 68;

constexpr char kNewStore[] =
    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;"
    "PRAGMA application_id = 1332896343; PRAGMA user_version = 1;";
static_assert(kStoreApplication == 1332896343 && kStoreSchema == 1 && kPageBytes == 4096);

constexpr char kSettings[] =
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_spill = OFF;"
    "PRAGMA cache_size = -32768; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;"
    "PRAGMA journal_size_limit = 16777216;";

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : descriptor_(open(file.c_str(), flags | O_CLOEXEC, kMode)) {}

  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }

  [[nodiscard]] int Release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

core::Status Sync(const std::filesystem::path& file, int flags) {
  const Descriptor opened(file, flags);
  if (opened.get() < 0) return SystemFailure(file, "open", errno);
  if (fsync(opened.get()) != 0) return SystemFailure(file, "fsync", errno);
  return absl::OkStatus();
}

std::filesystem::path FolderOf(const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

std::filesystem::path LockName(const std::filesystem::path& file) {
  return file.string() + ".lock";
}

std::string HolderOf(int lock_descriptor) {
  std::array<char, 24> text{};
  const ssize_t count = pread(lock_descriptor, text.data(), text.size(), 0);
  return count > 0 ? std::string(text.data(), static_cast<size_t>(count)) : "unknown";
}

std::string Hex(uint64_t value) {
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
  return text;
}

core::Status Foreign(const std::filesystem::path& file, const std::string& what) {
  return core::InvalidArgument("store " + file.string() + ": not an Orbweaver store: " + what);
}

// A crash in a checkpoint may leave any page half written; then the log has it whole. So with a log
// this is left to SQLite, which reads the page from wherever it is valid.
bool IsWhole(const std::filesystem::path& file, std::span<const uint8_t> page) {
  std::error_code error;
  const uintmax_t log = std::filesystem::file_size(file.string() + "-wal", error);
  if (!error && log >= kLogHeaderBytes + kFrameBytes) return true;
  const uint64_t stated = core::GetBigEndian<8>(page.data() + kPageBytes - kChecksumBytes);
  return stated == PageChecksum(1, page.first(kPageBytes - kChecksumBytes));
}

core::Status CheckFirstPage(const std::filesystem::path& file, std::span<const uint8_t> page) {
  const std::string_view magic(reinterpret_cast<const char*>(page.data()), kMagic.size());
  if (magic != kMagic) return Foreign(file, "found no SQLite header, allowed: \"SQLite format 3\"");
  const uint64_t application = core::GetBigEndian<4>(page.data() + kApplicationAt);
  if (application != kStoreApplication) {
    return Foreign(
        file, "application id found " + Hex(application) + ", allowed " + Hex(kStoreApplication));
  }
  const uint64_t schema = core::GetBigEndian<4>(page.data() + kSchemaAt);
  if (schema > kStoreSchema) {
    return core::FailedPrecondition("store " + file.string() + ": schema version found " +
                                    std::to_string(schema) + ", allowed up to " +
                                    std::to_string(kStoreSchema) +
                                    ": a newer program wrote it; use that one or restore a backup");
  }
  if (core::GetBigEndian<2>(page.data() + kPageSizeAt) != kPageBytes ||
      page[kReservedAt] != kChecksumBytes || !IsWhole(file, page)) {
    return core::DataLoss(
        "store " + file.string() +
        ": page 1: the page does not fit its checksum; damaged; restore a backup");
  }
  return absl::OkStatus();
}

core::Status FillNewStore(const std::filesystem::path& file) {
  {
    const Descriptor opened(
        file, O_RDWR | O_CREAT | O_EXCL);  // SQLite would be less strict with the mode.
    if (opened.get() < 0) return SystemFailure(file, "create", errno);
  }
  ASSIGN_OR_RETURN(const auto connection, Connection::Open(file, Connection::Access::kCreate));
  RETURN_IF_ERROR(connection->Execute("PRAGMA page_size = 4096"));
  int reserved = kChecksumBytes;
  CHECK(sqlite3_file_control(connection->get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) ==
        SQLITE_OK);
  RETURN_IF_ERROR(connection->Execute(kNewStore));
  RETURN_IF_ERROR(RowTable::Create(*connection));
  return connection->Execute("PRAGMA journal_mode = WAL");
}

}  // namespace

bool StoreLock::IsTaken(const std::filesystem::path& file) {
  const Descriptor opened(LockName(file), O_RDONLY);
  return opened.get() >= 0 && flock(opened.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

core::StatusOr<StoreLock> StoreLock::Take(const std::filesystem::path& file) {
  const std::filesystem::path name = LockName(file);
  Descriptor opened(name, O_RDWR | O_CREAT);
  if (opened.get() < 0) return SystemFailure(name, "open", errno);
  if (flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemFailure(name, "lock", errno);
    return core::Unavailable("store " + file.string() + ": in use by process " +
                             HolderOf(opened.get()) + ", allowed: one at a time");
  }
  // For the other's error message only: whether it can be written does not matter.
  const std::string holder = std::to_string(getpid());
  if (ftruncate(opened.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(opened.get(), holder.data(), holder.size(), 0);
  }
  return StoreLock(opened.Release());
}

StoreLock::~StoreLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

StoreLock::StoreLock(StoreLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

core::Status SystemFailure(const std::filesystem::path& file, std::string_view doing, int error) {
  const std::string text = "store " + file.string() + ": " + std::string(doing) + ": " +
                           std::generic_category().message(error);
  const bool no_room = error == ENOSPC || error == EDQUOT || error == EFBIG;
  if (error == ENOENT) return core::NotFound(text);
  return no_room ? core::ResourceExhausted(text) : core::Unavailable(text);
}

core::Status CheckHeader(const std::filesystem::path& file) {
  const Descriptor opened(file, O_RDONLY);
  if (opened.get() < 0) return SystemFailure(file, "open", errno);
  std::array<uint8_t, kPageBytes> page{};
  const ssize_t count = pread(opened.get(), page.data(), page.size(), 0);
  if (count < 0) return SystemFailure(file, "read", errno);
  if (static_cast<size_t>(count) < page.size()) {
    return Foreign(file, "found " + std::to_string(count) + " bytes, allowed: one page of " +
                             std::to_string(kPageBytes) + " and more");
  }
  return CheckFirstPage(file, page);
}

core::Status CheckLogOf(const std::filesystem::path& file) {
  return CheckLog(file.string() + "-wal");
}

void RemoveFiles(const std::filesystem::path& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::error_code ignored;
    std::filesystem::remove(file.string() + suffix, ignored);
  }
}

std::filesystem::path TemporaryName(const std::filesystem::path& file) {
  return file.string() + ".new";
}

core::Status Publish(const std::filesystem::path& file) {
  const std::filesystem::path temporary = TemporaryName(file);
  RETURN_IF_ERROR(Sync(temporary, O_RDWR));
  if (rename(temporary.c_str(), file.c_str()) != 0) return SystemFailure(file, "rename", errno);
  return Sync(FolderOf(file), O_RDONLY | O_DIRECTORY);
}

core::Status CreateStore(const std::filesystem::path& file) {
  const std::filesystem::path temporary = TemporaryName(file);
  RemoveFiles(temporary);
  core::Status status = FillNewStore(temporary);
  if (status.ok()) status = Publish(file);
  if (!status.ok()) RemoveFiles(temporary);
  return status;
}

core::StatusOr<std::unique_ptr<Connection>> Connect(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(file, Connection::Access::kReadWrite));
  RETURN_IF_ERROR(connection->Execute(kSettings));
  return connection;
}

}  // namespace node

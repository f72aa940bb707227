#include "node/storage/checked_vfs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

#include <sqlite3.h>

#include "core/base/check.h"
#include "core/codec/big_endian.h"
#include "node/storage/checksum.h"
#include "node/storage/log_format.h"

namespace node {
namespace {

constexpr size_t kContentBytes = kPageBytes - kChecksumBytes;
constexpr sqlite3_int64 kPage = kPageBytes;

// In SQLite's memory, directly followed by the file of the layer below.
struct CheckedFile {
  sqlite3_file base;
  bool is_log;
  sqlite3_int64 damaged_page;  // Of the store, or frame of the log; from one, 0: none was seen.
  int changed;                 // What the layer below said of the last write, sync or truncation.
  int system_error;            // Why that failed, an errno; 0: it went well.

  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

CheckedFile* Checked(sqlite3_file* file) {
  return reinterpret_cast<CheckedFile*>(file);
}

sqlite3_file* Below(sqlite3_file* file) {
  return Checked(file)->below();
}

bool IsPage(int amount, sqlite3_int64 offset) {
  return amount == static_cast<int>(kPageBytes) && offset % kPage == 0;
}

uint64_t NumberAt(sqlite3_int64 offset) {
  return static_cast<uint64_t>(offset / kPage) + 1;
}

bool PageIsSound(std::span<const uint8_t> page, uint64_t number) {
  const uint64_t stated = core::GetBigEndian<8>(page.data() + kContentBytes);
  if (stated == PageChecksum(number, page.first(kContentBytes))) return true;
  return std::all_of(page.begin(), page.end(), [](uint8_t byte) { return byte == 0; });
}

int ReadStorePage(CheckedFile* file, void* buffer, sqlite3_int64 offset) {
  sqlite3_file* below = file->below();
  const int code = below->pMethods->xRead(below, buffer, static_cast<int>(kPageBytes), offset);
  if (code != SQLITE_OK) return code;
  if (PageIsSound({static_cast<const uint8_t*>(buffer), kPageBytes}, NumberAt(offset))) return code;
  file->damaged_page = static_cast<sqlite3_int64>(NumberAt(offset));
  return SQLITE_IOERR_DATA;
}

// The frame's header, its predecessor's checksum and the log's header are read again each time:
// a log page is read once per checkpoint and when it has left SQLite's cache, which is seldom.
int FrameIsSound(sqlite3_file* below, std::span<const uint8_t> page, sqlite3_int64 frame_at,
                 bool* sound) {
  const auto read = [&](std::span<uint8_t> out, sqlite3_int64 from) {
    return below->pMethods->xRead(below, out.data(), static_cast<int>(out.size()), from);
  };
  std::array<uint8_t, kLogHeaderBytes> head{};
  std::array<uint8_t, kFrameHeaderBytes> header{};
  std::array<uint8_t, 8> before{};
  int code = read(head, 0);
  if (code == SQLITE_OK) code = read(header, frame_at);
  if (code == SQLITE_OK) {
    const bool is_first = frame_at == static_cast<sqlite3_int64>(kLogHeaderBytes);
    code = read(before, is_first ? 24 : frame_at - static_cast<sqlite3_int64>(kFrameBytes) + 16);
  }
  if (code != SQLITE_OK) return code;
  const LogHeader log(head);
  const LogFrame frame(header);
  const LogChecksum chain{static_cast<uint32_t>(core::GetBigEndian<4>(before.data())),
                          static_cast<uint32_t>(core::GetBigEndian<4>(before.data() + 4))};
  *sound = log.IsValid() && frame.salt == log.salt() &&
           frame.checksum == FrameChecksum(chain, log.IsBigEndian(), header, page);
  return SQLITE_OK;
}

int ReadLogPage(CheckedFile* file, void* buffer, sqlite3_int64 offset) {
  sqlite3_file* below = file->below();
  int code = below->pMethods->xRead(below, buffer, static_cast<int>(kPageBytes), offset);
  if (code != SQLITE_OK) return code;
  const sqlite3_int64 frame_at = offset - static_cast<sqlite3_int64>(kFrameHeaderBytes);
  bool sound = false;
  code = FrameIsSound(below, {static_cast<const uint8_t*>(buffer), kPageBytes}, frame_at, &sound);
  if (code != SQLITE_OK || sound) return code;
  file->damaged_page = (frame_at - static_cast<sqlite3_int64>(kLogHeaderBytes)) /
                           static_cast<sqlite3_int64>(kFrameBytes) +
                       1;
  return SQLITE_IOERR_DATA;
}

int Read(sqlite3_file* file, void* buffer, int amount, sqlite3_int64 offset) {
  CheckedFile* checked = Checked(file);
  if (!checked->is_log && IsPage(amount, offset)) return ReadStorePage(checked, buffer, offset);
  if (checked->is_log && amount == static_cast<int>(kPageBytes)) {
    return ReadLogPage(checked, buffer, offset);
  }
  return checked->below()->pMethods->xRead(checked->below(), buffer, amount, offset);
}

// SQLite forgets the system's error where a commit fails.
int Noted(CheckedFile* file, int code) {
  file->system_error = code == SQLITE_OK ? 0 : errno;
  file->changed = code;
  return code;
}

// A file-size limit and a quota are a full disk to SQLite, too: then it rolls back and says so.
int WriteBelow(CheckedFile* file, const void* buffer, int amount, sqlite3_int64 offset) {
  sqlite3_file* below = file->below();
  const int code = Noted(file, below->pMethods->xWrite(below, buffer, amount, offset));
  const bool no_room =
      code == SQLITE_IOERR_WRITE && (file->system_error == EFBIG || file->system_error == EDQUOT);
  return no_room ? SQLITE_FULL : code;
}

int Write(sqlite3_file* file, const void* buffer, int amount, sqlite3_int64 offset) {
  CheckedFile* checked = Checked(file);
  if (checked->is_log || !IsPage(amount, offset)) {
    return WriteBelow(checked, buffer, amount, offset);
  }
  std::array<uint8_t, kPageBytes> page;  // NOLINT: every byte is written below.
  std::memcpy(page.data(), buffer, kContentBytes);
  const std::span<const uint8_t> content(page.data(), kContentBytes);
  core::PutBigEndian<8>(page.data() + kContentBytes, PageChecksum(NumberAt(offset), content));
  return WriteBelow(checked, page.data(), amount, offset);
}

int Close(sqlite3_file* file) {
  return Below(file)->pMethods->xClose(Below(file));
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return Noted(Checked(file), Below(file)->pMethods->xTruncate(Below(file), size));
}

int Sync(sqlite3_file* file, int flags) {
  return Noted(Checked(file), Below(file)->pMethods->xSync(Below(file), flags));
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Below(file)->pMethods->xFileSize(Below(file), size);
}

int Lock(sqlite3_file* file, int level) {
  return Below(file)->pMethods->xLock(Below(file), level);
}

int Unlock(sqlite3_file* file, int level) {
  return Below(file)->pMethods->xUnlock(Below(file), level);
}

int CheckReservedLock(sqlite3_file* file, int* held) {
  return Below(file)->pMethods->xCheckReservedLock(Below(file), held);
}

int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Below(file)->pMethods->xFileControl(Below(file), operation, argument);
}

int SectorSize(sqlite3_file* file) {
  return Below(file)->pMethods->xSectorSize(Below(file));
}

int DeviceCharacteristics(sqlite3_file* file) {
  return Below(file)->pMethods->xDeviceCharacteristics(Below(file));
}

int ShmMap(sqlite3_file* file, int region, int bytes, int extend, volatile void** out) {
  return Below(file)->pMethods->xShmMap(Below(file), region, bytes, extend, out);
}

int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return Below(file)->pMethods->xShmLock(Below(file), offset, count, flags);
}

void ShmBarrier(sqlite3_file* file) {
  Below(file)->pMethods->xShmBarrier(Below(file));
}

int ShmUnmap(sqlite3_file* file, int remove) {
  return Below(file)->pMethods->xShmUnmap(Below(file), remove);
}

// Version 2: no memory mapping, which would go past Read.
constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags);

// Everything but Open is the layer below, which does not look at the pointer to itself.
struct Registration {
  sqlite3_vfs* below;
  sqlite3_vfs ours;

  Registration() : below(sqlite3_vfs_find(nullptr)), ours(*below) {
    ours.zName = "orbweaver-checked";
    ours.szOsFile += static_cast<int>(sizeof(CheckedFile));
    ours.xOpen = Open;
    CHECK(sqlite3_vfs_register(&ours, 0) == SQLITE_OK);
  }
};

Registration& Registered() {
  static Registration registration;
  return registration;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* below = Registered().below;
  constexpr int kCheckedKinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL;
  if ((flags & kCheckedKinds) == 0) return below->xOpen(below, name, file, flags, out_flags);
  CheckedFile* checked = Checked(file);
  *checked = {{nullptr}, (flags & SQLITE_OPEN_WAL) != 0, 0, SQLITE_OK, 0};
  const int code = below->xOpen(below, name, checked->below(), flags, out_flags);
  // SQLite closes what has methods, also when opening failed.
  if (checked->below()->pMethods != nullptr) checked->base.pMethods = &kMethods;
  return code;
}

template <typename Visit>
void VisitFiles(sqlite3* connection, Visit visit) {
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(connection, "main", which, &file) != SQLITE_OK) continue;
    if (file != nullptr && file->pMethods == &kMethods) visit(*Checked(file));
  }
}

}  // namespace

const char* CheckedVfs() {
  return Registered().ours.zName;
}

std::string LastDamage(sqlite3* connection) {
  std::string text;
  VisitFiles(connection, [&](const CheckedFile& file) {
    if (file.damaged_page == 0 || !text.empty()) return;
    text = (file.is_log ? " (frame " : " (page ") + std::to_string(file.damaged_page) +
           (file.is_log ? " of the log)" : " of the store)");
  });
  return text;
}

int LastSystemError(sqlite3* connection, int code) {
  int error = sqlite3_system_errno(connection);
  VisitFiles(connection, [&](const CheckedFile& file) {
    if (file.changed == code) error = file.system_error;
  });
  return error;
}

}  // namespace node

// Power loss: only what was synced survives for certain, of the rest any 512-byte sector may or may not.
//
// A layer below the store remembers, for each file, its content at the last sync and what was written
// since. It halts the writer in front of a random write, to the log or, in a checkpoint, to the store, and
// makes a world in which the power failed there; the store opened from it must hold everything that had
// been acknowledged. A disk that ignores syncs is the planted bug.
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/base/random.h"
#include "tests/node/storage/numbered_batches.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

constexpr size_t kSector = 512;

struct Written {
  size_t offset = 0;
  std::string bytes;
};

struct Medium {
  std::string synced;
  std::vector<Written> since;  // In order; a truncation is a write of nothing at the new end.

  void Sync() {
    for (const Written& each : since) Put(synced, each);
    since.clear();
  }

  static void Put(std::string& content, const Written& written) {
    if (written.bytes.empty()) {
      content.resize(written.offset);
      return;
    }
    const size_t end = written.offset + written.bytes.size();
    if (content.size() < end) content.resize(end);
    content.replace(written.offset, written.bytes.size(), written.bytes);
  }

  // What a reader finds after the power came back.
  [[nodiscard]] std::string AfterPowerLoss(core::Random& random) const {
    std::string content = synced;
    for (const Written& each : since) {
      for (size_t at = 0; at < each.bytes.size(); at += kSector) {
        if (random.Below(2) == 0) Put(content, {each.offset + at, each.bytes.substr(at, kSector)});
      }
    }
    return content;
  }
};

// Everything that the store's files went through. One for the program, like the layer below the store.
struct Disk {
  std::mutex mutex;
  std::map<std::string, Medium> media;  // By path.
  bool ignores_syncs = false;
  sqlite3_vfs* below = nullptr;

  // The writer waits in front of a write while it is halted.
  std::condition_variable released;
  uint64_t writes_until_halt = 0;  // 0: never.
  bool halts_in_checkpoints = false;
  std::atomic<bool> halted = false;

  void HaltIfDue(std::unique_lock<std::mutex>& lock, bool is_store) {
    if (writes_until_halt == 0 || (halts_in_checkpoints && !is_store)) return;
    if (--writes_until_halt > 0) return;
    halted = true;
    released.wait(lock, [this] { return !halted; });
  }

  void HaltAfter(uint64_t writes, bool in_checkpoint) {
    const std::lock_guard lock(mutex);
    writes_until_halt = writes;
    halts_in_checkpoints = in_checkpoint;
  }

  void Release() {
    const std::lock_guard lock(mutex);
    halted = false;
    released.notify_all();
  }
};

Disk& TheDisk() {
  static Disk disk;
  return disk;
}

struct RecordedFile {
  sqlite3_file base;
  Medium* medium;
  bool is_store;

  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

RecordedFile* Recorded(sqlite3_file* file) {
  return reinterpret_cast<RecordedFile*>(file);
}

int Write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  std::unique_lock lock(TheDisk().mutex);
  TheDisk().HaltIfDue(lock, Recorded(file)->is_store);
  Recorded(file)->medium->since.push_back(
      {static_cast<size_t>(offset),
       std::string(static_cast<const char*>(data), static_cast<size_t>(amount))});
  sqlite3_file* below = Recorded(file)->below();
  return below->pMethods->xWrite(below, data, amount, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard lock(TheDisk().mutex);
  Recorded(file)->medium->since.push_back({static_cast<size_t>(size), ""});
  sqlite3_file* below = Recorded(file)->below();
  return below->pMethods->xTruncate(below, size);
}

int Sync(sqlite3_file* file, int) {
  const std::lock_guard lock(TheDisk().mutex);
  if (!TheDisk().ignores_syncs) Recorded(file)->medium->Sync();
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
  sqlite3_file* below = Recorded(file)->below();
  return below->pMethods->xRead(below, data, amount, offset);
}

// The rest of the methods only pass the call on.
template <auto kMethod, typename... Arguments>
auto PassOn(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* below = Recorded(file)->below();
  return (below->pMethods->*kMethod)(below, arguments...);
}

using Methods = sqlite3_io_methods;
constexpr Methods kRecordedMethods = {
    2,
    [](sqlite3_file* file) { return PassOn<&Methods::xClose>(file); },
    Read,
    Write,
    Truncate,
    Sync,
    [](sqlite3_file* file, sqlite3_int64* size) { return PassOn<&Methods::xFileSize>(file, size); },
    [](sqlite3_file* file, int level) { return PassOn<&Methods::xLock>(file, level); },
    [](sqlite3_file* file, int level) { return PassOn<&Methods::xUnlock>(file, level); },
    [](sqlite3_file* file, int* held) { return PassOn<&Methods::xCheckReservedLock>(file, held); },
    [](sqlite3_file* file, int which, void* argument) {
      return PassOn<&Methods::xFileControl>(file, which, argument);
    },
    [](sqlite3_file* file) { return PassOn<&Methods::xSectorSize>(file); },
    [](sqlite3_file* file) { return PassOn<&Methods::xDeviceCharacteristics>(file); },
    [](sqlite3_file* file, int region, int bytes, int extend, volatile void** out) {
      return PassOn<&Methods::xShmMap>(file, region, bytes, extend, out);
    },
    [](sqlite3_file* file, int offset, int count, int flags) {
      return PassOn<&Methods::xShmLock>(file, offset, count, flags);
    },
    [](sqlite3_file* file) { PassOn<&Methods::xShmBarrier>(file); },
    [](sqlite3_file* file, int remove) { return PassOn<&Methods::xShmUnmap>(file, remove); },
    nullptr,
    nullptr};

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  Disk& disk = TheDisk();
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) {
    return disk.below->xOpen(disk.below, name, file, flags, out_flags);
  }
  RecordedFile* recorded = Recorded(file);
  recorded->base.pMethods = nullptr;
  const int code = disk.below->xOpen(disk.below, name, recorded->below(), flags, out_flags);
  if (recorded->below()->pMethods == nullptr) return code;
  const std::lock_guard lock(disk.mutex);
  const auto [found, is_new] = disk.media.try_emplace(name);
  if (is_new) found->second.synced = ReadFile(name);  // Made by a rename behind a sync.
  recorded->medium = &found->second;
  recorded->is_store = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  recorded->base.pMethods = &kRecordedMethods;
  return code;
}

// A file that is removed is gone at once; a new one of its name begins empty.
int Delete(sqlite3_vfs*, const char* name, int sync_folder) {
  Disk& disk = TheDisk();
  {
    const std::lock_guard lock(disk.mutex);
    const auto found = disk.media.find(name);
    if (found != disk.media.end()) found->second = {};
  }
  return disk.below->xDelete(disk.below, name, sync_folder);
}

// Before the store's own layer registers, which goes on top of the default one.
void RecordEverything() {
  static sqlite3_vfs recording = [] {
    sqlite3_initialize();
    TheDisk().below = sqlite3_vfs_find(nullptr);
    sqlite3_vfs vfs = *TheDisk().below;
    vfs.zName = "power-loss";
    vfs.szOsFile += static_cast<int>(sizeof(RecordedFile));
    vfs.xOpen = Open;
    vfs.xDelete = Delete;
    return vfs;
  }();
  ASSERT_EQ(sqlite3_vfs_register(&recording, 1), SQLITE_OK);
}

void MakeWorldWithoutPower(const std::filesystem::path& from, const std::filesystem::path& to,
                           core::Random& random) {
  const std::lock_guard lock(TheDisk().mutex);
  for (const char* suffix : {"", "-wal"}) {
    const Medium& medium = TheDisk().media[from.string() + suffix];
    const std::string content = medium.AfterPowerLoss(random);
    if (!content.empty()) std::ofstream(to.string() + suffix, std::ios::binary) << content;
  }
}

// Cuts the power under load, again and again; every fifth time in a checkpoint.
class PowerCuts {
 public:
  explicit PowerCuts(uint64_t seed)
      : store_(folder_.store()), random_(core::StreamKey{.seed = seed}) {
    EXPECT_TRUE(store_.status().ok()) << store_.status();
  }

  // The faults that were found.
  std::set<std::string> Cut(int times) {
    for (int i = 0; i < times; ++i) {
      const bool in_checkpoint = i % 5 == 0;
      TheDisk().HaltAfter(1 + random_.Below(400), in_checkpoint);
      CommitUntilHalted();
      Look(folder_.path() / ("loss" + std::to_string(i)));
      TheDisk().Release();
    }
    faults_.erase("");
    return faults_;
  }

 private:
  static constexpr uint64_t kUnderWayMax = 40;

  void CommitUntilHalted() {
    while (!TheDisk().halted) {
      if (number_ - store_.completions().count() >= kUnderWayMax) {
        std::this_thread::yield();
        continue;
      }
      ++number_;
      store_.storage().Commit({number_}, NumberedBatch(number_));
    }
  }

  void Look(const std::filesystem::path& other) {
    const uint64_t acknowledged = store_.completions().count();
    MakeWorldWithoutPower(folder_.store(), other, random_);
    {
      OpenStore after(other);
      faults_.insert(after.status().ok() ? FaultAfterCrash(after.storage(), acknowledged)
                                         : std::string(core::MessageOf(after.status())));
    }
    RemoveFiles(other);
  }

  const StoreFolder folder_;
  OpenStore store_;
  core::Random random_;
  uint64_t number_ = 0;
  std::set<std::string> faults_;
};

TEST(PowerLossTest, EverythingAcknowledgedSurvives) {
  RecordEverything();
  EXPECT_EQ(PowerCuts(1).Cut(100), std::set<std::string>());
}

TEST(PowerLossTest, ADiskThatIgnoresSyncsIsCaught) {
  RecordEverything();
  TheDisk().ignores_syncs = true;
  EXPECT_NE(PowerCuts(2).Cut(10), std::set<std::string>());
  TheDisk().ignores_syncs = false;
}

}  // namespace
}  // namespace node

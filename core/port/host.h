// What a host implements for the core, beside draining Effects: storage that outlives the process.
//
// A batch is requirements and writes under one ticket. Invariants of every Storage:
//  (1) a batch is applied whole or not at all, across crashes too;
//  (2) all requirements are held against the state before the batch's own writes; batches are
//      applied one after the other, in the order in which they were handed over;
//  (3) each batch is completed exactly once, in that order, never from inside Commit; Ok means that
//      it is durable, and that Get and Scan see it from then on;
//  (4) Get and Scan see whole batches, and never return bytes that differ from those stored.
// A batch may read instead of write: its completion brings what the keys hold, batches before it included.
//
// The core acts on the code of a completion's status; its text is for the host's log:
//   Ok                  durable
//   FailedPrecondition  a requirement did not hold; nothing was applied
//   InvalidArgument     a size limit was passed; nothing was applied
//   ResourceExhausted   no room; nothing was applied, later batches may fit again
//   DataLoss            what the batch depends on is damaged
//   Unavailable         the medium failed; nothing is visible, but a crash may still bring the batch back
// The core itself sees only batches and their completions (docs/decisions/0008, 0018): it asks for a batch
// by Effects::Store, is told by Stored, and gets all rows of its tables with Start, those of bulk tables
// excepted. Storage::Commit knows no reads: the host does them with Get.
// Thread rule: Commit, Get and Scan from the peer's thread. Source: architecture.md, section 4.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/status.h"

namespace core {

using Bytes = std::vector<uint8_t>;

// A name space of keys. Numbers are given in docs/storage.md and never reused.
struct TableId {
  uint16_t value = 0;

  friend constexpr auto operator<=>(TableId, TableId) = default;
};

// The tables of the core: their rows come with Start, and its batches touch no others.
inline constexpr TableId kCoreTableFirst{32};
inline constexpr TableId kCoreTableLast{63};

// The core's too, for what does not belong into memory: a batch must ask for their rows.
inline constexpr TableId kBulkTableFirst{64};
inline constexpr TableId kBulkTableLast{95};

[[nodiscard]] constexpr bool IsBulkTable(TableId table) {
  return kBulkTableFirst <= table && table <= kBulkTableLast;
}

[[nodiscard]] constexpr bool IsCoreTable(TableId table) {
  return kCoreTableFirst <= table && table <= kBulkTableLast;
}

// The caller's name for a batch; storage only hands it back.
struct StoreTicket {
  uint64_t value = 0;

  friend constexpr auto operator<=>(StoreTicket, StoreTicket) = default;
};

struct StoreKey {
  TableId table;
  Bytes key;

  friend auto operator<=>(const StoreKey&, const StoreKey&) = default;
};

inline constexpr size_t kStoreKeyBytesMax = 256;  // At least one.
inline constexpr size_t kStoreValueBytesMax = size_t{1} << 20;
inline constexpr size_t kStoreBatchBytesMax = size_t{16} << 20;  // Keys and values together.
inline constexpr size_t kStoreReadsMax = 16;                     // Of one batch.

// What must be true of a key for its batch to be applied.
struct Requirement {
  // kBegins: a record may begin with its revision, and then only that is compared.
  enum class Kind : uint8_t { kAbsent = 1, kEquals = 2, kBegins = 3 };

  StoreKey at;
  Kind kind = Kind::kAbsent;
  Bytes bytes;  // Empty for kAbsent; kBegins with none means "present".

  [[nodiscard]] bool Holds(const std::optional<Bytes>& found) const;
};

struct StoreWrite {
  StoreKey at;
  std::optional<Bytes> value;  // Nothing: the key is deleted, if it is there.
};

struct StoreBatch {
  std::vector<Requirement> requirements;
  std::vector<StoreWrite> writes;  // In order: of two to one key the later wins.
  std::vector<StoreKey> reads;     // Only in a batch without writes.

  void Require(StoreKey at, Requirement::Kind kind, Bytes bytes = {});
  void Put(StoreKey at, Bytes value);
  void Delete(StoreKey at);

  // To rows that are held in memory; requirements are the caller's business.
  void ApplyTo(std::map<StoreKey, Bytes>& rows) const;

  // Keys and values, without any overhead.
  [[nodiscard]] size_t ByteCount() const;
  // InvalidArgument with what, found and allowed when a limit above is passed.
  [[nodiscard]] Status CheckLimits() const;
  // The same for a table that is not the core's.
  [[nodiscard]] Status CheckCoreTables() const;
};

// The completion of a batch.
struct Stored {
  StoreTicket ticket;
  Status status;
  std::vector<std::optional<Bytes>> found = {};  // Ok: for each read of the batch what is there.
};

// A row of any table.
struct StoredRow {
  StoreKey at;
  Bytes value;

  friend bool operator==(const StoredRow&, const StoredRow&) = default;
};

// Keys of one table that begin with prefix and are greater than after, in the order of their bytes.
struct ScanRange {
  TableId table;
  Bytes prefix;
  std::optional<Bytes> after;  // The last key of the previous page.
  size_t rows_max = 256;
};

struct StoreRow {
  Bytes key;
  Bytes value;

  friend bool operator==(const StoreRow&, const StoreRow&) = default;
};

class Storage {
 public:
  virtual ~Storage() = default;

  virtual void Commit(StoreTicket ticket, StoreBatch batch) = 0;

  // Nothing when there is no such key; DataLoss when what is stored is damaged.
  [[nodiscard]] virtual StatusOr<std::optional<Bytes>> Get(const StoreKey& at) = 0;
  [[nodiscard]] virtual StatusOr<std::vector<StoreRow>> Scan(const ScanRange& range) = 0;
};

}  // namespace core

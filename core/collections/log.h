// The log of a collection: a chain of blocks with at most 32 entries each, from the header's head to
// its tail. A diary is a log and nothing else.
//
// Sequences are dense from 0. A full tail is never touched again, but for its link to the next one;
// the next block holds its hash. Every block but the first begins with a checkpoint, so that header
// and tail are all that a client must read to know where it stands. Appending to a full tail writes
// the new tail, the old one's link and the header, in one change set; new blocks come before links
// to them. The id of a log block follows from the first action in it.
// Source: protocol document, 1.5 (Log, CO-1), 1.4.7 (context).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/collections/blocks.h"
#include "core/collections/draft.h"

namespace core {

struct CollectionName {
  std::string name;
  CollectionKind kind = CollectionKind::kDiary;
};

// Writes the header of a collection that does not exist, and trunk and root of a tree; AppendAction
// of the same action must follow. False when there is trouble, or nothing to create.
// REQUIRES: BeginAction was called; the name is within its limit.
bool CreateIfAbsent(Draft& draft, const CollectionName& name);

// Which actions a checkpoint need not list any more.
struct Settlement {
  std::span<const ActionId> complete;  // Known to have reached all blocks.
  int64_t before_ms = 0;               // Written before: old enough to have ended.
};

// Appends the draft's current action. False when there is trouble.
bool AppendAction(Draft& draft, LogAction action, int64_t time_ms, const Settlement& settlement);

// Where a log stands, as its header and tail tell.
struct LogContext {
  BlockId tail;
  uint64_t next_sequence = 0;
  std::vector<ActionId> pending;  // May not have reached all their blocks; the oldest first.
};

[[nodiscard]] std::optional<LogContext> ReadLogContext(Draft& view);

enum class Direction : uint8_t { kForward, kBackward };

// Reads entries one after the other, from any position, in either direction. Resumable: a call that
// meets trouble changes nothing and can be repeated over a view with more blocks.
class LogReader {
 public:
  LogReader(uint64_t from, Direction direction) : sequence_(from), direction_(direction) {}

  // Nothing when there is trouble, or, without trouble, at the end of the log.
  [[nodiscard]] std::optional<LogEntry> Next(Draft& view);

  // Of the entry that Next gives next.
  [[nodiscard]] uint64_t sequence() const { return sequence_; }

 private:
  // Makes block_ the one that holds sequence_; false at the end or when there is trouble.
  bool Seek(Draft& view);
  bool Open(Draft& view);
  bool StepBack(Draft& view);
  bool StepOn(Draft& view);

  uint64_t sequence_;
  Direction direction_;
  bool ended_ = false;
  BlockId id_;
  std::optional<LogBlock> block_;
};

// CO-1 over the newest blocks of a whole log: sequences dense, links in both directions, hashes,
// every block but the last full, ids that follow from their creators, no action twice. Needs every
// block of the log in the view; the status names the first thing that is wrong or missing.
[[nodiscard]] Status CheckLog(Draft& view);

}  // namespace core

#include "core/collections/log.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace core {
namespace {

// What the checkpoint at the start of the block behind `full` says.
LogCheckpoint CheckpointAfter(const LogBlock& full, const Settlement& settlement) {
  LogCheckpoint checkpoint;
  const auto settled = [&](const ActionId& id, int64_t time_ms) {
    return time_ms < settlement.before_ms ||
           std::find(settlement.complete.begin(), settlement.complete.end(), id) !=
               settlement.complete.end();
  };
  const auto add = [&](const ActionId& id, int64_t time_ms) {
    if (checkpoint.pending.size() == kCheckpointPendingMax || settled(id, time_ms)) return;
    checkpoint.pending.push_back(id);
  };
  // The newest first: when there are too many, the oldest are the likeliest to have ended.
  for (auto entry = full.entries.rbegin(); entry != full.entries.rend(); ++entry) {
    if (const auto* action = std::get_if<LogAction>(&entry->body)) add(action->id, entry->time_ms);
  }
  if (const auto* earlier = std::get_if<LogCheckpoint>(&full.entries.front().body)) {
    for (auto id = earlier->pending.rbegin(); id != earlier->pending.rend(); ++id) {
      add(*id, full.entries.front().time_ms);
    }
  }
  std::reverse(checkpoint.pending.begin(), checkpoint.pending.end());
  return checkpoint;
}

bool LinksBack(const Suite& suite, const LogBlock& later, const BlockId& id,
               const LogBlock& prior) {
  return later.prior.has_value() && later.prior->block == id &&
         later.prior->hash == HashOf(suite, prior);
}

// Puts a new tail behind a full one, and the links to it.
void AppendBlock(Draft& draft, CollectionHeader header, LogBlock full, const LogBlock& next) {
  const BlockId full_id = header.tail;
  header.tail = draft.NewLogBlock();
  draft.Write(header.tail, Encode(next));
  full.next = header.tail;
  draft.Write(full_id, Encode(full));
  draft.Write(draft.collection(), Encode(header));
}

}  // namespace

bool CreateIfAbsent(Draft& draft, const CollectionName& name) {
  if (!draft.KnownAbsent()) return false;
  CollectionHeader header{.name = name.name,
                          .kind = name.kind,
                          .creator = draft.action(),
                          .head = draft.NewLogBlock(),
                          .tail = draft.NewLogBlock(),
                          .trunk = std::nullopt};
  if (name.kind == CollectionKind::kTree) {
    header.trunk = draft.NewTreeBlock();
    const BlockId root = draft.NewTreeBlock();
    TreeNode leaf;
    leaf.collection = draft.collection();
    draft.Write(root, Encode(leaf));
    draft.Write(*header.trunk, Encode(TreeTrunk{.collection = draft.collection(), .root = root}));
  }
  draft.Write(draft.collection(), Encode(header));
  return true;
}

bool AppendAction(Draft& draft, LogAction action, int64_t time_ms, const Settlement& settlement) {
  CHECK(action.id == draft.action());
  auto header = draft.Header();
  if (!header.has_value()) return false;
  LogEntry entry{.time_ms = time_ms, .sequence = 0, .body = std::move(action)};
  if (header->tail == draft.NewLogBlock() && !draft.Wrote(header->tail) &&
      header->creator == draft.action() && !draft.InBase(draft.collection())) {
    LogBlock first;
    first.collection = draft.collection();
    first.entries.push_back(std::move(entry));
    draft.Write(header->tail, Encode(first));
    return true;
  }
  auto tail = draft.Log(header->tail);
  if (!tail.has_value()) return false;
  if (tail->next.has_value()) {
    draft.SetTorn(draft.collection(), header->tail);
    return false;
  }
  if (tail->entries.size() < kLogEntriesMax) {
    tail->entries.push_back(std::move(entry));
    draft.Write(header->tail, Encode(*tail));
    return true;
  }
  LogBlock next;
  next.collection = draft.collection();
  next.first_sequence = tail->first_sequence + tail->entries.size();
  next.prior = LogPrior{.block = header->tail, .hash = HashOf(draft.suite(), *tail)};
  next.entries.push_back(
      {.time_ms = time_ms, .sequence = 0, .body = CheckpointAfter(*tail, settlement)});
  next.entries.push_back(std::move(entry));
  AppendBlock(draft, std::move(*header), std::move(*tail), next);
  return true;
}

std::optional<LogContext> ReadLogContext(Draft& view) {
  const auto header = view.Header();
  if (!header.has_value()) return std::nullopt;
  const auto tail = view.Log(header->tail);
  if (!tail.has_value()) return std::nullopt;
  if (tail->next.has_value()) {
    view.SetTorn(view.collection(), header->tail);
    return std::nullopt;
  }
  LogContext context{.tail = header->tail,
                     .next_sequence = tail->first_sequence + tail->entries.size(),
                     .pending = {}};
  for (const LogEntry& entry : tail->entries) {
    if (const auto* action = std::get_if<LogAction>(&entry.body)) {
      context.pending.push_back(action->id);
    } else {
      context.pending = std::get<LogCheckpoint>(entry.body).pending;
    }
  }
  return context;
}

bool LogReader::Open(Draft& view) {
  const auto header = view.Header();
  if (!header.has_value()) return false;
  const auto tail = view.Log(header->tail);
  if (!tail.has_value()) return false;
  const uint64_t end = tail->first_sequence + tail->entries.size();
  if (sequence_ >= end) {
    if (direction_ == Direction::kForward) return false;
    sequence_ = end - 1;
  }
  id_ = sequence_ < end / 2 ? header->head : header->tail;
  block_ = view.Log(id_);
  return block_.has_value();
}

bool LogReader::StepBack(Draft& view) {
  if (!block_->prior.has_value()) {
    view.SetDamaged("log block: the first block is not at sequence 0");
    return false;
  }
  const BlockId id = block_->prior->block;
  auto prior = view.Log(id);
  if (!prior.has_value()) return false;
  if (prior->next != id_ || prior->first_sequence + kLogEntriesMax != block_->first_sequence ||
      prior->entries.size() != kLogEntriesMax) {
    view.SetTorn(id, id_);
    return false;
  }
  if (!LinksBack(view.suite(), *block_, id, *prior)) {
    view.SetDamaged("log block: prior_hash is not the hash of the predecessor");
    return false;
  }
  id_ = id;
  block_ = std::move(prior);
  return true;
}

bool LogReader::StepOn(Draft& view) {
  // The block may have grown since it was read.
  auto current = view.Log(id_);
  if (!current.has_value()) return false;
  block_ = std::move(current);
  if (sequence_ < block_->first_sequence + block_->entries.size()) return true;
  if (!block_->next.has_value()) {
    // The end, if the header says so too; else this block is from before it was full.
    const auto header = view.Header();
    if (header.has_value() && header->tail != id_) view.SetTorn(view.collection(), id_);
    return false;
  }
  const BlockId id = *block_->next;
  auto next = view.Log(id);
  if (!next.has_value()) return false;
  if (block_->entries.size() != kLogEntriesMax ||
      next->first_sequence != block_->first_sequence + kLogEntriesMax ||
      !LinksBack(view.suite(), *next, id_, *block_)) {
    view.SetDamaged("log block: the next block does not continue this one");
    return false;
  }
  id_ = id;
  block_ = std::move(next);
  return true;
}

bool LogReader::Seek(Draft& view) {
  if (!block_.has_value() && !Open(view)) return false;
  while (sequence_ < block_->first_sequence) {
    if (!StepBack(view)) return false;
  }
  while (sequence_ >= block_->first_sequence + block_->entries.size()) {
    if (!StepOn(view)) return false;
  }
  return true;
}

std::optional<LogEntry> LogReader::Next(Draft& view) {
  if (ended_ || !Seek(view)) return std::nullopt;
  LogEntry entry = block_->entries[sequence_ - block_->first_sequence];
  if (direction_ == Direction::kForward) {
    ++sequence_;
  } else if (sequence_ == 0) {
    ended_ = true;
  } else {
    --sequence_;
  }
  return entry;
}

}  // namespace core

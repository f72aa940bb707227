// Repository: what its values take, which of them are wanted, and how one goes and comes back.
//
// Without a bound (cluster_cache 0) only the sum is kept. Source: protocol document, 1.2.1;
// docs/decisions/0023-a-bounded-cache.md.
#include <utility>

#include "core/repository/repository.h"

namespace core {

void Repository::Recount(const BlockId& id, Block& block, bool wanted) {
  uint64_t bytes = 0;
  for (const Revision& revision : block.revisions) {
    bytes += InsertedBytes(revision.row.transform);
    if (revision.content.has_value()) bytes += revision.content->size();
  }
  for (const Pend& pend : block.pends) bytes += pend.row.value.size();
  value_bytes_ += bytes;
  value_bytes_ -= block.bytes;
  block.bytes = bytes;
  if (config().cluster_cache == 0) return;
  if (bytes == 0 || block.damaged) {
    if (wanted_.Has(id)) wanted_.Forget(id);
  } else if (wanted || !wanted_.Has(id)) {
    wanted_.Use(id, bytes);
  } else {
    wanted_.Resize(id, bytes);
  }
}

void Repository::CollectFirst(const BlockId& id, Block& block, StoreBatch& batch,
                              std::vector<Observation>& facts) {
  const Revision& first = block.revisions.front();
  batch.Delete(RevisionKey(id, first.number));
  if (first.content.has_value()) batch.Delete(ContentKey(id, first.number));
  facts.push_back(
      RevisionCollected{.block = id, .revision = first.number, .tombstone = first.tombstone()});
  block.revisions.erase(block.revisions.begin());
}

// The revision before the latest was let go: nobody can make its content again, and none lies before it.
void Repository::DropUnreadable(const BlockId& id, Block& block, StoreBatch& batch,
                                std::vector<Observation>& facts) {
  if (block.revisions.size() == 2 && block.revisions[0].row.let_go) {
    CollectFirst(id, block, batch, facts);
  }
}

bool Repository::IsLetGo(const BlockId& block) const {
  const Block* found = blocks_.Find(block);
  return found != nullptr && !found->revisions.empty() && found->revisions.back().row.let_go;
}

void Repository::Use(const BlockId& block) {
  const Block* found = blocks_.Find(block);
  if (found != nullptr && wanted_.Has(block)) wanted_.Use(block, found->bytes);
}

// A pend is to become the next revision, and what it is based on is damaged or here.
std::vector<BlockId> Repository::Coldest(uint64_t bytes, size_t limit) const {
  std::vector<BlockId> coldest;
  uint64_t made = 0;
  wanted_.ForEachColdest(config().cluster_cache, [&](const BlockId& id, uint64_t size) {
    if (made >= bytes || coldest.size() == limit) return false;
    if (!blocks_.Find(id)->pends.empty()) return true;
    coldest.push_back(id);
    made += size;
    return true;
  });
  return coldest;
}

void Repository::Defer(const BlockId& block) {
  if (wanted_.Has(block)) wanted_.Defer(block);
}

bool Repository::LetGo(const BlockId& block, uint64_t revision, StoreBatch& batch,
                       std::vector<Observation>& facts) {
  Block* found = blocks_.Find(block);
  const bool may = found != nullptr && wanted_.Has(block) && found->pends.empty() &&
                   found->revisions.back().number == revision;
  if (!may) return false;
  while (found->revisions.size() > 1) CollectFirst(block, *found, batch, facts);
  Revision& latest = found->revisions.back();
  if (latest.content.has_value()) {
    latest.content.reset();
    latest.row.derived = false;
    latest.row.transform.clear();
    latest.row.let_go = true;
    batch.Put(RevisionKey(block, latest.number), EncodeRow(latest.row));
    batch.Delete(ContentKey(block, latest.number));
  }
  const uint64_t bytes = found->bytes;
  wanted_.LetGo(block);
  Recount(block, *found, false);
  facts.push_back(
      ValueLetGo{.block = block, .revision = latest.number, .bytes = bytes, .kept = value_bytes_});
  return true;
}

bool Repository::PutBack(const BlockId& block, uint64_t revision, const Bytes& content,
                         StoreBatch& batch) {
  if (!IsLetGo(block)) return false;
  Block& found = *blocks_.Find(block);
  Revision& latest = found.revisions.back();
  const bool same =
      latest.number == revision && ContentHash(*context_->suite, content) == latest.row.hash;
  if (!same) return false;
  latest.content = content;
  latest.row.let_go = false;
  batch.Put(ContentKey(block, revision), content);
  batch.Put(RevisionKey(block, revision), EncodeRow(latest.row));
  Recount(block, found, true);
  return true;
}

}  // namespace core

// Repository::Load: what an earlier life left behind.
//
//   found                                         becomes
//   content without its revision                  deleted (the crash came before the revision)
//   a revision above the latest row, its content  the latest row is written again (the crash came
//   there and of the right hash                   before it)
//   the same, its content not there or wrong      deleted, with what lies above
//   the latest row names a revision that is not   damaged: no answers, no votes, until another
//   there or cannot be materialised               replica's is taken
//   the latest revision let go, without content   so it stays; with content it is none
//   a row that cannot be read, or of no kind      deleted
#include <algorithm>
#include <map>
#include <utility>

#include "core/repository/repository.h"

namespace core {

// The rows of one block.
struct Repository::Remains {
  std::map<uint64_t, Bytes> contents;
  std::vector<Revision> revisions;
  std::vector<Pend> pends;
  std::optional<LatestRow> latest;
  std::optional<Memory> memory;

  // False when the value cannot be read.
  [[nodiscard]] bool Take(const RowName& name, const Bytes& value);
};

bool Repository::Remains::Take(const RowName& name, const Bytes& value) {
  switch (name.kind) {
    case RowKind::kContent:
      contents[name.revision] = value;
      return true;
    case RowKind::kRevision: {
      Revision revision{.number = name.revision, .row = {}, .content = std::nullopt};
      if (DecodeRow(value, revision.row) != nullptr) return false;
      revisions.push_back(std::move(revision));
      return true;
    }
    case RowKind::kLatest: {
      LatestRow row;
      if (DecodeRow(value, row) != nullptr) return false;
      latest = row;
      return true;
    }
    case RowKind::kPend: {
      Pend pend{.of = name.of, .row = {}};
      if (DecodeRow(value, pend.row) != nullptr) return false;
      pends.push_back(std::move(pend));
      return true;
    }
    case RowKind::kMemory: {
      MemoryRow row;
      if (DecodeRow(value, row) != nullptr) return false;
      memory = Memory{row.revision, row.hash, Time{row.until_us}};
      return true;
    }
  }
  return false;
}

bool Repository::IsSound(const BlockId& id, const Block& block, size_t index) const {
  const Revision& revision = block.revisions[index];
  if (revision.tombstone()) return revision.row.hash == TombstoneHash(*context_->suite, id);
  if (revision.row.let_go) return true;
  const std::optional<Bytes> content = Rebuild(block, index);
  return content.has_value() && ContentHash(*context_->suite, *content) == revision.row.hash;
}

// Revisions against the latest row, which promised one.
void Repository::Mend(const BlockId& id, Block& block, uint64_t promised, StoreBatch& batch,
                      Loaded& loaded) const {
  std::vector<Revision>& revisions = block.revisions;
  // Above the latest row a revision counts when it is whole; then everything below it does.
  while (!revisions.empty() && revisions.back().number > promised &&
         !IsSound(id, block, revisions.size() - 1)) {
    batch.Delete(ContentKey(id, revisions.back().number));
    batch.Delete(RevisionKey(id, revisions.back().number));
    revisions.pop_back();
    ++loaded.dropped;
  }
  const uint64_t tip = revisions.empty() ? 0 : revisions.back().number;
  if (tip > promised) {
    batch.Put(LatestKey(id), EncodeRow(LatestRow{tip, revisions.back().row.hash}));
    ++loaded.repaired;
  } else if (tip < promised || (tip > 0 && !IsSound(id, block, revisions.size() - 1))) {
    block.damaged = true;
    block.promised = promised;
    ++loaded.damaged;
  }
}

// BR-7: a crash between the two leaves a pend beside its revision.
void Repository::DropDonePends(const BlockId& id, Block& block, StoreBatch& batch, Loaded& loaded) {
  std::erase_if(block.pends, [&](const Pend& pend) {
    const auto made = [&pend](const Revision& r) { return r.row.by == pend.of; };
    if (std::none_of(block.revisions.begin(), block.revisions.end(), made)) return false;
    batch.Delete(PendKey(id, pend.of));
    ++loaded.dropped;
    return true;
  });
}

void Repository::LoadBlock(const BlockId& id, Remains& remains, StoreBatch& batch, Loaded& loaded) {
  Block block;
  block.pends = std::move(remains.pends);
  block.revisions = std::move(remains.revisions);
  for (Revision& revision : block.revisions) {
    auto content = remains.contents.extract(revision.number);
    if (content.empty()) continue;
    revision.content = std::move(content.mapped());
    revision.row.let_go = false;
  }
  for (const auto& [number, content] : remains.contents) {
    batch.Delete(ContentKey(id, number));
    ++loaded.dropped;
  }
  Mend(id, block, remains.latest.has_value() ? remains.latest->revision : 0, batch, loaded);
  if (!block.damaged) DropDonePends(id, block, batch, loaded);
  if (remains.memory.has_value() && block.revisions.empty()) {
    *memories_.Insert(id).first = *remains.memory;
  } else if (remains.memory.has_value()) {
    batch.Delete(MemoryKey(id));
  }
  if (block.revisions.empty() && block.pends.empty() && !block.damaged) return;
  ++loaded.blocks;
  pend_count_ += block.pends.size();
  Block& kept = *blocks_.Insert(id).first;
  kept = std::move(block);
  Recount(id, kept, true);
}

Repository::Loaded Repository::Load(std::span<const StoredRow> rows, StoreBatch& batch) {
  Loaded loaded;
  Remains remains;
  std::optional<BlockId> current;
  const auto finish = [&] {
    if (current.has_value()) LoadBlock(*current, remains, batch, loaded);
    remains = {};
  };
  for (const StoredRow& stored : rows) {
    if (stored.at.table != kRepositoryTable) continue;
    const std::optional<RowName> name = NameOfRow(stored.at);
    if (name.has_value() && current != name->block) {
      finish();
      current = name->block;
    }
    if (name.has_value() && remains.Take(*name, stored.value)) continue;
    batch.Delete(stored.at);
    ++loaded.dropped;
  }
  finish();
  return loaded;
}

}  // namespace core

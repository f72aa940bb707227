// Repository::Load: what an earlier life left behind.
//
//   found                                         becomes
//   content without its revision                  deleted (the crash came before the revision)
//   a revision above the latest row, its content  the latest row is written again (the crash came
//   there and of the right hash                   before it)
//   the same, its content not there or wrong      deleted, with what lies above
//   the latest row names a revision that is not   damaged: no answers, no votes, until another
//   there or cannot be materialised               replica's is taken
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
};

void Repository::LoadBlock(Time, const BlockId& id, Remains& remains, StoreBatch& batch,
                           Loaded& loaded) {
  Block block;
  block.pends = std::move(remains.pends);
  block.revisions = std::move(remains.revisions);
  for (Revision& revision : block.revisions) {
    auto content = remains.contents.extract(revision.number);
    if (!content.empty()) revision.content = std::move(content.mapped());
  }
  for (const auto& [number, content] : remains.contents) {
    batch.Delete(ContentKey(id, number));
    ++loaded.dropped;
  }
  const uint64_t promised = remains.latest.has_value() ? remains.latest->revision : 0;
  const auto sound = [&](size_t index) {
    const Revision& revision = block.revisions[index];
    if (revision.tombstone()) {
      return revision.row.hash == TombstoneHash(*context_->suite, id);
    }
    const std::optional<Bytes> content = Rebuild(block, index);
    return content.has_value() && ContentHash(*context_->suite, *content) == revision.row.hash;
  };
  // Above the latest row a revision counts when it is whole; then everything below it does.
  while (!block.revisions.empty() && block.revisions.back().number > promised &&
         !sound(block.revisions.size() - 1)) {
    batch.Delete(ContentKey(id, block.revisions.back().number));
    batch.Delete(RevisionKey(id, block.revisions.back().number));
    block.revisions.pop_back();
    ++loaded.dropped;
  }
  const bool empty = block.revisions.empty();
  if (!empty && block.revisions.back().number > promised) {
    const Revision& tip = block.revisions.back();
    batch.Put(LatestKey(id), EncodeRow(LatestRow{tip.number, tip.row.hash}));
    ++loaded.repaired;
  } else if (promised > 0 && (empty || block.revisions.back().number < promised ||
                              !sound(block.revisions.size() - 1))) {
    block.damaged = true;
    block.promised = promised;
    ++loaded.damaged;
  }
  if (!block.damaged && !block.revisions.empty()) {
    // BR-7: a crash between the two leaves a pend beside its revision.
    std::erase_if(block.pends, [&](const Pend& pend) {
      const auto made = [&pend](const Revision& r) { return r.row.by == pend.of; };
      if (std::none_of(block.revisions.begin(), block.revisions.end(), made)) return false;
      batch.Delete(PendKey(id, pend.of));
      ++loaded.dropped;
      return true;
    });
  }
  if (remains.memory.has_value()) {
    if (block.revisions.empty()) {
      *memories_.Insert(id).first = *remains.memory;
    } else {
      batch.Delete(MemoryKey(id));
    }
  }
  if (block.revisions.empty() && block.pends.empty() && !block.damaged) return;
  ++loaded.blocks;
  pend_count_ += block.pends.size();
  *blocks_.Insert(id).first = std::move(block);
}

Repository::Loaded Repository::Load(Time now, std::span<const StoredRow> rows, StoreBatch& batch) {
  Loaded loaded;
  Remains remains;
  std::optional<BlockId> current;
  const auto finish = [&] {
    if (current.has_value()) LoadBlock(now, *current, remains, batch, loaded);
    remains = {};
  };
  for (const StoredRow& stored : rows) {
    if (stored.at.table != kRepositoryTable) continue;
    const std::optional<RowName> name = NameOfRow(stored.at);
    Flaw flaw = name.has_value() ? nullptr : "no key of ours";
    if (flaw == nullptr && current != name->block) {
      finish();
      current = name->block;
    }
    if (flaw == nullptr && name->kind == RowKind::kContent) {
      remains.contents[name->revision] = stored.value;
    } else if (flaw == nullptr && name->kind == RowKind::kRevision) {
      Revision revision{.number = name->revision, .row = {}, .content = std::nullopt};
      flaw = DecodeRow(stored.value, revision.row);
      if (flaw == nullptr) remains.revisions.push_back(std::move(revision));
    } else if (flaw == nullptr && name->kind == RowKind::kLatest) {
      LatestRow latest;
      flaw = DecodeRow(stored.value, latest);
      if (flaw == nullptr) remains.latest = latest;
    } else if (flaw == nullptr && name->kind == RowKind::kPend) {
      Pend pend{.of = name->of, .row = {}};
      flaw = DecodeRow(stored.value, pend.row);
      if (flaw == nullptr) remains.pends.push_back(std::move(pend));
    } else if (flaw == nullptr) {
      MemoryRow memory;
      flaw = DecodeRow(stored.value, memory);
      if (flaw == nullptr) {
        remains.memory = Memory{memory.revision, memory.hash, Time{memory.until_us}};
      }
    }
    if (flaw != nullptr) {
      batch.Delete(stored.at);
      ++loaded.dropped;
    }
  }
  finish();
  return loaded;
}

}  // namespace core

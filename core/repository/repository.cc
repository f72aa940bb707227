#include "core/repository/repository.h"

#include <algorithm>
#include <utility>

#include "core/codec/canonical.h"

namespace core {
namespace {

template <typename State>
void TellRevision(State& state, const Revision& revision) {
  state.Add("number", revision.number);
  state.Add("action", revision.row.action);
  state.Add("by", revision.row.by.bytes);
  state.Add("tx", revision.row.tx);
  state.Add("hash", revision.row.hash);
  state.Add("created", Time{revision.row.created_us});
  state.Add("has content", revision.content.has_value());
  if (revision.content.has_value()) state.Show("bytes", revision.content->size());
  TellCertificate(state, "certificate", revision.row.certificate);
  TellCertificate(state, "decision", revision.row.decision);
}

Key256 Sha(const Suite& suite, std::span<const uint8_t> bytes) {
  return Key256{suite.Sha256(bytes)};
}

}  // namespace

Key256 ContentHash(const Suite& suite, std::span<const uint8_t> value) {
  std::vector<uint8_t> bytes;
  ContentBytes(value, bytes);
  return Sha(suite, bytes);
}

Key256 TombstoneHash(const Suite& suite, const BlockId& block) {
  std::vector<uint8_t> bytes;
  TombstoneBytes(block, bytes);
  return Sha(suite, bytes);
}

// ---- reading ----

Tip Repository::TipOf(const BlockId& block) const {
  const Block* found = blocks_.Find(block);
  if (found != nullptr && !found->revisions.empty()) {
    const Revision& latest = found->revisions.back();
    return {latest.number, latest.row.hash, latest.tombstone()};
  }
  const Memory* memory = memories_.Find(block);
  if (memory != nullptr) return {memory->revision, memory->hash, true};
  return {};
}

bool Repository::IsDamaged(const BlockId& block) const {
  const Block* found = blocks_.Find(block);
  return found != nullptr && found->damaged;
}

const Revision* Repository::Find(const BlockId& block, uint64_t revision) const {
  const Block* found = blocks_.Find(block);
  if (found == nullptr) return nullptr;
  for (const Revision& kept : found->revisions) {
    if (kept.number == revision) return &kept;
  }
  return nullptr;
}

// Revisions are dense, so the highest one up to `revision` is that very one, or the latest.
Repository::Reading Repository::Read(const BlockId& block, uint64_t revision) const {
  if (IsDamaged(block)) return {BlockState::kDamaged, nullptr, 0};
  const Tip tip = TipOf(block);
  if (tip.revision == 0) return {};
  const uint64_t wanted = revision == 0 ? tip.revision : std::min(revision, tip.revision);
  const Revision* found = Find(block, wanted);
  if (found == nullptr) {
    const bool buried = wanted == tip.revision && tip.deleted;  // Only its memory is left.
    return {buried ? BlockState::kDeleted : BlockState::kExpired, nullptr, tip.revision};
  }
  return {found->tombstone() ? BlockState::kDeleted : BlockState::kPresent, found, tip.revision};
}

std::optional<Bytes> Repository::Rebuild(const Block& block, size_t index) {
  size_t base = index;
  while (!block.revisions[base].content.has_value()) {
    const Revision& revision = block.revisions[base];
    const bool linked =
        revision.row.derived && base > 0 && block.revisions[base - 1].number + 1 == revision.number;
    if (!linked) return std::nullopt;
    --base;
  }
  std::optional<Bytes> content = block.revisions[base].content;
  while (base < index && content.has_value()) {
    content = core::Apply(block.revisions[++base].row.transform, *content);
  }
  return content;
}

std::optional<Bytes> Repository::ContentOf(const BlockId& block, const Revision& revision) const {
  const Block* found = blocks_.Find(block);
  if (found == nullptr) return std::nullopt;
  for (size_t i = 0; i < found->revisions.size(); ++i) {
    if (found->revisions[i].number == revision.number) return Rebuild(*found, i);
  }
  return std::nullopt;
}

// ---- changing ----

// Drops the whole copy of a revision that its neighbours can make again.
void Repository::Slim(const BlockId& id, Block& block, size_t index, StoreBatch& batch) {
  Revision& revision = block.revisions[index];
  const bool checkpoint = revision.number % static_cast<uint64_t>(config().materialise_every) == 0;
  if (!revision.content.has_value() || checkpoint || index == 0 || !revision.row.derived) return;
  revision.content.reset();
  batch.Delete(ContentKey(id, revision.number));
}

void Repository::Append(Time now, Block& block, uint64_t number, Change change, StoreBatch& batch) {
  const BlockId id = change.block;
  Revision revision{.number = number, .row = std::move(change.row), .content = std::nullopt};
  revision.row.created_us = now.us;
  revision.row.derived = false;
  revision.row.transform.clear();
  const Revision* base = block.revisions.empty() ? nullptr : &block.revisions.back();
  if (!revision.tombstone()) {
    const bool next = base != nullptr && base->number + 1 == number && base->content.has_value();
    if (next) {
      Transform transform = Between(*base->content, change.value);
      revision.row.derived = InsertedBytes(transform) <= change.value.size() / 2;
      if (revision.row.derived) revision.row.transform = std::move(transform);
    }
    batch.Put(ContentKey(id, number), change.value);
    revision.content = std::move(change.value);
  }
  batch.Put(RevisionKey(id, number), EncodeRow(revision.row));
  batch.Put(LatestKey(id), EncodeRow(LatestRow{number, revision.row.hash}));
  block.revisions.push_back(std::move(revision));
  if (block.revisions.size() > 1) Slim(id, block, block.revisions.size() - 2, batch);
  if (memories_.Erase(id)) batch.Delete(MemoryKey(id));
}

namespace {

RevisionApplied FactOf(const BlockId& block, const Revision& revision, bool restored) {
  return {.block = block,
          .revision = revision.number,
          .action = revision.row.action,
          .by = revision.row.by,
          .tx = revision.row.tx,
          .hash = revision.row.hash,
          .prior_hash = revision.row.prior_hash,
          .restored = restored};
}

}  // namespace

Repository::Applied Repository::Apply(Time now, Change change, StoreBatch& batch,
                                      std::vector<Observation>& facts) {
  const BlockId id = change.block;
  if (IsDamaged(id)) return Applied::kGap;
  const Tip tip = TipOf(id);
  const uint64_t number = change.base_revision + 1;
  if (tip.revision < change.base_revision) return Applied::kGap;
  if (tip.revision > change.base_revision) {
    const Revision* there = Find(id, number);
    if (there == nullptr) return Applied::kAlready;  // Collected, or skipped by a restore.
    if (there->row.by == change.row.by) return Applied::kAlready;
    facts.push_back(
        ForkSeen{.block = id, .revision = number, .have = there->row.tx, .got = change.row.tx});
    return Applied::kFork;
  }
  if (tip.hash != change.row.prior_hash) {
    facts.push_back(ForkSeen{.block = id, .revision = number, .have = {}, .got = change.row.tx});
    return Applied::kFork;
  }
  Block& block = *blocks_.Insert(id).first;
  Append(now, block, number, std::move(change), batch);
  facts.push_back(FactOf(id, block.revisions.back(), false));
  DropUnreadable(id, block, batch, facts);
  Recount(id, block, true);
  return Applied::kDone;
}

bool Repository::Restore(Time now, uint64_t revision, Change change, StoreBatch& batch,
                         std::vector<Observation>& facts) {
  const BlockId id = change.block;
  const Block* there = blocks_.Find(id);
  const uint64_t promised = there != nullptr && there->damaged ? there->promised : 0;
  // A damaged block takes back what it had, or anything newer; a healthy one only what is newer.
  const bool newer = promised > 0 ? revision >= promised : revision > TipOf(id).revision;
  if (!newer || revision == 0) return false;
  Block& block = *blocks_.Insert(id).first;
  if (block.damaged) {
    for (const Revision& old : block.revisions) {
      batch.Delete(ContentKey(id, old.number));
      batch.Delete(RevisionKey(id, old.number));
    }
    block.revisions.clear();
    block.damaged = false;
  }
  Append(now, block, revision, std::move(change), batch);
  facts.push_back(FactOf(id, block.revisions.back(), true));
  DropUnreadable(id, block, batch, facts);
  Recount(id, block, true);
  return true;
}

// ---- pends ----

const PendRow* Repository::FindPend(const BlockId& block, const TxId& of) const {
  const Block* found = blocks_.Find(block);
  if (found == nullptr) return nullptr;
  for (const Pend& pend : found->pends) {
    if (pend.of == of) return &pend.row;
  }
  return nullptr;
}

const PendRow* Repository::OtherPend(const BlockId& block, const TxId& of) const {
  const Block* found = blocks_.Find(block);
  if (found == nullptr) return nullptr;
  for (const Pend& pend : found->pends) {
    if (pend.of != of) return &pend.row;
  }
  return nullptr;
}

// On a base that the block has left the revision is there, or will never be.
void Repository::AddPend(const BlockId& block, const TxId& of, PendRow pend, StoreBatch& batch,
                         std::vector<Observation>& facts) {
  const uint64_t base = pend.certificate.record.transaction.base_revision;
  if (FindPend(block, of) != nullptr || TipOf(block).revision > base) return;
  Block& target = *blocks_.Insert(block).first;
  batch.Put(PendKey(block, of), EncodeRow(pend));
  target.pends.push_back({of, std::move(pend)});
  ++pend_count_;
  Recount(block, target, false);
  facts.push_back(PendTaken{.block = block, .of = of});
}

void Repository::DropPend(const BlockId& block, const TxId& of, bool committed, StoreBatch& batch,
                          std::vector<Observation>& facts) {
  Block* found = blocks_.Find(block);
  if (found == nullptr) return;
  const auto is_it = [&of](const Pend& pend) { return pend.of == of; };
  if (std::erase_if(found->pends, is_it) == 0) return;
  --pend_count_;
  Recount(block, *found, false);
  batch.Delete(PendKey(block, of));
  facts.push_back(PendDropped{.block = block, .of = of, .committed = committed});
  if (found->revisions.empty() && found->pends.empty() && !found->damaged) blocks_.Erase(block);
}

// ---- lifetimes ----

void Repository::SweepBlock(Time now, const BlockId& id, Block& block, StoreBatch& batch,
                            std::vector<Observation>& facts) {
  if (block.damaged || !block.pends.empty()) return;
  auto& revisions = block.revisions;
  // A revision lives history_ttl longer than it is the latest.
  size_t expired = 0;
  while (expired + 1 < revisions.size() &&
         Time{revisions[expired + 1].row.created_us} + config().history_ttl <= now) {
    ++expired;
  }
  if (expired > 0 && !revisions[expired].content.has_value() && !revisions[expired].tombstone()) {
    std::optional<Bytes> content = Rebuild(block, expired);
    if (!content.has_value()) return;  // Cannot happen to what Load accepted; keeps BR-4.
    batch.Put(ContentKey(id, revisions[expired].number), *content);
    revisions[expired].content = std::move(content);
  }
  for (size_t i = 0; i < expired; ++i) CollectFirst(id, block, batch, facts);
  if (revisions.size() != 1 || !revisions[0].tombstone()) return;
  if (Time{revisions[0].row.created_us} + config().tombstone_ttl > now) return;
  const Memory memory{revisions[0].number, revisions[0].row.hash, now + config().tombstone_ttl};
  *memories_.Insert(id).first = memory;
  batch.Put(MemoryKey(id), EncodeRow(MemoryRow{memory.revision, memory.hash, memory.until.us}));
  batch.Delete(LatestKey(id));
  CollectFirst(id, block, batch, facts);
}

void Repository::Sweep(Time now, StoreBatch& batch, std::vector<Observation>& facts) {
  std::vector<BlockId> due;
  bool behind_mark = !swept_.has_value() || blocks_.Find(*swept_) == nullptr;
  blocks_.ForEach([&](const BlockId& id, const Block&) {
    if (behind_mark && due.size() < kSweepBlocksMax) due.push_back(id);
    if (swept_.has_value() && id == *swept_) behind_mark = true;
  });
  size_t swept = 0;
  for (const BlockId& id : due) {
    Block& block = *blocks_.Find(id);
    SweepBlock(now, id, block, batch, facts);
    Recount(id, block, false);
    const bool empty = block.revisions.empty() && block.pends.empty() && !block.damaged;
    if (empty) blocks_.Erase(id);
    ++swept;
    if (batch.ByteCount() >= kSweepBytesMax) break;
  }
  const bool all = swept == due.size() && due.size() < kSweepBlocksMax;
  swept_ = all ? std::nullopt : std::optional(due[swept - 1]);
  memories_.EraseIf([&](const BlockId& id, const Memory& memory) {
    if (memory.until > now) return false;
    batch.Delete(MemoryKey(id));
    return true;
  });
}

// ---- state ----

template <typename State>
void Repository::Tell(State& state) const {
  blocks_.ForEach([&](const BlockId& id, const Block& block) {
    state.Part("block", [&] {
      state.Add("id", id);
      state.Add("damaged", block.damaged);
      state.Add("promised", block.promised);
      for (const Revision& revision : block.revisions) {
        state.Part("revision", [&] { TellRevision(state, revision); });
      }
      for (const Pend& pend : block.pends) {
        state.Part("pend", [&] {
          state.Add("of", pend.of.bytes);
          state.Add("tx", pend.row.tx);
          state.Show("bytes", pend.row.value.size());
          TellCertificate(state, "certificate", pend.row.certificate);
        });
      }
    });
  });
  if (config().cluster_cache > 0) state.Part("wanted", [&] { wanted_.Tell(state); });
  memories_.ForEach([&](const BlockId& id, const Memory& memory) {
    state.Part("memory", [&] {
      state.Add("block", id);
      state.Add("revision", memory.revision);
      state.Add("until", memory.until);
    });
  });
}

void Repository::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Repository::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

namespace {

size_t HeapBytesOf(const Certificate& certificate) {
  return certificate.record.members.capacity() * sizeof(Member) +
         certificate.votes.capacity() * sizeof(Vote) +
         certificate.acks.capacity() * sizeof(CommitAck);
}

}  // namespace

size_t Repository::HeapBytes() const {
  size_t bytes = blocks_.HeapBytes() + memories_.HeapBytes() + wanted_.HeapBytes();
  blocks_.ForEach([&](const BlockId&, const Block& block) {
    bytes += block.revisions.capacity() * sizeof(Revision) + block.pends.capacity() * sizeof(Pend);
    for (const Revision& revision : block.revisions) {
      bytes += HeapBytesOf(revision.row.certificate) + HeapBytesOf(revision.row.decision);
      bytes += InsertedBytes(revision.row.transform);
      if (revision.content.has_value()) bytes += revision.content->capacity();
    }
    for (const Pend& pend : block.pends) {
      bytes += HeapBytesOf(pend.row.certificate) + pend.row.value.capacity();
    }
  });
  return bytes;
}

}  // namespace core

// What a member remembers of its earlier life: votes and the locks that came with them, decisions,
// blocks. And what it tells of itself.
#include <algorithm>
#include <utility>

#include "core/repository/rows.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/tx_rows.h"
#include "core/transactions/voter.h"

namespace core {

void Voter::Load(const TxMoment& moment, std::span<const StoredRow> rows) {
  StoreBatch batch;
  (void)repository_.Load(moment.now, rows, batch);
  std::vector<Key256> unapplied;
  for (const StoredRow& stored : rows) {
    const std::optional<TxRowName> name = NameOfTxRow(stored.at);
    if (!name.has_value() || name->kind != TxRowKind::kCase) continue;
    CaseRow row;
    // A row that cannot be read was damaged by the medium: the host would not have started.
    if (DecodeRow(stored.value, row) != nullptr) continue;
    const Transaction& transaction = row.record.transaction;
    const std::optional<uint8_t> self = IndexOf(row.record.members, moment.self_id());
    if (!self.has_value()) continue;
    *by_id_.Insert(transaction.id).first = name->tx;
    if (!row.outcome.empty()) {
      const bool decides = row.outcome.committed && Decides(transaction.action);
      if (decides) *by_of_.Insert(transaction.of).first = name->tx;
      auto decided = std::make_unique<Decided>();
      decided->certificate = std::move(row.outcome);
      decided->self = *self;
      decided->durable = true;
      decided->applied = row.applied;
      decided->at = Time{row.at_us};
      // A crash may have come between the disk and the report.
      moment.effects.Observe(FactOf(name->tx, transaction, decided->certificate.committed));
      if (!row.applied) unapplied.push_back(name->tx);
      *decided_.Insert(name->tx).first = std::move(decided);
      continue;
    }
    moment.effects.Observe(FactOf(name->tx, transaction, row.vote));
    auto open = std::make_unique<Case>();
    open->self = *self;
    open->phase = Phase::kVoted;
    open->vote = row.vote;
    open->locked = row.vote.kind == VoteKind::kApprove && !IsMoot(moment, transaction);
    open->locked_at = Time{row.at_us};
    open->has_value = open->locked;
    open->value = std::move(row.value);
    open->record = std::move(row.record);
    if (open->locked) {
      moment.effects.Observe(LockTaken{.block = transaction.block, .tx = name->tx});
    }
    auto& table = open->locked ? cases_ : refusals_;
    *table.Insert(name->tx).first = std::move(open);
  }
  if (!batch.writes.empty()) moment.journal.Commit(moment, std::move(batch), {});
  for (const Key256& tx : unapplied) {
    const TxRecord& record = (*decided_.Find(tx))->certificate.record;
    StartCatchUp(moment, record.transaction.block, record.members);
  }
  if (!cases_.empty() || !decided_.empty() || repository_.BlockCount() > 0) {
    sweep_at_ = moment.now + moment.config().sweep_interval;
  }
}

void Voter::CollectPeers(const Directory& directory, PeerSet& peers) const {
  const auto add = [&](std::span<const Member> members) {
    for (const Member& member : members) peers.Add(directory.FindByNodeId(member.id));
  };
  cases_.ForEach([&](const Key256&, const std::unique_ptr<Case>& open) {
    add(open->record.members);
    peers.AddAll(open->askers);
  });
  decided_.ForEach([&](const Key256&, const std::unique_ptr<Decided>& decided) {
    for (const Asker& asker : decided->askers) peers.Add(asker.peer);
  });
  catch_ups_.ForEach([&](const BlockId&, const CatchUp& catch_up) { add(catch_up.members); });
  for (const Read& read : reads_) peers.Add(read.from);
}

void Voter::Digest(Hasher& hasher) const {
  repository_.Digest(hasher);
  const auto add_case = [&](const Key256& tx, const std::unique_ptr<Case>& open) {
    hasher.Add(tx);
    hasher.Add(open->phase);
    AddTo(hasher, std::span(&open->vote, 1));
    hasher.Add(open->locked);
    hasher.Add(open->locked_at.us);
    hasher.Add(open->wait_until.us);
    hasher.Add(open->resolve_at.us);
    hasher.Add(open->resolve_wait.us);
    hasher.Add(open->expiry_resolved);
    hasher.Add(open->has_value);
    hasher.Add(open->signed_commit);
    hasher.Add(open->tally != nullptr);
    if (open->tally != nullptr) AddTo(hasher, open->tally->votes());
    hasher.Add(open->askers.size());
    for (const PeerId asker : open->askers) hasher.Add(asker);
  };
  cases_.ForEach(add_case);
  refusals_.ForEach(add_case);
  decided_.ForEach([&](const Key256& tx, const std::unique_ptr<Decided>& decided) {
    hasher.Add(tx);
    AddTo(hasher, decided->certificate);
    hasher.Add(decided->durable);
    hasher.Add(decided->applied);
    hasher.Add(decided->at.us);
    hasher.Add(decided->askers.size());
    for (const Asker& asker : decided->askers) {
      hasher.Add(asker.peer);
      hasher.Add(asker.votes);
    }
  });
  catch_ups_.ForEach([&](const BlockId& block, const CatchUp& catch_up) {
    hasher.Add(block);
    hasher.Add(catch_up.id);
    hasher.Add(catch_up.ask_at.us);
    hasher.Add(catch_up.wait.us);
    hasher.Add(catch_up.tries);
    for (const Member& member : catch_up.members) hasher.Add(member.id);
  });
  convicted_.ForEach([&](const Key256& liar, Time at) {
    hasher.Add(liar);
    hasher.Add(at.us);
  });
  for (const Key256& tx : undurable_) hasher.Add(tx);
  hasher.Add(reads_.size());
  for (const Read& read : reads_) {
    hasher.Add(read.from);
    hasher.Add(read.id);
    hasher.Add(read.get.block);
    hasher.Add(read.get.revision);
  }
  hasher.Add(sweep_at_.us);
}

size_t Voter::HeapBytes() const {
  size_t bytes = repository_.HeapBytes() + cases_.HeapBytes() + refusals_.HeapBytes() +
                 decided_.HeapBytes() + by_id_.HeapBytes() + by_of_.HeapBytes() +
                 catch_ups_.HeapBytes() + convicted_.HeapBytes() +
                 undurable_.capacity() * sizeof(Key256) + reads_.capacity() * sizeof(Read);
  const auto record = [](const TxRecord& of) { return of.members.capacity() * sizeof(Member); };
  const auto add_case = [&](const Key256&, const std::unique_ptr<Case>& open) {
    bytes += sizeof(Case) + record(open->record) + open->value.capacity() +
             open->askers.capacity() * sizeof(PeerId);
    if (open->tally != nullptr) bytes += sizeof(VoteTally) + open->tally->size() * sizeof(Vote);
  };
  cases_.ForEach(add_case);
  refusals_.ForEach(add_case);
  decided_.ForEach([&](const Key256&, const std::unique_ptr<Decided>& decided) {
    bytes += sizeof(Decided) + record(decided->certificate.record) +
             decided->certificate.votes.capacity() * sizeof(Vote) +
             decided->askers.capacity() * sizeof(Asker);
  });
  return bytes;
}

std::vector<Transaction> Voter::OverduePends(const TxMoment& moment) const {
  std::vector<Transaction> overdue;
  if (!moment.config().peer_resolution) return overdue;
  repository_.ForEachPend([&](const BlockId&, const TxId&, const PendRow& pend) {
    const TxRecord& record = pend.certificate.record;
    const auto place = IndexOf(record.members, moment.self_id()).value_or(0);
    const Time due = Time{record.transaction.expires_ms * 1000} +
                     moment.config().member_wait * (int64_t{place} + 1);
    if (due <= moment.now) overdue.push_back(record.transaction);
  });
  return overdue;
}

std::vector<Member> Voter::FellowsOf(const TxId& of) const {
  std::vector<Member> fellows;
  repository_.ForEachPend([&](const BlockId&, const TxId& pended, const PendRow& pend) {
    const auto& members = pend.certificate.record.members;
    if (pended == of) fellows.insert(fellows.end(), members.begin(), members.end());
  });
  return fellows;
}

}  // namespace core

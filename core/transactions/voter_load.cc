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
namespace {

constexpr std::string_view kPhases[] = {"", "waiting", "storing", "voted"};

template <typename State, typename Case>
void TellCase(State& state, const Key256& tx, const Case& open) {
  state.Add("tx", tx);
  state.Show("action", open.record.transaction.action);
  state.Show("block", open.record.transaction.block);
  state.Add("phase", open.phase, kPhases);
  TellVotes(state, std::span(&open.vote, 1));
  state.Add("locked", open.locked);
  state.Add("locked at", open.locked_at);
  state.Add("waits until", open.wait_until);
  state.Add("resolves", open.resolve_at);
  state.Add("resolve wait", open.resolve_wait);
  state.Add("resolved as expired", open.expiry_resolved);
  state.Add("has value", open.has_value);
  state.Add("signed commit", open.signed_commit);
  state.Hash(open.tally != nullptr);
  if (open.tally != nullptr) {
    state.Part("tally", [&] { TellVotes(state, open.tally->votes()); });
  }
  state.Hash(open.askers.size());
  state.Add("askers", open.askers);
}

template <typename State, typename Reads>
void TellReads(State& state, std::string_view name, const Reads& reads) {
  for (const auto& read : reads) {
    state.Part(name, [&] {
      state.Add("from", read.from);
      state.Add("request", read.id);
      state.Add("block", read.get.block);
      state.Add("revision", read.get.revision);
    });
  }
}

}  // namespace

void Voter::Load(const TxMoment& moment, std::span<const StoredRow> rows) {
  acquaintances_.Load(moment, rows);
  StoreBatch batch;
  (void)repository_.Load(rows, batch);
  ForEachTxRow<ConvictionRow>(rows, TxRowKind::kConviction,
                              [&](const NodeId& liar, ConvictionRow row) {
                                LoadConviction(moment, liar, std::move(row), batch);
                              });
  ForEachTxRow<CaseRow>(rows, TxRowKind::kCase, [&](const Key256& tx, CaseRow row) {
    LoadCase(moment, tx, std::move(row));
  });
  if (!batch.writes.empty()) moment.journal.Commit(moment, std::move(batch), {});
  decided_.ForEach([&](const Key256&, const std::unique_ptr<Decided>& decided) {
    const TxRecord& record = decided->certificate.record;
    if (!decided->applied) StartCatchUp(moment, record.transaction.block, record.members);
  });
  ReportConvicted(moment);
  const bool nothing = cases_.empty() && decided_.empty() && convicted_.empty();
  if (!nothing || repository_.BlockCount() > 0) {
    sweep_at_ = moment.now + moment.config().sweep_interval;
  }
}

// Of a cluster that this peer is in.
void Voter::LoadCase(const TxMoment& moment, const Key256& tx, CaseRow row) {
  const std::optional<uint8_t> self = IndexOf(row.record.members, moment.self_id());
  if (!self.has_value()) return;
  *by_id_.Insert(row.record.transaction.id).first = tx;
  if (row.outcome.empty()) {
    LoadVote(moment, tx, *self, std::move(row));
  } else {
    LoadDecision(moment, tx, *self, std::move(row));
  }
}

void Voter::LoadDecision(const TxMoment& moment, const Key256& tx, uint8_t self, CaseRow row) {
  const Transaction& transaction = row.record.transaction;
  const bool decides = row.outcome.committed && Decides(transaction.action);
  if (decides) *by_of_.Insert(transaction.of).first = tx;
  // A crash may have come between the disk and the report.
  moment.effects.Observe(FactOf(tx, transaction, row.outcome.committed));
  auto decided = std::make_unique<Decided>();
  decided->certificate = std::move(row.outcome);
  decided->self = self;
  decided->durable = true;
  decided->applied = row.applied;
  decided->at = Time{row.at_us};
  *decided_.Insert(tx).first = std::move(decided);
}

void Voter::LoadVote(const TxMoment& moment, const Key256& tx, uint8_t self, CaseRow row) {
  const Transaction& transaction = row.record.transaction;
  moment.effects.Observe(FactOf(tx, transaction, row.vote));
  auto open = std::make_unique<Case>();
  open->self = self;
  open->phase = Phase::kVoted;
  open->vote = row.vote;
  open->locked = row.vote.kind == VoteKind::kApprove && !IsMoot(moment, transaction);
  open->locked_at = Time{row.at_us};
  open->has_value = open->locked;
  if (open->locked) moment.effects.Observe(LockTaken{.block = transaction.block, .tx = tx});
  open->value = std::move(row.value);
  open->record = std::move(row.record);
  auto& table = open->locked ? cases_ : refusals_;
  *table.Insert(tx).first = std::move(open);
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
  for (const Read& read : sought_) peers.Add(read.from);
}

template <typename State>
void Voter::Tell(State& state) const {
  state.Module("repository", repository_);
  const auto case_as = [&](std::string_view name) {
    return [&state, name](const Key256& tx, const std::unique_ptr<Case>& open) {
      state.Part(name, [&] { TellCase(state, tx, *open); });
    };
  };
  cases_.ForEach(case_as("open transaction"));
  refusals_.ForEach(case_as("refused transaction"));
  decided_.ForEach([&](const Key256& tx, const std::unique_ptr<Decided>& decided) {
    state.Part("decided transaction", [&] {
      state.Add("tx", tx);
      TellCertificate(state, "certificate", decided->certificate);
      state.Add("durable", decided->durable);
      state.Add("applied", decided->applied);
      state.Add("at", decided->at);
      state.Hash(decided->askers.size());
      for (const Asker& asker : decided->askers) {
        state.Part("asker", [&] {
          state.Add("peer", asker.peer);
          state.Add("votes", asker.votes);
        });
      }
    });
  });
  catch_ups_.ForEach([&](const BlockId& block, const CatchUp& catch_up) {
    state.Part("catch-up", [&] {
      state.Add("block", block);
      state.Add("request", catch_up.id);
      state.Add("asks", catch_up.ask_at);
      state.Add("wait", catch_up.wait);
      state.Add("tries", catch_up.tries);
      for (const Member& member : catch_up.members) state.Add("members", member.id);
    });
  });
  convicted_.ForEach([&](const NodeId& liar, const std::unique_ptr<Conviction>& conviction) {
    state.Part("convicted", [&] {
      state.Add("node", liar);
      state.Add("at", conviction->at());
      state.Add("reported", conviction->reported);
      state.Show("about", conviction->row.record.transaction.id.bytes);
    });
  });
  acquaintances_.Tell(state);
  for (const Key256& tx : undurable_) state.Add("not durable yet", tx);
  // Where values are not bounded there is none of it.
  if (!parting_.empty() || refused_bytes_ > 0 || room_wait_.us > 0) {
    state.Part("room", [&] {
      for (const PartingValue& value : parting_) state.Add("parting", value.block);
      state.Add("vouched", vouched_);
      state.Add("refused bytes", refused_bytes_);
      state.Add("asked for again", room_at_);
      state.Add("wait", room_wait_);
    });
  }
  state.Hash(reads_.size());
  TellReads(state, "waiting read", reads_);
  TellReads(state, "sought read", sought_);
  state.Add("sweeps", sweep_at_);
}

void Voter::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Voter::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Voter::HeapBytes() const {
  size_t bytes =
      repository_.HeapBytes() + cases_.HeapBytes() + refusals_.HeapBytes() + decided_.HeapBytes() +
      by_id_.HeapBytes() + by_of_.HeapBytes() + catch_ups_.HeapBytes() + convicted_.HeapBytes() +
      undurable_.capacity() * sizeof(Key256) + parting_.capacity() * sizeof(PartingValue) +
      (reads_.capacity() + sought_.capacity()) * sizeof(Read);
  const auto record = [](const TxRecord& of) { return of.members.capacity() * sizeof(Member); };
  const auto add_case = [&](const Key256&, const std::unique_ptr<Case>& open) {
    bytes += sizeof(Case) + record(open->record) + open->value.capacity() +
             open->askers.capacity() * sizeof(PeerId);
    if (open->tally != nullptr) bytes += sizeof(VoteTally) + open->tally->size() * sizeof(Vote);
  };
  cases_.ForEach(add_case);
  refusals_.ForEach(add_case);
  convicted_.ForEach([&](const NodeId&, const std::unique_ptr<Conviction>& conviction) {
    bytes += sizeof(Conviction) + record(conviction->row.record);
  });
  decided_.ForEach([&](const Key256&, const std::unique_ptr<Decided>& decided) {
    bytes += sizeof(Decided) + record(decided->certificate.record) +
             decided->certificate.votes.capacity() * sizeof(Vote) +
             decided->askers.capacity() * sizeof(Asker);
  });
  return bytes;
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

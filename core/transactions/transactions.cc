#include "core/transactions/transactions.h"

#include <algorithm>
#include <variant>

namespace core {

void Transactions::Load(const TxMoment& moment, std::span<const StoredRow> rows) {
  voter_.Load(moment, rows);
  coordinator_.Load(moment, rows);
  Finish(moment);
}

void Transactions::Deliver(const TxMoment& moment, PeerId from, const Message& message) {
  const Body& body = message.body;
  if (const auto* submit = std::get_if<TxSubmit>(&body)) {
    coordinator_.OnSubmit(moment, from, message.id, *submit);
  } else if (const auto* promise = std::get_if<TxPromise>(&body)) {
    voter_.OnPromise(moment, from, *promise);
  } else if (const auto* vote = std::get_if<TxVote>(&body)) {
    coordinator_.OnVote(moment, from, *vote);
    voter_.OnVote(moment, from, *vote);
  } else if (const auto* refusal = std::get_if<TxRefusal>(&body)) {
    voter_.OnRefusal(moment, from, *refusal);
  } else if (const auto* commit = std::get_if<TxCommit>(&body)) {
    voter_.OnCommit(moment, from, *commit);
  } else if (const auto* ack = std::get_if<TxCommitAck>(&body)) {
    coordinator_.OnAck(moment, from, *ack);
  } else if (const auto* outcome = std::get_if<TxOutcome>(&body)) {
    voter_.OnOutcome(moment, from, *outcome);
    coordinator_.OnOutcome(moment, from, *outcome);
  } else if (const auto* resolve = std::get_if<TxResolve>(&body)) {
    voter_.OnResolve(moment, from, *resolve);
  } else if (const auto* status = std::get_if<TxStatus>(&body)) {
    voter_.OnStatus(moment, from, message.id, *status);
  } else if (const auto* status_reply = std::get_if<TxStatusReply>(&body)) {
    client_.OnStatusReply(moment, from, message.id, *status_reply);
  } else if (const auto* result = std::get_if<TxResult>(&body)) {
    client_.OnResult(moment, from, message.id, *result);
  } else if (const auto* get = std::get_if<BlockGet>(&body)) {
    voter_.OnBlockGet(moment, from, message.id, *get);
  } else if (const auto* reply = std::get_if<BlockReply>(&body)) {
    if (!client_.OnBlockReply(moment, from, message.id, *reply)) {
      voter_.OnBlockReply(moment, from, message.id, *reply);
    }
  } else if (const auto* proof = std::get_if<DoubleVote>(&body)) {
    voter_.OnDoubleVote(moment, from, *proof);
  }
}

void Transactions::OnArrival(const TxMoment& moment, PeerId from, const Message& message) {
  Deliver(moment, from, message);
  Finish(moment);
}

void Transactions::OnLookup(const TxMoment& moment, uint64_t token,
                            std::span<const PeerId> nearest) {
  client_.OnLookup(moment, token, nearest);
  Finish(moment);
}

void Transactions::OnStored(const TxMoment& moment, const Stored& stored) {
  std::vector<Due> ready;
  journal_.OnStored(moment, stored, ready);
  for (const Due& due : ready) {
    for (const Observation& fact : due.facts) {
      moment.effects.Observe(fact);
      if (const auto* made = std::get_if<RevisionApplied>(&fact)) applied_.push_back(made->block);
    }
    voter_.OnDurable(moment, due);
    coordinator_.OnDurable(moment, due);
  }
  Finish(moment);
}

std::vector<WantedBlock> Transactions::TakeWanted() {
  std::vector<WantedBlock> wanted = voter_.TakeWanted();
  for (const WantedBlock& each : coordinator_.TakeWanted()) wanted.push_back(each);
  return wanted;
}

// The coordinator judges by what the voter has taken in.
void Transactions::OnFetched(const TxMoment& moment, const SoughtBlock& fetched) {
  voter_.OnFetched(moment, fetched);
  coordinator_.OnFetched(moment, fetched);
  Finish(moment);
}

void Transactions::OnVouched(const TxMoment& moment, const VouchedValue& vouched) {
  voter_.OnVouched(moment, vouched);
  Finish(moment);
}

void Transactions::OnDeadline(const TxMoment& moment) {
  journal_.OnDeadline(moment);
  voter_.OnDeadline(moment);
  coordinator_.OnDeadline(moment);
  client_.OnDeadline(moment);
  if (settle_at_ <= moment.now) SettlePends(moment);
  Finish(moment);
}

// The pends of clients that have vanished.
void Transactions::SettlePends(const TxMoment& moment) {
  settle_at_ = moment.now + moment.config().member_wait;
  std::vector<TxId> asked;
  for (const Transaction& pend : voter_.OverduePends(moment)) {
    if (std::find(asked.begin(), asked.end(), pend.of) != asked.end()) continue;
    asked.push_back(pend.of);
    client_.Settle(moment, pend);
  }
}

void Transactions::AttendPends(const TxMoment& moment) {
  for (const Transaction& pend : voter_.TakeInTheWay()) client_.Ask(moment, pend);
  while (const std::optional<Certificate> settled = client_.TakeSettled()) {
    const TxOutcome outcome{.certificate = *settled, .value = {}};
    for (const Member& fellow : voter_.FellowsOf(settled->record.transaction.of)) {
      (void)mail_.PostTo(moment, fellow.id, 0, outcome);
    }
  }
}

void Transactions::Finish(const TxMoment& moment) {
  AttendPends(moment);
  while (const std::optional<Message> own = mail_.TakeOwn()) {
    Deliver(moment, moment.self, *own);
    AttendPends(moment);
  }
  voter_.MakeRoom(moment);
  const bool pends = voter_.repository().PendCount() > 0 && moment.config().peer_resolution;
  if (!pends) {
    settle_at_ = Time::Never();
  } else if (settle_at_ == Time::Never()) {
    settle_at_ = moment.now + moment.config().lifetime;
  }
}

Time Transactions::NextDeadline() const {
  return std::min({journal_.NextDeadline(), voter_.NextDeadline(), coordinator_.NextDeadline(),
                   client_.NextDeadline(), settle_at_});
}

void Transactions::CollectPeers(const Directory& directory, PeerSet& peers) const {
  voter_.CollectPeers(directory, peers);
  coordinator_.CollectPeers(directory, peers);
  client_.CollectPeers(peers);
}

template <typename State>
void Transactions::Tell(State& state) const {
  state.Module("journal", journal_);
  state.Module("voter", voter_);
  state.Module("coordinator", coordinator_);
  state.Module("client", client_);
  state.Add("settles", settle_at_);
}

void Transactions::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Transactions::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t Transactions::HeapBytes() const {
  return journal_.HeapBytes() + voter_.HeapBytes() + coordinator_.HeapBytes() + client_.HeapBytes();
}

}  // namespace core

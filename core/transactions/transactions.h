// Transactions: everything of this folder behind one face. Knows which flow an event belongs to;
// decides nothing else.
//
//   TxPromise, TxCommit, TxOutcome, TxResolve, TxStatus, BlockGet, DoubleVote  -> voter
//   TxSubmit, TxCommitAck                                                      -> coordinator
//   TxVote                                     -> coordinator, voter: whoever counts
//   TxOutcome                                  -> coordinator too: somebody else resolved it
//   TxResult, TxStatusReply                    -> client
//   BlockReply                                 -> client, otherwise voter (a catch-up)
//   OnFetched                                  -> voter, then coordinator
//   OnVouched                                  -> voter
//
// What a flow sends to this very peer is delivered before the step ends (mail.h). An idle object owns
// no heap memory. Thread rule: one thread at a time. Source: protocol document, 1.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/host.h"
#include "core/transactions/client.h"
#include "core/transactions/coordinator.h"
#include "core/transactions/journal.h"
#include "core/transactions/mail.h"
#include "core/transactions/voter.h"

namespace core {

class Transactions {
 public:
  // REQUIRES: context outlives this.
  explicit Transactions(const Context& context) : voter_(context), coordinator_(voter_) {}

  Transactions(const Transactions&) = delete;
  Transactions& operator=(const Transactions&) = delete;

  // What a moment of this object must name.
  [[nodiscard]] Mail& mail() { return mail_; }

  [[nodiscard]] Journal& journal() { return journal_; }

  // Rows of an earlier life, ascending. Before everything else.
  void Load(const TxMoment& moment, std::span<const StoredRow> rows);

  // PutCommand, DeleteCommand, GetCommand, RevisionCommand, TransactCommand.
  template <typename BlockCommand>
  void OnCommand(const TxMoment& moment, const BlockCommand& command) {
    client_.OnCommand(moment, command);
    Finish(moment);
  }

  // Bodies of other folders are ignored.
  void OnArrival(const TxMoment& moment, PeerId from, const Message& message);
  void OnLookup(const TxMoment& moment, uint64_t token, std::span<const PeerId> nearest);
  void OnStored(const TxMoment& moment, const Stored& stored);
  void OnDeadline(const TxMoment& moment);
  [[nodiscard]] Time NextDeadline() const;

  [[nodiscard]] const Voter& voter() const { return voter_; }

  [[nodiscard]] const Client& client() const { return client_; }

  [[nodiscard]] const Coordinator& coordinator() const { return coordinator_; }

  // What the storage rings are to be asked for, since the last call; each question is answered by OnFetched.
  [[nodiscard]] std::vector<WantedBlock> TakeWanted();
  void OnFetched(const TxMoment& moment, const SoughtBlock& fetched);

  // Of which values the rings are to be asked whether they hold them, since the last call; each question is
  // answered by OnVouched.
  [[nodiscard]] std::vector<PartingValue> TakeParting() { return voter_.TakeParting(); }

  void OnVouched(const TxMoment& moment, const VouchedValue& vouched);

  // Blocks of which this peer has made a new revision durable since the last call.
  [[nodiscard]] std::vector<BlockId> TakeApplied() { return std::exchange(applied_, {}); }

  void CollectPeers(const Directory& directory, PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Deliver(const TxMoment& moment, PeerId from, const Message& message);
  // Delivers what was sent to this peer itself, until there is nothing left to do.
  void Finish(const TxMoment& moment);
  void SettlePends(const TxMoment& moment);
  // Whatever pends need: questions to their tails, and the answers to all who hold them.
  void AttendPends(const TxMoment& moment);

  Mail mail_;
  Journal journal_;
  Voter voter_;
  Coordinator coordinator_;
  Client client_;
  Time settle_at_ = Time::Never();
  std::vector<BlockId> applied_;  // Taken within the step.
};

}  // namespace core

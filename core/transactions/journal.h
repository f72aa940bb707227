// Journal: what must be durable before a flow goes on. A batch is handed to the host, and what waits
// for it (Due) comes back when the host says Ok.
//
// Invariants: (1) dues come back in the order of their batches; (2) a batch that the host refused is
// handed over again, with all that were handed over after it and in the same order, after a wait
// that doubles: so what a later batch builds on is never missing; (3) completions of batches that
// were handed over again, or of another owner's tickets, are ignored. A batch's content is kept until
// it is durable. Owner: Transactions. Source: the storage contract, docs/decisions/0008.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/port/host.h"
#include "core/port/observation.h"
#include "core/transactions/tx_moment.h"

namespace core {

// Who waits for a batch, and what is true and may be told once it is durable.
struct Due {
  enum class Step : uint8_t {
    kFacts,       // Nobody waits.
    kVote,        // A member's vote may leave.
    kDecision,    // A member may acknowledge.
    kPropagated,  // A pend followed its tail's decision.
    kPromising,   // A coordinator may ask.
    kCommitting   // A coordinator may say that it is committed.
  };

  Step step = Step::kFacts;
  Key256 tx;
  std::vector<Observation> facts;
};

class Journal {
 public:
  // The module number in the top byte of every ticket.
  static constexpr uint64_t kModule = uint64_t{1} << 56;

  [[nodiscard]] static bool Owns(StoreTicket ticket) { return ticket.value >> 56 == 1; }

  // REQUIRES: the batch keeps the limits of core/port/host.h. An empty batch waits for those before
  // it like any other.
  void Commit(const TxMoment& moment, StoreBatch batch, Due due);

  // Adds to `ready` what is durable now.
  void OnStored(const TxMoment& moment, const Stored& stored, std::vector<Due>& ready);
  void OnDeadline(const TxMoment& moment);

  [[nodiscard]] Time NextDeadline() const { return retry_at_; }

  [[nodiscard]] bool empty() const { return entries_.empty(); }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Entry {
    StoreTicket ticket;
    StoreBatch batch;
    Due due;
  };

  void HandOver(const TxMoment& moment, Entry& entry);

  std::vector<Entry> entries_;  // In order; none before the first is open.
  uint64_t last_ = 0;
  uint16_t failures_ = 0;
  Time retry_at_ = Time::Never();  // Set: nothing is with the host.
};

}  // namespace core

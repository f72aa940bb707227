// VoteTally: the votes on one transaction that one peer has seen, its own among them.
//
// Invariants: only verified votes count, one per member, the first (or the one that a certificate
// has); a member whose second vote differs in approving is a double voter. Owner: a coordinator's
// round or a member's resolution. Source: protocol document, 1.4.3 and 1.4.4.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/codec/messages.h"
#include "core/transactions/cluster.h"
#include "core/transactions/tx_moment.h"

namespace core {

class VoteTally {
 public:
  enum class Added : uint8_t { kNew, kKnown, kInvalid, kDouble };

  VoteTally(const TransactionsConfig& config, size_t members)
      : quorum_(QuorumOf(config, members)) {}

  // kDouble leaves the first vote in place.
  Added Add(const TxMoment& moment, const TxRecord& record, const Key256& tx, const Vote& vote);
  // A vote that needs no verification: this peer's own, or one that was verified before.
  void AddOwn(const Vote& vote);
  // A verified vote out of a certificate: it counts instead of another one of that member.
  void AddCertified(const Vote& vote);

  [[nodiscard]] const Quorum& quorum() const { return quorum_; }

  [[nodiscard]] size_t approvals() const;

  [[nodiscard]] size_t refusals() const { return votes_.size() - approvals(); }

  [[nodiscard]] size_t size() const { return votes_.size(); }

  [[nodiscard]] bool Committed() const { return approvals() >= quorum_.approvals; }

  [[nodiscard]] bool Aborted() const { return refusals() >= quorum_.refusals; }

  [[nodiscard]] const Vote* Find(uint8_t member) const;

  // Of the side that won. REQUIRES: Committed() or Aborted().
  [[nodiscard]] Certificate Certify(const TxRecord& record) const;

  // All votes, ascending by member.
  [[nodiscard]] std::span<const Vote> votes() const { return votes_; }

  // Votes of one kind, ascending by member.
  [[nodiscard]] std::vector<Vote> Votes(bool approvals) const;

 private:
  Quorum quorum_;
  std::vector<Vote> votes_;  // Ascending by member.
};

}  // namespace core

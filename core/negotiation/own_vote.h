// OwnVote: what one peer casts in one election, and the attempt under way: a ticket, a pairing key, and records that no other
// attempt has (N3, BN-8, BN-9).
//
// Everything that is drawn comes from the command's entropy by a counter, so that a replay repeats it, and no two uses share a
// draw. Secrets are wiped with the attempt or the vote that they belong to; no digest and no description has them: the ticket's
// hash and the number of draws stand for them. Thread rule: one thread at a time. Source: protocol document, 1.6.1;
// docs/decisions/0022-negotiation-as-built.md, 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/negotiation_messages.h"
#include "core/crypto/sealing.h"
#include "core/crypto/secret_bytes.h"
#include "core/crypto/suite.h"
#include "core/negotiation/negotiation_moment.h"
#include "core/negotiation/pool.h"
#include "core/port/command.h"

namespace core {

class OwnVote {
 public:
  OwnVote(const NegotiationMoment& moment, const VoteCommand& command);
  ~OwnVote();
  OwnVote(const OwnVote&) = delete;
  OwnVote& operator=(const OwnVote&) = delete;

  // A new attempt; the former one's secret is wiped. Errors: the answers cannot be sealed (too long, keys that are none).
  [[nodiscard]] Status Renew(const NegotiationMoment& moment);

  // Wipes the pairing secret: what is sealed to its key stays shut.
  void Forget() { secret_ = GroupSecret(); }

  [[nodiscard]] const VotingTerms& terms() const { return terms_; }

  [[nodiscard]] const Key256& template_cid() const { return terms_.template_cid; }

  [[nodiscard]] const SecretKey& registrant_secret() const { return registrant_secret_; }

  [[nodiscard]] const PublicKey& registrant() const { return registrant_; }

  [[nodiscard]] const Ticket& ticket() const { return ticket_; }

  [[nodiscard]] const Key256& ticket_hash() const { return ticket_hash_; }

  [[nodiscard]] const OwnRecords& records() const { return records_; }

  // Of the ticket's pairing key.
  [[nodiscard]] const GroupSecret& secret() const { return secret_; }

  [[nodiscard]] uint32_t attempts() const { return attempts_; }

  [[nodiscard]] bool unitary() const { return unitary_; }

  // The hash whose leading digits are this registrant's tokens.
  [[nodiscard]] const Key256& token() const { return token_; }

  // Uniform bytes for one use; wiped by whoever drew them.
  [[nodiscard]] DrawnBytes Draw(std::string_view label);

  // Fisher and Yates, from draws.
  template <typename T>
  void Shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  [[nodiscard]] size_t Below(size_t bound);
  [[nodiscard]] Status MakeRecords(const NegotiationMoment& moment);
  [[nodiscard]] StatusOr<Bytes> SealToElection(const NegotiationMoment& moment,
                                               const SealingContext& context,
                                               std::span<const uint8_t> record);

  VotingTerms terms_;
  Key256 public_cid_;
  Key256 private_cid_;
  Bytes answers_;
  SecretBytes<32> entropy_;
  bool unitary_ = false;
  SecretKey registrant_secret_;
  PublicKey registrant_{};
  Key256 token_;
  uint64_t draws_ = 0;
  uint32_t attempts_ = 0;
  Ticket ticket_;
  Key256 ticket_hash_;
  GroupSecret secret_;
  OwnRecords records_;
};

}  // namespace core

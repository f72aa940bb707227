// Certificates and what they are made of: hashes, votes and acks, signed and verified.
//
// A certificate verifies on its own: its record names the members and their keys. Whether those
// members were the block's cluster is another question (cluster.h). Source: protocol document, 1.4.1.
#pragma once

#include <optional>
#include <span>

#include "core/codec/messages.h"
#include "core/transactions/tx_moment.h"

namespace core {

[[nodiscard]] Key256 HashOf(const TxMoment& moment, const TxRecord& record);
[[nodiscard]] Key256 HashOf(const TxMoment& moment, const Key256& tx, std::span<const Vote> votes);

void SignTransaction(const TxMoment& moment, Transaction& transaction);
[[nodiscard]] bool HasValidSignature(const TxMoment& moment, const Transaction& transaction);

[[nodiscard]] constexpr bool Approves(const Vote& vote) {
  return vote.kind == VoteKind::kApprove;
}

// Of that member among them, or nullptr.
[[nodiscard]] const Vote* VoteOf(std::span<const Vote> votes, uint8_t member);

// Signed as the member with this index. REQUIRES: that is this peer.
void SignVote(const TxMoment& moment, const Key256& tx, Vote& vote);
[[nodiscard]] bool HasValidSignature(const TxMoment& moment, const TxRecord& record,
                                     const Key256& tx, const Vote& vote);

[[nodiscard]] CommitAck SignAck(const TxMoment& moment, uint8_t member, const Key256& tx,
                                const Key256& votes);
[[nodiscard]] bool HasValidSignature(const TxMoment& moment, const TxRecord& record,
                                     const Key256& tx, const Key256& votes, const CommitAck& ack);

// Genuine members, the client's signature, and enough votes of distinct members, all of them valid
// and of the right kind. With acks: a majority of them too (upstream's rule).
[[nodiscard]] bool IsValid(const TxMoment& moment, const Certificate& certificate, const Key256& tx,
                           bool with_acks = false);
// The acks of a majority came with it. REQUIRES: a valid commit.
[[nodiscard]] bool IsShownDurable(const TxMoment& moment, const Certificate& certificate,
                                  const Key256& tx);
// The same for votes that came without a certificate around them. The record is not verified.
[[nodiscard]] bool AreEnough(const TxMoment& moment, const TxRecord& record, const Key256& tx,
                             std::span<const Vote> votes, bool committed);

// What a member reports of its vote.
[[nodiscard]] VoteCast FactOf(const Key256& tx, const Transaction& transaction, const Vote& vote);

// What a member reports of a transaction that has ended.
[[nodiscard]] TxDecided FactOf(const Key256& tx, const Transaction& transaction, bool committed);

// What whoever counted the votes reports.
[[nodiscard]] CertificateMade FactOf(const TxRecord& record, const Key256& tx, bool committed,
                                     size_t votes);

// What the certificates of a reply prove about the revision that it tells of.
struct ProvenRevision {
  TxId by;
  Key256 tx;
};

// What a member's reply, or an archive, says of a revision.
struct ClaimedRevision {
  const BlockId& block;
  uint64_t revision = 0;
  const Key256& hash;
  const Key256& prior_hash;
  bool deleted = false;
  const Certificate& certificate;
  const Certificate& decision;
};

[[nodiscard]] ClaimedRevision ClaimOf(const BlockReply& reply);
[[nodiscard]] ClaimedRevision ClaimOf(const Archive& archive);

// Nothing when its certificates do not prove revision, hash and prior hash.
[[nodiscard]] std::optional<ProvenRevision> ProofOf(const TxMoment& moment,
                                                    const ClaimedRevision& claim);

}  // namespace core

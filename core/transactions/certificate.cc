#include "core/transactions/certificate.h"

#include <algorithm>
#include <vector>

#include "core/codec/canonical.h"
#include "core/repository/repository.h"
#include "core/transactions/cluster.h"

namespace core {

Key256 HashOf(const TxMoment& moment, const TxRecord& record) {
  std::vector<uint8_t> bytes;
  TxHashBytes(moment.context.network, record, bytes);
  return moment.Sha256(bytes);
}

Key256 HashOf(const TxMoment& moment, const Key256& tx, std::span<const Vote> votes) {
  std::vector<uint8_t> bytes;
  VotesHashBytes(tx, votes, bytes);
  return moment.Sha256(bytes);
}

void SignTransaction(const TxMoment& moment, Transaction& transaction) {
  std::vector<uint8_t> bytes;
  TransactionSigningBytes(moment.context.network, transaction, bytes);
  transaction.signature = moment.Sign(bytes);
}

const Vote* VoteOf(std::span<const Vote> votes, uint8_t member) {
  const auto found = std::find_if(votes.begin(), votes.end(),
                                  [member](const Vote& vote) { return vote.member == member; });
  return found == votes.end() ? nullptr : &*found;
}

bool HasValidSignature(const TxMoment& moment, const Transaction& transaction) {
  std::vector<uint8_t> bytes;
  TransactionSigningBytes(moment.context.network, transaction, bytes);
  return moment.Verify(transaction.client, bytes, transaction.signature);
}

void SignVote(const TxMoment& moment, const Key256& tx, Vote& vote) {
  std::vector<uint8_t> bytes;
  VoteSigningBytes(moment.context.network, tx, vote, bytes);
  vote.signature = moment.Sign(bytes);
}

bool HasValidSignature(const TxMoment& moment, const TxRecord& record, const Key256& tx,
                       const Vote& vote) {
  if (vote.member >= record.members.size()) return false;
  std::vector<uint8_t> bytes;
  VoteSigningBytes(moment.context.network, tx, vote, bytes);
  return moment.Verify(record.members[vote.member].key, bytes, vote.signature);
}

CommitAck SignAck(const TxMoment& moment, uint8_t member, const Key256& tx, const Key256& votes) {
  std::vector<uint8_t> bytes;
  CommitSigningBytes(moment.context.network, tx, votes, bytes);
  return {.member = member, .signature = moment.Sign(bytes)};
}

bool HasValidSignature(const TxMoment& moment, const TxRecord& record, const Key256& tx,
                       const Key256& votes, const CommitAck& ack) {
  if (ack.member >= record.members.size()) return false;
  std::vector<uint8_t> bytes;
  CommitSigningBytes(moment.context.network, tx, votes, bytes);
  return moment.Verify(record.members[ack.member].key, bytes, ack.signature);
}

namespace {

// Their members sign the same bytes.
bool SayTheSame(const Vote& a, const Vote& b) {
  return a.kind == b.kind && a.reason == b.reason && a.winner == b.winner;
}

}  // namespace

bool AreEnough(const TxMoment& moment, const TxRecord& record, const Key256& tx,
               std::span<const Vote> votes, bool committed) {
  const Quorum quorum = QuorumOf(moment.config(), record.members.size());
  if (votes.size() < (committed ? quorum.approvals : quorum.refusals)) return false;
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < votes.size(); ++i) {
    const Vote& vote = votes[i];
    if (i > 0 && votes[i - 1].member >= vote.member) return false;
    if (Approves(vote) != committed || vote.member >= record.members.size()) return false;
    if (i == 0 || !SayTheSame(votes[i - 1], vote)) {
      VoteSigningBytes(moment.context.network, tx, vote, bytes);
    }
    if (!moment.Verify(record.members[vote.member].key, bytes, vote.signature)) return false;
  }
  return true;
}

bool IsValid(const TxMoment& moment, const Certificate& certificate, const Key256& tx,
             bool with_acks) {
  const TxRecord& record = certificate.record;
  if (record.members.size() < static_cast<size_t>(moment.config().cluster_min)) return false;
  if (!AreGenuine(moment, record.members)) return false;
  if (!HasValidSignature(moment, record.transaction)) return false;
  if (!AreEnough(moment, record, tx, certificate.votes, certificate.committed)) return false;
  return !with_acks || !certificate.committed || IsShownDurable(moment, certificate, tx);
}

bool IsShownDurable(const TxMoment& moment, const Certificate& certificate, const Key256& tx) {
  const TxRecord& record = certificate.record;
  if (certificate.acks.size() < QuorumOf(moment.config(), record.members.size()).majority) {
    return false;
  }
  const Key256 votes = HashOf(moment, tx, certificate.votes);
  for (size_t i = 0; i < certificate.acks.size(); ++i) {
    if (i > 0 && certificate.acks[i - 1].member >= certificate.acks[i].member) return false;
    if (!HasValidSignature(moment, record, tx, votes, certificate.acks[i])) return false;
  }
  return true;
}

VoteCast FactOf(const Key256& tx, const Transaction& transaction, const Vote& vote) {
  return {.tx = tx,
          .id = transaction.id,
          .block = transaction.block,
          .base_revision = transaction.base_revision,
          .kind = vote.kind,
          .reason = vote.reason,
          .winner = vote.winner};
}

TxDecided FactOf(const Key256& tx, const Transaction& transaction, bool committed) {
  return {.tx = tx,
          .id = transaction.id,
          .block = transaction.block,
          .base_revision = transaction.base_revision,
          .committed = committed};
}

CertificateMade FactOf(const TxRecord& record, const Key256& tx, bool committed, size_t votes) {
  const Transaction& transaction = record.transaction;
  return {.tx = tx,
          .id = transaction.id,
          .action = transaction.action,
          .block = transaction.block,
          .base_revision = transaction.base_revision,
          .content_hash = transaction.content_hash,
          .committed = committed,
          .votes = static_cast<uint8_t>(votes),
          .members = static_cast<uint8_t>(record.members.size())};
}

ClaimedRevision ClaimOf(const BlockReply& reply) {
  return {.block = reply.block,
          .revision = reply.revision,
          .hash = reply.hash,
          .prior_hash = reply.prior_hash,
          .deleted = reply.state == BlockState::kDeleted,
          .certificate = reply.certificate,
          .decision = reply.decision};
}

ClaimedRevision ClaimOf(const Archive& archive) {
  return {.block = archive.block,
          .revision = archive.revision,
          .hash = archive.hash,
          .prior_hash = archive.prior_hash,
          .deleted = archive.deleted,
          .certificate = archive.certificate,
          .decision = archive.decision};
}

std::optional<ProvenRevision> ProofOf(const TxMoment& moment, const ClaimedRevision& claim) {
  if (claim.certificate.empty() || !claim.certificate.committed) return std::nullopt;
  const Transaction& made = claim.certificate.record.transaction;
  const bool fits = made.block == claim.block && made.base_revision + 1 == claim.revision &&
                    made.content_hash == claim.hash && made.base_hash == claim.prior_hash &&
                    Erases(made.action) == (claim.deleted);
  if (!fits) return std::nullopt;
  const Key256 tx = HashOf(moment, claim.certificate.record);
  if (!IsValid(moment, claim.certificate, tx)) return std::nullopt;
  if (IsWrite(made.action)) {
    return ProvenRevision{.by = made.id, .tx = tx};
  }
  if (!IsPend(made.action)) return std::nullopt;
  const Transaction& decision = claim.decision.record.transaction;
  const bool decided = claim.decision.committed && decision.action == TxAction::kCommit &&
                       decision.of == made.of && decision.block == made.tail;
  if (!decided) return std::nullopt;
  if (!IsValid(moment, claim.decision, HashOf(moment, claim.decision.record))) return std::nullopt;
  return ProvenRevision{.by = made.of, .tx = tx};
}

}  // namespace core

// Catching up: a replica without the base, or without the content of what was decided, refuses to go
// on and takes another replica's latest revision, which its certificate vouches for.
// Source: protocol document, 1.3.6.
#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "core/transactions/mail.h"
#include "core/transactions/tx_rows.h"
#include "core/transactions/voter.h"

namespace core {
namespace {

constexpr uint16_t kAsksRings = 2;  // The try with which a catch-up asks the storage rings too.

}  // namespace

void Voter::StartCatchUp(const TxMoment& moment, const BlockId& block,
                         std::span<const Member> members) {
  const auto [catch_up, fresh] = catch_ups_.Insert(block);
  if (!fresh) return;
  catch_up->members.assign(members.begin(), members.end());
  catch_up->wait = moment.config().ack_retry;
  Ask(moment, block, *catch_up);
}

void Voter::Ask(const TxMoment& moment, const BlockId& block, CatchUp& catch_up) {
  if (catch_up.tries >= kCatchUpTries) {
    catch_ups_.Erase(block);
    return;
  }
  // Not with the first question: members answer sooner, and what a ring has may be older.
  if (++catch_up.tries == kAsksRings && moment.asks_rings) {
    wanted_.push_back({.block = block, .to_make = false, .known = 0});
  }
  catch_up.id = moment.random.Next();
  catch_up.ask_at = moment.now + catch_up.wait;
  catch_up.wait = std::min(catch_up.wait * 2, moment.config().ack_retry_cap);
  for (const Member& member : catch_up.members) {
    if (member.id == moment.self_id()) continue;
    (void)moment.mail.PostTo(moment, member.id, catch_up.id,
                             BlockGet{.block = block, .revision = 0, .with_value = true});
  }
}

void Voter::OnBlockReply(const TxMoment& moment, PeerId, uint64_t id, const BlockReply& reply) {
  const CatchUp* catch_up = catch_ups_.Find(reply.block);
  if (catch_up == nullptr || catch_up->id != id) return;
  const std::optional<ProvenRevision> proven = ProofOf(moment, ClaimOf(reply));
  if (!proven.has_value() || reply.revision != reply.latest) return;
  const bool content =
      reply.state == BlockState::kDeleted || ContentHash(moment.suite(), reply.value) == reply.hash;
  if (!content) return;
  Adopt(moment, ClaimOf(reply), *proven, reply.value);
}

void Voter::Adopt(const TxMoment& moment, const ClaimedRevision& claim,
                  const ProvenRevision& proven, const Bytes& value) {
  const BlockId block = claim.block;
  const Transaction& transaction = claim.certificate.record.transaction;
  Repository::Change change{.block = block,
                            .base_revision = claim.revision - 1,
                            .row = {},
                            .value = claim.deleted ? Bytes() : value};
  change.row.action = transaction.action;
  change.row.by = proven.by;
  change.row.tx = proven.tx;
  change.row.hash = claim.hash;
  change.row.prior_hash = transaction.base_hash;
  change.row.certificate = claim.certificate;
  change.row.decision = claim.decision;
  StoreBatch batch;
  Due due;
  if (!repository_.Restore(moment.now, claim.revision, std::move(change), batch, due.facts)) return;
  // Pends on bases that are behind us now were decided without us.
  std::vector<TxId> overtaken;
  repository_.ForEachPend([&](const BlockId& pended, const TxId& of, const PendRow& pend) {
    const bool old = pend.certificate.record.transaction.base_revision < claim.revision;
    if (pended == block && old) overtaken.push_back(of);
  });
  for (const TxId& of : overtaken) {
    repository_.DropPend(block, of, of == proven.by, batch, due.facts);
  }
  moment.journal.Commit(moment, std::move(batch), std::move(due));
  catch_ups_.Erase(block);
  ApplyLate(moment, block);
  DropMootLocks(moment, block);
  Reconsider(moment, block);
}

// Decisions that waited for the block.
void Voter::ApplyLate(const TxMoment& moment, const BlockId& block) {
  std::vector<Key256> late;
  decided_.ForEach([&](const Key256& tx, const std::unique_ptr<Decided>& decided) {
    const bool waits = decided->certificate.committed && !decided->applied &&
                       decided->certificate.record.transaction.block == block;
    if (waits) late.push_back(tx);
  });
  std::sort(late.begin(), late.end(), [&](const Key256& a, const Key256& b) {
    return (*decided_.Find(a))->certificate.record.transaction.base_revision <
           (*decided_.Find(b))->certificate.record.transaction.base_revision;
  });
  for (const Key256& tx : late) {
    Decided& decided = **decided_.Find(tx);
    const Transaction& transaction = decided.certificate.record.transaction;
    // The restored revision is this one's or a later one.
    const bool there = repository_.TipOf(block).revision > transaction.base_revision;
    StoreBatch batch;
    Due due{.step = Due::Step::kDecision, .tx = tx, .facts = {}};
    decided.applied = there || CarryOut(moment, decided.certificate, nullptr, batch, due);
    if (!decided.applied) continue;
    decided.durable = false;
    undurable_.push_back(tx);
    batch.Put(TxRowKey(TxRowKind::kCase, tx),
              EncodeRow(CaseRow{.record = decided.certificate.record,
                                .value = {},
                                .voted = false,
                                .vote = {},
                                .outcome = decided.certificate,
                                .at_us = decided.at.us,
                                .applied = true}));
    moment.journal.Commit(moment, std::move(batch), std::move(due));
  }
}

}  // namespace core

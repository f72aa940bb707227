// Messages as a name and a few fields.
#include <variant>

#include "core/port/names.h"
#include "sim/observe/describe.h"
#include "sim/observe/fields.h"
#include "sim/observe/traffic.h"

namespace sim {
namespace {

// One overload per message; a new alternative of the variant does not compile without one.
struct BodyTeller {
  Fields operator()(const core::Ping&) const { return {}; }

  Fields operator()(const core::Pong&) const { return {}; }

  Fields operator()(const core::FindNode& m) const { return {{"target", m.target}}; }

  Fields operator()(const core::Nodes& m) const {
    return {{"target", m.target}, Number("peers", m.peers.size())};
  }

  Fields operator()(const core::Provide& m) const {
    return {{"key", m.key},
            {"owner", m.record.peer},
            {"role", NameOf(m.record.role)},
            Number("c", m.record.specificity),
            Number("sequence", m.record.sequence)};
  }

  Fields operator()(const core::ProvideAck& m) const {
    return {{"key", m.key},
            Number("count", m.traffic.count),
            {"crowded", m.crowded},
            Number("retry_after_ms", m.retry_after_ms)};
  }

  Fields operator()(const core::Withdraw& m) const {
    return {{"key", m.key}, {"owner", m.peer}, Number("sequence", m.sequence)};
  }

  Fields operator()(const core::Find& m) const {
    return {{"key", m.key}, {"role", NameOf(m.role_wanted)}, {"subscribe", m.subscribe}};
  }

  Fields operator()(const core::Found& m) const {
    return {Number("records", m.records.size()),
            {"key", m.key},
            Number("count", m.traffic.count),
            {"truncated", m.truncated},
            Number("retry_after_ms", m.retry_after_ms)};
  }

  Fields operator()(const core::Push& m) const {
    return {Number("records", m.records.size()), {"key", m.key}};
  }

  Fields operator()(const core::Offer& m) const { return {{"task", m.task}, {"topic", m.topic}}; }

  Fields operator()(const core::Accept& m) const { return {{"task", m.task}}; }

  Fields operator()(const core::Decline& m) const {
    return {{"task", m.task}, {"reason", NameOf(m.reason)}};
  }

  Fields operator()(const core::Done& m) const { return {{"task", m.task}}; }

  Fields operator()(const core::TxSubmit& m) const { return Of(m.transaction); }

  Fields operator()(const core::TxPromise& m) const { return Of(m.record.transaction); }

  Fields operator()(const core::TxVote& m) const {
    return {{"tx", m.tx},
            Number("member", m.vote.member),
            {"vote", NameOf(m.vote.kind)},
            {"reason", NameOf(m.vote.reason)}};
  }

  Fields operator()(const core::TxRefusal& m) const {
    return {{"tx", m.tx}, {"reason", NameOf(m.reason)}};
  }

  Fields operator()(const core::TxCommit& m) const {
    Fields fields = Of(m.record.transaction);
    fields.push_back(Number("votes", m.votes.size()));
    return fields;
  }

  Fields operator()(const core::TxCommitAck& m) const {
    return {{"tx", m.tx}, Number("member", m.ack.member)};
  }

  Fields operator()(const core::TxOutcome& m) const { return Of(m.certificate); }

  Fields operator()(const core::TxResolve& m) const { return Of(m.record.transaction); }

  Fields operator()(const core::TxStatus& m) const { return {{"id", TaskOf(m.id)}}; }

  Fields operator()(const core::TxStatusReply& m) const {
    return {{"id", TaskOf(m.id)}, {"state", NameOf(m.state)}};
  }

  Fields operator()(const core::TxResult& m) const {
    return {{"id", TaskOf(m.id)},
            {"verdict", NameOf(m.verdict)},
            {"reason", NameOf(m.reason)},
            Number("revision", m.revision)};
  }

  Fields operator()(const core::BlockGet& m) const {
    return {{"block", m.block}, Number("revision", m.revision), {"with_value", m.with_value}};
  }

  Fields operator()(const core::BlockReply& m) const {
    return {{"block", m.block},
            {"state", NameOf(m.state)},
            Number("revision", m.revision),
            Number("latest", m.latest),
            Number("cluster", m.cluster)};
  }

  Fields operator()(const core::DoubleVote& m) const { return Of(m.first); }

  Fields operator()(const core::RefsRequest& m) const {
    return {Number("infos", m.infos.size()), Number("keys", m.keys.size())};
  }

  Fields operator()(const core::Refs& m) const { return {Number("infos", m.infos.size())}; }

  Fields operator()(const core::RangeRequest& m) const {
    return {{"prefix", m.prefix}, Number("bits", m.bits), {"after", m.after}};
  }

  Fields operator()(const core::Range& m) const {
    return {Number("blocks", m.blocks.size()), {"more", m.more}};
  }

  Fields operator()(const core::ArchiveRequest& m) const { return {{"key", m.key}}; }

  Fields operator()(const core::ArchiveReply& m) const {
    return {{"key", m.key},
            {"state", NameOf(m.state)},
            Number("revision", m.archive.revision),
            Number("infos", m.infos.size())};
  }

  Fields operator()(const core::ArchiveStore& m) const {
    return {{"block", m.archive.block},
            Number("revision", m.archive.revision),
            Number("seen", m.seen),
            {"inward", m.inward}};
  }

  Fields operator()(const core::ArchiveAck& m) const {
    return {
        {"key", m.block.key}, Number("revision", m.block.revision), {"verdict", NameOf(m.verdict)}};
  }

  Fields operator()(const core::ConfirmRequest& m) const {
    return {Number("blocks", m.blocks.size())};
  }

  Fields operator()(const core::Confirm& m) const {
    return {Number("infos", m.infos.size()), Number("missing", m.missing.size())};
  }

  Fields operator()(const core::RangeDigestRequest& m) const {
    return {{"prefix", m.prefix}, Number("bits", m.bits)};
  }

  Fields operator()(const core::RangeDigest& m) const {
    return {Number("buckets", m.buckets.size())};
  }

  Fields operator()(const core::HoldingChallenge& m) const {
    return {{"key", m.block.key}, Number("revision", m.block.revision)};
  }

  Fields operator()(const core::HoldingProof& m) const {
    return {{"key", m.block.key}, Number("revision", m.block.revision), {"state", NameOf(m.state)}};
  }

  Fields operator()(const core::Present& m) const {
    return {{"stage", NameOf(m.stage)},
            Number("depth", m.depth),
            {"pool", m.pool},
            Number("size", m.size)};
  }

  Fields operator()(const core::Greet& m) const {
    return {
        {"stage", NameOf(m.stage)}, Number("depth", m.depth), Number("attempt", m.ticket.attempt)};
  }

  Fields operator()(const core::Pair& m) const { return {Number("attempt", m.ticket.attempt)}; }

  Fields operator()(const core::PairAck& m) const { return {Number("attempt", m.ticket.attempt)}; }

  Fields operator()(const core::NegotiationRefusal& m) const {
    return {{"reason", NameOf(m.reason)}};
  }

  Fields operator()(const core::PoolSeed& m) const {
    return {Number("voters", m.voters.size()), Number("votes", m.votes.size()), {"peer", m.peer}};
  }

  Fields operator()(const core::SeedConfirm& m) const { return {{"seed", m.seed}}; }

  Fields operator()(const core::SeedReceived& m) const { return {{"seed", m.seed}}; }

  Fields operator()(const core::PoolInform& m) const {
    return {{"event", NameOf(m.event)}, {"pool", m.pool}, Number("epoch", m.epoch),
            Number("size", m.size),     {"peer", m.peer}, Number("silent", m.silent.size())};
  }

  Fields operator()(const core::PoolAck& m) const {
    return {{"pool", m.pool}, Number("epoch", m.epoch)};
  }

  Fields operator()(const core::MergeGreet& m) const {
    return {{"pool", m.pool},
            Number("epoch", m.epoch),
            Number("size", m.size),
            Number("attempt", m.ticket.attempt)};
  }

  Fields operator()(const core::MergeLists& m) const {
    return {{"pool", m.pool},
            {"into", m.into},
            Number("epoch", m.epoch),
            Number("voters", m.voters.size()),
            Number("votes", m.votes.size()),
            Number("members", m.members.size())};
  }

  Fields operator()(const core::MergeAck& m) const {
    return {{"verdict", NameOf(m.verdict)},
            {"pool", m.pool},
            {"into", m.into},
            Number("epoch", m.epoch),
            Number("size", m.size)};
  }

  Fields operator()(const core::BlockForm& m) const {
    return {{"pool", m.pool},
            Number("epoch", m.epoch),
            Number("voters", m.voters.size()),
            Number("votes", m.votes.size()),
            {"cid", m.cid}};
  }

  Fields operator()(const core::BlockSign& m) const {
    return {{"pool", m.pool}, {"cid", m.cid}, {"objection", NameOf(m.objection)}};
  }

  Fields operator()(const core::BlockSigned& m) const {
    return {{"pool", m.pool}, {"cid", m.cid}, Number("signatures", m.signatures.size())};
  }

 private:
  static Fields Of(const core::Transaction& transaction) {
    return {{"id", TaskOf(transaction.id)},
            {"action", NameOf(transaction.action)},
            {"block", transaction.block},
            Number("base", transaction.base_revision)};
  }

  static Fields Of(const core::Certificate& certificate) {
    Fields fields = Of(certificate.record.transaction);
    fields.push_back({"committed", certificate.committed});
    return fields;
  }
};

}  // namespace

Description Describe(const core::Message& message) {
  return {NameOfMessageType(message.body.index()), std::visit(BodyTeller{}, message.body)};
}

}  // namespace sim

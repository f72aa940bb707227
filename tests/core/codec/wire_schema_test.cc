// Holds the codec against the classes that protoc generates from our .proto files: what we write
// they read with the same values, what they write we read with the same values.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/codec/arachnode.pb.h"
#include "core/codec/matchmaking.pb.h"
#include "core/codec/routing.pb.h"
#include "core/codec/transactions.pb.h"
#include "core/codec/wire.h"
#include "tests/core/codec/arbitrary_message.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/negotiation_mirror.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

// Fills generated objects from messages.
class Mirror : public NegotiationMirror {
 public:
  using NegotiationMirror::NegotiationMirror;
  using NegotiationMirror::Of;

  pb::Ping Of(const Ping&) const { return {}; }

  pb::Pong Of(const Pong&) const { return {}; }

  pb::FindNode Of(const FindNode& in) const {
    pb::FindNode out;
    out.set_target(Str(in.target));
    return out;
  }

  pb::Nodes Of(const Nodes& in) const {
    pb::Nodes out;
    out.set_target(Str(in.target));
    for (const PeerId peer : in.peers) *out.add_contacts() = ContactOf(peer);
    return out;
  }

  pb::Provide Of(const Provide& in) const {
    pb::Provide out;
    out.set_key(Str(in.key));
    *out.mutable_record() = RecordOf(in.record);
    return out;
  }

  pb::ProvideAck Of(const ProvideAck& in) const {
    pb::ProvideAck out;
    out.set_key(Str(in.key));
    *out.mutable_traffic() = TrafficOf(in.traffic);
    out.set_crowded(in.crowded);
    out.set_retry_after_ms(in.retry_after_ms);
    return out;
  }

  pb::Withdraw Of(const Withdraw& in) const {
    pb::Withdraw out;
    out.set_key(Str(in.key));
    out.set_topic(Str(in.topic));
    out.set_owner(Str(directory_->NodeIdOf(in.peer)));
    out.set_sequence(in.sequence);
    out.set_signature(Str(in.signature));
    return out;
  }

  pb::Find Of(const Find& in) const {
    pb::Find out;
    out.set_key(Str(in.key));
    out.set_role_wanted(static_cast<pb::Role>(in.role_wanted));
    pb::Filter& filter = *out.mutable_filter();
    in.filter.must.ForEach([&](std::string_view text) { filter.add_must(std::string(text)); });
    in.filter.must_not.ForEach(
        [&](std::string_view text) { filter.add_must_not(std::string(text)); });
    filter.set_min_budget(in.filter.min_budget);
    out.set_limit(in.limit);
    out.set_subscribe(in.subscribe);
    return out;
  }

  pb::Found Of(const Found& in) const {
    pb::Found out;
    out.set_key(Str(in.key));
    for (const Record& record : in.records) *out.add_records() = RecordOf(record);
    out.set_truncated(in.truncated);
    *out.mutable_traffic() = TrafficOf(in.traffic);
    out.set_retry_after_ms(in.retry_after_ms);
    return out;
  }

  pb::Push Of(const Push& in) const {
    pb::Push out;
    out.set_key(Str(in.key));
    for (const Record& record : in.records) *out.add_records() = RecordOf(record);
    *out.mutable_traffic() = TrafficOf(in.traffic);
    return out;
  }

  pb::Offer Of(const Offer& in) const {
    pb::Offer out;
    out.set_task(Str(in.task.bytes));
    out.set_topic(Str(in.topic));
    out.set_kind(in.kind);
    out.set_payload_hash(Str(in.payload_hash));
    out.set_expires_ms(in.expires_ms);
    return out;
  }

  pb::Accept Of(const Accept& in) const {
    pb::Accept out;
    out.set_task(Str(in.task.bytes));
    return out;
  }

  pb::Decline Of(const Decline& in) const {
    pb::Decline out;
    out.set_task(Str(in.task.bytes));
    out.set_reason(static_cast<pb::DeclineReason>(in.reason));
    return out;
  }

  pb::Done Of(const Done& in) const {
    pb::Done out;
    out.set_task(Str(in.task.bytes));
    return out;
  }

  pb::TxSubmit Of(const TxSubmit& in) const {
    pb::TxSubmit out;
    *out.mutable_transaction() = TransactionOf(in.transaction);
    out.set_value(Str(in.value));
    return out;
  }

  pb::TxPromise Of(const TxPromise& in) const {
    pb::TxPromise out;
    *out.mutable_record() = TxRecordOf(in.record);
    out.set_value(Str(in.value));
    return out;
  }

  pb::TxVote Of(const TxVote& in) const {
    pb::TxVote out;
    out.set_tx(Str(in.tx));
    *out.mutable_vote() = VoteOf(in.vote);
    return out;
  }

  pb::TxRefusal Of(const TxRefusal& in) const {
    pb::TxRefusal out;
    out.set_tx(Str(in.tx));
    out.set_reason(static_cast<pb::RejectReason>(in.reason));
    return out;
  }

  pb::TxCommit Of(const TxCommit& in) const {
    pb::TxCommit out;
    *out.mutable_record() = TxRecordOf(in.record);
    for (const Vote& vote : in.votes) *out.add_votes() = VoteOf(vote);
    out.set_value(Str(in.value));
    return out;
  }

  pb::TxCommitAck Of(const TxCommitAck& in) const {
    pb::TxCommitAck out;
    out.set_tx(Str(in.tx));
    *out.mutable_ack() = AckOf(in.ack);
    return out;
  }

  pb::TxOutcome Of(const TxOutcome& in) const {
    pb::TxOutcome out;
    *out.mutable_certificate() = CertificateOf(in.certificate);
    out.set_value(Str(in.value));
    return out;
  }

  pb::TxResolve Of(const TxResolve& in) const {
    pb::TxResolve out;
    *out.mutable_record() = TxRecordOf(in.record);
    return out;
  }

  pb::TxStatus Of(const TxStatus& in) const {
    pb::TxStatus out;
    out.set_id(Str(in.id.bytes));
    return out;
  }

  pb::TxStatusReply Of(const TxStatusReply& in) const {
    pb::TxStatusReply out;
    out.set_id(Str(in.id.bytes));
    out.set_state(static_cast<pb::TxState>(in.state));
    if (!in.certificate.empty()) *out.mutable_certificate() = CertificateOf(in.certificate);
    return out;
  }

  pb::TxResult Of(const TxResult& in) const {
    pb::TxResult out;
    out.set_id(Str(in.id.bytes));
    out.set_verdict(static_cast<pb::TxVerdict>(in.verdict));
    out.set_reason(static_cast<pb::RejectReason>(in.reason));
    out.set_revision(in.revision);
    if (!in.certificate.empty()) *out.mutable_certificate() = CertificateOf(in.certificate);
    return out;
  }

  pb::BlockGet Of(const BlockGet& in) const {
    pb::BlockGet out;
    out.set_block(Str(in.block));
    out.set_revision(in.revision);
    out.set_with_value(in.with_value);
    return out;
  }

  pb::BlockReply Of(const BlockReply& in) const {
    pb::BlockReply out;
    out.set_block(Str(in.block));
    out.set_state(static_cast<pb::BlockState>(in.state));
    out.set_revision(in.revision);
    out.set_hash(Str(in.hash));
    out.set_prior_hash(Str(in.prior_hash));
    out.set_latest(in.latest);
    if (!in.certificate.empty()) *out.mutable_certificate() = CertificateOf(in.certificate);
    if (!in.decision.empty()) *out.mutable_decision() = CertificateOf(in.decision);
    out.set_value(Str(in.value));
    out.set_cluster(in.cluster);
    return out;
  }

  pb::DoubleVote Of(const DoubleVote& in) const {
    pb::DoubleVote out;
    *out.mutable_first() = CertificateOf(in.first);
    *out.mutable_second() = CertificateOf(in.second);
    return out;
  }

  pb::RefsRequest Of(const RefsRequest& in) const {
    pb::RefsRequest out;
    for (const RingInfo& info : in.infos) *out.add_infos() = RingInfoOf(info);
    for (const KeyedRevision& key : in.keys) *out.add_keys() = KeyedRevisionOf(key);
    return out;
  }

  pb::Refs Of(const Refs& in) const {
    pb::Refs out;
    for (const RingInfo& info : in.infos) *out.add_infos() = RingInfoOf(info);
    return out;
  }

  pb::RangeRequest Of(const RangeRequest& in) const {
    pb::RangeRequest out;
    out.set_prefix(Str(in.prefix));
    out.set_bits(in.bits);
    out.set_after(Str(in.after));
    out.set_limit(in.limit);
    return out;
  }

  pb::Range Of(const Range& in) const {
    pb::Range out;
    for (const KeyedRevision& block : in.blocks) *out.add_blocks() = KeyedRevisionOf(block);
    out.set_more(in.more);
    return out;
  }

  pb::ArchiveRequest Of(const ArchiveRequest& in) const {
    pb::ArchiveRequest out;
    out.set_key(Str(in.key));
    return out;
  }

  pb::ArchiveReply Of(const ArchiveReply& in) const {
    pb::ArchiveReply out;
    out.set_key(Str(in.key));
    out.set_state(static_cast<pb::ArchiveState>(in.state));
    if (!in.archive.empty()) *out.mutable_archive() = ArchiveOf(in.archive);
    for (const RingInfo& info : in.infos) *out.add_infos() = RingInfoOf(info);
    return out;
  }

  pb::ArchiveStore Of(const ArchiveStore& in) const {
    pb::ArchiveStore out;
    *out.mutable_archive() = ArchiveOf(in.archive);
    out.set_seen(in.seen);
    out.set_inward(in.inward);
    return out;
  }

  pb::ArchiveAck Of(const ArchiveAck& in) const {
    pb::ArchiveAck out;
    *out.mutable_block() = KeyedRevisionOf(in.block);
    out.set_verdict(static_cast<pb::StoreVerdict>(in.verdict));
    return out;
  }

  pb::ConfirmRequest Of(const ConfirmRequest& in) const {
    pb::ConfirmRequest out;
    for (const KeyedRevision& block : in.blocks) *out.add_blocks() = KeyedRevisionOf(block);
    return out;
  }

  pb::Confirm Of(const Confirm& in) const {
    pb::Confirm out;
    for (const RingInfo& info : in.infos) *out.add_infos() = RingInfoOf(info);
    for (const KeyedRevision& block : in.missing) *out.add_missing() = KeyedRevisionOf(block);
    return out;
  }

  pb::RangeDigestRequest Of(const RangeDigestRequest& in) const {
    pb::RangeDigestRequest out;
    out.set_prefix(Str(in.prefix));
    out.set_bits(in.bits);
    out.set_own(in.own);
    return out;
  }

  pb::RangeDigest Of(const RangeDigest& in) const {
    pb::RangeDigest out;
    for (const BucketDigest& bucket : in.buckets) {
      out.add_buckets()->set_digest(bucket.digest);
      out.mutable_buckets()->rbegin()->set_blocks(bucket.blocks);
    }
    return out;
  }

  pb::HoldingChallenge Of(const HoldingChallenge& in) const {
    pb::HoldingChallenge out;
    *out.mutable_block() = KeyedRevisionOf(in.block);
    out.set_nonce(Str(in.nonce));
    return out;
  }

  pb::HoldingProof Of(const HoldingProof& in) const {
    pb::HoldingProof out;
    *out.mutable_block() = KeyedRevisionOf(in.block);
    out.set_state(static_cast<pb::ArchiveState>(in.state));
    out.set_proof(Str(in.proof));
    return out;
  }

 private:
  static pb::KeyedRevision KeyedRevisionOf(const KeyedRevision& in) {
    pb::KeyedRevision out;
    out.set_key(Str(in.key));
    out.set_revision(in.revision);
    return out;
  }

  static pb::Archive ArchiveOf(const Archive& in) {
    pb::Archive out;
    out.set_block(Str(in.block));
    out.set_revision(in.revision);
    out.set_hash(Str(in.hash));
    out.set_prior_hash(Str(in.prior_hash));
    out.set_deleted(in.deleted);
    *out.mutable_certificate() = CertificateOf(in.certificate);
    if (!in.decision.empty()) *out.mutable_decision() = CertificateOf(in.decision);
    out.set_value(Str(in.value));
    return out;
  }

  pb::RingInfo RingInfoOf(const RingInfo& in) const {
    pb::RingInfo out;
    *out.mutable_owner() = ContactOf(in.peer);
    out.set_sequence(in.sequence);
    out.set_status(static_cast<pb::RingStatus>(in.status));
    out.set_ring(in.ring);
    out.set_from(in.from);
    out.set_capacity(in.capacity);
    out.set_used(in.used);
    out.set_blocks(in.blocks);
    out.set_issued_ms(in.issued_ms);
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::Transaction TransactionOf(const Transaction& in) {
    pb::Transaction out;
    out.set_id(Str(in.id.bytes));
    out.set_action(static_cast<pb::TxAction>(in.action));
    out.set_block(Str(in.block));
    out.set_base_revision(in.base_revision);
    out.set_base_hash(Str(in.base_hash));
    out.set_content_hash(Str(in.content_hash));
    out.set_of(Str(in.of.bytes));
    out.set_tail(Str(in.tail));
    out.set_scope(Str(in.scope));
    out.set_expires_ms(in.expires_ms);
    out.set_priority(in.priority);
    out.set_attempt(in.attempt);
    out.set_client(Str(in.client));
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::TxRecord TxRecordOf(const TxRecord& in) {
    pb::TxRecord out;
    *out.mutable_transaction() = TransactionOf(in.transaction);
    for (const Member& member : in.members) {
      pb::Member& added = *out.add_members();
      added.set_id(Str(member.id));
      added.set_key(Str(member.key));
    }
    return out;
  }

  static pb::Vote VoteOf(const Vote& in) {
    pb::Vote out;
    out.set_member(in.member);
    out.set_kind(static_cast<pb::VoteKind>(in.kind));
    out.set_reason(static_cast<pb::RejectReason>(in.reason));
    out.set_winner(Str(in.winner));
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::CommitAck AckOf(const CommitAck& in) {
    pb::CommitAck out;
    out.set_member(in.member);
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::Certificate CertificateOf(const Certificate& in) {
    pb::Certificate out;
    *out.mutable_record() = TxRecordOf(in.record);
    out.set_committed(in.committed);
    for (const Vote& vote : in.votes) *out.add_votes() = VoteOf(vote);
    for (const CommitAck& ack : in.acks) *out.add_acks() = AckOf(ack);
    return out;
  }

  pb::Record RecordOf(const Record& in) const {
    pb::Record out;
    out.set_topic(Str(in.topic));
    *out.mutable_owner() = ContactOf(in.peer);
    out.set_role(static_cast<pb::Role>(in.role));
    out.set_specificity(in.specificity);
    out.set_budget(in.budget);
    out.set_want(in.want);
    out.set_ttl_ms(in.ttl_ms);
    out.set_sequence(in.sequence);
    out.set_attached_ms(in.attached_ms);
    in.capabilities.ForEach(
        [&](std::string_view text) { out.add_capabilities(std::string(text)); });
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::Traffic TrafficOf(const Traffic& in) {
    pb::Traffic out;
    out.set_count(in.count);
    out.set_arrivals_per_min(in.arrivals_per_min);
    out.set_queries_per_min(in.queries_per_min);
    out.set_wanted(in.wanted);
    return out;
  }
};

RC_GTEST_PROP(WireSchemaTest, GeneratedClassesAgreeInBothDirections, (const Message& message)) {
  TestDirectory directory(kTestPeers);
  Wire wire(TestNetwork(), directory);
  std::vector<uint8_t> frame;
  wire.Encode(message, frame);
  const std::string body(frame.begin() + kFrameHeaderBytes, frame.end());
  std::visit(
      [&](const auto& in) {
        const auto expected = Mirror(directory).Of(in);
        auto parsed = expected;
        RC_ASSERT(parsed.ParseFromString(body));
        RC_ASSERT(parsed.SerializeAsString() == expected.SerializeAsString());
        const auto type = kMessageTypes[message.body.index()].type;
        Message decoded;
        const auto theirs = FrameAround(type, expected.SerializeAsString());
        RC_ASSERT(wire.Decode(theirs, decoded).ok());
        RC_ASSERT(decoded.body == message.body);
      },
      message.body);
}

}  // namespace
}  // namespace core

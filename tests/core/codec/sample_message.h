// Builds a message of any type from a source of integers: a Random for corpora and benchmarks,
// RapidCheck's generators for properties (arbitrary_message.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "core/base/random.h"
#include "core/codec/messages.h"
#include "tests/core/codec/sample_negotiation.h"

namespace core {

// Draw is callable as uint64_t(uint64_t low, uint64_t high), both ends included.
template <typename Draw>
class MessageSampler : public NegotiationSampler<Draw> {
 public:
  MessageSampler(Draw draw, uint32_t peer_count, size_t records_max)
      : NegotiationSampler<Draw>(std::move(draw), peer_count, records_max) {}

  // REQUIRES: index < std::variant_size_v<BodyVariant>.
  Message Make(size_t index) {
    Message message;
    message.id = Word();
    message.sent_ms = static_cast<int64_t>(Word());
    message.ttl_ms = Number<uint32_t>();
    MakeAt(message.body, index, std::make_index_sequence<std::variant_size_v<BodyVariant>>());
    return message;
  }

  Record MakeRecord() {
    Record record;
    record.topic = Key();
    record.peer = Peer();
    record.role = static_cast<Role>(draw_(1, 2));
    record.specificity = Number<uint8_t>();
    record.budget = Number<uint16_t>();
    record.want = Number<uint16_t>();
    record.ttl_ms = Number<uint32_t>();
    record.sequence = Word();
    record.attached_ms = static_cast<int64_t>(Word());
    record.capabilities = Texts();
    Fill(record.signature);
    return record;
  }

 private:
  using Samples = NegotiationSampler<Draw>;
  using Samples::Bool;
  using Samples::draw_;
  using Samples::Fill;
  using Samples::Key;
  using Samples::Peer;
  using Samples::records_max_;
  using Samples::Text;
  using Samples::Texts;
  using Samples::Value;
  using Samples::Word;

  template <typename T>
  T Number() {
    return Samples::template Number<T>();
  }

  template <size_t... kIndex>
  void MakeAt(Body& body, size_t index, std::index_sequence<kIndex...>) {
    (void)((kIndex == index && (Fill(body.emplace<kIndex>()), true)) || ...);
  }

  Traffic MakeTraffic() {
    Traffic traffic;
    traffic.count = Number<uint32_t>();
    traffic.arrivals_per_min = Number<uint32_t>();
    traffic.queries_per_min = Number<uint32_t>();
    traffic.wanted = Number<uint32_t>();
    return traffic;
  }

  std::vector<Record> Records() {
    std::vector<Record> records(draw_(0, records_max_));
    for (Record& record : records) record = MakeRecord();
    return records;
  }

  void Fill(Ping&) {}

  void Fill(Pong&) {}

  void Fill(FindNode& body) { body.target = Key(); }

  void Fill(Nodes& body) {
    body.target = Key();
    for (uint64_t i = draw_(0, limits::kNodesMax); i > 0; --i) body.peers.push_back(Peer());
  }

  void Fill(Provide& body) {
    body.key = Key();
    body.record = MakeRecord();
  }

  void Fill(ProvideAck& body) {
    body.key = Key();
    body.traffic = MakeTraffic();
    body.crowded = Bool();
    body.retry_after_ms = Number<uint32_t>();
  }

  void Fill(Withdraw& body) {
    body.key = Key();
    body.topic = Key();
    body.peer = Peer();
    body.sequence = Word();
    Fill(body.signature);
  }

  void Fill(Find& body) {
    body.key = Key();
    body.role_wanted = static_cast<Role>(draw_(1, 2));
    body.filter.must = Texts();
    body.filter.must_not = Texts();
    body.filter.min_budget = Number<uint16_t>();
    body.limit = static_cast<uint16_t>(draw_(1, limits::kRecordsMax));
    body.subscribe = Bool();
  }

  void Fill(Found& body) {
    body.key = Key();
    body.records = Records();
    body.truncated = Bool();
    body.traffic = MakeTraffic();
    body.retry_after_ms = Number<uint32_t>();
  }

  void Fill(Push& body) {
    body.key = Key();
    body.records = Records();
    body.traffic = MakeTraffic();
  }

  void Fill(Offer& body) {
    Fill(body.task.bytes);
    body.topic = Key();
    body.kind = Text(limits::kTaskKindBytesMax);
    body.payload_hash = Key();
    body.expires_ms = static_cast<int64_t>(Word());
  }

  void Fill(Accept& body) { Fill(body.task.bytes); }

  void Fill(Decline& body) {
    Fill(body.task.bytes);
    body.reason = static_cast<DeclineReason>(draw_(1, 3));
  }

  void Fill(Done& body) { Fill(body.task.bytes); }

  Transaction MakeTransaction() {
    Transaction out;
    Fill(out.id.bytes);
    out.action = static_cast<TxAction>(draw_(1, 6));
    out.block = Key();
    out.base_revision = Word();
    out.base_hash = Key();
    out.content_hash = Key();
    Fill(out.of.bytes);
    out.tail = Key();
    out.scope = Key();
    out.expires_ms = static_cast<int64_t>(Word());
    out.priority = static_cast<uint8_t>(draw_(0, limits::kPriorityMax));
    out.attempt = Number<uint16_t>();
    Fill(out.client);
    Fill(out.signature);
    return out;
  }

  TxRecord MakeTxRecord(uint64_t members_min) {
    TxRecord out;
    out.transaction = MakeTransaction();
    for (uint64_t i = draw_(members_min, limits::kMembersMax); i > 0; --i) {
      out.members.push_back({});
      out.members.back().id = Key();
      Fill(out.members.back().key);
    }
    return out;
  }

  Vote MakeVote() {
    Vote out;
    out.member = static_cast<uint8_t>(draw_(0, limits::kMembersMax - 1));
    out.kind = static_cast<VoteKind>(draw_(1, 4));
    out.reason = static_cast<RejectReason>(draw_(0, 8));
    out.winner = Key();
    Fill(out.signature);
    return out;
  }

  CommitAck MakeAck() {
    CommitAck out;
    out.member = static_cast<uint8_t>(draw_(0, limits::kMembersMax - 1));
    Fill(out.signature);
    return out;
  }

  std::vector<Vote> Votes() {
    std::vector<Vote> votes;
    for (uint64_t i = draw_(0, limits::kMembersMax); i > 0; --i) votes.push_back(MakeVote());
    return votes;
  }

  Certificate MakeCertificate(uint64_t members_min) {
    Certificate out;
    out.record = MakeTxRecord(members_min);
    out.committed = Bool();
    out.votes = Votes();
    for (uint64_t i = draw_(0, limits::kMembersMax); i > 0; --i) out.acks.push_back(MakeAck());
    return out;
  }

  Certificate MaybeCertificate() { return Bool() ? MakeCertificate(1) : Certificate(); }

  void Fill(TxSubmit& body) {
    body.transaction = MakeTransaction();
    body.value = Value();
  }

  void Fill(TxPromise& body) {
    body.record = MakeTxRecord(0);
    body.value = Value();
  }

  void Fill(TxVote& body) {
    body.tx = Key();
    body.vote = MakeVote();
  }

  void Fill(TxRefusal& body) {
    body.tx = Key();
    body.reason = static_cast<RejectReason>(draw_(1, 8));
  }

  void Fill(TxCommit& body) {
    body.record = MakeTxRecord(0);
    body.votes = Votes();
    body.value = Value();
  }

  void Fill(TxCommitAck& body) {
    body.tx = Key();
    body.ack = MakeAck();
  }

  void Fill(TxOutcome& body) {
    body.certificate = MakeCertificate(0);
    body.value = Value();
  }

  void Fill(TxResolve& body) { body.record = MakeTxRecord(0); }

  void Fill(TxStatus& body) { Fill(body.id.bytes); }

  void Fill(TxStatusReply& body) {
    Fill(body.id.bytes);
    body.state = static_cast<TxState>(draw_(1, 4));
    body.certificate = MaybeCertificate();
  }

  void Fill(TxResult& body) {
    Fill(body.id.bytes);
    body.verdict = static_cast<TxVerdict>(draw_(1, 6));
    body.reason = static_cast<RejectReason>(draw_(0, 8));
    body.revision = Word();
    body.certificate = MaybeCertificate();
  }

  void Fill(BlockGet& body) {
    body.block = Key();
    body.revision = Word();
    body.with_value = Bool();
  }

  void Fill(BlockReply& body) {
    body.block = Key();
    body.state = static_cast<BlockState>(draw_(1, 6));
    body.revision = Word();
    body.hash = Key();
    body.prior_hash = Key();
    body.latest = Word();
    body.certificate = MaybeCertificate();
    body.decision = MaybeCertificate();
    body.value = Value();
    body.cluster = static_cast<uint8_t>(draw_(0, limits::kMembersMax));
  }

  void Fill(DoubleVote& body) {
    body.first = MakeCertificate(0);
    body.second = MakeCertificate(0);
  }

  RingInfo MakeRingInfo() {
    RingInfo out;
    out.peer = Peer();
    out.sequence = Word();
    out.status = static_cast<RingStatus>(draw_(1, 4));
    out.ring = static_cast<uint8_t>(draw_(0, limits::kRingMax));
    out.from = static_cast<uint8_t>(draw_(0, limits::kRingMax));
    out.capacity = Word();
    out.used = Word();
    out.blocks = Number<uint32_t>();
    out.issued_ms = static_cast<int64_t>(Word());
    Fill(out.signature);
    return out;
  }

  std::vector<RingInfo> RingInfos() {
    std::vector<RingInfo> infos(draw_(0, std::min(records_max_, limits::kRingInfosMax)));
    for (RingInfo& info : infos) info = MakeRingInfo();
    return infos;
  }

  KeyedRevision MakeKeyedRevision() {
    KeyedRevision out;
    out.key = Key();
    out.revision = Word();
    return out;
  }

  std::vector<KeyedRevision> KeyedRevisions() {
    std::vector<KeyedRevision> out(draw_(0, std::min(records_max_, limits::kKeyedRevisionsMax)));
    for (KeyedRevision& each : out) each = MakeKeyedRevision();
    return out;
  }

  Archive MakeArchive() {
    Archive out;
    out.block = Key();
    out.revision = std::max<uint64_t>(1, Word());
    out.hash = Key();
    out.prior_hash = Key();
    out.deleted = Bool();
    out.certificate = MakeCertificate(0);
    out.decision = MaybeCertificate();
    out.value = Value();
    return out;
  }

  void Fill(RefsRequest& body) {
    body.infos = RingInfos();
    body.keys = KeyedRevisions();
  }

  void Fill(Refs& body) { body.infos = RingInfos(); }

  void Fill(RangeRequest& body) {
    body.prefix = Key();
    body.bits = static_cast<uint8_t>(draw_(0, limits::kRangeBitsMax));
    body.after = Key();
    body.limit = static_cast<uint16_t>(draw_(1, limits::kKeyedRevisionsMax));
  }

  void Fill(Range& body) {
    body.blocks = KeyedRevisions();
    body.more = Bool();
  }

  void Fill(ArchiveRequest& body) { body.key = Key(); }

  void Fill(ArchiveReply& body) {
    body.key = Key();
    body.state = static_cast<ArchiveState>(draw_(1, 4));
    if (Bool()) body.archive = MakeArchive();
    body.infos = RingInfos();
  }

  void Fill(ArchiveStore& body) {
    body.archive = MakeArchive();
    body.seen = Number<uint8_t>();
    body.inward = Bool();
  }

  void Fill(ArchiveAck& body) {
    body.block = MakeKeyedRevision();
    body.verdict = static_cast<StoreVerdict>(draw_(1, 6));
  }

  void Fill(ConfirmRequest& body) { body.blocks = KeyedRevisions(); }

  void Fill(Confirm& body) {
    body.infos = RingInfos();
    body.missing = KeyedRevisions();
  }

  void Fill(RangeDigestRequest& body) {
    body.prefix = Key();
    body.bits = static_cast<uint8_t>(draw_(0, limits::kRangeBitsMax));
    body.own = Number<uint64_t>();
  }

  void Fill(RangeDigest& body) {
    body.buckets.resize(Bool() ? size_t{1} << limits::kBucketBits : 0);
    for (BucketDigest& bucket : body.buckets) {
      bucket.digest = Number<uint64_t>();
      bucket.blocks = Number<uint32_t>();
    }
  }

  void Fill(HoldingChallenge& body) {
    body.block = MakeKeyedRevision();
    body.nonce = Key();
  }

  void Fill(HoldingProof& body) {
    body.block = MakeKeyedRevision();
    body.state = static_cast<ArchiveState>(draw_(1, 4));
    body.proof = Key();
  }
};

// A message of the type with the index, the same for the same seed on every machine.
inline Message SampleMessage(size_t index, uint64_t seed, uint32_t peer_count, size_t records_max) {
  Random random(StreamKey{.seed = seed});
  const auto draw = [&random](uint64_t low, uint64_t high) {
    return high - low == std::numeric_limits<uint64_t>::max() ? random.Next()
                                                              : low + random.Below(high - low + 1);
  };
  return MessageSampler(draw, peer_count, records_max).Make(index);
}

}  // namespace core

// The fields of every message, in the order in which they are written. Numbers and kinds mirror
// routing.proto, matchmaking.proto, transactions.proto, arachnode.proto and negotiation.proto, which are the normative schema: a test
// parses what we write with the classes generated from them, and the other way round. Texts say what a refused frame did
// wrong.
#pragma once

#include <cstdint>
#include <limits>
#include <tuple>

#include "core/codec/fields.h"
#include "core/codec/limits.h"
#include "core/codec/messages.h"

namespace core {

template <uint32_t kNumber, auto kMember>
using U8Field = NumberField<kNumber, kMember, 0, 0xff>;
template <uint32_t kNumber, auto kMember>
using U16Field = NumberField<kNumber, kMember, 0, 0xffff>;
template <uint32_t kNumber, auto kMember>
using U32Field = NumberField<kNumber, kMember, 0, 0xffffffff>;
template <uint32_t kNumber, auto kMember>
using U64Field = NumberField<kNumber, kMember, 0, std::numeric_limits<uint64_t>::max()>;
template <uint32_t kNumber, auto kMember>
using BoolField = NumberField<kNumber, kMember, 0, 1>;

static_assert(limits::kSpecificityMax == 0xff && limits::kNodesMax == 16 &&
                  limits::kRecordsMax == 256 && limits::kCapabilitiesMax == 16 &&
                  limits::kCapabilityBytesMax == 32 && limits::kTaskKindBytesMax == 32 &&
                  limits::kAddressesMax == 4 && limits::kAddressBytesMax == 64 &&
                  limits::kMembersMax == 16 && limits::kBlockBytesMax == 524'288 &&
                  limits::kPriorityMax == 8 && limits::kRingMax == 16 &&
                  limits::kRingInfosMax == 32 && limits::kKeyedRevisionsMax == 256 &&
                  limits::kRangeBitsMax == 40 && limits::kBucketBits == 6 &&
                  limits::kSealedRecordBytesMax == 1'280 && limits::kSealedSecretBytesMax == 256 &&
                  limits::kSeedRecords == 2 && limits::kPoolRecordsMax == 64,
              "the texts below name these limits");

template <>
inline constexpr auto kFields<Contact> =
    std::tuple(FixedField<1, &Contact::node_id>{"contact.node_id: missing or not 32 bytes"},
               FixedField<2, &Contact::public_key>{"contact.public_key: missing or not 32 bytes"},
               AddressesField<3>{"contact.addresses: not 1 to 4 texts of 1 to 64 bytes"});

template <>
inline constexpr auto kFields<Record> =
    std::tuple(FixedField<1, &Record::topic>{"record.topic: missing or not 32 bytes"},
               ContactField<2, &Record::peer>{"record.owner: missing"},
               NumberField<3, &Record::role, 1, 2>{"record.role: not matcher (1) or worker (2)"},
               U8Field<4, &Record::specificity>{"record.specificity: above 255"},
               U16Field<5, &Record::budget>{"record.budget: above 65535"},
               U16Field<6, &Record::want>{"record.want: above 65535"},
               U32Field<7, &Record::ttl_ms>{"record.ttl_ms: above 4294967295"},
               U64Field<8, &Record::sequence>{"record.sequence"},
               SignedField<9, &Record::attached_ms>{"record.attached_ms"},
               TextsField<10, &Record::capabilities>{
                   "record.capabilities: above 16 texts, or one above 32 bytes"},
               FixedField<11, &Record::signature>{"record.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<Filter> = std::tuple(
    TextsField<1, &Filter::must>{"filter.must: above 16 texts, or one above 32 bytes"},
    TextsField<2, &Filter::must_not>{"filter.must_not: above 16 texts, or one above 32 bytes"},
    U16Field<3, &Filter::min_budget>{"filter.min_budget: above 65535"});

template <>
inline constexpr auto kFields<Traffic> = std::tuple(
    U32Field<1, &Traffic::count>{"traffic.count: above 4294967295"},
    U32Field<2, &Traffic::arrivals_per_min>{"traffic.arrivals_per_min: above 4294967295"},
    U32Field<3, &Traffic::queries_per_min>{"traffic.queries_per_min: above 4294967295"},
    U32Field<4, &Traffic::wanted>{"traffic.wanted: above 4294967295"});

template <>
inline constexpr auto kFields<FindNode> = std::tuple(FixedField<1, &FindNode::target>{
    "find_node.target: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<Nodes> =
    std::tuple(FixedField<1, &Nodes::target>{"nodes.target: missing or not 32 bytes"},
               ContactsField<2>{"nodes.contacts: above 16"});

template <>
inline constexpr auto kFields<Provide> =
    std::tuple(FixedField<1, &Provide::key>{"provide.key: missing or not 32 bytes"},
               SubField<2, &Provide::record, true, 2>{"provide.record: missing"});

template <>
inline constexpr auto kFields<ProvideAck> = std::tuple(
    FixedField<1, &ProvideAck::key>{"provide_ack.key: missing or not 32 bytes"},
    SubField<2, &ProvideAck::traffic, false>{"provide_ack.traffic"},
    BoolField<3, &ProvideAck::crowded>{"provide_ack.crowded: not 0 or 1"},
    U32Field<4, &ProvideAck::retry_after_ms>{"provide_ack.retry_after_ms: above 4294967295"});

template <>
inline constexpr auto kFields<Withdraw> = std::tuple(
    FixedField<1, &Withdraw::key>{"withdraw.key: missing or not 32 bytes"},
    FixedField<2, &Withdraw::topic>{"withdraw.topic: missing or not 32 bytes"},
    KnownPeerField<3, &Withdraw::peer>{"withdraw.owner: missing, not 32 bytes, or unknown here"},
    U64Field<4, &Withdraw::sequence>{"withdraw.sequence"},
    FixedField<5, &Withdraw::signature>{"withdraw.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<Find> = std::tuple(
    FixedField<1, &Find::key>{"find.key: missing or not 32 bytes"},
    NumberField<2, &Find::role_wanted, 1, 2>{"find.role_wanted: not matcher (1) or worker (2)"},
    SubField<3, &Find::filter, false>{"find.filter"},
    NumberField<4, &Find::limit, 1, limits::kRecordsMax>{"find.limit: not 1 to 256"},
    BoolField<5, &Find::subscribe>{"find.subscribe: not 0 or 1"});

template <>
inline constexpr auto kFields<Found> =
    std::tuple(FixedField<1, &Found::key>{"found.key: missing or not 32 bytes"},
               RecordsField<2, &Found::records>{"found.records: above 256"},
               BoolField<3, &Found::truncated>{"found.truncated: not 0 or 1"},
               SubField<4, &Found::traffic, false>{"found.traffic"},
               U32Field<5, &Found::retry_after_ms>{"found.retry_after_ms: above 4294967295"});

template <>
inline constexpr auto kFields<Push> =
    std::tuple(FixedField<1, &Push::key>{"push.key: missing or not 32 bytes"},
               RecordsField<2, &Push::records>{"push.records: above 256"},
               SubField<3, &Push::traffic, false>{"push.traffic"});

template <>
inline constexpr auto kFields<Offer> =
    std::tuple(FixedField<1, &Offer::task>{"offer.task: missing or not 16 bytes"},
               FixedField<2, &Offer::topic>{"offer.topic: missing or not 32 bytes"},
               TextField<3, &Offer::kind, limits::kTaskKindBytesMax>{"offer.kind: above 32 bytes"},
               FixedField<4, &Offer::payload_hash>{"offer.payload_hash: missing or not 32 bytes"},
               SignedField<5, &Offer::expires_ms>{"offer.expires_ms"});

template <>
inline constexpr auto kFields<Accept> = std::tuple(FixedField<1, &Accept::task>{
    "accept.task: missing or not 16 bytes"});

template <>
inline constexpr auto kFields<Decline> = std::tuple(
    FixedField<1, &Decline::task>{"decline.task: missing or not 16 bytes"},
    NumberField<2, &Decline::reason, 1, 3>{"decline.reason: not busy (1), gone (2) or filter (3)"});

template <>
inline constexpr auto kFields<Done> = std::tuple(FixedField<1, &Done::task>{
    "done.task: missing or not 16 bytes"});

template <>
inline constexpr auto kFields<Transaction> = std::tuple(
    FixedField<1, &Transaction::id>{"transaction.id: missing or not 16 bytes"},
    NumberField<2, &Transaction::action, 1, 6>{"transaction.action: not 1 to 6"},
    FixedField<3, &Transaction::block>{"transaction.block: missing or not 32 bytes"},
    U64Field<4, &Transaction::base_revision>{"transaction.base_revision"},
    FixedField<5, &Transaction::base_hash>{"transaction.base_hash: missing or not 32 bytes"},
    FixedField<6, &Transaction::content_hash>{"transaction.content_hash: missing or not 32 bytes"},
    FixedField<7, &Transaction::of>{"transaction.of: missing or not 16 bytes"},
    FixedField<8, &Transaction::tail>{"transaction.tail: missing or not 32 bytes"},
    FixedField<9, &Transaction::scope>{"transaction.scope: missing or not 32 bytes"},
    SignedField<10, &Transaction::expires_ms>{"transaction.expires_ms"},
    NumberField<11, &Transaction::priority, 0, limits::kPriorityMax>{
        "transaction.priority: above 8"},
    U16Field<12, &Transaction::attempt>{"transaction.attempt: above 65535"},
    FixedField<13, &Transaction::client>{"transaction.client: missing or not 32 bytes"},
    FixedField<14, &Transaction::signature>{"transaction.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<Member> =
    std::tuple(FixedField<1, &Member::id>{"member.id: missing or not 32 bytes"},
               FixedField<2, &Member::key>{"member.key: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<TxRecord> = std::tuple(
    SubField<1, &TxRecord::transaction, true, 2>{"tx_record.transaction: missing"},
    ListField<2, &TxRecord::members, limits::kMembersMax>{"tx_record.members: above 16"});

template <>
inline constexpr auto kFields<Vote> =
    std::tuple(NumberField<1, &Vote::member, 0, limits::kMembersMax - 1>{"vote.member: above 15"},
               NumberField<2, &Vote::kind, 1, 4>{"vote.kind: not 1 to 4"},
               NumberField<3, &Vote::reason, 0, 9>{"vote.reason: above 9"},
               FixedField<4, &Vote::winner>{"vote.winner: missing or not 32 bytes"},
               FixedField<5, &Vote::signature>{"vote.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<CommitAck> = std::tuple(
    NumberField<1, &CommitAck::member, 0, limits::kMembersMax - 1>{"commit_ack.member: above 15"},
    FixedField<2, &CommitAck::signature>{"commit_ack.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<Certificate> = std::tuple(
    SubField<1, &Certificate::record, true, 2>{"certificate.record: missing"},
    BoolField<2, &Certificate::committed>{"certificate.committed: not 0 or 1"},
    ListField<3, &Certificate::votes, limits::kMembersMax>{"certificate.votes: above 16"},
    ListField<4, &Certificate::acks, limits::kMembersMax>{"certificate.acks: above 16"});

template <>
inline constexpr auto kFields<TxSubmit> = std::tuple(
    SubField<1, &TxSubmit::transaction, true, 2>{"tx_submit.transaction: missing"},
    BytesField<2, &TxSubmit::value, limits::kBlockBytesMax>{"tx_submit.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<TxPromise> =
    std::tuple(SubField<1, &TxPromise::record, true, 2>{"tx_promise.record: missing"},
               BytesField<2, &TxPromise::value, limits::kBlockBytesMax>{
                   "tx_promise.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<TxVote> =
    std::tuple(FixedField<1, &TxVote::tx>{"tx_vote.tx: missing or not 32 bytes"},
               SubField<2, &TxVote::vote, true, 2>{"tx_vote.vote: missing"});

template <>
inline constexpr auto kFields<TxRefusal> =
    std::tuple(FixedField<1, &TxRefusal::tx>{"tx_refusal.tx: missing or not 32 bytes"},
               NumberField<2, &TxRefusal::reason, 1, 9>{"tx_refusal.reason: not 1 to 9"});

template <>
inline constexpr auto kFields<TxCommit> = std::tuple(
    SubField<1, &TxCommit::record, true, 2>{"tx_commit.record: missing"},
    ListField<2, &TxCommit::votes, limits::kMembersMax>{"tx_commit.votes: above 16"},
    BytesField<3, &TxCommit::value, limits::kBlockBytesMax>{"tx_commit.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<TxCommitAck> =
    std::tuple(FixedField<1, &TxCommitAck::tx>{"tx_commit_ack.tx: missing or not 32 bytes"},
               SubField<2, &TxCommitAck::ack, true, 1>{"tx_commit_ack.ack: missing"});

template <>
inline constexpr auto kFields<TxOutcome> =
    std::tuple(SubField<1, &TxOutcome::certificate, true, 2>{"tx_outcome.certificate: missing"},
               BytesField<2, &TxOutcome::value, limits::kBlockBytesMax>{
                   "tx_outcome.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<TxResolve> = std::tuple(SubField<1, &TxResolve::record, true, 2>{
    "tx_resolve.record: missing"});

template <>
inline constexpr auto kFields<TxStatus> = std::tuple(FixedField<1, &TxStatus::id>{
    "tx_status.id: missing or not 16 bytes"});

template <>
inline constexpr auto kFields<TxStatusReply> =
    std::tuple(FixedField<1, &TxStatusReply::id>{"tx_status_reply.id: missing or not 16 bytes"},
               NumberField<2, &TxStatusReply::state, 1, 4>{"tx_status_reply.state: not 1 to 4"},
               OptionalField<3, &TxStatusReply::certificate>{"tx_status_reply.certificate: empty"});

template <>
inline constexpr auto kFields<TxResult> =
    std::tuple(FixedField<1, &TxResult::id>{"tx_result.id: missing or not 16 bytes"},
               NumberField<2, &TxResult::verdict, 1, 6>{"tx_result.verdict: not 1 to 6"},
               NumberField<3, &TxResult::reason, 0, 9>{"tx_result.reason: above 9"},
               U64Field<4, &TxResult::revision>{"tx_result.revision"},
               OptionalField<5, &TxResult::certificate>{"tx_result.certificate: empty"});

template <>
inline constexpr auto kFields<BlockGet> =
    std::tuple(FixedField<1, &BlockGet::block>{"block_get.block: missing or not 32 bytes"},
               U64Field<2, &BlockGet::revision>{"block_get.revision"},
               BoolField<3, &BlockGet::with_value>{"block_get.with_value: not 0 or 1"});

template <>
inline constexpr auto kFields<BlockReply> = std::tuple(
    FixedField<1, &BlockReply::block>{"block_reply.block: missing or not 32 bytes"},
    NumberField<2, &BlockReply::state, 1, 6>{"block_reply.state: not 1 to 6"},
    U64Field<3, &BlockReply::revision>{"block_reply.revision"},
    FixedField<4, &BlockReply::hash>{"block_reply.hash: missing or not 32 bytes"},
    FixedField<5, &BlockReply::prior_hash>{"block_reply.prior_hash: missing or not 32 bytes"},
    U64Field<6, &BlockReply::latest>{"block_reply.latest"},
    OptionalField<7, &BlockReply::certificate>{"block_reply.certificate: empty"},
    OptionalField<8, &BlockReply::decision>{"block_reply.decision: empty"},
    BytesField<9, &BlockReply::value, limits::kBlockBytesMax>{
        "block_reply.value: above 524288 bytes"},
    NumberField<10, &BlockReply::cluster, 0, limits::kMembersMax>{"block_reply.cluster: above 16"});

template <>
inline constexpr auto kFields<DoubleVote> =
    std::tuple(SubField<1, &DoubleVote::first, true, 2>{"double_vote.first: missing"},
               SubField<2, &DoubleVote::second, true, 2>{"double_vote.second: missing"});

template <>
inline constexpr auto kFields<RingInfo> = std::tuple(
    ContactField<1, &RingInfo::peer>{"ring_info.owner: missing"},
    U64Field<2, &RingInfo::sequence>{"ring_info.sequence"},
    NumberField<3, &RingInfo::status, 1, 4>{"ring_info.status: not 1 to 4"},
    NumberField<4, &RingInfo::ring, 0, limits::kRingMax>{"ring_info.ring: above 16"},
    NumberField<5, &RingInfo::from, 0, limits::kRingMax>{"ring_info.from: above 16"},
    U64Field<6, &RingInfo::capacity>{"ring_info.capacity"},
    U64Field<7, &RingInfo::used>{"ring_info.used"},
    U32Field<8, &RingInfo::blocks>{"ring_info.blocks: above 4294967295"},
    SignedField<9, &RingInfo::issued_ms>{"ring_info.issued_ms"},
    FixedField<10, &RingInfo::signature>{"ring_info.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<Archive> = std::tuple(
    FixedField<1, &Archive::block>{"archive.block: missing or not 32 bytes"},
    NumberField<2, &Archive::revision, 1, std::numeric_limits<uint64_t>::max()>{
        "archive.revision: missing or 0"},
    FixedField<3, &Archive::hash>{"archive.hash: missing or not 32 bytes"},
    FixedField<4, &Archive::prior_hash>{"archive.prior_hash: missing or not 32 bytes"},
    BoolField<5, &Archive::deleted>{"archive.deleted: not 0 or 1"},
    SubField<6, &Archive::certificate, true, 2>{"archive.certificate: missing"},
    OptionalField<7, &Archive::decision>{"archive.decision: empty"},
    BytesField<8, &Archive::value, limits::kBlockBytesMax>{"archive.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<KeyedRevision> =
    std::tuple(FixedField<1, &KeyedRevision::key>{"keyed_revision.key: missing or not 32 bytes"},
               U64Field<2, &KeyedRevision::revision>{"keyed_revision.revision"});

template <>
inline constexpr auto kFields<RefsRequest> = std::tuple(
    RingInfosField<1, &RefsRequest::infos>{"refs_request.infos: above 32"},
    ListField<2, &RefsRequest::keys, limits::kKeyedRevisionsMax>{"refs_request.keys: above 256"});

template <>
inline constexpr auto kFields<Refs> = std::tuple(RingInfosField<1, &Refs::infos>{
    "refs.infos: above 32"});

template <>
inline constexpr auto kFields<RangeRequest> = std::tuple(
    FixedField<1, &RangeRequest::prefix>{"range_request.prefix: missing or not 32 bytes"},
    NumberField<2, &RangeRequest::bits, 0, limits::kRangeBitsMax>{"range_request.bits: above 40"},
    FixedField<3, &RangeRequest::after>{"range_request.after: missing or not 32 bytes"},
    NumberField<4, &RangeRequest::limit, 1, limits::kKeyedRevisionsMax>{
        "range_request.limit: not 1 to 256"});

template <>
inline constexpr auto kFields<Range> =
    std::tuple(ListField<1, &Range::blocks, limits::kKeyedRevisionsMax>{"range.blocks: above 256"},
               BoolField<2, &Range::more>{"range.more: not 0 or 1"});

template <>
inline constexpr auto kFields<ArchiveRequest> = std::tuple(FixedField<1, &ArchiveRequest::key>{
    "archive_request.key: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<ArchiveReply> =
    std::tuple(FixedField<1, &ArchiveReply::key>{"archive_reply.key: missing or not 32 bytes"},
               NumberField<2, &ArchiveReply::state, 1, 4>{"archive_reply.state: not 1 to 4"},
               OptionalField<3, &ArchiveReply::archive, 3>{"archive_reply.archive: empty"},
               RingInfosField<4, &ArchiveReply::infos>{"archive_reply.infos: above 32"});

template <>
inline constexpr auto kFields<ArchiveStore> =
    std::tuple(SubField<1, &ArchiveStore::archive, true, 3>{"archive_store.archive: missing"},
               U8Field<2, &ArchiveStore::seen>{"archive_store.seen: above 255"},
               BoolField<3, &ArchiveStore::inward>{"archive_store.inward: not 0 or 1"});

template <>
inline constexpr auto kFields<ArchiveAck> =
    std::tuple(SubField<1, &ArchiveAck::block, true>{"archive_ack.block: missing"},
               NumberField<2, &ArchiveAck::verdict, 1, 6>{"archive_ack.verdict: not 1 to 6"});

template <>
inline constexpr auto kFields<ConfirmRequest> =
    std::tuple(ListField<1, &ConfirmRequest::blocks, limits::kKeyedRevisionsMax>{
        "confirm_request.blocks: above 256"});

template <>
inline constexpr auto kFields<Confirm> = std::tuple(
    RingInfosField<1, &Confirm::infos>{"confirm.infos: above 32"},
    ListField<2, &Confirm::missing, limits::kKeyedRevisionsMax>{"confirm.missing: above 256"});

template <>
inline constexpr auto kFields<RangeDigestRequest> = std::tuple(
    FixedField<1, &RangeDigestRequest::prefix>{
        "range_digest_request.prefix: missing or not 32 bytes"},
    NumberField<2, &RangeDigestRequest::bits, 0, limits::kRangeBitsMax>{
        "range_digest_request.bits: above 40"},
    U64Field<3, &RangeDigestRequest::own>{"range_digest_request.own"});

template <>
inline constexpr auto kFields<BucketDigest> =
    std::tuple(U64Field<1, &BucketDigest::digest>{"bucket_digest.digest"},
               U32Field<2, &BucketDigest::blocks>{"bucket_digest.blocks: above 4294967295"});

template <>
inline constexpr auto kFields<RangeDigest> =
    std::tuple(ListField<1, &RangeDigest::buckets, size_t{1} << limits::kBucketBits>{
        "range_digest.buckets: above 64"});

template <>
inline constexpr auto kFields<HoldingChallenge> = std::tuple(
    SubField<1, &HoldingChallenge::block, true>{"holding_challenge.block: missing"},
    FixedField<2, &HoldingChallenge::nonce>{"holding_challenge.nonce: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<HoldingProof> =
    std::tuple(SubField<1, &HoldingProof::block, true>{"holding_proof.block: missing"},
               NumberField<2, &HoldingProof::state, 1, 4>{"holding_proof.state: not 1 to 4"},
               FixedField<3, &HoldingProof::proof>{"holding_proof.proof: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<Ticket> =
    std::tuple(FixedField<1, &Ticket::template_cid>{"ticket.template_cid: missing or not 32 bytes"},
               FixedField<2, &Ticket::registrant>{"ticket.registrant: missing or not 32 bytes"},
               FixedField<3, &Ticket::node>{"ticket.node: missing or not 32 bytes"},
               FixedField<4, &Ticket::pairing_key>{"ticket.pairing_key: missing or not 32 bytes"},
               U32Field<5, &Ticket::attempt>{"ticket.attempt: above 4294967295"},
               SignedField<6, &Ticket::expires_ms>{"ticket.expires_ms"},
               FixedField<7, &Ticket::signature>{"ticket.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<VoteRecord> =
    std::tuple(FixedField<1, &VoteRecord::nonce>{"vote_record.nonce: missing or not 32 bytes"},
               BytesField<2, &VoteRecord::sealed, limits::kSealedRecordBytesMax>{
                   "vote_record.sealed: above 1280 bytes"});

template <>
inline constexpr auto kFields<VoterRecord> = std::tuple(
    FixedField<1, &VoterRecord::registrant>{"voter_record.registrant: missing or not 32 bytes"},
    BytesField<2, &VoterRecord::sealed, limits::kSealedRecordBytesMax>{
        "voter_record.sealed: above 1280 bytes"});

template <>
inline constexpr auto kFields<BlockSignature> = std::tuple(
    FixedField<1, &BlockSignature::registrant>{
        "block_signature.registrant: missing or not 32 bytes"},
    FixedField<2, &BlockSignature::signature>{
        "block_signature.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<HiddenRecord> =
    std::tuple(BytesField<1, &HiddenRecord::sealed, limits::kSealedRecordBytesMax>{
        "hidden_record.sealed: above 1280 bytes"});

template <>
inline constexpr auto kFields<NamedNode> = std::tuple(FixedField<1, &NamedNode::id>{
    "named_node.id: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<PoolMember> =
    std::tuple(ContactField<1, &PoolMember::peer>{"pool_member.owner: missing"},
               SubField<2, &PoolMember::ticket, true, 2>{"pool_member.ticket: missing"});

template <>
inline constexpr auto kFields<Present> = std::tuple(
    FixedField<1, &Present::template_cid>{"present.template_cid: missing or not 32 bytes"},
    NumberField<2, &Present::stage, 1, 3>{"present.stage: not 1 to 3"},
    U8Field<3, &Present::depth>{"present.depth: above 255"},
    FixedField<4, &Present::pool>{"present.pool: missing or not 32 bytes"},
    U16Field<5, &Present::size>{"present.size: above 65535"});

template <>
inline constexpr auto kFields<Greet> =
    std::tuple(NumberField<1, &Greet::stage, 1, 3>{"greet.stage: not 1 to 3"},
               U8Field<2, &Greet::depth>{"greet.depth: above 255"},
               SubField<3, &Greet::ticket, true, 2>{"greet.ticket: missing"});

template <>
inline constexpr auto kFields<Pair> = std::tuple(
    SubField<1, &Pair::ticket, true, 2>{"pair.ticket: missing"},
    BytesField<2, &Pair::voter, limits::kSealedRecordBytesMax>{"pair.voter: above 1280 bytes"},
    BytesField<3, &Pair::vote, limits::kSealedRecordBytesMax>{"pair.vote: above 1280 bytes"});

template <>
inline constexpr auto kFields<PairAck> = std::tuple(SubField<1, &PairAck::ticket, true, 2>{
    "pair_ack.ticket: missing"});

template <>
inline constexpr auto kFields<NegotiationRefusal> = std::tuple(
    NumberField<1, &NegotiationRefusal::reason, 1, 6>{"negotiation_refusal.reason: not 1 to 6"});

template <>
inline constexpr auto kFields<PoolSeed> =
    std::tuple(ListField<1, &PoolSeed::voters, limits::kSeedRecords>{"pool_seed.voters: above 2"},
               ListField<2, &PoolSeed::votes, limits::kSeedRecords>{"pool_seed.votes: above 2"},
               FixedField<3, &PoolSeed::coordinator_secret>{
                   "pool_seed.coordinator_secret: missing or not 32 bytes"},
               SubField<4, &PoolSeed::coordinator, true, 2>{"pool_seed.coordinator: missing"},
               SubField<5, &PoolSeed::partner, true, 2>{"pool_seed.partner: missing"},
               ContactField<6, &PoolSeed::peer>{"pool_seed.peer: missing"},
               FixedField<7, &PoolSeed::signature>{"pool_seed.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<SeedConfirm> = std::tuple(
    FixedField<1, &SeedConfirm::seed>{"seed_confirm.seed: missing or not 32 bytes"},
    SubField<2, &SeedConfirm::coordinator, true, 2>{"seed_confirm.coordinator: missing"},
    SubField<3, &SeedConfirm::receiver, true, 2>{"seed_confirm.receiver: missing"},
    FixedField<4, &SeedConfirm::partner_key>{"seed_confirm.partner_key: missing or not 32 bytes"},
    FixedField<5, &SeedConfirm::box_key>{"seed_confirm.box_key: missing or not 32 bytes"},
    FixedField<6, &SeedConfirm::signature>{"seed_confirm.signature: missing or not 64 bytes"});

template <>
inline constexpr auto kFields<SeedReceived> =
    std::tuple(FixedField<1, &SeedReceived::seed>{"seed_received.seed: missing or not 32 bytes"},
               BytesField<2, &SeedReceived::secret, limits::kSealedSecretBytesMax>{
                   "seed_received.secret: above 256 bytes"});

template <>
inline constexpr auto kFields<PoolInform> = std::tuple(
    NumberField<1, &PoolInform::event, 1, 4>{"pool_inform.event: not 1 to 4"},
    FixedField<2, &PoolInform::pool>{"pool_inform.pool: missing or not 32 bytes"},
    U32Field<3, &PoolInform::epoch>{"pool_inform.epoch: above 4294967295"},
    U16Field<4, &PoolInform::size>{"pool_inform.size: above 65535"},
    FixedField<5, &PoolInform::lists>{"pool_inform.lists: missing or not 32 bytes"},
    FixedField<6, &PoolInform::former>{"pool_inform.former: missing or not 32 bytes"},
    ContactField<7, &PoolInform::peer>{"pool_inform.peer: missing"},
    ListField<8, &PoolInform::silent, limits::kPoolRecordsMax>{"pool_inform.silent: above 64"});

template <>
inline constexpr auto kFields<PoolAck> =
    std::tuple(FixedField<1, &PoolAck::pool>{"pool_ack.pool: missing or not 32 bytes"},
               U32Field<2, &PoolAck::epoch>{"pool_ack.epoch: above 4294967295"});

template <>
inline constexpr auto kFields<MergeGreet> =
    std::tuple(FixedField<1, &MergeGreet::pool>{"merge_greet.pool: missing or not 32 bytes"},
               U32Field<2, &MergeGreet::epoch>{"merge_greet.epoch: above 4294967295"},
               U16Field<3, &MergeGreet::size>{"merge_greet.size: above 65535"},
               SubField<4, &MergeGreet::ticket, true, 2>{"merge_greet.ticket: missing"});

template <>
inline constexpr auto kFields<MergeLists> = std::tuple(
    FixedField<1, &MergeLists::pool>{"merge_lists.pool: missing or not 32 bytes"},
    FixedField<2, &MergeLists::into>{"merge_lists.into: missing or not 32 bytes"},
    U32Field<3, &MergeLists::epoch>{"merge_lists.epoch: above 4294967295"},
    ListField<4, &MergeLists::voters, limits::kPoolRecordsMax>{"merge_lists.voters: above 64"},
    ListField<5, &MergeLists::votes, limits::kPoolRecordsMax>{"merge_lists.votes: above 64"},
    PoolMembersField<6, &MergeLists::members>{"merge_lists.members: above 64"});

template <>
inline constexpr auto kFields<MergeAck> =
    std::tuple(NumberField<1, &MergeAck::verdict, 1, 3>{"merge_ack.verdict: not 1 to 3"},
               FixedField<2, &MergeAck::pool>{"merge_ack.pool: missing or not 32 bytes"},
               FixedField<3, &MergeAck::into>{"merge_ack.into: missing or not 32 bytes"},
               U32Field<4, &MergeAck::epoch>{"merge_ack.epoch: above 4294967295"},
               U16Field<5, &MergeAck::size>{"merge_ack.size: above 65535"});

template <>
inline constexpr auto kFields<BlockForm> = std::tuple(
    FixedField<1, &BlockForm::pool>{"block_form.pool: missing or not 32 bytes"},
    U32Field<2, &BlockForm::epoch>{"block_form.epoch: above 4294967295"},
    ListField<3, &BlockForm::voters, limits::kPoolRecordsMax>{"block_form.voters: above 64"},
    ListField<4, &BlockForm::votes, limits::kPoolRecordsMax>{"block_form.votes: above 64"},
    FixedField<5, &BlockForm::cid>{"block_form.cid: missing or not 32 bytes"},
    SignedField<6, &BlockForm::deadline_ms>{"block_form.deadline_ms"});

template <>
inline constexpr auto kFields<BlockSign> =
    std::tuple(FixedField<1, &BlockSign::pool>{"block_sign.pool: missing or not 32 bytes"},
               FixedField<2, &BlockSign::cid>{"block_sign.cid: missing or not 32 bytes"},
               NumberField<3, &BlockSign::objection, 0, 7>{"block_sign.objection: above 7"},
               SubField<4, &BlockSign::signature, true, 2>{"block_sign.signature: missing"});

template <>
inline constexpr auto kFields<BlockSigned> =
    std::tuple(FixedField<1, &BlockSigned::pool>{"block_signed.pool: missing or not 32 bytes"},
               FixedField<2, &BlockSigned::cid>{"block_signed.cid: missing or not 32 bytes"},
               ListField<3, &BlockSigned::signatures, limits::kPoolRecordsMax>{
                   "block_signed.signatures: above 64"});

}  // namespace core

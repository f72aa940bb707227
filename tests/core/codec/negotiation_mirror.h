// Fills the objects that protoc generates from messages of negotiation, and from what all messages are made of.
#pragma once

#include <string>

#include "core/codec/messages.h"
#include "core/codec/negotiation.pb.h"
#include "core/codec/routing.pb.h"
#include "tests/core/codec/test_directory.h"

namespace core {

namespace pb = orbweaver::wire;

template <typename Bytes>
std::string Str(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

inline std::string Str(const Key256& key) {
  return Str(key.bytes);
}

class NegotiationMirror {
 public:
  explicit NegotiationMirror(const TestDirectory& directory) : directory_(&directory) {}

  pb::Present Of(const Present& in) const {
    pb::Present out;
    out.set_template_cid(Str(in.template_cid));
    out.set_stage(static_cast<pb::NegotiationStage>(in.stage));
    out.set_depth(in.depth);
    out.set_pool(Str(in.pool));
    out.set_size(in.size);
    return out;
  }

  pb::Greet Of(const Greet& in) const {
    pb::Greet out;
    out.set_stage(static_cast<pb::NegotiationStage>(in.stage));
    out.set_depth(in.depth);
    *out.mutable_ticket() = TicketOf(in.ticket);
    return out;
  }

  pb::Pair Of(const Pair& in) const {
    pb::Pair out;
    *out.mutable_ticket() = TicketOf(in.ticket);
    out.set_voter(Str(in.voter));
    out.set_vote(Str(in.vote));
    return out;
  }

  pb::PairAck Of(const PairAck& in) const {
    pb::PairAck out;
    *out.mutable_ticket() = TicketOf(in.ticket);
    return out;
  }

  pb::NegotiationRefusal Of(const NegotiationRefusal& in) const {
    pb::NegotiationRefusal out;
    out.set_reason(static_cast<pb::NegotiationReject>(in.reason));
    return out;
  }

  pb::PoolSeed Of(const PoolSeed& in) const {
    pb::PoolSeed out;
    for (const HiddenRecord& each : in.voters) *out.add_voters() = HiddenRecordOf(each);
    for (const HiddenRecord& each : in.votes) *out.add_votes() = HiddenRecordOf(each);
    out.set_coordinator_secret(Str(in.coordinator_secret));
    *out.mutable_coordinator() = TicketOf(in.coordinator);
    *out.mutable_partner() = TicketOf(in.partner);
    *out.mutable_peer() = ContactOf(in.peer);
    out.set_signature(Str(in.signature));
    return out;
  }

  pb::SeedConfirm Of(const SeedConfirm& in) const {
    pb::SeedConfirm out;
    out.set_seed(Str(in.seed));
    *out.mutable_coordinator() = TicketOf(in.coordinator);
    *out.mutable_receiver() = TicketOf(in.receiver);
    out.set_partner_key(Str(in.partner_key));
    out.set_box_key(Str(in.box_key));
    out.set_signature(Str(in.signature));
    return out;
  }

  pb::SeedReceived Of(const SeedReceived& in) const {
    pb::SeedReceived out;
    out.set_seed(Str(in.seed));
    out.set_secret(Str(in.secret));
    return out;
  }

  pb::PoolInform Of(const PoolInform& in) const {
    pb::PoolInform out;
    out.set_event(static_cast<pb::PoolEvent>(in.event));
    out.set_pool(Str(in.pool));
    out.set_epoch(in.epoch);
    out.set_size(in.size);
    out.set_lists(Str(in.lists));
    out.set_former(Str(in.former));
    *out.mutable_peer() = ContactOf(in.peer);
    for (const NamedNode& each : in.silent) *out.add_silent() = NamedNodeOf(each);
    return out;
  }

  pb::PoolAck Of(const PoolAck& in) const {
    pb::PoolAck out;
    out.set_pool(Str(in.pool));
    out.set_epoch(in.epoch);
    return out;
  }

  pb::MergeGreet Of(const MergeGreet& in) const {
    pb::MergeGreet out;
    out.set_pool(Str(in.pool));
    out.set_epoch(in.epoch);
    out.set_size(in.size);
    *out.mutable_ticket() = TicketOf(in.ticket);
    return out;
  }

  pb::MergeLists Of(const MergeLists& in) const {
    pb::MergeLists out;
    out.set_pool(Str(in.pool));
    out.set_into(Str(in.into));
    out.set_epoch(in.epoch);
    for (const VoterRecord& each : in.voters) *out.add_voters() = VoterRecordOf(each);
    for (const VoteRecord& each : in.votes) *out.add_votes() = VoteRecordOf(each);
    for (const PoolMember& each : in.members) *out.add_members() = PoolMemberOf(each);
    return out;
  }

  pb::MergeAck Of(const MergeAck& in) const {
    pb::MergeAck out;
    out.set_verdict(static_cast<pb::MergeVerdict>(in.verdict));
    out.set_pool(Str(in.pool));
    out.set_into(Str(in.into));
    out.set_epoch(in.epoch);
    out.set_size(in.size);
    return out;
  }

  pb::BlockForm Of(const BlockForm& in) const {
    pb::BlockForm out;
    out.set_pool(Str(in.pool));
    out.set_epoch(in.epoch);
    for (const VoterRecord& each : in.voters) *out.add_voters() = VoterRecordOf(each);
    for (const VoteRecord& each : in.votes) *out.add_votes() = VoteRecordOf(each);
    out.set_cid(Str(in.cid));
    out.set_deadline_ms(in.deadline_ms);
    return out;
  }

  pb::BlockSign Of(const BlockSign& in) const {
    pb::BlockSign out;
    out.set_pool(Str(in.pool));
    out.set_cid(Str(in.cid));
    out.set_objection(static_cast<pb::SignObjection>(in.objection));
    *out.mutable_signature() = BlockSignatureOf(in.signature);
    return out;
  }

  pb::BlockSigned Of(const BlockSigned& in) const {
    pb::BlockSigned out;
    out.set_pool(Str(in.pool));
    out.set_cid(Str(in.cid));
    for (const BlockSignature& each : in.signatures) *out.add_signatures() = BlockSignatureOf(each);
    return out;
  }

 protected:
  pb::Contact ContactOf(PeerId peer) const {
    const Contact& contact = directory_->ContactOf(peer);
    pb::Contact out;
    out.set_node_id(Str(contact.node_id));
    out.set_public_key(Str(contact.public_key));
    for (const Address& address : contact.addresses) out.add_addresses(Str(address.view()));
    return out;
  }

  static pb::Ticket TicketOf(const Ticket& in) {
    pb::Ticket out;
    out.set_template_cid(Str(in.template_cid));
    out.set_registrant(Str(in.registrant));
    out.set_node(Str(in.node));
    out.set_pairing_key(Str(in.pairing_key));
    out.set_attempt(in.attempt);
    out.set_expires_ms(in.expires_ms);
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::VoteRecord VoteRecordOf(const VoteRecord& in) {
    pb::VoteRecord out;
    out.set_nonce(Str(in.nonce));
    out.set_sealed(Str(in.sealed));
    return out;
  }

  static pb::VoterRecord VoterRecordOf(const VoterRecord& in) {
    pb::VoterRecord out;
    out.set_registrant(Str(in.registrant));
    out.set_sealed(Str(in.sealed));
    return out;
  }

  static pb::BlockSignature BlockSignatureOf(const BlockSignature& in) {
    pb::BlockSignature out;
    out.set_registrant(Str(in.registrant));
    out.set_signature(Str(in.signature));
    return out;
  }

  static pb::HiddenRecord HiddenRecordOf(const HiddenRecord& in) {
    pb::HiddenRecord out;
    out.set_sealed(Str(in.sealed));
    return out;
  }

  static pb::NamedNode NamedNodeOf(const NamedNode& in) {
    pb::NamedNode out;
    out.set_id(Str(in.id));
    return out;
  }

  pb::PoolMember PoolMemberOf(const PoolMember& in) const {
    pb::PoolMember out;
    *out.mutable_owner() = ContactOf(in.peer);
    *out.mutable_ticket() = TicketOf(in.ticket);
    return out;
  }

  const TestDirectory* directory_;
};

}  // namespace core

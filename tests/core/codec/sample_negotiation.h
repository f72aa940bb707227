// Samples of the messages of negotiation.
#pragma once

#include "tests/core/codec/sample_draws.h"

namespace core {

template <typename Draw>
class NegotiationSampler : public SampleDraws<Draw> {
 public:
  using SampleDraws<Draw>::SampleDraws;

 protected:
  using Draws = SampleDraws<Draw>;
  using Draws::Bool;
  using Draws::draw_;
  using Draws::Fill;
  using Draws::FillList;
  using Draws::Key;
  using Draws::Peer;
  using Draws::Value;
  using Draws::Word;

  template <typename T>
  T Number() {
    return Draws::template Number<T>();
  }

  Ticket MakeTicket() {
    Ticket out;
    out.template_cid = Key();
    Fill(out.registrant);
    out.node = Key();
    Fill(out.pairing_key);
    out.attempt = Number<uint32_t>();
    out.expires_ms = static_cast<int64_t>(Word());
    Fill(out.signature);
    return out;
  }

  VoteRecord MakeVoteRecord() {
    VoteRecord out;
    out.nonce = Key();
    out.sealed = Value();
    return out;
  }

  VoterRecord MakeVoterRecord() {
    VoterRecord out;
    Fill(out.registrant);
    out.sealed = Value();
    return out;
  }

  BlockSignature MakeBlockSignature() {
    BlockSignature out;
    Fill(out.registrant);
    Fill(out.signature);
    return out;
  }

  HiddenRecord MakeHiddenRecord() {
    HiddenRecord out;
    out.sealed = Value();
    return out;
  }

  NamedNode MakeNamedNode() {
    NamedNode out;
    out.id = Key();
    return out;
  }

  PoolMember MakePoolMember() {
    PoolMember out;
    out.peer = Peer();
    out.ticket = MakeTicket();
    return out;
  }

  void Fill(Present& body) {
    body.template_cid = Key();
    body.stage = static_cast<NegotiationStage>(draw_(1, 3));
    body.depth = Number<uint8_t>();
    body.pool = Key();
    body.size = Number<uint16_t>();
  }

  void Fill(Greet& body) {
    body.stage = static_cast<NegotiationStage>(draw_(1, 3));
    body.depth = Number<uint8_t>();
    body.ticket = MakeTicket();
  }

  void Fill(Pair& body) {
    body.ticket = MakeTicket();
    body.voter = Value();
    body.vote = Value();
  }

  void Fill(PairAck& body) { body.ticket = MakeTicket(); }

  void Fill(NegotiationRefusal& body) { body.reason = static_cast<NegotiationReject>(draw_(1, 6)); }

  void Fill(PoolSeed& body) {
    FillList(body.voters, limits::kSeedRecords, [this] { return MakeHiddenRecord(); });
    FillList(body.votes, limits::kSeedRecords, [this] { return MakeHiddenRecord(); });
    Fill(body.coordinator_secret);
    body.coordinator = MakeTicket();
    body.partner = MakeTicket();
    body.peer = Peer();
    Fill(body.signature);
  }

  void Fill(SeedConfirm& body) {
    body.seed = Key();
    body.coordinator = MakeTicket();
    body.receiver = MakeTicket();
    Fill(body.partner_key);
    Fill(body.box_key);
    Fill(body.signature);
  }

  void Fill(SeedReceived& body) {
    body.seed = Key();
    body.secret = Value();
  }

  void Fill(PoolInform& body) {
    body.event = static_cast<PoolEvent>(draw_(1, 4));
    body.pool = Key();
    body.epoch = Number<uint32_t>();
    body.size = Number<uint16_t>();
    body.lists = Key();
    body.former = Key();
    body.peer = Peer();
    FillList(body.silent, limits::kPoolRecordsMax, [this] { return MakeNamedNode(); });
  }

  void Fill(PoolAck& body) {
    body.pool = Key();
    body.epoch = Number<uint32_t>();
  }

  void Fill(MergeGreet& body) {
    body.pool = Key();
    body.epoch = Number<uint32_t>();
    body.size = Number<uint16_t>();
    body.ticket = MakeTicket();
  }

  void Fill(MergeLists& body) {
    body.pool = Key();
    body.into = Key();
    body.epoch = Number<uint32_t>();
    FillList(body.voters, limits::kPoolRecordsMax, [this] { return MakeVoterRecord(); });
    FillList(body.votes, limits::kPoolRecordsMax, [this] { return MakeVoteRecord(); });
    FillList(body.members, limits::kPoolRecordsMax, [this] { return MakePoolMember(); });
  }

  void Fill(MergeAck& body) {
    body.verdict = static_cast<MergeVerdict>(draw_(1, 3));
    body.pool = Key();
    body.into = Key();
    body.epoch = Number<uint32_t>();
    body.size = Number<uint16_t>();
  }

  void Fill(BlockForm& body) {
    body.pool = Key();
    body.epoch = Number<uint32_t>();
    FillList(body.voters, limits::kPoolRecordsMax, [this] { return MakeVoterRecord(); });
    FillList(body.votes, limits::kPoolRecordsMax, [this] { return MakeVoteRecord(); });
    body.cid = Key();
    body.deadline_ms = static_cast<int64_t>(Word());
  }

  void Fill(BlockSign& body) {
    body.pool = Key();
    body.cid = Key();
    body.objection = static_cast<SignObjection>(draw_(0, 7));
    body.signature = MakeBlockSignature();
  }

  void Fill(BlockSigned& body) {
    body.pool = Key();
    body.cid = Key();
    FillList(body.signatures, limits::kPoolRecordsMax, [this] { return MakeBlockSignature(); });
  }
};

}  // namespace core

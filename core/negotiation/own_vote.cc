#include "core/negotiation/own_vote.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/words.h"
#include "core/codec/canonical.h"
#include "core/negotiation/ticket.h"

namespace core {

OwnVote::OwnVote(const NegotiationMoment& moment, const VoteCommand& command)
    : terms_(command.terms),
      public_cid_(command.public_cid),
      private_cid_(command.private_cid),
      answers_(command.answers),
      entropy_(std::span<const uint8_t, 32>(command.entropy.bytes)),
      unitary_(command.unitary),
      registrant_secret_(RegistrantSecretOf(moment.context, moment.secret)) {
  registrant_ = moment.context.suite->PublicKeyFor(registrant_secret_);
  std::vector<uint8_t> bytes;
  VoterTokenBytes(moment.context.network, template_cid(), registrant_, bytes);
  token_ = {moment.context.suite->Sha256(bytes)};
}

OwnVote::~OwnVote() {
  Wipe(answers_);
}

DrawnBytes OwnVote::Draw(std::string_view label) {
  return core::Draw(entropy_.bytes(), label, ++draws_);
}

size_t OwnVote::Below(size_t bound) {
  DrawnBytes drawn = Draw("order");
  const uint64_t word = LoadWord<std::endian::big>(drawn.data());
  Wipe(drawn);
  return static_cast<size_t>(word % bound);
}

Status OwnVote::Renew(const NegotiationMoment& moment) {
  const bool first = attempts_++ == 0;
  DrawnBytes drawn = Draw("pairing key");
  secret_ = moment.context.sealing->SecretFrom(drawn);
  Wipe(drawn);
  ticket_ = {.template_cid = template_cid(),
             .registrant = registrant_,
             .node = moment.self_id(),
             .pairing_key = moment.context.sealing->KeyOf(secret_),
             .attempt = attempts_,
             .expires_ms = moment.now_ms() + moment.rules().ticket_life.us / 1000,
             .signature = {}};
  SignTicket(moment.context, registrant_secret_, ticket_);
  moment.effects.CountSign();
  ticket_hash_ = TicketHash(moment.context, ticket_);
  if (first || moment.rules().fresh_records) RETURN_IF_ERROR(MakeRecords(moment));
  moment.effects.Observe(AttemptStarted{.template_cid = template_cid(),
                                        .ticket = ticket_hash_,
                                        .nonce = records_.vote.nonce,
                                        .pairing_key = ticket_.pairing_key,
                                        .attempt = attempts_});
  return absl::OkStatus();
}

// Vote and voter are boxes of one size (N12). No keys: left as it is.
StatusOr<Bytes> OwnVote::SealToElection(const NegotiationMoment& moment,
                                        const SealingContext& context,
                                        std::span<const uint8_t> record) {
  if (record.size() > kBallotBytesMax) return InvalidArgument("vote: answers too long");
  if (terms_.election_keys.empty()) return Bytes(record.begin(), record.end());
  DrawnBytes drawn = Draw("ballot");
  auto sealed = moment.context.sealing->SealBallot(terms_.election_keys, context, record, drawn);
  Wipe(drawn);
  return sealed;
}

Status OwnVote::MakeRecords(const NegotiationMoment& moment) {
  const Suite& suite = *moment.context.suite;
  DrawnBytes drawn = Draw("nonce");
  Key256& nonce = records_.vote.nonce;
  std::copy_n(drawn.begin(), nonce.bytes.size(), nonce.bytes.begin());
  Wipe(drawn);
  ASSIGN_OR_RETURN(records_.vote.sealed,
                   SealToElection(moment, VoteContext(suite, template_cid(), nonce), answers_));

  const Signature signature =
      suite.Sign(registrant_secret_,
                 VoterSigningBytes(template_cid(), registrant_, {public_cid_, private_cid_}));
  moment.effects.CountSign();
  std::vector<uint8_t> part;
  CanonicalWriter own(part);
  own.Key(public_cid_);
  own.Key(private_cid_);
  own.Fixed(signature);
  records_.voter.registrant = registrant_;
  ASSIGN_OR_RETURN(records_.voter.sealed,
                   SealToElection(moment, VoterContext(suite, template_cid(), registrant_), part));
  return absl::OkStatus();
}

template <typename State>
void OwnVote::Tell(State& state) const {
  state.Add("template", terms_.template_cid);
  state.Add("attempt", attempts_);
  state.Add("ticket", ticket_hash_);
  state.Add("draws", draws_);
}

void OwnVote::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void OwnVote::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

size_t OwnVote::HeapBytes() const {
  return answers_.capacity() + records_.vote.sealed.capacity() + records_.voter.sealed.capacity() +
         terms_.election_keys.capacity() * sizeof(GroupKeyBytes);
}

}  // namespace core

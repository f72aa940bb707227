#include "core/negotiation/own_vote.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/words.h"
#include "core/codec/canonical.h"
#include "core/negotiation/ticket.h"

namespace core {
namespace {

constexpr std::string_view kElectionDomain = "vt/election-sealing/1";
constexpr std::string_view kVoterRecordDomain = "vt/voter-record/1";

// A length and what is sealed to an election, answers and a voter's part alike.
constexpr size_t kPaddedBytes = sizeof(uint16_t) + limits::kAnswerBytesMax;

// An answer or a voter's part opens as what it is, in the election that it was sealed for.
SealingContext ElectionContext(const Context& context, const Key256& template_cid,
                               std::string_view kind) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kElectionDomain);
  writer.Key(context.network);
  writer.Key(template_cid);
  writer.Text(kind);
  return context.suite->Sha256(bytes);
}

}  // namespace

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

// Padded to one length, so that a vote looks like a voter (N12), and sealed to each key holder's key in turn. No keys: left as it is.
StatusOr<Bytes> OwnVote::SealToElection(const NegotiationMoment& moment, std::string_view kind,
                                        std::span<const uint8_t> record) {
  Bytes sealed(record.begin(), record.end());
  if (!terms_.election_keys.empty()) {
    if (record.size() > limits::kAnswerBytesMax) return InvalidArgument("vote: answers too long");
    sealed.assign(kPaddedBytes, 0);
    sealed[0] = static_cast<uint8_t>(record.size() >> 8);
    sealed[1] = static_cast<uint8_t>(record.size());
    std::copy(record.begin(), record.end(), sealed.begin() + sizeof(uint16_t));
  }
  for (const GroupKeyBytes& key : terms_.election_keys) {
    DrawnBytes drawn = Draw(kind);
    auto layer = moment.context.sealing->SealTo(
        key, ElectionContext(moment.context, template_cid(), kind), sealed, drawn);
    Wipe(drawn);
    Wipe(sealed);
    RETURN_IF_ERROR(layer.status());
    sealed = std::move(*layer);
  }
  // It is sealed once more, with its name, to a pair.
  if (sealed.size() + sizeof(Key256) > kSealedBytesMax) {
    return InvalidArgument("vote: more than a sealed record can hold");
  }
  return sealed;
}

Status OwnVote::MakeRecords(const NegotiationMoment& moment) {
  DrawnBytes drawn = Draw("nonce");
  std::copy_n(drawn.begin(), records_.vote.nonce.bytes.size(), records_.vote.nonce.bytes.begin());
  Wipe(drawn);
  ASSIGN_OR_RETURN(records_.vote.sealed, SealToElection(moment, "vote", answers_));

  std::vector<uint8_t> bytes;
  CanonicalWriter signing(bytes);
  signing.Literal(kVoterRecordDomain);
  signing.Key(moment.context.network);
  signing.Key(template_cid());
  signing.Fixed(registrant_);
  signing.Key(public_cid_);
  signing.Key(private_cid_);
  const Signature signature = moment.context.suite->Sign(registrant_secret_, bytes);
  moment.effects.CountSign();
  bytes.clear();
  CanonicalWriter own(bytes);
  own.Key(public_cid_);
  own.Key(private_cid_);
  own.Fixed(signature);
  records_.voter.registrant = registrant_;
  ASSIGN_OR_RETURN(records_.voter.sealed, SealToElection(moment, "voter", bytes));
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

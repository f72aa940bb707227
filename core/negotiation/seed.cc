#include "core/negotiation/seed.h"

#include <algorithm>
#include <string_view>

#include "core/codec/canonical.h"
#include "core/negotiation/ticket.h"

namespace core {
namespace {

constexpr std::string_view kPairDomain = "vt/pair-sealing/1";

SealingContext PairContext(const Context& context, std::span<const Key256, 2> tickets,
                           std::string_view list) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kPairDomain);
  writer.Key(context.network);
  writer.Key(tickets[0]);
  writer.Key(tickets[1]);
  writer.Text(list);
  return context.suite->Sha256(bytes);
}

// Both records are 32 bytes that name it and what is sealed to the election.
template <typename Name>
Bytes RecordBytes(const Name& name, const Bytes& sealed) {
  Bytes bytes;
  bytes.reserve(name.size() + sealed.size());
  CanonicalWriter writer(bytes);
  writer.Fixed(name);
  writer.Fixed(sealed);
  return bytes;
}

using Plain = std::vector<std::vector<uint8_t>>;

template <typename Record, typename NameOf>
bool ReadRecords(const Plain& plain, NameOf name_of, std::vector<Record>& records) {
  for (const std::vector<uint8_t>& bytes : plain) {
    Record& record = records.emplace_back();
    auto& name = name_of(record);
    if (bytes.size() < name.size()) return false;
    const auto behind = bytes.begin() + static_cast<std::ptrdiff_t>(name.size());
    std::copy(bytes.begin(), behind, name.begin());
    record.sealed.assign(behind, bytes.end());
  }
  return true;
}

std::vector<SealedBytes> BoxesOf(std::span<const HiddenRecord> records) {
  std::vector<SealedBytes> boxes;
  boxes.reserve(records.size());
  for (const HiddenRecord& record : records) boxes.push_back(record.sealed);
  return boxes;
}

}  // namespace

PairSeal PairSealOf(const Context& context, const Ticket& one, const Ticket& other) {
  std::array<Key256, 2> tickets = {TicketHash(context, one), TicketHash(context, other)};
  std::sort(tickets.begin(), tickets.end());
  return {.owners = {one.pairing_key, other.pairing_key},
          .voters = PairContext(context, tickets, "voters"),
          .votes = PairContext(context, tickets, "votes")};
}

StatusOr<HiddenPair> Hide(const NegotiationMoment& moment, OwnVote& vote, const PairSeal& seal) {
  const Sealing& sealing = *moment.context.sealing;
  const OwnRecords& own = vote.records();
  HiddenPair hidden;
  // Independent draws: equal ephemerals would say which vote is whose (N12).
  DrawnBytes drawn = vote.Draw("hidden voter");
  ASSIGN_OR_RETURN(hidden.voter,
                   sealing.Seal(seal.owners, seal.voters,
                                RecordBytes(own.voter.registrant, own.voter.sealed), drawn));
  drawn = vote.Draw("hidden vote");
  ASSIGN_OR_RETURN(hidden.vote,
                   sealing.Seal(seal.owners, seal.votes,
                                RecordBytes(own.vote.nonce.bytes, own.vote.sealed), drawn));
  Wipe(drawn);
  return hidden;
}

std::optional<OpenedSeed> OpenSeed(const Context& context, const PairSeal& seal,
                                   const PoolSeed& seed, Secrets secrets) {
  const Sealing& sealing = *context.sealing;
  const auto voters =
      sealing.OpenWithSecrets(seal.owners, seal.voters, BoxesOf(seed.voters), secrets);
  const auto votes = sealing.OpenWithSecrets(seal.owners, seal.votes, BoxesOf(seed.votes), secrets);
  if (!voters.has_value() || !votes.has_value()) return std::nullopt;
  OpenedSeed opened;
  const auto registrant_of = [](VoterRecord & record) -> auto& {
    return record.registrant;
  };
  const auto nonce_of = [](VoteRecord & record) -> auto& {
    return record.nonce.bytes;
  };
  if (!ReadRecords(*voters, registrant_of, opened.voters)) return std::nullopt;
  if (!ReadRecords(*votes, nonce_of, opened.votes)) return std::nullopt;
  return opened;
}

Key256 SeedHash(const Context& context, const PoolSeed& seed) {
  std::vector<uint8_t> bytes;
  SeedBytes(seed.voters, seed.votes, bytes);
  return {context.suite->Sha256(bytes)};
}

Signature GrantSeed(const Context& context, const SecretKey& registrant, const Key256& seed,
                    const Key256& receiver) {
  std::vector<uint8_t> bytes;
  SeedGrantSigningBytes(context.network, seed, receiver, bytes);
  return context.suite->Sign(registrant, bytes);
}

bool IsGranted(const Context& context, const PublicKey& coordinator, const Key256& seed,
               const Key256& receiver, const Signature& grant) {
  std::vector<uint8_t> bytes;
  SeedGrantSigningBytes(context.network, seed, receiver, bytes);
  return context.suite->Verify(coordinator, bytes, grant);
}

}  // namespace core

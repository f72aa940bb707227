#include "core/collections/election_collections.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr size_t kVoteBytes = 32 + 1 + 32 + 4 + 8;
static_assert(kRegistrantDomain.size() + 8 + 32 + 32 + 4 + kRegistrantVotesMax * kVoteBytes <=
              kTreeValueBytesMax);

Bytes KeyBytes(const std::array<uint8_t, 32>& key) {
  return {key.begin(), key.end()};
}

bool BeforeTemplate(const RegistrantVote& vote, const Key256& template_cid) {
  return vote.template_cid < template_cid;
}

// The slot of the template, or where it belongs.
template <typename Votes>
auto SlotOf(Votes& votes, const Key256& template_cid) {
  return std::lower_bound(votes.begin(), votes.end(), template_cid, BeforeTemplate);
}

RegistrantVote TakeVote(CanonicalReader& reader) {
  RegistrantVote vote;
  vote.template_cid = reader.Key();
  vote.state = static_cast<VoteState>(reader.U8());
  vote.by = reader.Key();
  vote.attempt = reader.U32();
  vote.expires_ms = reader.I64();
  return vote;
}

bool Known(VoteState state) {
  return state == VoteState::kReserved || state == VoteState::kVoted;
}

}  // namespace

CollectionName ElectionsCollection() {
  return {.name = "Elections", .kind = CollectionKind::kDiary};
}

CollectionName RegistrantsCollection() {
  return {.name = "Registrants", .kind = CollectionKind::kTree};
}

CollectionName ValidationsCollection() {
  return {.name = "Validations", .kind = CollectionKind::kDiary};
}

CollectionName VoteBlocksCollection(size_t shard) {
  CHECK(shard < kVoteBlockShards);
  return {.name = std::string("VoteBlocks/") + "0123456789abcdef"[shard],
          .kind = CollectionKind::kTree};
}

size_t VoteBlockShardOf(const Key256& cid) {
  return cid.bytes[0] >> 4;
}

Bytes Encode(const Registrant& registrant) {
  CHECK(registrant.votes.size() <= kRegistrantVotesMax);
  Bytes bytes;
  bytes.reserve(kTreeValueBytesMax / 4);
  CanonicalWriter writer(bytes);
  writer.Literal(kRegistrantDomain);
  writer.U64(registrant.revision);
  writer.Key(registrant.public_cid);
  writer.Key(registrant.private_cid);
  writer.U32(static_cast<uint32_t>(registrant.votes.size()));
  for (const RegistrantVote& vote : registrant.votes) {
    writer.Key(vote.template_cid);
    writer.U8(static_cast<uint8_t>(vote.state));
    writer.Key(vote.by);
    writer.U32(vote.attempt);
    writer.I64(vote.expires_ms);
  }
  return bytes;
}

StatusOr<Registrant> DecodeRegistrant(std::span<const uint8_t> bytes) {
  CanonicalReader reader(bytes);
  Registrant registrant;
  reader.Literal(kRegistrantDomain);
  registrant.revision = reader.U64();
  registrant.public_cid = reader.Key();
  registrant.private_cid = reader.Key();
  const uint32_t count = reader.U32();
  if (!reader.ok()) return InvalidArgument("registrant: not an encoding of one");
  if (count > kRegistrantVotesMax) return InvalidArgument("registrant: too many votes");
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    const RegistrantVote vote = TakeVote(reader);
    if (reader.ok() && !Known(vote.state)) {
      return InvalidArgument("registrant: unknown state of a vote");
    }
    if (reader.ok() && i > 0 && !BeforeTemplate(registrant.votes.back(), vote.template_cid)) {
      return InvalidArgument("registrant: votes do not ascend");
    }
    registrant.votes.push_back(vote);
  }
  if (!reader.Finished()) return InvalidArgument("registrant: truncated or padded");
  return registrant;
}

std::optional<Registrant> ReserveVote(const Registrant& registrant,
                                      const Reservation& reservation) {
  Registrant after = registrant;
  auto slot = SlotOf(after.votes, reservation.template_cid);
  if (slot == after.votes.end() || slot->template_cid != reservation.template_cid) {
    if (after.votes.size() == kRegistrantVotesMax) return std::nullopt;
    slot = after.votes.insert(slot, {.template_cid = reservation.template_cid});
  } else {
    if (slot->state == VoteState::kVoted) return std::nullopt;
    if (slot->by != reservation.pool && slot->expires_ms > reservation.now_ms) return std::nullopt;
  }
  slot->by = reservation.pool;
  slot->attempt = reservation.attempt;
  slot->expires_ms = reservation.expires_ms;
  ++after.revision;
  return after;
}

std::optional<Registrant> CountVote(const Registrant& registrant, const Key256& template_cid,
                                    const Key256& pool, const Key256& block_cid) {
  Registrant after = registrant;
  const auto slot = SlotOf(after.votes, template_cid);
  if (slot == after.votes.end() || slot->template_cid != template_cid) return std::nullopt;
  if (slot->state != VoteState::kReserved || slot->by != pool) return std::nullopt;
  *slot = {.template_cid = template_cid, .state = VoteState::kVoted, .by = block_cid};
  ++after.revision;
  return after;
}

std::vector<TreeEdit> AddRegistrant(const PublicKey& key, const Registrant& registrant) {
  return {{.kind = TreeEdit::Kind::kInsert, .key = KeyBytes(key), .value = Encode(registrant)}};
}

std::vector<TreeEdit> ReplaceRegistrant(const PublicKey& key, const Registrant& before,
                                        const Registrant& after) {
  return {{.kind = TreeEdit::Kind::kExpect, .key = KeyBytes(key), .value = Encode(before)},
          {.kind = TreeEdit::Kind::kUpdate, .key = KeyBytes(key), .value = Encode(after)}};
}

std::vector<TreeEdit> AddVoteBlock(const Key256& cid, Bytes block) {
  return {{.kind = TreeEdit::Kind::kInsert, .key = KeyBytes(cid.bytes), .value = std::move(block)}};
}

}  // namespace core

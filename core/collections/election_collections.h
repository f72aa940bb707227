// The four collections that an election needs, and what stands in them.
//
//   Elections    diary   each revision of an election
//   Registrants  tree    registrant key -> Registrant
//   VoteBlocks   tree    cid -> vote block; sixteen trees, by the first hex digit of the cid,
//                        because one log tail per collection serialises its writers
//   Validations  diary   what observers found
//
// A registrant's slot for an election goes none -> reserved by a pool -> voted. Every change is an
// edit that expects the very bytes it was made from, so that of two pools that reserve a registrant,
// or two blocks that count it, one is refused, whoever commits first.
//
//   slot                     | ReserveVote by p               | CountVote by p
//   none                     | reserved by p                  | refused
//   reserved by p            | reserved by p, later expiry    | voted
//   reserved by q, expired   | reserved by p                  | refused
//   reserved by q            | refused                        | refused
//   voted                    | refused                        | refused
//
// Source: protocol document, 1.5 (Needed collections), 1.6.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/collections/log.h"
#include "core/collections/tree_edits.h"

namespace core {

inline constexpr std::string_view kRegistrantDomain = "vt/registrant/1";
inline constexpr size_t kRegistrantVotesMax = 32;
inline constexpr size_t kVoteBlockShards = 16;

[[nodiscard]] CollectionName ElectionsCollection();
[[nodiscard]] CollectionName RegistrantsCollection();
[[nodiscard]] CollectionName ValidationsCollection();

// REQUIRES: shard < kVoteBlockShards.
[[nodiscard]] CollectionName VoteBlocksCollection(size_t shard);
[[nodiscard]] size_t VoteBlockShardOf(const Key256& cid);

enum class VoteState : uint8_t { kReserved = 1, kVoted = 2 };

// A registrant's slot for one election. No slot: none.
struct RegistrantVote {
  Key256 template_cid;
  VoteState state = VoteState::kReserved;
  Key256 by{};             // The pool, or the cid of the block that counts the vote.
  uint32_t attempt = 0;    // Of the pool.
  int64_t expires_ms = 0;  // Of the reservation.

  friend bool operator==(const RegistrantVote&, const RegistrantVote&) = default;
};

struct Registrant {
  uint64_t revision = 0;
  Key256 public_cid;
  Key256 private_cid;
  std::vector<RegistrantVote> votes;  // Ascending by template.

  friend bool operator==(const Registrant&, const Registrant&) = default;
};

struct Reservation {
  Key256 template_cid;
  Key256 pool;
  uint32_t attempt = 0;
  int64_t now_ms = 0;
  int64_t expires_ms = 0;
};

// REQUIRES: at most kRegistrantVotesMax votes, ascending.
[[nodiscard]] Bytes Encode(const Registrant& registrant);
[[nodiscard]] StatusOr<Registrant> DecodeRegistrant(std::span<const uint8_t> bytes);

// The registrant after the step of the table; nothing when it is refused.
[[nodiscard]] std::optional<Registrant> ReserveVote(const Registrant& registrant,
                                                    const Reservation& reservation);
[[nodiscard]] std::optional<Registrant> CountVote(const Registrant& registrant,
                                                  const Key256& template_cid, const Key256& pool,
                                                  const Key256& block_cid);

// The edits of one action.
[[nodiscard]] std::vector<TreeEdit> AddRegistrant(const PublicKey& key,
                                                  const Registrant& registrant);
[[nodiscard]] std::vector<TreeEdit> ReplaceRegistrant(const PublicKey& key,
                                                      const Registrant& before,
                                                      const Registrant& after);
// A second block under the same cid is refused: to submit one again does no harm.
[[nodiscard]] std::vector<TreeEdit> AddVoteBlock(const Key256& cid, Bytes block);

}  // namespace core

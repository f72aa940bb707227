// A seed: what two voters sealed to both of their pairing keys, and what a third reads with both secrets: two voters and two
// votes, without which is whose.
//
// Thread rule: any thread. Errors: what comes from others is refused by nothing or a Status, never a CHECK. Source: protocol
// document, 1.6.4 (Seeding) and 1.6.5.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/codec/negotiation_messages.h"
#include "core/crypto/sealing.h"
#include "core/negotiation/negotiation_moment.h"
#include "core/negotiation/own_vote.h"
#include "core/negotiation/pool.h"
#include "core/port/context.h"

namespace core {

// Who opens together, and what for: both attempts by their tickets, and which list (N12: a vote cannot pass for a voter).
struct PairSeal {
  std::array<GroupElement, 2> owners{};
  SealingContext voters{};
  SealingContext votes{};
};

// The same whatever the order of the two.
[[nodiscard]] PairSeal PairSealOf(const Context& context, const Ticket& one, const Ticket& other);

struct HiddenPair {
  Bytes voter;
  Bytes vote;
};

// Errors: keys that are none or cancel each other out.
[[nodiscard]] StatusOr<HiddenPair> Hide(const NegotiationMoment& moment, OwnVote& vote,
                                        const PairSeal& seal);

struct OpenedSeed {
  std::vector<VoterRecord> voters;
  std::vector<VoteRecord> votes;
};

// Nothing: a box does not open with these secrets, or holds no record of its list.
[[nodiscard]] std::optional<OpenedSeed> OpenSeed(const Context& context, const PairSeal& seal,
                                                 const PoolSeed& seed, Secrets secrets);

// Names the seed.
[[nodiscard]] Key256 SeedHash(const Context& context, const PoolSeed& seed);

// The coordinator's word that whoever has the receiver's ticket may open the seed.
[[nodiscard]] Signature GrantSeed(const Context& context, const SecretKey& registrant,
                                  const Key256& seed, const Key256& receiver);
[[nodiscard]] bool IsGranted(const Context& context, const PublicKey& coordinator,
                             const Key256& seed, const Key256& receiver, const Signature& grant);

}  // namespace core

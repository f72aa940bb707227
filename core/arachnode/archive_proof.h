// Whether an archive is what the members of its block's cluster decided, for whoever is none of them.
//
// Holders far from a key know no cluster of it. The certificates prove that their members decided; that
// these members were near enough to the key to be its cluster is judged by density: with N peers a
// cluster of K reaches about log2(N / K) bits of the key, and all but the refusals must come within
// kChanceBits of that, and within kGrowthBits more: a block of a young network is decided by members
// that are far from its key when the network has grown. Grinding ids that near costs
// N / (K 2^(kChanceBits + kGrowthBits)) keys each: nothing below 160,000 peers. What is made up that
// way takes room, and never becomes what clients read. Source: protocol document, 1.3.6 (certificates
// authenticate contents), 1.2.10; docs/decisions/0019-rings-as-built.md.
#pragma once

#include "core/arachnode/ring_moment.h"

namespace core {

// The ring key of a block, which is its cluster's.
[[nodiscard]] Key256 RingKeyOf(const RingMoment& moment, const BlockId& block);

[[nodiscard]] bool IsProven(const RingMoment& moment, const Archive& archive);

}  // namespace core

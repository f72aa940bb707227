// Topics of pools: a token of leading hex digits of the pool's id, as few as there are pools for.
//
// Thread rule: any thread. Source: protocol document, 1.6.4 (merging); docs/decisions/0022-negotiation-as-built.md, 4 and 12.
#pragma once

#include <cstdint>

#include "core/port/command.h"
#include "core/port/context.h"

namespace core {

// Digits that part the pools which the expected voters make into groups. More general ones follow.
[[nodiscard]] uint8_t PoolStartDepth(const NegotiationConfig& rules, const VotingTerms& terms);

[[nodiscard]] Key256 PoolTopic(const Context& context, const Key256& template_cid,
                               const Key256& pool, uint8_t depth);

}  // namespace core

// Topics of negotiation: a token of leading hex digits, as few as there are participants for.
//
// Thread rule: any thread. Source: protocol document, 1.6.4; docs/decisions/0022-negotiation-as-built.md, 4 and 5.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/codec/negotiation_messages.h"
#include "core/port/context.h"

namespace core {

// Digits that part the expected participants into groups of no fewer than `group`. More general tokens follow.
[[nodiscard]] uint8_t FirstDepthFor(uint32_t expected, int group);

// The token is `depth` digits of the hash. REQUIRES: depth <= 64.
[[nodiscard]] Key256 NegotiationTopic(const Context& context, const Key256& template_cid,
                                      NegotiationStage stage, const Key256& hash, uint8_t depth);

}  // namespace core

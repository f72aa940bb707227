// A block of votes: lists that all of their voters have signed.
//
// Thread rule: any thread. Errors: signatures of others are good or not, never a CHECK.
// Source: protocol document, 1.6.1, 1.6.4 and 1.6.7; docs/decisions/0022-negotiation-as-built.md, 13 and 14.
#pragma once

#include <span>

#include "core/negotiation/pool_moment.h"

namespace core {

// This peer's voter's word for the lists with this cid; told.
[[nodiscard]] BlockSignature SignBlock(const PoolMoment& moment, const Key256& cid);

[[nodiscard]] bool IsSignatureOf(const PoolMoment& moment, const Key256& cid,
                                 const BlockSignature& signature);

// One good signature of each voter, ascending, and no other.
[[nodiscard]] bool IsSignedByAll(const PoolMoment& moment, const BlockForm& form,
                                 std::span<const BlockSignature> signatures);

// REQUIRES: IsSignedByAll.
void ReportBlock(const PoolMoment& moment, const BlockForm& form,
                 std::span<const BlockSignature> signatures);

// A block of this voter alone, told like any other; its cid.
Key256 FormUnitaryBlock(const PoolMoment& moment);

}  // namespace core

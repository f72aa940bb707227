// A pool as its coordinator holds it: the lists, and who stands behind them without saying which
// record is whose. The border between seeding, which makes one of three, and pools, which merge them
// and form blocks.
//
// Thread rule: any thread. Source: protocol document, 1.6.2 and 1.6.4;
// docs/decisions/0022-negotiation-as-built.md, 11.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/negotiation_messages.h"
#include "core/port/context.h"

namespace core {

// What a voter contributes in one attempt.
struct OwnRecords {
  VoterRecord voter;
  VoteRecord vote;
};

struct Pool {
  Key256 id;           // Stays through merges with smaller ones.
  uint32_t epoch = 0;  // Of the last change that all members acknowledged.
  std::vector<VoterRecord> voters;
  std::vector<VoteRecord> votes;
  std::vector<PoolMember> members;  // This peer among them.

  [[nodiscard]] size_t size() const { return members.size(); }
};

// The cid of lists as they stand.
[[nodiscard]] Key256 ListsHash(const Context& context, const Key256& template_cid,
                               std::span<const VoterRecord> voters,
                               std::span<const VoteRecord> votes);

// What a member objects to in lists that it is asked to sign; kNone: nothing. Not checked: deadlines,
// and whether the pool is the member's.
[[nodiscard]] SignObjection ObjectionTo(const Context& context, const Key256& template_cid,
                                        const BlockForm& form, const OwnRecords& own);

}  // namespace core

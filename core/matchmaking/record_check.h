// Making and judging records: signatures, filters, lifetimes. Pure but for the counters of
// signatures in Effects. Source: protocol document, 1.1.2, 1.1.4 step 3, and MM-5.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/moment.h"

namespace core {

// The next sequence of this peer: above every earlier one, and above those of an earlier life as
// long as its clock did not run backwards (sequences start at the clock's microseconds).
[[nodiscard]] uint64_t NextSequence(const Moment& moment);

// Stamps the record with this peer, a fresh sequence and the time, and signs it.
void SignRecord(const Moment& moment, Record& record);
[[nodiscard]] Withdraw SignedWithdraw(const Moment& moment, const Key256& key,
                                      const Record& record);

[[nodiscard]] bool HasValidSignature(const Moment& moment, const Record& record);
[[nodiscard]] bool HasValidSignature(const Moment& moment, const Withdraw& withdraw);

// min_budget concerns workers only: a matcher has no budget.
[[nodiscard]] bool Passes(const Filter& filter, const Record& record);

// Never shorter or longer than the wire's limits, whatever the owner asked for.
[[nodiscard]] Duration ClampTtl(uint32_t ttl_ms);

// Whether the record outlived its ttl, given that clocks differ by at most clock_tolerance.
[[nodiscard]] bool IsStale(const Moment& moment, const Record& record);

}  // namespace core

// Making and judging records: signatures, filters, lifetimes, and what holders serve. Touches nothing
// but Effects (counters of signatures, observations) and the conduct of holders. Source: protocol document, 1.1.2, 1.1.4 step 3, and MM-5.
#pragma once

#include <cstdint>
#include <span>

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

// Records that a holder served, and what whoever asked wanted.
struct Served {
  PeerId holder;
  Key256 topic;
  Role role = Role::kWorker;
  const Filter* filter = nullptr;
  std::span<const Record> records;
};

// A holder that serves this many forgeries at once is not read further.
inline constexpr uint32_t kForgeriesMax = 3;

enum class RecordVerdict : uint8_t { kGood = 1, kRefused, kForged };

// Whether the record may be acted on (MM-5); a refusal is observed.
[[nodiscard]] RecordVerdict Judge(const Moment& moment, const Served& served, const Record& record);

// Takes every record that would be news and passes every test, in order. Holders verify what they take, so serving a
// forgery is provably theirs.
template <typename IsNews, typename Take>
void TakeServed(const Moment& moment, const Served& served, IsNews&& is_news, Take&& take) {
  uint32_t forgeries = 0;
  for (const Record& record : served.records) {
    if (forgeries == kForgeriesMax) break;
    if (!is_news(record)) continue;
    const RecordVerdict verdict = Judge(moment, served, record);
    if (verdict == RecordVerdict::kForged) ++forgeries;
    if (verdict != RecordVerdict::kGood) continue;
    take(record);
    moment.effects.Observe(
        Seen{.topic = served.topic, .record = moment.effects.Keep(record), .received = moment.now});
  }
  if (forgeries > 0 && served.holder != moment.self) {
    moment.Report(served.holder, Offence::kBadSignature);
  }
}

}  // namespace core

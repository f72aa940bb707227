// What this member lacks, and the storage rings may have: blocks of which it has nothing, or has lost
// what it promised to keep.
//
//   event                                       becomes
//   a question about such a block, or for a
//   value that was let go                       waits: the rings are asked
//   a catch-up that other members do not settle goes on, and the rings are asked
//   found                                       restored as a catch-up restores it, a value that was let go
//                                               kept again when there is room; who waits is answered
//   absent                                      who waits is told that there is nothing
//   unknown                                     who waits is told so, which counts for nothing
//
// Who knows of no rings answers at once. Source: protocol document, 1.2.5;
// docs/decisions/0020-reading-through-the-rings.md.
#include <algorithm>
#include <utility>

#include "core/transactions/certificate.h"
#include "core/transactions/voter.h"

namespace core {

// The memory of a collected tombstone is not nothing.
bool Voter::Lacks(const BlockId& block) const {
  return repository_.IsDamaged(block) || repository_.TipOf(block).revision == 0;
}

// Of a block that was let go the row is here, and answers everything but for the value.
bool Voter::Seeks(const TxMoment& moment, const BlockGet& get) const {
  if (!moment.asks_rings) return false;
  if (repository_.IsLetGo(get.block)) {
    const bool latest = get.revision == 0 || get.revision >= repository_.TipOf(get.block).revision;
    return get.with_value && latest;
  }
  return Lacks(get.block) && OwnClusterSize(moment, get.block) > 0;
}

void Voter::AskRings(const TxMoment& moment, const Read& read) {
  const bool waits = std::any_of(sought_.begin(), sought_.end(), [&](const Read& other) {
    return other.from == read.from && other.id == read.id && other.get == read.get;
  });
  if (waits) return;
  if (sought_.size() >= kReadsMax) {
    return Reply(moment, read, {.block = read.get.block, .end = FetchEnd::kUnknown, .archive = {}});
  }
  sought_.push_back(read);
  sought_.back().sought = true;
  const BlockId& block = read.get.block;
  const uint64_t known = repository_.IsLetGo(block) ? repository_.TipOf(block).revision : 0;
  wanted_.push_back({.block = block, .to_make = false, .known = known});
}

void Voter::OnFetched(const TxMoment& moment, const SoughtBlock& fetched) {
  if (fetched.end == FetchEnd::kFound && repository_.IsLetGo(fetched.block)) {
    TakeBack(moment, fetched.archive);
  }
  if (fetched.end == FetchEnd::kFound) {
    const ClaimedRevision claim = ClaimOf(fetched.archive);
    const std::optional<ProvenRevision> proven = ProofOf(moment, claim);
    if (proven.has_value()) Adopt(moment, claim, *proven, fetched.archive.value);
  }
  std::vector<Read> answered;
  std::erase_if(sought_, [&](const Read& read) {
    const bool mine = read.get.block == fetched.block;
    if (mine) answered.push_back(read);
    return mine;
  });
  for (const Read& read : answered) {
    if (Lacks(fetched.block) || repository_.IsLetGo(fetched.block)) {
      Reply(moment, read, fetched);
    } else {
      Serve(moment, read);
    }
  }
}

// Nothing: it was let go, and the search did not bring it.
std::optional<Bytes> Voter::ValueFor(const TxMoment& moment, const Read& read,
                                     const Revision& revision, const SoughtBlock& sought) {
  std::optional<Bytes> value = repository_.ContentOf(read.get.block, revision);
  const bool brought =
      sought.archive.revision == revision.number && sought.archive.hash == revision.row.hash;
  if (!value.has_value() && brought) value = sought.archive.value;
  if (!value.has_value()) return std::nullopt;
  repository_.Use(read.get.block);
  if (moment.config().cluster_cache > 0) {
    moment.effects.Observe(ValueServed{.block = read.get.block, .hit = !read.sought});
  }
  return value;
}

}  // namespace core

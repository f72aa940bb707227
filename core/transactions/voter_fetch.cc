// What this member lacks, and the storage rings may have: blocks of which it has nothing, or has lost
// what it promised to keep.
//
//   event                                       becomes
//   a question about such a block               waits: the rings are asked
//   a catch-up that other members do not settle goes on, and the rings are asked
//   found                                       restored as a catch-up restores it; who waits is answered
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

void Voter::AskRings(const TxMoment& moment, const Read& read) {
  const bool waits = std::any_of(sought_.begin(), sought_.end(), [&](const Read& other) {
    return other.from == read.from && other.id == read.id && other.get == read.get;
  });
  if (waits) return;
  if (sought_.size() >= kReadsMax) return Reply(moment, read, FetchEnd::kUnknown);
  sought_.push_back(read);
  wanted_.push_back({.block = read.get.block, .to_make = false});
}

void Voter::OnFetched(const TxMoment& moment, const SoughtBlock& fetched) {
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
    if (!Lacks(fetched.block)) {
      OnBlockGet(moment, read.from, read.id, read.get);
    } else {
      Reply(moment, read, fetched.end);
    }
  }
}

}  // namespace core

// An election's result: counted, checked, certified, and put into one bundle.
#pragma once

#include "core/election/bundle.h"
#include "tests/core/election/small_election.h"

namespace core {

inline ElectionBundle BundleOf(const SmallElection& small) {
  const Election election = small.Replay();
  const DisclosedKey key = election.Disclose().value();
  ElectionBundle bundle{.entries = small.entries,
                        .roll = small.roll,
                        .blocks = small.blocks,
                        .tally = CountAll(election.terms(), key, small.blocks),
                        .report = {}};
  bundle.report =
      Validate(election.terms(), Roll::Of(small.roll).value(), key, small.blocks, bundle.tally);
  ElectionEntry entry = EntryOfCertification(election, ReportHash(small.suite, bundle.report),
                                             small.TimeOf(Phase::kCertification));
  small.Certify(entry);
  bundle.entries.push_back(entry);
  return bundle;
}

}  // namespace core

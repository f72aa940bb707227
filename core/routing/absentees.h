// Absentees: contacts that fell silent and left the table, and since when.
//
// A cut shows itself as many contacts that are silent at once, and the table forgets them within a
// minute. Whoever judges who is near a key must not forget with it: otherwise each side of a cut
// takes its own survivors for the whole network. So a departure is remembered for absence_keep, and
// for cut_keep when, within absence_keep, so large a share of all contacts left that approve_percent of
// them are not there any more. Of two sides at least one sees that, and it never forgets the other.
// Invariants: a peer at most once; at most kMax, and then whoever is farthest from the own id goes,
// because what is decided here lies near it. An empty object owns no heap memory. Owner: Routing.
// Thread rule: one thread at a time.
// Source: protocol document, 1.4.3 (partition suspicion, shrink guard).
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/directory.h"
#include "core/port/config.h"

namespace core {

class Absentees {
 public:
  static constexpr size_t kMax = 128;

  struct Departure {
    PeerId peer;
    Time at;
    size_t stayed = 0;  // Contacts that are still there.
  };

  // Forgets those whose time has passed by then.
  void Add(const Directory& directory, const NodeId& self_id, const TransactionsConfig& config,
           const Departure& departure);
  void Remove(PeerId peer);

  // Who is remembered at the time.
  template <typename Visitor>
  void ForEach(const TransactionsConfig& config, Time now, Visitor&& visit) const {
    for (const Entry& entry : entries_) {
      if (IsKept(config, now, entry)) visit(entry.peer);
    }
  }

  [[nodiscard]] size_t size() const { return entries_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Entry {
    Time since;
    PeerId peer;
    bool cut = false;
  };

  [[nodiscard]] static bool IsKept(const TransactionsConfig& config, Time now, const Entry& entry) {
    const Duration keep =
        entry.cut ? std::max(config.absence_keep, config.cut_keep) : config.absence_keep;
    return entry.since >= now - keep;
  }

  // Whether those who left lately are cut off.
  void Suspect(const TransactionsConfig& config, const Departure& departure);

  std::vector<Entry> entries_;  // In the order of going.
};

}  // namespace core

// Absentees: contacts that fell silent and left the table, and since when.
//
// A cut shows itself as many contacts that are silent at once, and the table forgets them within a
// minute. Whoever judges who is near a key must not forget with it: otherwise each side of a cut
// takes its own survivors for the whole network. Invariants: a peer at most once; at most kMax, and
// then whoever is farthest from the own id goes, because what is decided here lies near it. An
// empty object owns no heap memory. Owner: Routing. Thread rule: one thread at a time.
// Source: protocol document, 1.4.3 (partition suspicion, shrink guard).
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/time.h"
#include "core/codec/directory.h"

namespace core {

class Absentees {
 public:
  static constexpr size_t kMax = 128;

  struct Entry {
    PeerId peer;
    Time since;
  };

  // Entries from before `forgotten` are dropped.
  void Add(const Directory& directory, const NodeId& self_id, const Entry& entry, Time forgotten);
  void Remove(PeerId peer);

  // Who has been away since `forgotten` or later.
  template <typename Visitor>
  void ForEachSince(Time forgotten, Visitor&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.since >= forgotten) visit(entry.peer);
    }
  }

  [[nodiscard]] size_t size() const { return entries_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;

  [[nodiscard]] size_t HeapBytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  std::vector<Entry> entries_;  // In the order of going.
};

}  // namespace core

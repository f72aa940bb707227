// Absentees: contacts that fell silent and left the table, and since when.
//
// A cut shows itself as many contacts that are silent at once, and the table forgets them within a
// minute. Whoever judges who is near a key must not forget with it: otherwise each side of a cut
// takes its own survivors for the whole network. So a departure is remembered for absence_keep, and
// for cut_keep when, within absence_keep, so large a share of all contacts left that approve_percent of
// them are not there any more. Of two sides at least one sees that, and it never forgets the other.
// A restart is no reason to forget either: whom an earlier life knew is recalled as absent until it is
// heard, and as cut off while no more than that share of them was. Ids, not handles: a handle does not
// outlive the process, and whoever is away may have none here.
// Invariants: a peer at most once; at most kMax, and then whoever is farthest from the own id goes,
// because what is decided here lies near it. An empty object owns no heap memory. Owner: Routing.
// Thread rule: one thread at a time.
// Source: protocol document, 1.4.3 (partition suspicion, shrink guard).
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/directory.h"
#include "core/port/config.h"
#include "core/port/neighbour.h"

namespace core {

class Absentees {
 public:
  static constexpr size_t kMax = kAcquaintancesMax;

  struct Departure {
    NodeId id;
    Time at;
    size_t stayed = 0;  // Contacts that are still there.
  };

  // Forgets those whose time has passed by then.
  void Add(const NodeId& self_id, const TransactionsConfig& config, const Departure& departure);
  // Whom an earlier life knew and who is not a contact yet; `stayed` are contacts already. Once, before
  // anybody leaves.
  void Recall(const NodeId& self_id, const TransactionsConfig& config, Time now,
              std::span<const Acquaintance> known, size_t stayed);
  // It was heard.
  void Remove(const TransactionsConfig& config, const NodeId& id);

  // Who is remembered at the time: visit(const Acquaintance&).
  template <typename Visitor>
  void ForEach(const TransactionsConfig& config, Time now, Visitor&& visit) const {
    for (const Entry& entry : entries_) {
      if (IsKept(config, now, entry.what)) visit(entry.what);
    }
  }

  // From an earlier life, and not heard in this one: visit(const NodeId&).
  template <typename Visitor>
  void ForEachRecalled(Visitor&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.recalled) visit(entry.what.id);
    }
  }

  [[nodiscard]] size_t size() const { return entries_.size(); }

  // Those who have a handle.
  void CollectPeers(const Directory& directory, PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Entry {
    Acquaintance what;
    bool recalled = false;  // From an earlier life, and not heard in this one.
    bool expected = false;  // It was there then.
  };

  [[nodiscard]] static bool IsKept(const TransactionsConfig& config, Time now,
                                   const Acquaintance& what) {
    const Duration keep =
        what.cut ? std::max(config.absence_keep, config.cut_keep) : config.absence_keep;
    return Time{what.since_us} >= now - keep;
  }

  // Whether those who are left of so many cannot fill quorums.
  [[nodiscard]] static bool IsCut(const TransactionsConfig& config, size_t left, size_t all) {
    return left * 100 <= all * static_cast<size_t>(config.approve_percent);
  }

  // Whether those who left lately are cut off.
  void Suspect(const TransactionsConfig& config, const Departure& departure);
  void MakeRoom(const NodeId& self_id);

  std::vector<Entry> entries_;  // In the order of going.
  size_t expected_ = 0;         // How many were there when the earlier life ended.
  size_t missing_ = 0;          // How many of them are still silent.
};

}  // namespace core

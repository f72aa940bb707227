#include "core/routing/absentees.h"

#include <algorithm>

namespace core {

void Absentees::Add(const Directory& directory, const NodeId& self_id,
                    const TransactionsConfig& config, const Departure& departure) {
  std::erase_if(entries_, [&](const Entry& old) {
    return old.peer == departure.peer || !IsKept(config, departure.at, old);
  });
  entries_.push_back({.since = departure.at, .peer = departure.peer});
  Suspect(config, departure);
  if (entries_.size() <= kMax) return;
  const auto farther = [&](const Entry& a, const Entry& b) {
    return Nearer(self_id, directory.NodeIdOf(b.peer), directory.NodeIdOf(a.peer));
  };
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), farther));
}

void Absentees::Suspect(const TransactionsConfig& config, const Departure& departure) {
  const auto is_recent = [&](const Entry& entry) {
    return entry.since >= departure.at - config.absence_keep;
  };
  const auto left = static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), is_recent));
  const auto needed = static_cast<size_t>(config.approve_percent);
  if (departure.stayed * 100 > (departure.stayed + left) * needed) return;
  for (Entry& entry : entries_) entry.cut = entry.cut || is_recent(entry);
}

void Absentees::Remove(PeerId peer) {
  std::erase_if(entries_, [peer](const Entry& entry) { return entry.peer == peer; });
}

void Absentees::CollectPeers(PeerSet& peers) const {
  for (const Entry& entry : entries_) peers.Add(entry.peer);
}

template <typename State>
void Absentees::Tell(State& state) const {
  state.Hash(entries_.size());
  for (const Entry& entry : entries_) {
    state.Part("absentee", [&] {
      state.Add("peer", entry.peer);
      state.Add("since", entry.since);
      state.Add("cut", entry.cut);
    });
  }
}

void Absentees::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void Absentees::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core

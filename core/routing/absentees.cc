#include "core/routing/absentees.h"

#include <algorithm>

namespace core {

void Absentees::Add(const NodeId& self_id, const TransactionsConfig& config,
                    const Departure& departure) {
  std::erase_if(entries_, [&](const Entry& old) {
    return old.what.id == departure.id || !IsKept(config, departure.at, old.what);
  });
  entries_.push_back(
      {.what = {.id = departure.id, .since_us = departure.at.us, .away = true, .cut = false}});
  Suspect(config, departure);
  MakeRoom(self_id);
}

void Absentees::Suspect(const TransactionsConfig& config, const Departure& departure) {
  const auto is_recent = [&](const Entry& entry) {
    return Time{entry.what.since_us} >= departure.at - config.absence_keep;
  };
  const auto left = static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), is_recent));
  if (!IsCut(config, departure.stayed, departure.stayed + left)) return;
  for (Entry& entry : entries_) entry.what.cut = entry.what.cut || is_recent(entry);
}

void Absentees::MakeRoom(const NodeId& self_id) {
  while (entries_.size() > kMax) {
    const auto farther = [&](const Entry& a, const Entry& b) {
      return Nearer(self_id, b.what.id, a.what.id);
    };
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), farther));
  }
}

void Absentees::Recall(const NodeId& self_id, const TransactionsConfig& config, Time now,
                       std::span<const Acquaintance> known, size_t stayed) {
  for (const Acquaintance& who : known) {
    Entry entry{.what = who, .recalled = true, .expected = !who.away};
    entry.what.away = true;
    if (entry.expected) {
      entry.what.since_us = now.us;
      ++missing_;
    }
    if (IsKept(config, now, entry.what)) entries_.push_back(entry);
  }
  expected_ = stayed + missing_;
  const bool cut = IsCut(config, stayed, expected_);
  for (Entry& entry : entries_) entry.what.cut = entry.what.cut || (entry.expected && cut);
  MakeRoom(self_id);
}

void Absentees::Remove(const TransactionsConfig& config, const NodeId& id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.what.id == id; });
  if (found == entries_.end()) return;
  const bool expected = found->expected;
  entries_.erase(found);
  if (!expected) return;
  --missing_;
  if (IsCut(config, expected_ - missing_, expected_)) return;
  // Most have answered: whoever has not left alone while this peer was down.
  for (Entry& entry : entries_) entry.what.cut = entry.what.cut && !entry.expected;
}

void Absentees::CollectPeers(const Directory& directory, PeerSet& peers) const {
  for (const Entry& entry : entries_) peers.Add(directory.FindByNodeId(entry.what.id));
}

template <typename State>
void Absentees::Tell(State& state) const {
  state.Hash(entries_.size());
  for (const Entry& entry : entries_) {
    state.Part("absentee", [&] {
      state.Add("id", entry.what.id);
      state.Add("since", Time{entry.what.since_us});
      state.Add("cut", entry.what.cut);
      state.Add("recalled", entry.recalled);
      state.Add("expected", entry.expected);
    });
  }
  state.Add("expected", expected_);
  state.Add("still missing", missing_);
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

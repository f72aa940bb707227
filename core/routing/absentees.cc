#include "core/routing/absentees.h"

#include <algorithm>

namespace core {

void Absentees::Add(const Directory& directory, const NodeId& self_id, const Entry& entry,
                    Time forgotten) {
  std::erase_if(entries_,
                [&](const Entry& old) { return old.peer == entry.peer || old.since < forgotten; });
  entries_.push_back(entry);
  if (entries_.size() <= kMax) return;
  const auto farther = [&](const Entry& a, const Entry& b) {
    return Nearer(self_id, directory.NodeIdOf(b.peer), directory.NodeIdOf(a.peer));
  };
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), farther));
}

void Absentees::Remove(PeerId peer) {
  std::erase_if(entries_, [peer](const Entry& entry) { return entry.peer == peer; });
}

void Absentees::CollectPeers(PeerSet& peers) const {
  for (const Entry& entry : entries_) peers.Add(entry.peer);
}

void Absentees::Digest(Hasher& hasher) const {
  hasher.Add(entries_.size());
  for (const Entry& entry : entries_) {
    hasher.Add(entry.peer);
    hasher.Add(entry.since.us);
  }
}

}  // namespace core

#include "sim/network/nat.h"

#include <algorithm>

namespace sim {
namespace {

// A symmetric NAT and anything as strict or stricter: neither can guess the other's port.
bool CannotPunch(Reachability a, Reachability b) {
  const auto strict = [](Reachability r) {
    return r == Reachability::kSymmetric || r == Reachability::kRestricted;
  };
  return strict(a) && strict(b) && (a == Reachability::kSymmetric || b == Reachability::kSymmetric);
}

}  // namespace

std::vector<NatTable::Mapping>::const_iterator NatTable::Position(core::PeerId peer) const {
  return std::lower_bound(mappings_.begin(), mappings_.end(), peer.value,
                          [](const Mapping& m, uint32_t value) { return m.peer < value; });
}

void NatTable::Sent(WorldTime now, core::PeerId to, Duration lifetime) {
  last_ = now;
  auto at = mappings_.begin() + (Position(to) - mappings_.cbegin());
  if (at != mappings_.end() && at->peer == to.value) {
    at->Set(now);
    return;
  }
  if (mappings_.size() == mappings_.capacity()) {
    std::erase_if(mappings_, [&](const Mapping& m) { return now - m.Sent() > lifetime; });
    at = mappings_.begin() + (Position(to) - mappings_.cbegin());
  }
  at = mappings_.insert(at, Mapping{to.value, 0, 0});
  at->Set(now);
}

bool NatTable::SentTo(core::PeerId to, WorldTime now, Duration lifetime) const {
  const auto at = Position(to);
  return at != mappings_.end() && at->peer == to.value && now - at->Sent() <= lifetime;
}

bool NatTable::SentAnything(WorldTime now, Duration lifetime) const {
  return now - last_ <= lifetime;
}

bool KeepsMappings(Reachability reachability) {
  return reachability != Reachability::kPublic && reachability != Reachability::kRelayOnly;
}

Duration LifetimeOf(Reachability reachability) {
  return reachability == Reachability::kOneWay ? kOneWayAnswerTime : kMappingLifetime;
}

bool Admits(Reachability sender, core::PeerId from, Reachability receiver, const NatTable* table,
            WorldTime now) {
  if (!KeepsMappings(receiver)) return true;
  if (table == nullptr || CannotPunch(sender, receiver)) return false;
  const Duration lifetime = LifetimeOf(receiver);
  if (receiver == Reachability::kFullCone) return table->SentAnything(now, lifetime);
  return table->SentTo(from, now, lifetime);
}

}  // namespace sim

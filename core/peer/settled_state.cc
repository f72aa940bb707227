#include "core/peer/settled_state.h"

namespace core {

Fingerprint SettledState::Digest() const {
  Hasher hasher;
  hasher.Add(joined);
  hasher.Add(contacts.size());
  for (const NodeId& contact : contacts) hasher.Add(contact);
  hasher.Add(topics.size());
  for (const OpenTopic& open : topics) {
    hasher.Add(open.topic);
    hasher.Add(open.role);
    hasher.Add(open.specificity);
    hasher.Add(open.tasks);
    hasher.Add(open.partners.size());
    for (const NodeId& partner : open.partners) hasher.Add(partner);
  }
  hasher.Add(holdings.size());
  for (const Holding& holding : holdings) {
    hasher.Add(holding.key);
    hasher.Add(holding.topic);
    hasher.Add(holding.owner);
    hasher.Add(holding.role);
    hasher.Add(holding.specificity);
  }
  hasher.Add(blocks.size());
  for (const HeldBlock& held : blocks) {
    hasher.Add(held.block);
    hasher.Add(held.revision);
    hasher.Add(held.hash);
    hasher.Add(held.deleted);
  }
  hasher.Add(pends);
  hasher.Add(place.has_value());
  if (place.has_value()) {
    hasher.Add(place->status);
    hasher.Add(place->ring);
    hasher.Add(place->from);
  }
  hasher.Add(archives.size());
  for (const KeyedRevision& archive : archives) {
    hasher.Add(archive.key);
    hasher.Add(archive.revision);
  }
  return hasher.Result();
}

}  // namespace core

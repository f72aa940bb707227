// PeerSlot: one peer's place in the world, whether its process runs or not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/port/participant.h"
#include "sim/engine/event.h"
#include "sim/network/link.h"
#include "sim/world/block_user.h"
#include "sim/world/collection_user.h"
#include "sim/world/role.h"
#include "sim/world/simulated_storage.h"

namespace sim {

// What only some peers have; allocated on use, so that an idle peer pays one pointer.
struct PeerExtras {
  std::vector<std::unique_ptr<Role>> roles;
  std::vector<core::PeerId>
      saved_contacts;  // What the disk remembers of the last incarnation's routing table.
  std::unique_ptr<SimulatedStorage> storage;  // From the first batch on, or trouble with the disk.
  std::vector<uint32_t> crash_points;         // Faults "crash_at_store" that have begun.
  bool unreadable = false;                    // Stays down because of its disk.
  std::unique_ptr<BlockUser> user;            // From the first operation on blocks on.
  std::unique_ptr<CollectionUser> collections;  // From the first operation on a collection on.
  WorldTime paused_until;
  std::optional<uint32_t> paused_by;  // The fault that ends the pause; empty: it runs.
  WorldTime busy_until;               // CPU model: when the messages taken so far are done.
  WorldTime slow_until;
  core::Duration slow_by;  // Per message, until slow_until.
};

struct PeerSlot {
  std::unique_ptr<core::Participant> process;  // Null: down.
  std::unique_ptr<PeerExtras> extras;
  LinkState link;
  uint32_t incarnation = 0;  // Of the next start.
  uint16_t group = 0;
  bool refuses = false;  // While down: its machine answers that nobody listens.

  PeerExtras& Extras() {
    if (extras == nullptr) extras = std::make_unique<PeerExtras>();
    return *extras;
  }
};

}  // namespace sim

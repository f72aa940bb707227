// UserFact: what the user at a peer did with a collection and was told of it. The user is no part of
// the peer: what it asked for is what really was asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "core/base/ids.h"
#include "core/collections/collection.h"
#include "sim/engine/event.h"

namespace sim {

struct ActionBegun {
  core::BlockId collection;  // Its header.
  core::CollectionKind kind = core::CollectionKind::kDiary;
  core::ActionId action;
};

struct ActionEnded {
  core::BlockId collection;
  core::ActionReport report;
};

// Neither done nor refused: what is pending stays so.
struct SyncFailed {
  core::BlockId collection;
  core::SyncEnd end = core::SyncEnd::kGaveUp;
};

// The transaction that the call of this number asks for; before the facts of the call.
struct ChangesAsked {
  core::BlockId collection;
  core::CollectionKind kind = core::CollectionKind::kDiary;
  uint64_t request = 0;
  std::shared_ptr<const core::ChangeSet> changes;
};

using UserDeed = std::variant<ActionBegun, ActionEnded, SyncFailed, ChangesAsked>;

struct UserFact {
  WorldTime at;
  core::PeerId peer;
  UserDeed what;
};

}  // namespace sim

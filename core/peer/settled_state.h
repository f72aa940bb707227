// SettledState: what a peer knows and takes part in, without times, handles, sequences and random draws. Two peers that
// lived through the same in different places, in the simulator and on a real machine, agree in it once nothing is under
// way; while something is, it changes.
//
// It is for comparison alone: equal settled states say less than equal digests (Peer::Digest), after which the futures are
// equal too. What fades by itself is left out: the standing of others, rates, tasks that are over but remembered.
// Invariant: every list is ascending. Source: issue 3, point 8; docs/conformance.md.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/arachnode/place.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/codec/messages.h"
#include "core/matchmaking/holding.h"

namespace core {

// A participation that has not ended.
struct OpenTopic {
  Key256 topic;
  Role role = Role::kWorker;
  uint8_t specificity = 0;
  uint16_t tasks = 0;            // Of a worker: those that run.
  std::vector<NodeId> partners;  // Of a matcher, so far.

  friend bool operator==(const OpenTopic&, const OpenTopic&) = default;
};

// A block of which this peer keeps the latest revision.
struct HeldBlock {
  BlockId block;
  uint64_t revision = 0;
  Key256 hash;
  bool deleted = false;

  friend bool operator==(const HeldBlock&, const HeldBlock&) = default;
};

struct SettledState {
  bool joined = false;
  std::vector<NodeId> contacts;
  std::vector<OpenTopic> topics;
  std::vector<Holding> holdings;
  std::vector<HeldBlock> blocks;
  uint32_t pends = 0;                   // Blocks that wait for a transaction on several.
  std::optional<Place> place;           // In the storage rings.
  std::vector<KeyedRevision> archives;  // That it holds there.

  friend bool operator==(const SettledState&, const SettledState&) = default;

  [[nodiscard]] Fingerprint Digest() const;
};

}  // namespace core

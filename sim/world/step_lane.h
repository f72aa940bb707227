// StepLane: what one thread of a running world keeps to itself, so that steps share nothing
// (architecture.md, section 4, rule 1). Which lane runs a peer is not deterministic: nothing here
// may reach a peer.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/wire.h"
#include "core/port/effects.h"
#include "sim/observe/observer.h"
#include "sim/observe/traffic.h"
#include "sim/observe/user_fact.h"
#include "sim/world/frame_pool.h"

namespace sim {

// A tapped message with its own copy of the content.
struct TappedMessage {
  MessageFact fact;
  uint32_t index = 0;    // Order within the peer's step.
  core::PeerId witness;  // In whose step it was seen.
  core::Message content;
  std::vector<uint8_t> frame;  // Only when an observer wants it.
};

struct StepLane {
  StepLane(const core::Key256& network, core::Directory& directory, FramePool& pool)
      : wire(network, directory), frames(pool) {}

  core::Wire wire;
  FramePool::Lane frames;
  core::Effects effects;
  core::Message message;  // The arrival being handled; recycled.
  std::vector<uint8_t> encoded;
  std::vector<core::PeerId> contacts;
  std::vector<core::StoredRow> rows;
  std::vector<Fact> facts;            // Of the open window.
  std::vector<core::Bytes> contents;  // What its facts point to, like the records.
  std::deque<core::Record> records;
  std::vector<WorldFact> world_facts;
  std::vector<UserFact> user_facts;
  std::vector<TappedMessage> tapped;  // Of the open window, when an observer wants messages.
  TrafficCounters traffic;            // Since the last window.
};

}  // namespace sim

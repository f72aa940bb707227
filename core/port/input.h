// What can happen to a peer. The host delivers inputs one at a time; each is one Step.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "core/base/ids.h"
#include "core/codec/messages.h"
#include "core/port/command.h"
#include "core/port/host.h"

namespace core {

// First input of every incarnation. Seeds are contacts to join through; empty for the first peer of
// a network. Rows are everything that the tables of the core hold, ascending; both are valid during the
// step. The core keeps what it needs: it never reads storage again.
struct Start {
  std::span<const PeerId> seeds;
  bool client = false;  // Nobody can dial this peer: it holds nothing for others and says so.
  std::span<const StoredRow> rows = {};
};

// The deadline that the peer announced has come (or passed).
struct Wake {};

// A message, decoded and validated; valid during the step.
struct Arrival {
  PeerId from;
  const Message* message = nullptr;
};

// Why the codec refused a frame. An unknown type is another version's business and costs its sender
// nothing.
enum class GarbledReason : uint8_t {
  kMalformed = 1,
  kTooLarge = 2,
  kUnknownType = 3,
  kWrongNetwork = 4,
  kWrongVersion = 5
};

struct Garbled {
  PeerId from;
  GarbledReason reason = GarbledReason::kMalformed;
};

// A connection came up or went down (a failed dial is "down").
struct Link {
  PeerId peer;
  bool up = false;
};

// Stored (core/port/host.h) completes a batch: once per request, in their order, in a step of its own.
// Batches of an earlier incarnation are not completed in this one.
using Input = std::variant<Start, Wake, Arrival, Garbled, Link, Command, Stored>;

}  // namespace core

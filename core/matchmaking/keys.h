// Rendezvous keys: where the participants of a topic meet.
//
// RK(c) takes the top c bits from the participant's own id and the rest from the topic hash, bit
// positions kept, so that RK(c-1) of two sibling prefixes equals one of their RK(c). At c = 0 there
// is one key for the whole network, or, with config.roots = 3, three keys salted with the epoch,
// which an attacker cannot settle next to in advance. Just after an epoch began the previous
// epoch's keys are used too, so that peers whose clocks differ still meet.
// Source: protocol document, 1.1.3 and 1.1.10.
#pragma once

#include <cstdint>

#include "core/base/fixed_list.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/command.h"
#include "core/port/context.h"

namespace core {

inline constexpr int kRootsMax = 3;
using LevelKeys = FixedList<Key256, size_t{2} * kRootsMax>;

[[nodiscard]] Key256 HashTopic(const Context& context, const Topic& topic);

// REQUIRES: 0 <= specificity <= 256.
[[nodiscard]] Key256 RendezvousKey(const NodeId& own, const Key256& topic, int specificity);

[[nodiscard]] Key256 RootKey(const Suite& suite, const Key256& topic, int64_t epoch, int root);

// The epoch at an instant, rounded towards the past.
[[nodiscard]] int64_t EpochAt(Time now, Duration epoch);

// Every key that a participant uses at this specificity and instant.
[[nodiscard]] LevelKeys KeysAt(const Context& context, Time now, const NodeId& own,
                               const Key256& topic, int specificity);

// Whether a record belongs at a key: its owner derives that key from the topic and specificity that
// it signed. For salted roots the neighbouring epochs count as well (clocks differ).
[[nodiscard]] bool BelongsAt(const Context& context, Time now, const Record& record,
                             const Key256& key);

}  // namespace core

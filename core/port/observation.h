// Typed facts that a peer reports. Metrics, checkers and traces are somebody else's classes
// (architecture.md, section 4).
//
// Observations never influence the run. They are plain data, small, and name what happened, not
// what to count.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/port/input.h"

namespace core {

// ---- routing ----

struct Joined {  // Bootstrap is over: the table holds what a self-lookup found.
  uint32_t contacts = 0;
};

struct LookupDone {
  Key256 target;
  FixedList<PeerId, limits::kNodesMax> nearest;  // Nearest first.
  uint32_t hops = 0;                             // Longest chain of answers that led to the result.
  uint32_t requests = 0;
  uint32_t timeouts = 0;
  Duration took;
};

struct ContactAdded {
  PeerId peer;
};

struct ContactEvicted {
  PeerId peer;
};

// ---- matchmaking: participant ----

struct MatchStarted {
  Key256 topic;
  Role seek = Role::kWorker;
  uint16_t want = 0;
  Duration patience;
};

struct Published {  // Sent to the holders of the key; one observation for all of them.
  Key256 topic;
  Key256 key;
  Role role = Role::kWorker;
  uint8_t specificity = 0;
  uint64_t sequence = 0;
};

// What moved the specificity; checker MM-6 compares it with what holders said.
enum class RespecifyCause : uint8_t { kThin = 1, kCrowd = 2, kStart = 3 };

struct Respecified {
  Key256 topic;
  Role role = Role::kWorker;
  uint8_t from = 0;
  uint8_t to = 0;
  RespecifyCause cause = RespecifyCause::kThin;
};

struct Seen {  // A record passed every test of the seeker and is now a candidate.
  Key256 topic;
  Record record;
  Time received;
};

struct RecordRefused {  // A record failed a test; the holder that served it may be lying.
  PeerId holder;
  PeerId owner;
  enum class Reason : uint8_t {
    kSignature = 1,
    kFilter = 2,
    kExpired = 3,
    kTopic = 4,
    kSelf = 5
  } reason = Reason::kSignature;
  uint64_t sequence = 0;  // The record's; checker MM-3 dates it by the owner's publication.
};

struct Offered {
  TaskId task;
  PeerId worker;
};

struct Matched {  // The partner accepted.
  Key256 topic;
  TaskId task;
  PeerId partner;
};

enum class MatchEnd : uint8_t { kSatisfied = 1, kPatience = 2, kLeft = 3 };

struct MatchFinished {
  Key256 topic;
  MatchEnd end = MatchEnd::kSatisfied;
  uint16_t wanted = 0;
  uint16_t partners = 0;
  uint32_t requests = 0;  // RPCs spent, lookups included (MM-7).
  uint32_t levels = 0;    // Specificities tried.
  Duration took;
};

// ---- matchmaking: worker ----

struct TaskAccepted {
  TaskId task;
  PeerId matcher;
  uint16_t budget_left = 0;
  uint16_t budget = 0;
};

struct TaskDeclined {
  TaskId task;
  PeerId matcher;
  DeclineReason reason = DeclineReason::kBusy;
};

struct TaskFinished {
  TaskId task;
};

// ---- matchmaking: holder ----

struct Held {  // A record was taken or renewed.
  Key256 key;
  Key256 topic;
  PeerId owner;
  Role role = Role::kWorker;
  uint8_t specificity = 0;
  uint64_t sequence = 0;
  uint32_t count = 0;  // Worker records now held for the key.
};

struct Answered {  // A holder's traffic statement as it was meant, before the network.
  Key256 key;
  PeerId to;
  Traffic traffic;
  bool crowded = false;
  bool truncated = false;
  uint16_t records = 0;
};

struct Refused {  // Rate limit or capacity.
  PeerId from;
  uint32_t retry_after_ms = 0;
};

// ---- any ----

struct BadFrame {
  PeerId from;
  GarbledReason reason = GarbledReason::kMalformed;
};

// A peer's standing with this one fell below a threshold (protocol document, 1.0, reputation).
struct StandingFell {
  PeerId peer;
  uint32_t score = 0;
  bool banned = false;
};

using Observation =
    std::variant<Joined, LookupDone, ContactAdded, ContactEvicted, MatchStarted, Published,
                 Respecified, Seen, RecordRefused, Offered, Matched, MatchFinished, TaskAccepted,
                 TaskDeclined, TaskFinished, Held, Answered, Refused, BadFrame, StandingFell>;

}  // namespace core

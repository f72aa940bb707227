// Questions: what this peer has asked others and waits for, whichever flow asked.
//
// Invariants: (1) an answer counts once, from the peer that was asked, while it is waited for; (2) every
// question ends, answered or silent. Ids are drawn, so nobody else can answer in time by guessing.
// Owner: Arachnode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/arachnode/ring_moment.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"

namespace core {

// Who waits for the answer.
enum class Asker : uint8_t {
  kGossip,
  kJoin,
  kSampler,
  kPull,
  kFetch,
  kHandoff,
  kSpreading,
  kRepair,
  kRepairFetch,
  kChallenge,
  kSearch
};

struct Question {
  uint64_t id = 0;
  PeerId peer;
  Asker asker = Asker::kGossip;
  uint32_t number = 0;  // The asker's own.
  Time until;
};

class Questions {
 public:
  // Sends the body under a fresh id.
  void Ask(const RingMoment& moment, PeerId peer, Asker asker, uint32_t number, Body body);

  // The question that this answers, which is over then.
  [[nodiscard]] std::optional<Question> Answered(PeerId from, uint64_t id);
  // The next one whose time is over.
  [[nodiscard]] std::optional<Question> TakeSilent(Time now);
  // Nobody waits for these any more.
  void Drop(Asker asker);

  [[nodiscard]] size_t CountOf(Asker asker) const;
  [[nodiscard]] size_t CountTo(PeerId peer, Asker asker) const;
  [[nodiscard]] Time NextDeadline() const;

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return open_.capacity() * sizeof(Question); }

 private:
  template <typename State>
  void Tell(State& state) const;

  std::vector<Question> open_;  // In the order of asking, which is that of their ends.
};

}  // namespace core

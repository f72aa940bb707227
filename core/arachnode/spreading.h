// Spreading: how what a cluster has committed gets into the rings.
//
//   phase      | waits for                                       | then
//   waiting    | rank x spread_wait: rank 0 is the member nearest | rank 0: offering; others: checking; no
//              | to the key                                       | holder is known: waiting, with a longer wait
//   checking   | whether the innermost and the outermost have it  | offering to who lacks it; nobody: gone
//   offering   | the acks of the innermost and the outermost      | who took it: proving; nobody did: waiting,
//              | holder                                           | with a longer wait, so that no write is lost
//   proving    | those who took it to show it (holding.h)         | gone; nobody could: as when nobody took it
//
// So one member pushes, and the next ones only when it did not. What a holder does with it is arachnode.h.
// A revision that comes while another one of its block is under way takes its place. A member learns of
// holders by their gossip; where nobody lends, nothing is ever asked. Memory: an entry a block on its way, at most kOpenMax: the oldest is dropped for a new one, and repair
// (range_pull.h) has it then. Source: protocol document, 1.2.4.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/arachnode/holding.h"
#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"

namespace core {

class Spreading {
 public:
  static constexpr size_t kOpenMax = 1024;

  enum class Phase : uint8_t { kWaiting, kChecking, kOffering, kProving };

  // What it asks others through.
  struct Ways {
    const RingBook& book;
    Questions& questions;
    Challenges& challenges;
  };

  // What a member has of a block; empty: nothing (any more).
  using Source = std::function<Archive(const BlockId&)>;

  // The member of this rank (0: the nearest) has made the revision durable.
  void Add(const RingMoment& moment, const BlockId& block, const KeyedRevision& made,
           uint32_t rank);

  // Its way is not over.
  [[nodiscard]] bool IsOpen(const BlockId& block) const;

  void Advance(const RingMoment& moment, const Ways& ways, const Source& source);
  void OnConfirm(const Question& question, const Confirm& confirm);
  void OnAck(const Question& question, StoreVerdict verdict);
  // Of a challenge that this began, or of others.
  void OnChallenged(const Challenges::End& end);
  void OnSilence(const Question& question);

  [[nodiscard]] Time NextDeadline() const;

  [[nodiscard]] size_t size() const { return open_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return open_.capacity() * sizeof(Push); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Push {
    uint32_t number = 0;  // Of its questions.
    BlockId block;
    KeyedRevision made;
    Phase phase = Phase::kWaiting;
    uint32_t rank = 0;
    uint32_t rounds = 0;
    Time at;                                 // kWaiting: until then.
    uint16_t waits = 0;                      // For answers.
    bool held = false;                       // Somebody has shown it.
    PeerId targets[2] = {kNoPeer, kNoPeer};  // Who may lack it.
    PeerId takers[2] = {kNoPeer, kNoPeer};   // Who says that it has stored it.
  };

  [[nodiscard]] Push* Find(uint32_t number);
  void Target(const RingMoment& moment, const Ways& ways, Push& push);
  void Offer(const RingMoment& moment, const Ways& ways, Push& push, const Source& source);
  void Prove(const RingMoment& moment, const Ways& ways, Push& push, const Source& source);
  // Over, or to be tried again.
  void End(const RingMoment& moment, Push& push);

  std::vector<Push> open_;
  uint32_t last_ = 0;
};

}  // namespace core

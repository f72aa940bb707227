// Matchmaking: everything of this folder behind one face. Knows which participation an event
// belongs to; decides nothing else.
//
//   Provide, Withdraw, Find            -> rendezvous (this peer as holder)
//   ProvideAck, Found, Push            -> the participation that asked, by key, sender and id; gatherings
//                                         are participations too
//   Offer                              -> the participation in its topic; nobody: Decline, gone
//   Accept, Decline                    -> the matcher with that open offer; an Accept that nobody
//                                         waits for is answered with Done, so the worker is free
//   Done                               -> the worker (or matcher) with that task
//
// A peer takes part in a topic in one role at a time: a new command on a topic ends the earlier
// participation first. Gatherings are made by the core, not by commands; their topics are hashed apart from
// those of commands. An idle object owns no heap memory. Source: protocol document, 1.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/gathering.h"
#include "core/matchmaking/matcher.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/rendezvous.h"
#include "core/matchmaking/worker.h"
#include "core/port/command.h"

namespace core {

// What a finished lookup says.
struct Located {
  uint64_t token = 0;
  std::span<const PeerId> nearest;  // Nearest first; may contain this peer.
  uint32_t requests = 0;
};

class Matchmaking {
 public:
  void OnMatch(const Moment& moment, const MatchCommand& command);
  void OnWork(const Moment& moment, const WorkCommand& command);
  void OnLeave(const Moment& moment, const LeaveCommand& command);

  // Stands at the topic until Disperse; standing there already, nothing changes.
  void Gather(const Moment& moment, const Key256& topic);
  void Disperse(const Moment& moment, const Key256& topic);
  // Where this peer stands; null: it does not. Valid until the next Gather or Disperse.
  [[nodiscard]] Gathering* GatheringAt(const Key256& topic);

  // Bodies of other folders are ignored.
  void OnArrival(const Moment& moment, PeerId from, const Message& message);
  void OnLookup(const Moment& moment, const Located& located);
  void OnLinkDown(const Moment& moment, PeerId peer);
  void OnDeadline(const Moment& moment);

  // Lookups of this folder carry tokens with the top bit set.
  [[nodiscard]] static bool OwnsToken(uint64_t token) { return token >> 63 != 0; }

  [[nodiscard]] Rendezvous& rendezvous() { return rendezvous_; }

  [[nodiscard]] const Rendezvous& rendezvous() const { return rendezvous_; }

  [[nodiscard]] const std::vector<std::unique_ptr<Matcher>>& matchers() const { return matchers_; }

  [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

  [[nodiscard]] const std::vector<std::unique_ptr<Gathering>>& gatherings() const {
    return gatherings_;
  }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void LeaveTopic(const Moment& moment, const Key256& topic);
  void OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer);
  // Frees the participations that are over.
  void Reap();

  Rendezvous rendezvous_;
  std::vector<std::unique_ptr<Matcher>> matchers_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Gathering>> gatherings_;
};

}  // namespace core

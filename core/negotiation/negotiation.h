// Negotiation: everything of this folder behind one face: a case for each vote. Knows which vote an event belongs to; what is
// nobody's is answered so that nobody waits for it; decides nothing else.
//
// A peer votes once in an election: a second command for the same template is refused, also when the first vote has ended.
// An idle object owns no heap memory. Source: protocol document, 1.6; docs/decisions/0022-negotiation-as-built.md.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/negotiation/negotiation_moment.h"
#include "core/negotiation/vote_case.h"
#include "core/port/command.h"

namespace core {

class Negotiation {
 public:
  void OnCommand(const NegotiationMoment& moment, const VoteCommand& command);
  void OnCommand(const NegotiationMoment& moment, const ReservedCommand& command);

  // Bodies of other folders are ignored.
  void OnArrival(const NegotiationMoment& moment, PeerId from, const Message& message);
  // Somebody may have come to a topic. Call at the end of every step.
  void OnNewcomers(const NegotiationMoment& moment);
  void OnLinkDown(const NegotiationMoment& moment, PeerId peer);
  void OnDeadline(const NegotiationMoment& moment);

  // What a message that is no vote's business is answered with, so that nobody waits in vain.
  static void Decline(const NegotiationMoment& moment, PeerId from, const Message& message);

  [[nodiscard]] const std::vector<std::unique_ptr<VoteCase>>& cases() const { return cases_; }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Reap();

  std::vector<std::unique_ptr<VoteCase>> cases_;
  std::vector<Key256> templates_;  // Of every vote, ended ones too.
};

}  // namespace core

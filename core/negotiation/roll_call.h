// RollCall: who of some peers has yet to answer one message.
//
//   event                     | then
//   Begin                     | open: a fresh id, everybody is missing
//   a third of the time over, | those who are missing are to be asked again (TakeRepeat), so that one lost
//   and another third         | message costs no pool
//   an answer under the id    | one less is missing
//   the time is over          | over: those who are missing were silent
//   End                       | closed
//
// The owner sends and decides; ids are drawn, so nobody answers a call that it has not seen. Owner: a flow of
// pools. Source: protocol document, 1.6.4; docs/decisions/0022-negotiation-as-built.md, 11.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/matchmaking/moment.h"

namespace core {

class RollCall {
 public:
  // REQUIRES: nobody twice, this peer not among them.
  void Begin(const Moment& moment, std::vector<PeerId> whom, Duration wait);
  void End();

  // Whether the peer was missing until now.
  bool OnAnswer(PeerId from, uint64_t id);
  bool TakeRepeat(Time now);

  [[nodiscard]] bool IsMissing(PeerId peer, uint64_t id) const;

  [[nodiscard]] bool open() const { return until_ != Time::Never(); }

  [[nodiscard]] bool complete() const { return open() && missing_.empty(); }

  [[nodiscard]] bool over(Time now) const { return open() && until_ <= now; }

  [[nodiscard]] uint64_t id() const { return id_; }

  [[nodiscard]] const std::vector<PeerId>& missing() const { return missing_; }

  [[nodiscard]] Time NextDeadline() const { return open() ? std::min(repeat_at_, until_) : until_; }

  void CollectPeers(PeerSet& peers) const { peers.AddAll(missing_); }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return missing_.capacity() * sizeof(PeerId); }

 private:
  template <typename State>
  void Tell(State& state) const;

  uint64_t id_ = 0;
  std::vector<PeerId> missing_;
  Duration pause_;
  Time repeat_at_ = Time::Never();
  Time until_ = Time::Never();
};

}  // namespace core

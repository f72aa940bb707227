// Introductions: how a voter that looks for another one comes to know who stands near, and addresses the nearest. Used by who is
// free and by who coordinates a pair; what comes of a greet is their business (pairing.h, seeding.h).
//
//   event                            | then
//   Look, in another stage or after  | stands at the topic of its first token, and at the others that it had joined before; all
//   Leave                            | who stand there are told
//   Look, after Pause                | goes on as before
//   somebody has come to a topic     | `present` to it
//   present_interval                 | `present` again, to at most kPresentTo
//   a present, a greet               | one more encounter, with its one-way delay
//   accumulated, no greet open       | greets the greet_width nearest that do not rest
//   greet_timeout, a refusal         | the peer rests; when no greet is open: the next ones
//   widen_after without anybody, or  | stands also at the topic with one digit less, down to none
//   twice that with nobody who came  |
//   to terms                         |
//   Pause                            | stands on, greets nobody, open greets are void
//   Leave                            | stands nowhere
//
// Accumulated: accumulate after the first Look if accumulate_count were met, accumulate_max after it in any case. A coordinator
// greets free nodes first, and other coordinators only after accumulate_max: to meet one costs a pair (0022, 7).
// Source: seed, "Pair finding"; protocol document, 1.6.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/negotiation/encounters.h"
#include "core/negotiation/negotiation_moment.h"
#include "core/negotiation/own_vote.h"

namespace core {

class Introductions;

// A step in the matter of one vote.
struct VoteMoment : NegotiationMoment {
  OwnVote& vote;
  Introductions& others;
};

struct OpenGreet {
  PeerId peer;
  uint64_t id = 0;
  Time sent;
  Time deadline;
};

class Introductions {
 public:
  static constexpr size_t kPresentTo = 32;

  // Looks on in the stage, or begins to look in it.
  void Look(const VoteMoment& moment, NegotiationStage stage);
  void Pause();
  void Leave(const VoteMoment& moment);

  // Whoever has come to the topics since the last call.
  void MeetNewcomers(const VoteMoment& moment);
  // From a present or a greet that was sent at sent_ms by its sender's clock.
  void Note(const VoteMoment& moment, PeerId from, NegotiationStage stage, uint8_t depth,
            int64_t sent_ms);
  void OnLinkDown(PeerId peer);
  void OnDeadline(const VoteMoment& moment);
  // Greets whom it may greet now. Call after every event.
  void Advance(const VoteMoment& moment);

  // Ends the open greet that this answers; nothing: there is none.
  [[nodiscard]] std::optional<OpenGreet> TakeGreet(PeerId from, uint64_t id);
  [[nodiscard]] bool HasGreeted(PeerId peer) const;
  // Besides the nearest: somebody whose own greet is answered by one.
  void GreetBack(const VoteMoment& moment, PeerId peer);
  // Nobody who may be had is nearer, give or take what the time waited allows.
  [[nodiscard]] bool IsAcceptable(const VoteMoment& moment, PeerId from) const;
  // |rtt / 2 - estimate| <= max(rtt_slack, rtt / 2); remembers the round trip. Somebody never met: false.
  [[nodiscard]] bool FitsEstimate(const VoteMoment& moment, const OpenGreet& greet);

  // It is no stranger any more.
  void Forget(PeerId peer) { encounters_.Forget(peer); }

  // After a refusal.
  void Rest(const VoteMoment& moment, PeerId peer, NegotiationReject reason);

  [[nodiscard]] const Encounters& encounters() const { return encounters_; }

  [[nodiscard]] bool looking() const { return looking_; }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  struct Joined {
    uint8_t depth = 0;
    Key256 topic;
  };

  template <typename State>
  void Tell(State& state) const;

  void Begin(const VoteMoment& moment, NegotiationStage stage);
  void Join(const VoteMoment& moment, uint8_t depth);
  void Widen(const VoteMoment& moment);
  void PresentAll(const VoteMoment& moment);
  void PresentTo(const VoteMoment& moment, const Joined& at, std::vector<PeerId> to) const;
  [[nodiscard]] bool MayGreet(Time now, const NegotiationConfig& rules) const;
  [[nodiscard]] bool IsLive(const VoteMoment& moment, const Encounter& met) const;
  // When the encounter may be greeted: in the past, or Never.
  [[nodiscard]] Time GreetableFrom(const VoteMoment& moment, PeerId peer,
                                   const Encounter& met) const;
  void Greet(const VoteMoment& moment, PeerId peer);

  [[nodiscard]] uint8_t FirstDepth() const { return joined_.empty() ? 0 : joined_.front().depth; }

  NegotiationStage stage_ = NegotiationStage::kFree;
  bool looking_ = false;
  bool standing_ = false;
  bool accumulated_ = false;
  bool patient_ = true;  // The next widen_at_ may pass, since somebody is there.
  Time began_;           // The first time.
  Time since_;           // Looking in this stage.
  Time present_at_ = Time::Never();
  Time widen_at_ = Time::Never();
  Time greet_at_ = Time::Never();
  std::vector<Joined> joined_;  // The most specific first.
  std::vector<OpenGreet> open_;
  Encounters encounters_;
};

}  // namespace core

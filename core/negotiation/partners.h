// Partners: how a pool makes itself known, and which others it could merge with.
//
//   event                              | then
//   Begin                              | stands at the topic of the most specific token
//   somebody comes to a topic          | is told: `present`
//   present_interval                   | kTellMax are told again: who is known, then others who stand there
//   `present` of another pool          | known for three intervals
//   widen_after without a pool that    | one digit less; it goes on standing where it stands
//   would fit, digits are left         |
//   Rest                               | not chosen for a while (busy, reverted)
//   Drop                               | not known any more (silent, no good), until it presents itself again
//
// Of the pools that fit the nearest by the distance of ids is chosen: two pools mean the same by it, so that of all
// greetings under way the one between the two nearest is never given up, and no cycle of greetings can starve (scenario
// 27). What others say of themselves is only believed when it is repeated in a merge. Memory: kKnownMax. Owner:
// PoolCoordination. Source: protocol document, 1.6.4; docs/decisions/0022-negotiation-as-built.md, 4 and 12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/negotiation/pool_moment.h"

namespace core {

struct Partner {
  PeerId peer;  // The coordinator.
  Key256 pool;
  uint16_t size = 0;
  Time until;
  Time rests_until = Time::Never();  // Never: it does not rest.
};

class Partners {
 public:
  static constexpr size_t kTellMax = 32;
  static constexpr size_t kKnownMax = 64;

  void Begin(const PoolMoment& moment, const Key256& pool);
  // Leaves all topics and forgets everybody.
  void End(const PoolMoment& moment);

  void OnPresent(const PoolMoment& moment, PeerId from, const Present& present);
  // Tells newcomers of the pool's size, and everybody when it is time; widens.
  void Advance(const PoolMoment& moment, size_t size);
  // To kTellMax of them.
  void SayPresent(const PoolMoment& moment, std::vector<PeerId> to, size_t size) const;

  // The size has changed.
  void TellAll() { tell_at_ = Time{0}; }

  // The nearest that fits and does not rest, whoever is in doubt last; null: nobody.
  [[nodiscard]] const Partner* Choose(const PoolMoment& moment, size_t size) const;
  void Rest(PeerId peer, Time until);
  void Drop(PeerId peer);

  // The next time at which Advance or Choose says something new.
  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Stand(const PoolMoment& moment);
  [[nodiscard]] bool Fits(const PoolMoment& moment, const Partner& partner, size_t size) const;

  Key256 pool_;
  uint8_t depth_ = 0;
  std::vector<Key256> topics_;  // The most specific first.
  std::vector<Partner> known_;  // In the order of their first words.
  Time tell_at_ = Time::Never();
  Time widen_at_ = Time::Never();
};

}  // namespace core

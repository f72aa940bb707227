// Standing: what this peer thinks of others' conduct. A score that offences add to and time halves.
//
// Scores are thousandths. Half-life 30 min: halved for each whole half-life, linearly in between
// (at most 6 % above the exponential). At 20 points a peer is in doubt and chosen last, at 80 it is
// banned and its messages are ignored until the score has halved away. Only provable offences can
// ban: connection failures add nothing beyond 40. Unknown types and other versions cost nothing.
// Invariants: at most kPeersMax peers are remembered, the least offending is forgotten first; no
// heap memory before the first offence. Source: protocol document, 1.0 (reputation).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/matchmaking/moment.h"
#include "core/port/effects.h"

namespace core {

class Standing : public Conduct {
 public:
  static constexpr size_t kPeersMax = 256;
  static constexpr uint32_t kDoubtful = 20;
  static constexpr uint32_t kBanned = 80;

  void Report(Time now, PeerId peer, Offence offence, Effects& effects) override;
  [[nodiscard]] bool IsDoubtful(Time now, PeerId peer) const override;
  [[nodiscard]] bool IsBanned(Time now, PeerId peer) const;
  // In whole points.
  [[nodiscard]] uint32_t ScoreOf(Time now, PeerId peer) const;

  [[nodiscard]] size_t size() const { return scores_.size(); }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return scores_.HeapBytes(); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Score {
    uint32_t milli = 0;
    Time since;
  };

  [[nodiscard]] static uint32_t Decayed(const Score& score, Time now);
  void MakeRoom(Time now);

  FlatTable<PeerId, Score> scores_;
};

}  // namespace core

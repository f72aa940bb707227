// MM-2: two live, connected, same-topic matchers that both reach c = 0 see each other within one
// query interval and one round trip (and the allowances of allowances.h).
//
// Stated for any wanted role: a seeker that holders hold at c = 0 sees every participant of the
// role it seeks that at least two honest holders hold at c = 0, unless it has candidates enough.
// "Holds at c = 0" is the holders' word, "sees" the seeker's. A pair owes nothing any more when one
// of the two leaves, stops, narrows or is full, when a filter is in force, when a holder had to
// refuse, or when the link between them or to the holder is cut.
//
//   Held(c = 0) of seeker and target --> Obligation due at t0 + interval + RTT + allowance
//   Seen before due: met      pair changed: void      else: violation
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class MeetingChecker : public Checker {
 public:
  MeetingChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::MatchStarted, core::MatchFinished, core::Held, core::Seen,
                  core::Respecified, core::Refused, core::TaskAccepted, core::TaskFinished>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  struct Seeker {
    core::PeerId peer;
    core::Role seek = core::Role::kWorker;
    uint16_t want = 0;
    bool filtered = false;
    bool at_root = false;
    WorldTime begun;
    WorldTime root_since;
    std::vector<core::PeerId> seen;
  };

  struct Target {
    core::PeerId peer;
    core::Role role = core::Role::kWorker;
    std::vector<core::PeerId> holders;  // At most as many as the protocol asks for.
    WorldTime since;                    // When enough holders held it.
    WorldTime until;                    // When the latest record expires.
    bool present = false;
  };

  struct Topic {
    std::vector<Seeker> seekers;
    std::vector<Target> targets;
  };

  struct Obligation {
    core::Key256 topic;
    core::PeerId seeker;
    core::PeerId target;
    core::PeerId holder;
    WorldTime begun;  // Identify the session and the presence that it is about.
    WorldTime present_since;
    WorldTime from;
  };

  void OnHeld(const WorldView& world, const Fact& fact, const core::Held& held);
  void OnMatchStarted(const WorldView& world, const Fact& fact, const core::MatchStarted& match);
  void Owe(const WorldView& world, const core::Key256& topic, const Seeker& seeker,
           const Target& target, WorldTime now);
  void Settle(const WorldView& world, WorldTime now);
  void Judge(const WorldView& world, const Obligation& obligation, WorldTime due);
  void Forget(core::PeerId peer);
  [[nodiscard]] bool Connected(const WorldView& world, const Obligation& obligation) const;

  core::FlatTable<core::Key256, Topic> topics_;
  core::FlatTable<core::PeerId, bool> filtered_;            // Last match command had a filter.
  core::FlatTable<core::PeerId, WorldTime> refused_;        // When a holder last refused the peer.
  core::FlatTable<core::PeerId, bool> full_;                // Workers without budget.
  std::map<std::pair<int64_t, uint64_t>, Obligation> due_;  // By due time, then order of making.
  uint64_t made_ = 0;
};

}  // namespace sim

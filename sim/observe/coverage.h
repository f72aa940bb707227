// Coverage: what a run showed, as a set of features. Two runs with the same features taught the same; a sweep that is guided goes
// on from those that showed a rare one (sim/workflow/sweep/guidance.h).
//
// A moment is an event with the words and flags in it: "lock_released, cause timed_out". Everything is taken from what
// observers are told and from how it is described (describe.h), so that a new observation is covered when it can be told. Features are:
//   count    a moment, seen 1, 2, 4, 8, ... times
//   step     two moments one after the other that name the same id (transaction, block, topic, ...), and whether one peer had both
//   under    a moment at a peer that a fault holds, by the fault's kind
//   struck   the last moment at a peer when a fault hit it, by the fault's kind
//   met      two kinds of faults that hold one peer
//   judged   a check that has judged 1, 2, 4, 8, ... times
// A feature is kept as 22 bits of its hash: of 5,000 features about one in a thousand hides behind another.
// Each comes with when and where it was seen first. Memory is bounded: 1.5 MiB, and 20 bytes per peer.
// Thread rule: that of observers. Source: issue 5, point 1; docs/decisions/0015-guided-sweeps.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/describe.h"
#include "sim/observe/observer.h"

namespace sim {

struct Feature {
  static constexpr uint32_t kCount = 1u << 22;

  uint32_t id = 0;  // Below kCount.
  int64_t at_ms = 0;
  core::PeerId peer;  // kNoPeer: of nobody in particular.

  friend bool operator==(const Feature&, const Feature&) = default;
};

class Coverage : public Observer {
 public:
  // REQUIRES: the checkers outlive it.
  explicit Coverage(const std::vector<const Checker*>& checkers);

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

  void OnEnd(const WorldView& world) override { OnCheckpoint(world); }

  // In the order in which they were seen.
  [[nodiscard]] const std::vector<Feature>& features() const { return features_; }

 private:
  enum class Sort : uint8_t { kCount, kStep, kUnder, kStruck, kMet, kJudged };

  // Where and when; the features of one event share it.
  struct Place {
    int64_t at_ms = 0;
    core::PeerId peer;
  };

  // The last moment that named an id. Ids share places: an older one is forgotten.
  struct Named {
    uint64_t id = 0;
    uint64_t moment = 0;
    core::PeerId peer;
  };

  struct PeerState {
    uint64_t last = 0;     // Moment.
    uint32_t holding = 0;  // Kinds of faults, a bit each.
  };

  void See(const Place& place, const Description& event);
  void Count(const Place& place, uint64_t moment);
  void Step(const Place& place, uint64_t moment, uint64_t id);
  void Begin(const Place& place, const Fault& fault, bool lasts);
  void HoldAgain(const WorldView& world);
  void Show(const Place& place, Sort sort, uint64_t a, uint64_t b = 0);
  [[nodiscard]] PeerState& At(core::PeerId peer);

  const std::vector<const Checker*>& checkers_;
  std::vector<uint64_t> judged_;  // Of each checker, at the last feature.
  std::vector<bool> shown_;
  std::vector<Feature> features_;
  std::vector<uint32_t> counts_;  // Of moments, by a part of their hash.
  std::vector<Named> named_;
  std::vector<PeerState> peers_;
  std::vector<uint32_t> lasting_;  // Faults in force, by index.
};

// As text for a ledger, without spaces and quotes, about eight letters per feature; and back. Nothing: the text is damaged.
[[nodiscard]] std::string FeaturesText(const std::vector<Feature>& features);
[[nodiscard]] std::optional<std::vector<Feature>> ParseFeatures(const std::string& text);

}  // namespace sim

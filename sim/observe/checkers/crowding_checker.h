// MM-4: in steady state no holder keeps more than high water + 25 % worker records for a key over
// two consecutive renewal periods.
//
// Every worker renews once per period, so the workers of a key are counted as the records that its
// holder took within one period of the world's grid; what a holder says about its count is not
// asked. Steady: the topic's workers did not grow by more than 10 % within the last two periods.
// A crowd that still falls by 10 % a period is splitting, not stuck (allowances.h).
#pragma once

#include <array>
#include <cstdint>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class CrowdingChecker : public Checker {
 public:
  CrowdingChecker();

  [[nodiscard]] FactMask Wants() const override { return MaskOf<core::Held>(); }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Place {
    core::PeerId holder;
    core::Key256 key;

    friend bool operator==(const Place&, const Place&) = default;
  };

  struct PlaceHash {
    uint64_t operator()(const Place& place) const {
      return core::Mix64(core::FlatHash{}(place.key), place.holder.value);
    }
  };

  struct Crowd {
    core::Key256 topic;
    uint32_t now = 0;     // Records taken in the open period.
    uint32_t before = 0;  // In the period before.
  };

  // Records taken for a topic, by period: open, closed, the one before, ...
  struct Growth {
    std::array<uint64_t, 4> periods{};
  };

  void ClosePeriod(const WorldView& world);
  [[nodiscard]] bool Steady(const core::Key256& topic) const;

  core::FlatTable<Place, Crowd, PlaceHash> crowds_;
  core::FlatTable<core::Key256, Growth> topics_;
  WorldTime period_began_;
};

}  // namespace sim

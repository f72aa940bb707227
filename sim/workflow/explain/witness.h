// Witnesses: what explain lets look at a run. One finds the event on which a check failed and the names that the violation is about;
// another records what concerns them. Each run is seen in the same order, so an event's number names it in all of them.
//
// Invariant: memory is bounded, whatever the length of the run. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/workflow/explain/concern.h"
#include "sim/workflow/explain/happening.h"

namespace sim {

// Gives every event its number and the names that it carries. Messages that nobody could read, or that were lost on arrival, say nothing
// and do not count.
class Witness : public Observer {
 public:
  [[nodiscard]] bool WantsMessages() const override { return true; }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnMessage(const WorldView& world, const MessageFact& fact) override;

 protected:
  // An event between a and b, or at a alone: then b is kNoPeer.
  struct Sight {
    uint64_t number = 0;
    WorldTime at;
    core::PeerId a = core::kNoPeer;
    core::PeerId b = core::kNoPeer;
    std::vector<CarriedName> names;
  };

  virtual void Saw(const WorldView& world, const Sight& sight, const AnyFact& fact) = 0;

 private:
  uint64_t count_ = 0;
};

// Where a violation was found.
struct FoundAt {
  std::optional<uint64_t> event;  // Nothing: between events, by looking at the whole world.
  WorldTime time;
};

class ViolationFinder : public Witness {
 public:
  // REQUIRES: the checker outlives it and is told of each event before it.
  explicit ViolationFinder(const Checker& checker) : checker_(checker) {}

  void OnCheckpoint(const WorldView& world) override { Look(world.Now(), std::nullopt); }

  void OnEnd(const WorldView& world) override { Look(world.Now(), std::nullopt); }

  [[nodiscard]] const std::optional<FoundAt>& found() const { return found_; }

  // REQUIRES: found.
  [[nodiscard]] Concern MakeConcern() const;

 protected:
  void Saw(const WorldView& world, const Sight& sight, const AnyFact& fact) override;

 private:
  void Look(WorldTime now, std::optional<uint64_t> event);

  const Checker& checker_;
  NameIndex index_;
  std::vector<CarriedName> of_event_;  // On which it was found.
  std::optional<FoundAt> found_;
};

// Learns what else is of the concern while it records, so it may have to see the run again.
class Recorder : public Witness {
 public:
  // REQUIRES: the concern outlives it.
  Recorder(Concern& concern, const FoundAt& until) : concern_(concern), until_(until) {}

  // In the order in which they were seen; at most the last kKept.
  [[nodiscard]] std::vector<Happening> TakeHappenings() {
    return {happenings_.begin(), happenings_.end()};
  }

  [[nodiscard]] uint64_t forgotten() const { return forgotten_; }

  static constexpr size_t kKept = 200'000;

 protected:
  void Saw(const WorldView& world, const Sight& sight, const AnyFact& fact) override;

 private:
  [[nodiscard]] Relevance RelevanceOf(const Sight& sight, const AnyFact& fact) const;

  Concern& concern_;
  FoundAt until_;
  std::deque<Happening> happenings_;
  uint64_t forgotten_ = 0;
};

}  // namespace sim

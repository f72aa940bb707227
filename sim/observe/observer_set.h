// ObserverSet: hands each fact to the observers that want it, in the order in which they were
// added.
//
// Owns the observers. Invariant: an observer's mask is asked once, when it is added, so a fact that
// nobody wants costs one load. Thread rule: one thread.
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "sim/observe/observer.h"

namespace sim {

class ObserverSet : public Observer {
 public:
  // Returns the observer, still owned by the set.
  template <typename T>
  T* Add(std::unique_ptr<T> observer) {
    T* added = observer.get();
    Take(std::move(observer));
    return added;
  }

  [[nodiscard]] bool WantsMessages() const override { return !of_messages_.empty(); }

  [[nodiscard]] bool WantsFrames() const override { return wants_frames_; }

  // Whether anybody wants this alternative: the world need not copy a fact that nobody reads.
  [[nodiscard]] bool Wanted(const core::Observation& observation) const {
    return !by_fact_[observation.index()].empty();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnUserFact(const WorldView& world, const UserFact& fact) override;
  void OnMessage(const WorldView& world, const MessageFact& fact) override;
  void OnTraffic(const WorldView& world, const TrafficCounters& since) override;
  void OnCheckpoint(const WorldView& world) override;
  void OnEnd(const WorldView& world) override;

 private:
  void Take(std::unique_ptr<Observer> observer);

  std::vector<std::unique_ptr<Observer>> all_;
  std::array<std::vector<Observer*>, std::variant_size_v<core::Observation>> by_fact_;
  std::vector<Observer*> of_messages_;
  bool wants_frames_ = false;
};

}  // namespace sim

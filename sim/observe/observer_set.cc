#include "sim/observe/observer_set.h"

#include <utility>

namespace sim {

void ObserverSet::Take(std::unique_ptr<Observer> observer) {
  const FactMask mask = observer->Wants();
  for (size_t i = 0; i < by_fact_.size(); ++i) {
    if (mask.Has(i)) by_fact_[i].push_back(observer.get());
  }
  if (observer->WantsMessages()) {
    of_messages_.push_back(observer.get());
    wants_frames_ = wants_frames_ || observer->WantsFrames();
  }
  all_.push_back(std::move(observer));
}

void ObserverSet::OnFact(const WorldView& world, const Fact& fact) {
  for (Observer* observer : by_fact_[fact.what.index()]) observer->OnFact(world, fact);
}

void ObserverSet::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  for (const auto& observer : all_) observer->OnWorldFact(world, fact);
}

void ObserverSet::OnUserFact(const WorldView& world, const UserFact& fact) {
  for (const auto& observer : all_) observer->OnUserFact(world, fact);
}

void ObserverSet::OnMessage(const WorldView& world, const MessageFact& fact) {
  for (Observer* observer : of_messages_) observer->OnMessage(world, fact);
}

void ObserverSet::OnTraffic(const WorldView& world, const TrafficCounters& since) {
  for (const auto& observer : all_) observer->OnTraffic(world, since);
}

void ObserverSet::OnCheckpoint(const WorldView& world) {
  for (const auto& observer : all_) observer->OnCheckpoint(world);
}

void ObserverSet::OnEnd(const WorldView& world) {
  for (const auto& observer : all_) observer->OnEnd(world);
}

}  // namespace sim

#include "sim/workflow/explain/witness.h"

#include "sim/observe/describe.h"

namespace sim {

void Witness::OnFact(const WorldView& world, const Fact& fact) {
  Saw(world, {++count_, fact.at, fact.peer, core::kNoPeer, NamesIn(Describe(fact.what), fact.peer)},
      &fact);
}

void Witness::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  Saw(world, {++count_, fact.at, fact.peer, core::kNoPeer, {}}, &fact);
}

void Witness::OnUserFact(const WorldView& world, const UserFact& fact) {
  Saw(world, {++count_, fact.at, fact.peer, core::kNoPeer, NamesIn(Describe(fact), fact.peer)},
      &fact);
}

void Witness::OnMessage(const WorldView& world, const MessageFact& fact) {
  if (fact.message == nullptr) return;
  Saw(world, {++count_, fact.at, fact.from, fact.to, NamesIn(Describe(*fact.message), fact.from)},
      &fact);
}

void ViolationFinder::Saw(const WorldView&, const Sight& sight, const AnyFact&) {
  if (found_.has_value()) return;
  index_.Saw(sight.names);
  if (checker_.violations() == 0) return;
  of_event_ = sight.names;
  Look(sight.at, sight.number);
}

void ViolationFinder::Look(WorldTime now, std::optional<uint64_t> event) {
  if (!found_.has_value() && checker_.violations() > 0) found_ = FoundAt{event, now};
}

// A text that shows no name is about what the event was about.
Concern ViolationFinder::MakeConcern() const {
  const Violation& violation = *checker_.first();
  const std::vector<CarriedName> named = index_.NamesOf(violation);
  return {violation.peer, named.empty() ? of_event_ : named};
}

Relevance Recorder::RelevanceOf(const Sight& sight, const AnyFact& fact) const {
  if (sight.number == until_.event) return Relevance::kNamed;
  if (std::holds_alternative<const WorldFact*>(fact)) {
    const bool matters = sight.a == core::kNoPeer || concern_.Involves(sight.a);
    return matters ? Relevance::kNamed : Relevance::kNone;
  }
  return concern_.Of(sight.names, sight.a, sight.b);
}

void Recorder::Saw(const WorldView& world, const Sight& sight, const AnyFact& fact) {
  if (until_.event.has_value() ? sight.number > *until_.event : sight.at > until_.time) return;
  const Relevance relevance = RelevanceOf(sight, fact);
  if (relevance == Relevance::kNone) return;
  concern_.Learn(relevance, sight.names, sight.a, sight.b);
  Happening& happening = happenings_.emplace_back(HappeningOf(fact, world.scenario()));
  happening.relevance = relevance;
  for (const CarriedName& one : sight.names) {
    if (one.operation) happening.operations.push_back(core::WordOf(one.name, 0));
  }
  happening.trigger = sight.number == until_.event;
  if (happenings_.size() <= kKept) return;
  happenings_.pop_front();
  ++forgotten_;
}

}  // namespace sim

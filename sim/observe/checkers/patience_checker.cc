#include "sim/observe/checkers/patience_checker.h"

#include "sim/observe/allowances.h"

namespace sim {

PatienceChecker::PatienceChecker()
    : Checker({.id = "MM-9",
               .title = "a match that does not end",
               .family = "matchmaking",
               .check_class = CheckClass::kLiveness,
               .scope = CheckScope::kEveryCheckpoint,
               .cost = CheckCost::kCheap,
               .statement = "every match finishes within its patience and one query interval"}) {}

void PatienceChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* match = std::get_if<core::MatchStarted>(&fact.what)) {
    OnStarted(world, fact, *match);
  } else if (const auto* finished = std::get_if<core::MatchFinished>(&fact.what)) {
    if (running_.erase({fact.peer, finished->topic}) > 0) Premise();
  }
}

// The patience of the command counts, not what the peer made of it.
void PatienceChecker::OnStarted(const WorldView& world, const Fact& fact,
                                const core::MatchStarted& match) {
  if (!Demanded(world, fact.at) || !world.IsHonest(fact.peer)) return;
  const core::Duration* commanded = commanded_.Find(fact.peer);
  const core::Duration patience = commanded == nullptr ? match.patience : *commanded;
  const WorldTime due = fact.at + patience + world.context().config->matchmaking.requery_interval +
                        ClockErrorMax(world.scenario(), fact.at) + kPropagation;
  running_[{fact.peer, match.topic}] = {fact.at, due};
}

void PatienceChecker::Settle(const WorldView& world) {
  std::erase_if(running_, [&](const auto& entry) {
    if (world.Now() <= entry.second.due) return false;
    Premise();
    Violate([&] {
      return Violation{entry.second.due, entry.first.first, "topic " + Short(entry.first.second),
                       "finished within " + InSeconds(entry.second.due - entry.second.begun) +
                           " of t=" + InSeconds({entry.second.begun.us}),
                       "still running"};
    });
    return true;
  });
}

void PatienceChecker::Forget(core::PeerId peer) {
  const auto first = running_.lower_bound({peer, core::Key256{}});
  auto last = first;
  while (last != running_.end() && last->first.first == peer) ++last;
  running_.erase(first, last);
}

void PatienceChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kStopped || fact.kind == WorldFact::Kind::kPaused) {
    Forget(fact.peer);
  }
  if (fact.kind != WorldFact::Kind::kCommanded) return;
  const core::Command& command = world.scenario().workload[fact.detail].command;
  if (const auto* match = std::get_if<core::MatchCommand>(&command)) {
    *commanded_.Insert(fact.peer).first = match->patience;
  } else if (std::holds_alternative<core::LeaveCommand>(command)) {
    Forget(fact.peer);
  }
}

void PatienceChecker::OnCheckpoint(const WorldView& world) {
  Settle(world);
}

void PatienceChecker::OnEnd(const WorldView& world) {
  Settle(world);
}

}  // namespace sim

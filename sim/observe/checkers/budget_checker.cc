#include "sim/observe/checkers/budget_checker.h"

#include <utility>

#include "sim/observe/allowances.h"

namespace sim {

BudgetChecker::BudgetChecker()
    : Checker({.id = "MM-8",
               .title = "a worker took more than its budget, or a task twice",
               .family = "matchmaking",
               .check_class = CheckClass::kSafety,
               .scope = CheckScope::kEveryEvent,
               .cost = CheckCost::kCheap,
               .statement = "accepted and unfinished tasks never exceed the budget; no worker "
                            "accepts a task twice"}) {}

void BudgetChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (const auto* accepted = std::get_if<core::TaskAccepted>(&fact.what)) {
    Accept(world, fact, {fact.peer, accepted->task}, true, accepted->budget);
  } else if (const auto* matched = std::get_if<core::Matched>(&fact.what)) {
    // Matchers that seek matchers make no tasks for workers, also where the partner works on another topic.
    const core::Key256* mutual = mutual_topics_.Find(fact.peer);
    if (mutual != nullptr && *mutual == matched->topic) return;
    if (workers_.Find(matched->partner) == nullptr) return;
    Accept(world, fact, {matched->partner, matched->task}, false, 0);
  } else if (const auto* started = std::get_if<core::MatchStarted>(&fact.what)) {
    if (started->seek == core::Role::kMatcher)
      *mutual_topics_.Insert(fact.peer).first = started->topic;
  } else if (const auto* finished = std::get_if<core::TaskFinished>(&fact.what)) {
    Finish({fact.peer, finished->task});
  }
}

void BudgetChecker::Accept(const WorldView& world, const Fact& fact, const Task& task,
                           bool by_worker, uint32_t claimed_budget) {
  if (!world.IsHonest(task.worker)) return;
  Worker& worker = *workers_.Insert(task.worker).first;
  const auto inserted = tasks_.Insert(task);
  Acceptance* const acceptance = inserted.first;
  Premise();
  if (!inserted.second) {
    if (by_worker && acceptance->by_worker) {
      Violate([&] {
        return Violation{fact.at, task.worker, "task " + Short(task.id), "accepted once",
                         "accepted again; first at t=" + InSeconds({acceptance->at.us})};
      });
    }
    acceptance->by_worker = acceptance->by_worker || by_worker;
    return;
  }
  *acceptance = {fact.at, by_worker, true};
  ++worker.running;
  const uint32_t budget = worker.budget > 0 ? worker.budget : claimed_budget;
  if (budget == 0 || worker.running <= budget) return;
  Expire(world, fact.at);
  if (worker.running <= budget) return;
  Violate([&] {
    return Violation{fact.at, task.worker, "task " + Short(task.id),
                     "at most " + std::to_string(budget) + " unfinished tasks",
                     std::to_string(worker.running) +
                         (by_worker ? "" : ", the last one by the word of matcher ") +
                         (by_worker ? "" : std::to_string(fact.peer.value))};
  });
}

// The task stays known, so that a second acceptance shows.
void BudgetChecker::Finish(const Task& task) {
  Acceptance* acceptance = tasks_.Find(task);
  if (acceptance == nullptr || !acceptance->running) return;
  acceptance->running = false;
  if (Worker* worker = workers_.Find(task.worker); worker != nullptr && worker->running > 0) {
    --worker->running;
  }
}

void BudgetChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  if (fact.kind == WorldFact::Kind::kStopped) {
    Worker* worker = workers_.Find(fact.peer);
    if (worker == nullptr || std::exchange(*worker, {}).running == 0) return;
    tasks_.ForEach([&](const Task& task, Acceptance& acceptance) {
      if (task.worker == fact.peer) acceptance.running = false;
    });
  }
  if (fact.kind != WorldFact::Kind::kCommanded) return;
  const core::Command& command = world.scenario().workload[fact.detail].command;
  if (const auto* work = std::get_if<core::WorkCommand>(&command)) {
    // A repeated command may raise or lower the budget: the sum is the most that it can be.
    workers_.Insert(fact.peer).first->budget += work->budget;
  }
}

// Whoever frees its budget after the task duration without a word is within the rule.
void BudgetChecker::Expire(const WorldView& world, WorldTime now) {
  const core::Duration longest = world.context().config->matchmaking.task_duration;
  tasks_.ForEach([&](const Task& task, Acceptance& acceptance) {
    if (acceptance.running && now - acceptance.at >= longest) Finish(task);
  });
}

void BudgetChecker::OnCheckpoint(const WorldView& world) {
  Expire(world, world.Now());
  const core::Duration kept = world.context().config->matchmaking.task_duration * 3;
  tasks_.EraseIf([&](const Task&, const Acceptance& acceptance) {
    return !acceptance.running && world.Now() - acceptance.at > kept;
  });
}

}  // namespace sim

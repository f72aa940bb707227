// MM-8: a worker's accepted and unfinished tasks never exceed its budget, and no worker accepts a
// task twice.
//
// An acceptance counts when the worker reports it or when the matcher got it (Matched), whichever
// comes first: a worker that accepts behind its own back is found by its matchers. The budget is
// the one of the command that the world gave. A task ends when the worker says so, at the latest
// after the protocol's task duration; a stopped worker has none.
#pragma once

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class BudgetChecker : public Checker {
 public:
  BudgetChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::TaskAccepted, core::TaskFinished, core::Matched, core::MatchStarted>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;
  void OnCheckpoint(const WorldView& world) override;

 private:
  struct Task {
    core::PeerId worker;
    core::TaskId id;

    friend bool operator==(const Task&, const Task&) = default;
  };

  struct TaskHash {
    uint64_t operator()(const Task& task) const {
      return core::Mix64(core::FlatHash{}(task.id), task.worker.value);
    }
  };

  struct Acceptance {
    WorldTime at;
    bool by_worker = false;
    bool running = false;
  };

  struct Worker {
    uint32_t budget = 0;  // Of all its topics; 0: the world gave no command.
    uint32_t running = 0;
  };

  void Accept(const WorldView& world, const Fact& fact, const Task& task, bool by_worker,
              uint32_t claimed_budget);
  void Finish(const Task& task);
  void Expire(const WorldView& world, WorldTime now);

  core::FlatTable<Task, Acceptance, TaskHash> tasks_;
  core::FlatTable<core::PeerId, Worker> workers_;
  core::FlatTable<core::PeerId, core::Key256> mutual_topics_;  // Of the last match among matchers.
};

}  // namespace sim

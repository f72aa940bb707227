// Watch: everything that watches one run: metrics, the history of the clients' calls, every checker.
//
// Owns all of it. Thread rule: one thread.
#pragma once

#include <vector>

#include "sim/observe/checkers/checker.h"
#include "sim/observe/client_history.h"
#include "sim/observe/metrics.h"
#include "sim/observe/observer_set.h"

namespace sim {

class Watch {
 public:
  Watch();
  Watch(const Watch&) = delete;

  // What a world feeds. Others may be added before the run.
  [[nodiscard]] ObserverSet& observers() { return observers_; }

  [[nodiscard]] const Metrics& metrics() const { return metrics_; }

  [[nodiscard]] const ClientHistory& history() const { return *history_; }

  [[nodiscard]] const std::vector<const Checker*>& checkers() const { return checkers_; }

  // The run was cut short; before it is judged.
  void Interrupt();

 private:
  Metrics metrics_;
  ObserverSet observers_;
  ClientHistory* history_;  // Owned by observers_, as the checkers are.
  std::vector<Checker*> owned_;
  std::vector<const Checker*> checkers_;
};

}  // namespace sim

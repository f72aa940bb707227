// Trials: does a changed scenario still break the check? Several at a time, each in a thread of its own.
//
// A candidate fails when the check is violated; that is all that counts: a run that breaks other checks only, that the loader
// refuses, that livelocks, or that takes more than twice the events (at least kEventsMin) until then, does not. Removing a peer
// renumbers others and moves their draws, so that each candidate is tried with a few other seeds too, after all were tried with
// the present one. Invariant: the answer is the first success in the order of trials, whatever `jobs` is.
// Thread rule: one thread calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/vocabulary.h"
#include "sim/workflow/shrink/failing.h"

namespace sim {

struct TrialPlan {
  std::string check;                              // Its id.
  std::map<std::string, std::string> data_files;  // Scenario::data_files.
  int jobs = 1;
  int seeds = 4;  // The present one among them.
  const std::atomic<bool>* stop_flag = nullptr;
};

struct Success {
  size_t candidate = 0;
  Failing failing;
};

class Trials {
 public:
  static constexpr uint64_t kEventsMin = 20'000;

  explicit Trials(TrialPlan plan);

  // One run of a scenario file, for as many events as it takes.
  [[nodiscard]] std::optional<Failing> Confirm(Json json) const;

  // The first of `count` candidates that fails as `present` does. `at` is called from several threads.
  [[nodiscard]] std::optional<Success> First(const Failing& present, size_t count,
                                             const std::function<Json(size_t)>& at);

  // Candidates that were tried, as one job would have.
  [[nodiscard]] uint64_t tried() const { return tried_; }

  // The stop flag was set: what First said since then is no answer.
  [[nodiscard]] bool Stopped() const { return plan_.stop_flag != nullptr && *plan_.stop_flag; }

 private:
  [[nodiscard]] std::optional<Failing> Try(Json json, uint64_t events_max,
                                           const std::function<bool()>& is_over) const;
  [[nodiscard]] std::vector<uint64_t> SeedsFor(const Failing& present) const;

  const TrialPlan plan_;
  const Vocabulary vocabulary_;
  uint64_t tried_ = 0;
};

}  // namespace sim

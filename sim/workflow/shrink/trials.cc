#include "sim/workflow/shrink/trials.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "sim/scenario/loader.h"
#include "sim/workflow/scenario_source.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

// Runs until the check is violated, the run is over, or `is_over` says so. False: it got no answer.
bool RunUntilViolated(Session& session, const Checker& checker,
                      const std::function<bool()>& is_over) {
  const WorldTime end{session.scenario().duration.us};
  bool given_up = false;
  const core::StatusOr<RunState> ran = session.RunWhile(end, [&] {
    given_up = !checker.first().has_value() && is_over();
    return !checker.first().has_value() && !given_up;
  });
  if (!ran.ok() || given_up) return false;
  if (!checker.first().has_value()) session.Close(end);
  return checker.first().has_value();
}

}  // namespace

// Candidates times seeds, seed by seed; each job takes the next one until none before the best is left.
struct Trials::Race {
  size_t candidates = 0;
  const std::function<Json(size_t)>& at;
  std::vector<uint64_t> seeds;
  uint64_t events_max = 0;
  std::atomic<size_t> next{0};
  std::atomic<size_t> best{0};  // The number of trials: none yet.
  std::mutex mutex = {};        // Over the success.
  std::optional<Success> success = {};
};

Trials::Trials(TrialPlan plan) : plan_(std::move(plan)), vocabulary_(RunVocabulary()) {}

std::optional<Failing> Trials::Confirm(Json json) const {
  return Try(std::move(json), std::numeric_limits<uint64_t>::max(), [this] { return Stopped(); });
}

std::optional<Success> Trials::First(const Failing& present, size_t count,
                                     const std::function<Json(size_t)>& at) {
  Race race{.candidates = count, .at = at, .seeds = SeedsFor(present)};
  const size_t all = count * race.seeds.size();
  race.events_max = std::max(2 * present.events, kEventsMin);
  race.best = all;
  std::vector<std::thread> jobs;
  const size_t jobs_wanted = std::min(static_cast<size_t>(plan_.jobs), all);
  for (size_t i = 0; i < jobs_wanted; ++i) jobs.emplace_back([this, &race] { Run(race); });
  for (std::thread& job : jobs) job.join();
  tried_ += std::min(all, race.best + 1);
  return std::move(race.success);
}

void Trials::Run(Race& race) const {
  for (size_t i = race.next++; i < race.best; i = race.next++) {
    const size_t candidate = i % race.candidates;
    Json json = race.at(candidate);
    json["seed"] = race.seeds[i / race.candidates];
    std::optional<Failing> failing =
        Try(std::move(json), race.events_max, [&] { return Stopped() || race.best < i; });
    const std::lock_guard<std::mutex> lock(race.mutex);
    if (!failing.has_value() || i >= race.best) continue;
    race.best = i;
    race.success = Success{candidate, *std::move(failing)};
  }
}

std::optional<Failing> Trials::Try(Json json, uint64_t events_max,
                                   const std::function<bool()>& is_over) const {
  if (is_over()) return std::nullopt;
  auto loaded = ReloadScenario(json.dump(), plan_.data_files, vocabulary_);
  if (!loaded.ok()) return std::nullopt;
  const auto scenario = std::make_shared<const Scenario>(*std::move(loaded));
  Session session(scenario, {.threads = 1});
  const Checker* checker = session.FindChecker(plan_.check);
  if (checker == nullptr || !session.Open().ok()) return std::nullopt;
  const auto events = [&] { return session.world().statistics().events; };
  const bool violated =
      RunUntilViolated(session, *checker, [&] { return is_over() || events() > events_max; });
  if (!violated) return std::nullopt;
  return Failing{std::move(json), scenario, *checker->first(), events()};
}

std::vector<uint64_t> Trials::SeedsFor(const Failing& present) const {
  std::vector<uint64_t> seeds = {present.scenario->seed};
  for (uint64_t seed = 1; seeds.size() < static_cast<size_t>(plan_.seeds); ++seed) {
    if (seed != present.scenario->seed) seeds.push_back(seed);
  }
  return seeds;
}

}  // namespace sim

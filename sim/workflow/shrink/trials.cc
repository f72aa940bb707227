#include "sim/workflow/shrink/trials.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/scenario/loader.h"
#include "sim/workflow/jobs.h"
#include "sim/workflow/scenario_source.h"
#include "sim/workflow/session.h"

namespace sim {

Trials::Trials(TrialPlan plan) : plan_(std::move(plan)), vocabulary_(RunVocabulary()) {}

std::optional<Failing> Trials::Confirm(Json json) const {
  return Try(std::move(json), std::numeric_limits<uint64_t>::max(), [this] { return Stopped(); });
}

// Candidates times seeds, seed by seed.
std::optional<Success> Trials::First(const Failing& present, size_t count,
                                     const std::function<Json(size_t)>& at) {
  const std::vector<uint64_t> seeds = SeedsFor(present);
  const uint64_t events_max = std::max(2 * present.events, kEventsMin);
  std::vector<std::optional<Failing>> failing(count * seeds.size());
  const auto first = FirstOf(failing.size(), plan_.jobs, [&](size_t trial, const IsOver& is_over) {
    Json json = at(trial % count);
    json["seed"] = seeds[trial / count];
    failing[trial] = Try(std::move(json), events_max, [&] { return Stopped() || is_over(); });
    return failing[trial].has_value();
  });
  tried_ += first.has_value() ? *first + 1 : failing.size();
  if (!first.has_value()) return std::nullopt;
  return Success{*first % count, *std::move(failing[*first])};
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

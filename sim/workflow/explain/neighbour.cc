#include "sim/workflow/explain/neighbour.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"

#include "sim/observe/verdict_lines.h"
#include "sim/scenario/fault_list.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/future.h"
#include "sim/workflow/jobs.h"
#include "sim/workflow/progress.h"
#include "sim/workflow/session.h"

namespace sim {
namespace {

constexpr core::Duration kGrace = core::Seconds(1);
constexpr core::Duration kShortest = core::Milliseconds(1);
constexpr uint64_t kSeedsForLuck = 4;  // At each time.
constexpr uint64_t kSeeds = 16;
// Some minutes of one processor.
constexpr uint64_t kEventsInAll = 200'000'000;
constexpr uint64_t kFewest = 16;

using Candidate = std::function<Neighbour()>;  // Made when its turn comes: scenarios are large.

void AddFaultsFewer(const NeighbourSearch& search, std::vector<Candidate>& candidates) {
  const auto& faults = search.failing->faults;
  std::vector<size_t> order;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (faults[i].at.us <= search.failed_at.us) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return faults[a].at > faults[b].at; });
  for (const size_t index : order) {
    candidates.emplace_back([&search, index] {
      Scenario fewer = *search.failing;
      const Fault& fault = search.failing->faults[index];
      fewer.faults[index].at = fewer.duration;  // Never; the others keep their numbers.
      return Neighbour{
          absl::StrFormat("without fault %d, %s at %s", index, std::string(NameOf(fault.kind)),
                          FormatQuantity(fault.at.us, Measure::kDuration)),
          "", std::make_shared<const Scenario>(std::move(fewer)), WorldTime{fault.at.us}};
    });
  }
}

// Each time twice as long before the failure as the one before.
void AddOtherLuck(const NeighbourSearch& search, std::vector<Candidate>& candidates) {
  for (int64_t before = kShortest.us; before < 2 * search.failed_at.us; before *= 2) {
    const WorldTime at{std::max<int64_t>(0, search.failed_at.us - before)};
    for (uint64_t seed = 1; seed <= kSeedsForLuck; ++seed) {
      candidates.emplace_back([&search, at, seed] {
        Scenario other = FutureOf(*search.failing, at, seed);
        const std::string settings = absl::StrFormat(
            R"('reseed=[{"at":"%s","seed":%d}]')", FormatQuantity(at.us, Measure::kDuration), seed);
        return Neighbour{"with other luck from t=" + ClockText(at) + " on",
                         other.reseed.size() == 1 ? settings : "",
                         std::make_shared<const Scenario>(std::move(other)), at};
      });
    }
  }
}

void AddOtherSeeds(const NeighbourSearch& search, std::vector<Candidate>& candidates) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (seed == search.failing->seed) continue;
    candidates.emplace_back([&search, seed] {
      Scenario other = *search.failing;
      other.seed = seed;
      return Neighbour{absl::StrFormat("with seed %d", seed), absl::StrFormat("seed=%d", seed),
                       std::make_shared<const Scenario>(std::move(other)), WorldTime{0}};
    });
  }
}

std::vector<Candidate> CandidatesOf(const NeighbourSearch& search) {
  std::vector<Candidate> candidates;
  AddFaultsFewer(search, candidates);
  AddOtherLuck(search, candidates);
  AddOtherSeeds(search, candidates);
  return candidates;
}

std::vector<Candidate> Thinned(std::vector<Candidate> candidates, size_t most) {
  if (candidates.size() <= most) return candidates;
  std::vector<Candidate> kept;
  for (size_t i = 0; i < most; ++i) kept.push_back(candidates[i * candidates.size() / most]);
  return kept;
}

bool Passes(const NeighbourSearch& search, const Neighbour& neighbour, const Console& console,
            const std::function<bool()>& is_over) {
  Session session(neighbour.scenario, {1, 0, LookedAtUntil(search), console.stop_flag});
  if (!session.Open().ok()) return false;
  const Checker& checker = *session.FindChecker(search.check);
  const bool failed = RunUntilViolated(session, checker, is_over);
  return !failed && session.reached() >= session.end();
}

}  // namespace

WorldTime LookedAtUntil(const NeighbourSearch& search) {
  return std::min(search.failed_at + kGrace, WorldTime{search.failing->duration.us});
}

size_t NeighboursWorthTrying(uint64_t events_of_failing) {
  return std::max<uint64_t>(kFewest, kEventsInAll / std::max<uint64_t>(1, events_of_failing));
}

core::StatusOr<NeighboursTried> NearestPassing(const NeighbourSearch& search, Console& console) {
  std::vector<Candidate> candidates = CandidatesOf(search);
  NeighboursTried result;
  result.known = candidates.size();
  candidates = Thinned(std::move(candidates), search.most);
  result.tried = candidates.size();
  Countdown countdown(console.error, console.terminal, candidates.size());
  countdown.Show(0, 0);  // The first run may take minutes.
  std::mutex mutex;
  uint64_t done = 0;
  uint64_t failed = 0;
  const auto first = FirstOf(candidates.size(), search.jobs, [&](size_t i, const IsOver& is_over) {
    if (console.Interrupted()) return false;
    const bool passes = Passes(search, candidates[i](), console,
                               [&] { return console.Interrupted() || is_over(); });
    const std::lock_guard<std::mutex> lock(mutex);
    failed += passes ? 0 : 1;
    countdown.Show(++done, failed);
    return passes;
  });
  countdown.Clear();
  if (console.Interrupted()) return core::Internal("interrupted");
  if (first.has_value()) result.nearest = candidates[*first]();
  return result;
}

}  // namespace sim

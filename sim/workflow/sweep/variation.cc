#include "sim/workflow/sweep/variation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "nlohmann/json.hpp"

#include "sim/network/schedule.h"
#include "sim/network/swarm.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/future.h"
#include "sim/workflow/shrink/failing.h"

namespace sim {
namespace {

constexpr int64_t kMillisecond = 1'000;
constexpr uint64_t kLuckOctaves = 13;   // Luck changes up to 8 s before the instant,
constexpr uint64_t kFaultOctaves = 12;  // faults begin up to 4 s before it.
constexpr uint64_t kEditsMax = 3;

// From 1 ms on, each doubling as likely as the others.
int64_t SpanOf(uint64_t octaves, core::Random& random) {
  const int64_t low = kMillisecond << random.Below(octaves);
  return random.Between(low, 2 * low);
}

// A run that is being changed.
class Draft {
 public:
  Draft(Scenario scenario, const SwarmSpec& swarm, const Feature& moment)
      : scenario_(std::move(scenario)), swarm_(swarm), moment_(moment) {
    FindDrawn();
  }

  void ChangeLuck(core::Random& random) {
    const int64_t latest = scenario_.duration.us - kMillisecond;
    const int64_t at = moment_.at_ms * kMillisecond - SpanOf(kLuckOctaves, random);
    const uint64_t seed = random.Below(uint64_t{1} << 32);
    scenario_ = FutureOf(scenario_, WorldTime{std::clamp(at, kMillisecond, latest)}, seed);
  }

  // REQUIRES: the swarm draws.
  void ChangeFaults(size_t faults_max, core::Random& random) {
    changed_ = true;
    const uint64_t edit = random.Below(4);
    if (edit == 0 && drawn_.size() < faults_max) {
      scenario_.faults.push_back(NewFault(random));
      FindDrawn();
    } else if (drawn_.empty()) {
      return;
    } else if (edit == 1) {
      MoveToMoment(AnyDrawn(random), random);
    } else if (edit == 2 && random.Chance({1, 2})) {
      scenario_.faults.erase(scenario_.faults.begin() +
                             static_cast<std::ptrdiff_t>(drawn_[random.Below(drawn_.size())]));
      FindDrawn();
    } else if (edit == 2) {
      const Fault other = AnyDrawn(random);
      Fault& fault = AnyDrawn(random);
      fault = other;
      MoveToMoment(fault, random);
    } else {
      AnyDrawn(random) = NewFault(random);
    }
  }

  // Faults stand in the list from now on.
  void KeepFaults() { changed_ = true; }

  // What makes `base` this, by path, as a ledger reads it back.
  [[nodiscard]] Overrides Changes(const Scenario& base) const {
    Overrides changes;
    if (changed_) {
      const Json faults = FaultsText(scenario_.faults, NamesOf(scenario_.groups));
      changes.emplace_back("faults", faults.dump());
    }
    if (scenario_.reseed.size() != base.reseed.size() || !IsBaseLuck(base))
      changes.emplace_back("reseed", ReseedText());
    if (changed_ && !base.swarm.draw.empty()) changes.emplace_back("swarm.intensity", "none");
    return changes;
  }

 private:
  void FindDrawn() {
    drawn_.clear();
    for (size_t i = 0; i < scenario_.faults.size(); ++i) {
      if (scenario_.faults[i].drawn) drawn_.push_back(i);
    }
  }

  Fault& AnyDrawn(core::Random& random) {
    return scenario_.faults[drawn_[random.Below(drawn_.size())]];
  }

  // So that it has begun when the instant comes.
  void MoveToMoment(Fault& fault, core::Random& random) const {
    const int64_t latest = EndOfFaults(scenario_).us - fault.length.us - 1;
    const int64_t at = moment_.at_ms * kMillisecond - SpanOf(kFaultOctaves, random);
    fault.at = {std::clamp<int64_t>(at, 0, std::max<int64_t>(latest, 0))};
  }

  Fault NewFault(core::Random& random) const {
    const uint64_t kind = random.Below(swarm_.draw.size());
    const core::StreamKey key{.seed = random.Next(), .purpose = core::Purpose::kFaults};
    Fault fault = *DrawFault(swarm_, scenario_, swarm_.draw[kind], core::Random(key));
    if (random.Chance({3, 4})) MoveToMoment(fault, random);
    return fault;
  }

  [[nodiscard]] bool IsBaseLuck(const Scenario& base) const {
    return std::equal(
        base.reseed.begin(), base.reseed.end(), scenario_.reseed.begin(),
        [](const Reseed& a, const Reseed& b) { return a.at == b.at && a.seed == b.seed; });
  }

  [[nodiscard]] std::string ReseedText() const {
    Json list = Json::array();
    for (const Reseed& one : scenario_.reseed)
      list.push_back({{"at", FormatQuantity(one.at.us, Measure::kDuration)}, {"seed", one.seed}});
    return list.dump();
  }

  Scenario scenario_;
  const SwarmSpec& swarm_;
  const Feature& moment_;
  std::vector<size_t> drawn_;  // Indices of faults.
  bool changed_ = false;
};

bool ListsFaults(const SweepCell& cell) {
  return std::any_of(cell.changes.begin(), cell.changes.end(),
                     [](const auto& change) { return change.first == "faults"; });
}

}  // namespace

Variations::Variations(const ScenarioSource& source, const Scenario& scenario)
    : source_(source),
      scenario_(scenario),
      faults_max_(DrawSwarm(scenario.swarm, scenario, scenario.seed).size()) {}

core::StatusOr<SweepCell> Variations::Of(const SweepCell& parent, const Feature& moment,
                                         uint64_t fresh, core::Random random) const {
  ASSIGN_OR_RETURN(Scenario scenario, Load(SourceOf(source_, {}, parent)));
  Draft draft(WithDrawnFaults(std::move(scenario)), scenario_.swarm, moment);
  if (ListsFaults(parent)) draft.KeepFaults();
  SweepCell cell = parent;
  const bool draws = faults_max_ > 0;
  if (draws && random.Chance({1, 8})) {
    draft.KeepFaults();
    cell.seed = fresh;
  } else if (!draws || random.Chance({1, 4})) {
    draft.ChangeLuck(random);
  } else {
    for (uint64_t edits = 1 + random.Below(kEditsMax); edits > 0; --edits)
      draft.ChangeFaults(faults_max_, random);
  }
  cell.changes = draft.Changes(scenario_);
  return cell;
}

}  // namespace sim

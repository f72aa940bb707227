#include "sim/workflow/sweep/guidance.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"

#include "core/base/hash.h"

namespace sim {
namespace {

// Small at first, when every run teaches much; later large enough for many processors.
constexpr uint64_t kGenerationMin = 16;
constexpr uint64_t kGenerationMax = 512;
constexpr int kTries = 8;  // To plan what was not planned yet.

constexpr uint64_t kWeight = uint64_t{1} << 32;

uint64_t WeightOf(uint64_t runs, uint64_t varied) {
  return std::max<uint64_t>(kWeight / (runs * (1 + varied)), 1);
}

}  // namespace

core::StatusOr<std::vector<SweepCell>> Guidance::Next() {
  const uint64_t size = std::clamp(planned_ / 4, kGenerationMin, kGenerationMax);
  const uint64_t end = std::min(planned_ + size, plan_.seeds.count);
  std::vector<SweepCell> generation;
  for (; planned_ < end; ++planned_) {
    ASSIGN_OR_RETURN(SweepCell cell, Plan(planned_));
    cells_.insert(cell);
    generation.push_back(std::move(cell));
  }
  return generation;
}

core::StatusOr<SweepCell> Guidance::Plan(uint64_t place) {
  core::Random random(
      {.seed = core::Mix64(plan_.seeds.first, place), .purpose = core::Purpose::kFaults});
  const bool fresh = random.Below(100) < static_cast<uint64_t>(plan_.fresh_percent);
  for (int i = 0; i < kTries && !fresh && !parents_.empty(); ++i) {
    Shown& shown = Choose(random);
    ++shown.varied;
    const core::StreamKey key{.seed = random.Next(), .purpose = core::Purpose::kFaults};
    ASSIGN_OR_RETURN(SweepCell cell, variations_.Of(parents_[shown.parent], shown.first, next_seed_,
                                                    core::Random(key)));
    if (cells_.contains(cell)) continue;
    if (cell.seed == next_seed_) ++next_seed_;
    return cell;
  }
  return SweepCell{next_seed_++, {}, {}};
}

Guidance::Shown& Guidance::Choose(core::Random& random) {
  uint64_t all = 0;
  for (const auto& [id, shown] : shown_) all += WeightOf(shown.runs, shown.varied);
  uint64_t left = random.Below(all);
  for (auto& [id, shown] : shown_) {
    const uint64_t weight = WeightOf(shown.runs, shown.varied);
    if (left < weight) return shown;
    left -= weight;
  }
  return shown_.begin()->second;  // Not reached.
}

core::Status Guidance::Learn(const std::vector<const SweepRun*>& generation) {
  for (const SweepRun* run : generation) {
    const auto features = ParseFeatures(run->features);
    if (!features.has_value() || features->empty()) {
      return core::InvalidArgument(
          "found the run of seed " + std::to_string(run->cell.seed) +
          " without its features, allowed those of a guided sweep; name another --out");
    }
    ++learnt_;
    const size_t before = shown_.size();
    for (const Feature& feature : *features) {
      const auto [at, is_new] =
          shown_.try_emplace(feature.id, Shown{0, 0, parents_.size(), feature});
      ++at->second.runs;
    }
    if (shown_.size() == before) continue;
    parents_.push_back(run->cell);
    last_news_ = learnt_;
  }
  return core::Status();
}

std::string Guidance::Text() const {
  return absl::StrFormat(
      "features  %d, first shown by %d of %d runs, the last by run %d; %d seeds were used\n",
      shown_.size(), parents_.size(), learnt_, last_news_, next_seed_ - plan_.seeds.first);
}

}  // namespace sim

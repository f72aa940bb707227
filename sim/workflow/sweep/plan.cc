#include "sim/workflow/sweep/plan.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace sim {
namespace {

constexpr uint64_t kSeedsMax = uint64_t{1} << 40;
constexpr uint64_t kRunsMax =
    10'000'000;  // Of one shard: each has a line in the ledger and in memory.

std::optional<uint64_t> NumberOf(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The parts between separators that are outside of brackets, braces and quotes.
std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '[' || c == '{')) ++depth;
    if (!quoted && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

core::Status Refused(const char* option, const std::string& text, const char* allowed) {
  return core::InvalidArgument(std::string(option) + ": found \"" + text + "\", allowed " +
                               allowed);
}

}  // namespace

core::StatusOr<SeedRange> ParseSeeds(const std::string& text) {
  const size_t dots = text.find("..");
  const auto refused = [&] {
    return Refused("--seeds", text, "a number from 1 to 1099511627776, or a range such as 5..20");
  };
  if (dots == std::string::npos) {
    const auto count = NumberOf(text);
    if (!count.has_value() || *count == 0 || *count > kSeedsMax) return refused();
    return SeedRange{1, *count};
  }
  const auto first = NumberOf(std::string_view(text).substr(0, dots));
  const auto last = NumberOf(std::string_view(text).substr(dots + 2));
  if (!first.has_value() || !last.has_value() || *last < *first || *last - *first >= kSeedsMax)
    return refused();
  return SeedRange{*first, *last - *first + 1};
}

core::StatusOr<Axis> ParseAxis(const std::string& text) {
  const size_t equals = text.find('=');
  Axis axis;
  if (equals != std::string::npos) {
    axis = {text.substr(0, equals), Split(std::string_view(text).substr(equals + 1))};
  }
  bool good = !axis.path.empty();
  for (const std::string& value : axis.values) good = good && !value.empty();
  if (good) return axis;
  return Refused("--vary", text, "path=value,value,... such as network.loss=0%,1%,5%");
}

core::StatusOr<Shard> ParseShard(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto index = NumberOf(std::string_view(text).substr(0, slash));
    const auto count = NumberOf(std::string_view(text).substr(slash + 1));
    if (index.has_value() && count.has_value() && *index >= 1 && *index <= *count)
      return Shard{*index - 1, *count};
  }
  return Refused("--shard", text, "I/N with I from 1 to N, such as 2/8");
}

core::Status Check(const SweepPlan& plan) {
  uint64_t runs = (plan.seeds.count - 1) / plan.shard.count + 1;
  for (const Axis& axis : plan.axes) {
    runs *= axis.values.size();  // At most kRunsMax times what a command line holds.
    if (runs > kRunsMax) break;
  }
  if (runs <= kRunsMax) return core::Status();
  return core::InvalidArgument("found " + std::to_string(runs) + " runs or more, allowed " +
                               std::to_string(kRunsMax) + " in a shard; see --shard");
}

uint64_t SizeOf(const SweepPlan& plan) {
  uint64_t points = 1;
  for (const Axis& axis : plan.axes) points *= axis.values.size();
  return points * plan.seeds.count;
}

uint64_t CountOf(const SweepPlan& plan) {
  const uint64_t size = SizeOf(plan);
  return size > plan.shard.index ? (size - plan.shard.index - 1) / plan.shard.count + 1 : 0;
}

std::vector<SweepCell> CellsOf(const SweepPlan& plan) {
  std::vector<SweepCell> cells;
  const uint64_t size = SizeOf(plan);
  const uint64_t points = size / plan.seeds.count;
  for (uint64_t place = plan.shard.index; place < size; place += plan.shard.count) {
    SweepCell cell{plan.seeds.first + place / points, {}};
    cell.values.resize(plan.axes.size());
    uint64_t point = place % points;
    for (size_t i = plan.axes.size(); i-- > 0; point /= plan.axes[i].values.size()) {
      cell.values[i] = plan.axes[i].values[point % plan.axes[i].values.size()];
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

Overrides SettingsOf(const std::vector<Axis>& axes, const SweepCell& cell) {
  Overrides settings;
  for (size_t i = 0; i < axes.size(); ++i) settings.emplace_back(axes[i].path, cell.values[i]);
  return settings;
}

ScenarioSource SourceOf(const ScenarioSource& source, const std::vector<Axis>& axes,
                        const SweepCell& cell) {
  ScenarioSource at = source;
  at.seed = cell.seed;
  for (auto& setting : SettingsOf(axes, cell)) at.overrides.push_back(std::move(setting));
  at.overrides.insert(at.overrides.end(), cell.changes.begin(), cell.changes.end());
  return at;
}

}  // namespace sim

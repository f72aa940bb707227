#include "sim/network/latency.h"

#include <algorithm>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "sim/network/draws.h"

namespace sim {

Latency::Latency(const NetworkSpec& spec, const Placement& placement, uint64_t seed)
    : spec_(spec),
      placement_(placement),
      pair_key_(core::Mix64(DrawKey(seed, core::Purpose::kNetwork), 0x70616972)),
      smallest_(spec.floor) {
  smallest_ = FindSmallest();
}

Duration Latency::UniformOf(core::PeerId from, core::PeerId to) const {
  const auto [low, high] = std::minmax(from.value, to.value);
  const uint64_t span = static_cast<uint64_t>((spec_.uniform_high - spec_.uniform_low).us) + 1;
  const uint64_t part = core::Reduce(OccasionBits(pair_key_, low, high), span);
  return spec_.uniform_low + Duration{static_cast<int64_t>(part)};
}

Duration Latency::OneWay(core::PeerId from, core::PeerId to) const {
  switch (spec_.model) {
    case NetworkSpec::Model::kFixed:
      return std::max(spec_.fixed, smallest_);
    case NetworkSpec::Model::kUniform:
      return std::max(UniformOf(from, to), smallest_);
    case NetworkSpec::Model::kMatrix: {
      const size_t row = placement_.SiteOf(from);
      const Duration delay{
          spec_.matrix_one_way_us[row * spec_.matrix_side + placement_.SiteOf(to)]};
      return std::max(delay, smallest_);
    }
    case NetworkSpec::Model::kRegions: {
      const size_t row = placement_.SiteOf(from);
      const size_t entry = row * spec_.regions.size() + placement_.SiteOf(to);
      const Duration way{spec_.region_one_way_us[entry]};
      return std::max(way + placement_.AccessOf(from) + placement_.AccessOf(to), smallest_);
    }
  }
  return smallest_;
}

Duration Latency::FindSmallest() const {
  const auto least = [](const std::vector<uint32_t>& delays) {
    return Duration{int64_t{*std::min_element(delays.begin(), delays.end())}};
  };
  switch (spec_.model) {
    case NetworkSpec::Model::kFixed:
      return std::max(spec_.fixed, spec_.floor);
    case NetworkSpec::Model::kUniform:
      return std::max(spec_.uniform_low, spec_.floor);
    case NetworkSpec::Model::kMatrix:
      return std::max(least(spec_.matrix_one_way_us), spec_.floor);
    case NetworkSpec::Model::kRegions: {
      const Duration access{spec_.access_us.empty() ? 0 : spec_.access_us.front()};
      return std::max(least(spec_.region_one_way_us) + access * 2, spec_.floor);
    }
  }
  return spec_.floor;
}

}  // namespace sim

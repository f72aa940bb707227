#include "sim/network/swarm.h"

#include <algorithm>
#include <optional>

#include "core/base/random.h"
#include "sim/network/schedule.h"

namespace sim {
namespace {

constexpr uint64_t kMillion = 1'000'000;
constexpr int64_t kDrawnBatchMax = 32;

struct Strength {
  int64_t per_minute = 0;
  Duration length_max;
  uint64_t targets_max_ppm = 0;
  uint64_t share_min_ppm = 0;
  uint64_t share_max_ppm = 0;
  Duration delay_max;
  Duration jump_max;
};

std::optional<Strength> StrengthOf(SwarmSpec::Intensity intensity) {
  switch (intensity) {
    case SwarmSpec::Intensity::kNone:
      return std::nullopt;
    case SwarmSpec::Intensity::kLow:
      return Strength{1,
                      core::Seconds(5),
                      50'000,
                      5'000,
                      50'000,
                      core::Milliseconds(50),
                      core::Milliseconds(100)};
    case SwarmSpec::Intensity::kMedium:
      return Strength{2,       core::Seconds(15),       200'000,         20'000,
                      200'000, core::Milliseconds(200), core::Seconds(1)};
    case SwarmSpec::Intensity::kHigh:
      return Strength{4,       core::Seconds(30), 500'000,          50'000,
                      500'000, core::Seconds(1),  core::Seconds(10)};
  }
  return std::nullopt;
}

uint32_t PeersOf(const Scenario& scenario) {
  uint32_t count = 0;
  for (const Group& group : scenario.groups) count = std::max(count, group.first + group.count);
  return count;
}

// `size` peers from `first` on, modulo `count`.
PeerSet Slice(uint32_t first, uint32_t size, uint32_t count) {
  PeerSet set;
  if (first + uint64_t{size} <= count) {
    set.ranges.emplace_back(first, first + size);
    return set;
  }
  set.ranges.emplace_back(0, first + size - count);
  set.ranges.emplace_back(first, count);
  return set;
}

PeerSet Complement(const PeerSet& set, uint32_t count) {
  PeerSet rest;
  uint32_t next = 0;
  for (const auto& [first, end] : set.ranges) {
    if (first > next) rest.ranges.emplace_back(next, first);
    next = end;
  }
  if (next < count) rest.ranges.emplace_back(next, count);
  return rest;
}

class Drawer {
 public:
  Drawer(const Strength& strength, Duration phase, uint32_t peers)
      : strength_(strength), phase_(phase), peers_(peers) {}

  [[nodiscard]] Fault Draw(Fault::Kind kind, core::Random random) const {
    Fault fault;
    fault.kind = kind;
    fault.drawn = true;
    const int64_t length_max = std::clamp<int64_t>(strength_.length_max.us, 1, phase_.us);
    if (!IsInstant(kind))
      fault.length = {random.Between(std::max<int64_t>(length_max / 10, 1), length_max)};
    fault.at = {random.Between(0, std::max<int64_t>(phase_.us - fault.length.us - 1, 0))};
    const uint64_t targets_max =
        std::max<uint64_t>(uint64_t{peers_} * strength_.targets_max_ppm / kMillion, 1);
    const uint32_t size = static_cast<uint32_t>(1 + random.Below(targets_max));
    const uint32_t first = static_cast<uint32_t>(random.Below(peers_));
    fault.targets = Slice(first, size, peers_);
    Detail(fault, random);
    return fault;
  }

 private:
  void Detail(Fault& fault, core::Random& random) const {
    switch (fault.kind) {
      case Fault::Kind::kPartition:
        fault.others = Complement(fault.targets, peers_);
        fault.one_way = random.Chance({1, 4});
        return;
      case Fault::Kind::kIsolate:
        fault.one_way = random.Chance({1, 4});
        return;
      case Fault::Kind::kReorder:
        fault.amount = Amount(strength_.delay_max, random);
        fault.ratio = Share(random);
        return;
      case Fault::Kind::kLoss:
      case Fault::Kind::kDuplicate:
      case Fault::Kind::kCorrupt:
        fault.ratio = Share(random);
        return;
      case Fault::Kind::kDelay:
        fault.amount = Amount(strength_.delay_max, random);
        fault.ratio = {1, 1};
        return;
      case Fault::Kind::kSlow:
        fault.amount = Amount(strength_.delay_max / 1000, random);
        return;
      case Fault::Kind::kClockJump:
        fault.amount = {random.Between(-strength_.jump_max.us, strength_.jump_max.us)};
        return;
      case Fault::Kind::kCrashAtStore:
        fault.nth = static_cast<uint32_t>(random.Between(1, kDrawnBatchMax));
        fault.after = random.Chance({1, 2});
        return;
      default:
        return;
    }
  }

  [[nodiscard]] core::Ratio Share(core::Random& random) const {
    const int64_t ppm = random.Between(static_cast<int64_t>(strength_.share_min_ppm),
                                       static_cast<int64_t>(strength_.share_max_ppm));
    return {static_cast<uint64_t>(ppm), kMillion};
  }

  [[nodiscard]] static Duration Amount(Duration most, core::Random& random) {
    return {random.Between(std::max<int64_t>(most.us / 10, 1), std::max<int64_t>(most.us, 1))};
  }

  Strength strength_;
  Duration phase_;
  uint32_t peers_;
};

}  // namespace

std::optional<Fault> DrawFault(const SwarmSpec& swarm, const Scenario& scenario, Fault::Kind kind,
                               core::Random random) {
  const std::optional<Strength> strength = StrengthOf(swarm.intensity);
  const Duration phase = EndOfFaults(scenario) - WorldTime{};
  const uint32_t peers = PeersOf(scenario);
  if (!strength.has_value() || phase.us <= 0 || peers == 0) return std::nullopt;
  return Drawer(*strength, phase, peers).Draw(kind, random);
}

std::vector<Fault> DrawSwarm(const SwarmSpec& swarm, const Scenario& scenario, uint64_t seed) {
  std::vector<Fault> faults;
  const std::optional<Strength> strength = StrengthOf(swarm.intensity);
  const Duration phase = EndOfFaults(scenario) - WorldTime{};
  const uint32_t peers = PeersOf(scenario);
  if (!strength.has_value() || phase.us <= 0 || peers == 0) return faults;
  constexpr int64_t kPerKindMax = 64;
  const int64_t minutes = phase.us / core::Minutes(1).us;
  const int64_t per_kind =
      std::clamp<int64_t>(strength->per_minute * std::min(minutes, kPerKindMax), 1, kPerKindMax);
  for (auto kind = swarm.draw.begin(); kind != swarm.draw.end(); ++kind) {
    if (std::find(swarm.draw.begin(), kind, *kind) != kind) continue;
    for (uint32_t i = 0; i < per_kind; ++i) {
      const core::StreamKey key{.seed = seed,
                                .peer = static_cast<uint32_t>(*kind),
                                .incarnation = i,
                                .purpose = core::Purpose::kFaults};
      faults.push_back(*DrawFault(swarm, scenario, *kind, core::Random(key)));
    }
  }
  return faults;
}

Scenario WithDrawnFaults(Scenario scenario) {
  const std::vector<Fault> drawn = DrawSwarm(scenario.swarm, scenario, scenario.seed);
  scenario.faults.insert(scenario.faults.end(), drawn.begin(), drawn.end());
  scenario.swarm = SwarmSpec();
  return scenario;
}

}  // namespace sim

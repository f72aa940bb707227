#include "sim/network/clocks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/base/random.h"
#include "sim/network/distribution.h"
#include "sim/network/draws.h"

namespace sim {
namespace {

__extension__ using SignedWide = __int128;

constexpr int64_t kBillion = 1'000'000'000;

enum class Which : uint8_t { kOffset, kDrift };

// Uniform in [-most, most].
int64_t Symmetric(int64_t most, uint64_t bits) {
  return static_cast<int64_t>(core::Reduce(bits, static_cast<uint64_t>(most) * 2 + 1)) - most;
}

bool HasSkew(const Group& group) {
  return group.clock.offset.us != 0 || group.clock.drift_ppm != 0;
}

SignedWide FloorDivide(SignedWide a, int64_t b) {
  const SignedWide quotient = a / b;
  return a % b != 0 && a < 0 ? quotient - 1 : quotient;
}

int64_t Saturate(SignedWide value) {
  return static_cast<int64_t>(
      std::clamp<SignedWide>(value, -Clocks::kInstantMax, Clocks::kInstantMax));
}

}  // namespace

core::Status Clocks::Check(const Scenario& scenario) {
  for (const Group& group : scenario.groups) {
    if (group.clock.drift_ppm > kDriftMaxPpm) {
      return core::InvalidArgument(absl::StrCat("group ", group.name, ": clock drift is ",
                                                group.clock.drift_ppm, "ppm, allowed: 0 to ",
                                                kDriftMaxPpm));
    }
    if (group.clock.offset.us < 0 || group.clock.offset > kDrawMax) {
      return core::InvalidArgument(
          absl::StrCat("group ", group.name, ": clock offset is ", group.clock.offset.us,
                       "us, allowed: 0 and above (it is drawn both ways)"));
    }
  }
  return {};
}

Clocks::Clocks(const Scenario& scenario, uint64_t seed) {
  const auto& groups = scenario.groups;
  for (const Group& group : groups) peer_count_ = std::max(peer_count_, group.first + group.count);
  if (std::none_of(groups.begin(), groups.end(), HasSkew)) return;
  skews_.resize(peer_count_);
  const uint64_t key = DrawKey(seed, core::Purpose::kClock);
  for (const Group& group : groups) {
    for (uint32_t peer = group.first; peer < group.first + group.count; ++peer) {
      const uint64_t occasion = OccasionBits(key, peer, 0);
      skews_[peer].offset_us = Symmetric(group.clock.offset.us, DrawBits(occasion, Which::kOffset));
      skews_[peer].drift_ppb =
          Symmetric(int64_t{group.clock.drift_ppm} * 1000, DrawBits(occasion, Which::kDrift));
    }
  }
}

core::Time Clocks::LocalAt(core::PeerId peer, WorldTime at) const {
  if (skews_.empty()) return {at.us};
  const Skew& skew = skews_[peer.value];
  // true * (1 + drift), rounded down: one division, so it cannot go back.
  const SignedWide scaled = static_cast<SignedWide>(at.us) * (kBillion + skew.drift_ppb);
  return {Saturate(FloorDivide(scaled, kBillion) + skew.offset_us)};
}

WorldTime Clocks::WorldAt(core::PeerId peer, core::Time local) const {
  if (local == core::Time::Never()) return WorldTime::Never();
  if (skews_.empty()) return {std::max<int64_t>(local.us, 0)};
  const Skew& skew = skews_[peer.value];
  // floor(t * rate / 10^9) >= x holds from t = ceil(x * 10^9 / rate) on.
  const SignedWide shown = static_cast<SignedWide>(local.us) - skew.offset_us;
  const SignedWide first = -FloorDivide(-shown * kBillion, kBillion + skew.drift_ppb);
  return {std::max<int64_t>(Saturate(first), 0)};
}

void Clocks::Jump(core::PeerId peer, Duration by) {
  CHECK(peer.value < peer_count_);
  if (skews_.empty()) skews_.resize(peer_count_);
  int64_t& offset = skews_[peer.value].offset_us;
  offset = Saturate(static_cast<SignedWide>(offset) + by.us);
}

}  // namespace sim

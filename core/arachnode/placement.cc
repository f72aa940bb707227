#include "core/arachnode/placement.h"

#include <algorithm>

#include "core/base/fixed_math.h"

namespace core {
namespace {

constexpr int64_t kPpm = 1'000'000;

}  // namespace

void Overlap::Add(uint32_t holders, uint32_t inner_holders) {
  least = keys == 0 ? holders : std::min(least, holders);
  sum += holders;
  inner += inner_holders;
  ++keys;
}

uint32_t FreeShareDepth(const FreeShare& share) {
  const uint64_t own = std::max<uint64_t>(1, share.own_free);
  const uint64_t mean = std::max<uint64_t>(1, share.mean_free);
  const int64_t depth = Log2Q56(std::max<uint64_t>(1, share.peers)) + Log2Q56(mean) - Log2Q56(own);
  const int64_t milli = MulDiv(depth, 1000, kQ56One);
  return static_cast<uint32_t>(std::clamp<int64_t>(milli, 0, int64_t{limits::kRingMax} * 1000));
}

void Placement::Sample(const ArachnodeConfig& config, uint64_t used, uint64_t capacity) {
  const auto whole = static_cast<int64_t>(std::max<uint64_t>(1, capacity));
  const int64_t now = std::min(kPpm, MulDiv(static_cast<int64_t>(used), kPpm, whole));
  const int64_t before = sampled_ ? used_ppm_ : now;
  const bool was_full = IsFull(config);
  const bool had_room = HasRoom(config);
  used_ppm_ = static_cast<uint32_t>(before + (now - before) * config.smooth_percent / 100);
  sampled_ = true;
  if (IsFull(config) == was_full && HasRoom(config) == had_room) return;
  look_at_ = {};
  look_wait_ = {};
}

void Placement::Settle(Time now) {
  settled_at_ = now;
  look_at_ = {};
  look_wait_ = {};
}

void Placement::Stay(const ArachnodeConfig& config, Time now) {
  look_wait_ = std::min(config.dwell, std::max(config.monitor_interval, look_wait_ * 2));
  look_at_ = now + look_wait_;
}

RingMove Placement::Decide(const ArachnodeConfig& config, uint8_t ring,
                           const Halves& halves) const {
  const bool safe =
      halves.shed.keys > 0 && halves.shed.least >= static_cast<uint32_t>(config.floor);
  const bool crowded = !halves.shed.IsBelow(static_cast<uint32_t>(config.overlap_high) - 1) &&
                       !halves.shed.IsMostlyInner();
  if (ring < limits::kRingMax && safe && (crowded || IsFull(config))) return RingMove::kOut;
  const bool thin = halves.gained.IsBelow(static_cast<uint32_t>(config.overlap_low));
  return ring > 0 && HasRoom(config) && thin ? RingMove::kIn : RingMove::kStay;
}

RingMove Placement::Decide(const ArachnodeConfig& config, uint8_t ring,
                           const FreeShare& share) const {
  const int64_t wanted = FreeShareDepth(share);
  const int64_t here = int64_t{ring} * 1000;
  const int64_t band = int64_t{config.dead_band_percent} * 10;
  if (wanted > here + band && ring < limits::kRingMax) return RingMove::kOut;
  return wanted < here - band && ring > 0 ? RingMove::kIn : RingMove::kStay;
}

}  // namespace core

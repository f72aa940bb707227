#include "sim/network/distribution.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/base/fixed_math.h"
#include "core/base/random.h"
#include "sim/network/normal_quantile.h"

namespace sim {
namespace {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

constexpr int64_t kMillion = 1'000'000;
constexpr int kHazardBits = 57;  // -ln(1 - u) is below 45: six bits before the point.

// -ln(1 - u) with kHazardBits fractional bits.
uint64_t Hazard(uint64_t bits) {
  const uint64_t survival = std::max<uint64_t>(~bits, 1);
  const int64_t halvings = std::max<int64_t>(64 * core::kQ56One - core::Log2Q56(survival), 0);
  const Wide product = static_cast<Wide>(halvings) * static_cast<uint64_t>(core::kLn2Q56);
  return static_cast<uint64_t>(product >> (2 * core::kQ56Bits - kHazardBits));
}

Duration Bounded(uint64_t us) {
  return {static_cast<int64_t>(std::min<uint64_t>(us, static_cast<uint64_t>(kDrawMax.us)))};
}

// 2^(log2(base) + exponent), where exponent may lie far outside of what an int64 holds.
Duration Power(Duration base, SignedWide exponent_q56) {
  if (base.us <= 0) return {};
  constexpr SignedWide kLimit = SignedWide{127} << core::kQ56Bits;
  const SignedWide y = exponent_q56 + core::Log2Q56(static_cast<uint64_t>(base.us));
  return Bounded(core::Exp2(static_cast<int64_t>(std::clamp<SignedWide>(y, -kLimit, kLimit))));
}

Duration Exponential(Duration mean, uint64_t bits) {
  const Wide product = static_cast<Wide>(static_cast<uint64_t>(mean.us)) * Hazard(bits);
  const Wide rounded = (product + (Wide{1} << (kHazardBits - 1))) >> kHazardBits;
  return Bounded(
      static_cast<uint64_t>(std::min<Wide>(rounded, static_cast<uint64_t>(kDrawMax.us))));
}

// scale * (-ln(1 - u))^(1 / shape).
Duration Weibull(Duration scale, uint64_t shape_ppm, uint64_t bits) {
  const uint64_t hazard = Hazard(bits);
  if (hazard == 0) return {};
  const int64_t log = core::Log2Q56(hazard) - kHazardBits * core::kQ56One;
  // 40 fractional bits of 1 / shape: a 128-bit division would cost more than all the rest.
  const int64_t inverse = (kMillion << 40) / static_cast<int64_t>(shape_ppm);
  return Power(scale, static_cast<SignedWide>(log) * inverse >> 40);
}

// median * e^(sigma z).
Duration LogNormal(Duration median, uint64_t sigma_ppm, uint64_t bits) {
  const SignedWide deviation =
      static_cast<SignedWide>(NormalQuantileQ32(bits)) * static_cast<int64_t>(sigma_ppm);
  return Power(median, (deviation * (core::kLog2EQ56 / kMillion)) >> 32);
}

}  // namespace

Duration Interpolate(const std::vector<int64_t>& quantiles_us, uint64_t bits) {
  const Wide position = static_cast<Wide>(bits) * (quantiles_us.size() - 1);
  const size_t cell = static_cast<size_t>(position >> 64);
  if (cell + 1 >= quantiles_us.size()) return Bounded(static_cast<uint64_t>(quantiles_us.back()));
  const SignedWide step = quantiles_us[cell + 1] - quantiles_us[cell];
  const SignedWide part = step * static_cast<int64_t>(static_cast<uint64_t>(position) >> 1) >> 63;
  return Bounded(static_cast<uint64_t>(quantiles_us[cell] + static_cast<int64_t>(part)));
}

Duration Draw(const Distribution& distribution, uint64_t bits, uint64_t counter) {
  const Distribution& d = distribution;
  switch (d.kind) {
    case Distribution::Kind::kFixed:
      return Bounded(static_cast<uint64_t>(d.low.us));
    case Distribution::Kind::kUniform: {
      const uint64_t span = static_cast<uint64_t>(d.high.us - d.low.us) + 1;
      return Bounded(static_cast<uint64_t>(d.low.us) + core::Reduce(bits, span));
    }
    case Distribution::Kind::kExponential:
      return Exponential(d.scale, bits);
    case Distribution::Kind::kWeibull:
      return Weibull(d.scale, d.shape_ppm, bits);
    case Distribution::Kind::kLogNormal:
      return LogNormal(d.scale, d.shape_ppm, bits);
    case Distribution::Kind::kTable:
      return Interpolate(d.quantiles_us, bits);
    case Distribution::Kind::kTrace:
      return Bounded(static_cast<uint64_t>(d.quantiles_us[counter % d.quantiles_us.size()]));
  }
  return {};
}

Duration SmallestDraw(const Distribution& distribution) {
  if (distribution.kind == Distribution::Kind::kTrace) {
    const auto& values = distribution.quantiles_us;
    return {*std::min_element(values.begin(), values.end())};
  }
  return Draw(distribution, 0, 0);
}

bool IsZero(const Distribution& distribution) {
  return distribution.kind == Distribution::Kind::kFixed && distribution.low.us == 0;
}

core::Status Check(const Distribution& distribution) {
  const Distribution& d = distribution;
  const bool uses_table =
      d.kind == Distribution::Kind::kTable || d.kind == Distribution::Kind::kTrace;
  if (uses_table && d.quantiles_us.empty()) {
    return core::InvalidArgument("distribution: found an empty table, allowed: one value or more");
  }
  if (uses_table && *std::min_element(d.quantiles_us.begin(), d.quantiles_us.end()) < 0) {
    return core::InvalidArgument("distribution: found a negative value, allowed: 0 and above");
  }
  if (d.kind == Distribution::Kind::kTable &&
      !std::is_sorted(d.quantiles_us.begin(), d.quantiles_us.end())) {
    return core::InvalidArgument("distribution: found quantiles that decrease");
  }
  if (d.low.us < 0 || d.scale.us < 0) {
    return core::InvalidArgument("distribution: found a negative duration, allowed: 0 and above");
  }
  if (d.kind == Distribution::Kind::kUniform && d.high < d.low) {
    return core::InvalidArgument(
        absl::StrCat("distribution: uniform ends at ", d.high.us, "us, before its start"));
  }
  constexpr uint64_t kShapeMax = 1'000 * static_cast<uint64_t>(kMillion);
  const bool shaped =
      d.kind == Distribution::Kind::kWeibull || d.kind == Distribution::Kind::kLogNormal;
  if (shaped && (d.shape_ppm == 0 || d.shape_ppm > kShapeMax)) {
    return core::InvalidArgument(absl::StrCat("distribution: found shape ", d.shape_ppm,
                                              " millionths, allowed: 1 to ", kShapeMax));
  }
  return {};
}

}  // namespace sim

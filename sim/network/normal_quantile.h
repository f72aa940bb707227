// The quantile function of the standard normal distribution with integers only.
//
// A pinned table of z over t = -log2(tail probability), 16 cells per halving, and a cubic between
// its points. Invariants: (1) odd: quantile(~bits) = -quantile(bits); (2) off by less than 1e-6;
// (3) tails down to a probability of 2^-33 (about 1.2e-10, z = 6.33); what lies beyond gets that z.
#pragma once

#include <cstdint>

namespace sim {

// z * 2^32 for the probability bits / 2^64.
[[nodiscard]] int64_t NormalQuantileQ32(uint64_t bits);

}  // namespace sim

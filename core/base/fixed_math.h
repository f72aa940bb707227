// Logarithm and power of two in fixed point: what integer-only distributions are made of.
//
// Values are signed with 56 fractional bits (Q56), so that every log2 of a 64-bit integer fits.
// Invariants: (1) only integer instructions, so every machine and compiler gives the same bits;
// (2) Log2Q56 is off by less than 2^-54, Exp2 by less than 2e-9 of its value before rounding;
// (3) both never decrease by more than that error, and neither can overflow: Exp2 saturates.
// Used by sim/network/distribution.h. Hazard 6 of docs/determinism.md.
#pragma once

#include <cstdint>

namespace core {

inline constexpr int kQ56Bits = 56;
inline constexpr int64_t kQ56One = int64_t{1} << kQ56Bits;
inline constexpr int64_t kLn2Q56 = 49946518145322874;     // ln 2.
inline constexpr int64_t kLog2EQ56 = 103957133576908769;  // log2 e.

// The largest value of Exp2.
inline constexpr uint64_t kExp2Max = uint64_t{1} << 62;

// log2(x). REQUIRES: x > 0.
[[nodiscard]] int64_t Log2Q56(uint64_t x);

// 2^y, rounded to the nearest integer; kExp2Max from y = 62 on. For a result with k fractional
// bits add k to y.
[[nodiscard]] uint64_t Exp2(int64_t y_q56);

// a * b / c without overflow in between, rounded to the nearest (halves away from zero) and
// saturated. REQUIRES: c > 0.
[[nodiscard]] int64_t MulDiv(int64_t a, int64_t b, int64_t c);

}  // namespace core

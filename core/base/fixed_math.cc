#include "core/base/fixed_math.h"

#include <array>
#include <bit>
#include <cstddef>
#include <limits>

#include "core/base/check.h"

namespace core {
namespace {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

constexpr int kTableBits = 7;
constexpr size_t kTableSize = size_t{1} << kTableBits;
constexpr int64_t kQ62One = int64_t{1} << 62;
constexpr int64_t kLn2Q62 = 3196577161300663915;
constexpr int64_t kLog2EQ61 = 3326628274461080623;

// log2 of a number in [1, 2), given with 63 fractional bits, by repeated squaring: one bit a turn.
constexpr int64_t SlowLog2(uint64_t mantissa) {
  constexpr int kGuardBits = 4;
  int64_t result = 0;
  for (int bit = 0; bit < kQ56Bits + kGuardBits; ++bit) {
    const Wide square = static_cast<Wide>(mantissa) * mantissa >> 63;
    const bool carry = square >> 64 != 0;
    mantissa = static_cast<uint64_t>(carry ? square >> 1 : square);
    result = result * 2 + (carry ? 1 : 0);
  }
  return (result + (1 << (kGuardBits - 1))) >> kGuardBits;
}

struct LogEntry {
  uint64_t inverse_q63 = 0;  // Of the middle of the cell.
  int64_t log_q56 = 0;       // -log2(inverse).
};

constexpr std::array<LogEntry, kTableSize> MakeLogTable() {
  std::array<LogEntry, kTableSize> table{};
  for (size_t i = 0; i < kTableSize; ++i) {
    const Wide middle = 2 * kTableSize + 2 * i + 1;
    table[i].inverse_q63 =
        static_cast<uint64_t>((static_cast<Wide>(2 * kTableSize) << 63) / middle);
    table[i].log_q56 = kQ56One - SlowLog2(table[i].inverse_q63 << 1);
  }
  return table;
}

constexpr uint64_t SquareRoot(Wide value) {
  uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t trial = root | uint64_t{1} << bit;
    if (static_cast<Wide>(trial) * trial <= value) root = trial;
  }
  return root;
}

// 2^(i / 128) with 62 fractional bits, as products of repeated square roots of two.
constexpr std::array<uint64_t, kTableSize> MakeExpTable() {
  std::array<uint64_t, kTableSize> table{};
  table.fill(uint64_t{1} << 62);
  uint64_t root = uint64_t{1} << 63;
  for (size_t bit = kTableSize / 2; bit > 0; bit /= 2) {
    root = SquareRoot(static_cast<Wide>(root) << 62);
    for (size_t i = 0; i < kTableSize; ++i) {
      if ((i & bit) != 0)
        table[i] = static_cast<uint64_t>(static_cast<Wide>(table[i]) * root >> 62);
    }
  }
  return table;
}

constexpr size_t kTerms = 7;

// 1/n and 1/n! with 62 fractional bits: a division at run time would cost more than all the rest.
constexpr std::array<int64_t, kTerms + 1> MakeInverses(bool of_factorials) {
  std::array<int64_t, kTerms + 1> inverses{};
  int64_t factorial = 1;
  for (int64_t n = 0; n <= static_cast<int64_t>(kTerms); ++n) {
    if (n > 0) factorial *= n;
    const int64_t divisor = of_factorials ? factorial : n;
    inverses[static_cast<size_t>(n)] = divisor == 0 ? 0 : kQ62One / divisor;
  }
  return inverses;
}

constexpr std::array<int64_t, kTerms + 1> kInverse = MakeInverses(false);
constexpr std::array<int64_t, kTerms + 1> kInverseFactorial = MakeInverses(true);
constexpr std::array<LogEntry, kTableSize> kLogTable = MakeLogTable();
constexpr std::array<uint64_t, kTableSize> kExpTable = MakeExpTable();

constexpr int64_t MulQ62(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<SignedWide>(a) * b >> 62);
}

}  // namespace

int64_t Log2Q56(uint64_t x) {
  CHECK(x > 0);
  const int zeros = std::countl_zero(x);
  const uint64_t mantissa = x << zeros;
  const LogEntry& cell = kLogTable[mantissa >> (63 - kTableBits) & (kTableSize - 1)];
  const Wide scaled = static_cast<Wide>(mantissa) * cell.inverse_q63 >> 64;
  const int64_t z = static_cast<int64_t>(static_cast<uint64_t>(scaled)) - kQ62One;
  // ln(1 + z) = z (1 - z/2 + z^2/3 - ...), |z| <= 2^-8: the term after the last is below 2^-66.
  int64_t sum = kInverse[kTerms];
  for (size_t n = kTerms - 1; n >= 1; --n) sum = kInverse[n] - MulQ62(z, sum);
  const int64_t ln = MulQ62(z, sum);
  const SignedWide tail = static_cast<SignedWide>(ln) * kLog2EQ61 >> (62 + 61 - kQ56Bits);
  return (int64_t{63 - zeros} << kQ56Bits) + cell.log_q56 + static_cast<int64_t>(tail);
}

uint64_t Exp2(int64_t y_q56) {
  const int64_t whole = y_q56 >> kQ56Bits;
  if (whole >= 62) return kExp2Max;
  if (whole < -1) return 0;
  const int64_t fraction = y_q56 & (kQ56One - 1);
  const int64_t cell = fraction >> (kQ56Bits - kTableBits);
  const int64_t rest = fraction & ((kQ56One >> kTableBits) - 1);
  const int64_t t = MulQ62(rest << (62 - kQ56Bits), kLn2Q62);
  // e^t = 1 + t + t^2/2! + ..., t < 2^-7.5: the term after the last is below 2^-74.
  int64_t power = kInverseFactorial[kTerms];
  for (size_t n = kTerms; n >= 1; --n) power = kInverseFactorial[n - 1] + MulQ62(t, power);
  const uint64_t mantissa = static_cast<uint64_t>(
      static_cast<Wide>(kExpTable[static_cast<size_t>(cell)]) * static_cast<uint64_t>(power) >> 62);
  const int shift = static_cast<int>(62 - whole);
  return (mantissa + (uint64_t{1} << (shift - 1))) >> shift;
}

int64_t MulDiv(int64_t a, int64_t b, int64_t c) {
  CHECK(c > 0);
  const SignedWide product = static_cast<SignedWide>(a) * b;
  const SignedWide half = product < 0 ? -static_cast<SignedWide>(c / 2) : c / 2;
  const SignedWide result = (product + half) / c;
  if (result > std::numeric_limits<int64_t>::max()) return std::numeric_limits<int64_t>::max();
  if (result < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(result);
}

}  // namespace core

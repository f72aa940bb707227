// Histogram: counts of non-negative integers in log-linear buckets, 32 per octave, so that a
// quantile is at most 1/32 too high; count, sum, smallest and largest are exact.
//
// Invariants: (1) integers only, adding is commutative: the merge of lanes does not depend on their
// order; (2) an empty histogram owns no heap memory; (3) at most 15 KiB for any values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim {

class Histogram {
 public:
  // Negative values count as 0 (a clock that jumped back).
  void Record(int64_t value);
  void Add(const Histogram& other);
  void Clear();

  [[nodiscard]] uint64_t count() const { return count_; }

  [[nodiscard]] int64_t sum() const { return sum_; }

  [[nodiscard]] int64_t min() const { return count_ == 0 ? 0 : min_; }

  [[nodiscard]] int64_t max() const { return max_; }

  // Rounded down; 0 when empty.
  [[nodiscard]] int64_t Mean() const;

  // The smallest bucket bound below which at least ppm millionths of the values lie; 0 when empty.
  // REQUIRES: ppm <= 1,000,000.
  [[nodiscard]] int64_t Quantile(uint32_t ppm) const;

 private:
  static size_t BucketOf(uint64_t value);
  // The largest value of the bucket.
  static uint64_t BoundOf(size_t bucket);

  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  int64_t sum_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
};

}  // namespace sim

#include "sim/observe/histogram.h"

#include <algorithm>
#include <bit>

#include "core/base/check.h"

namespace sim {
namespace {

constexpr int kPrecisionBits = 5;
constexpr uint64_t kPerOctave = uint64_t{1} << kPrecisionBits;

}  // namespace

// Values below 2 * kPerOctave have a bucket each; above, the top kPrecisionBits + 1 bits choose it.
size_t Histogram::BucketOf(uint64_t value) {
  if (value < 2 * kPerOctave) return static_cast<size_t>(value);
  const int shift = static_cast<int>(std::bit_width(value)) - (kPrecisionBits + 1);
  return static_cast<size_t>(static_cast<uint64_t>(shift) * kPerOctave + (value >> shift));
}

uint64_t Histogram::BoundOf(size_t bucket) {
  if (bucket < 2 * kPerOctave) return bucket;
  const uint64_t shift = bucket / kPerOctave - 1;
  const uint64_t top = bucket % kPerOctave + kPerOctave;
  return ((top + 1) << shift) - 1;
}

void Histogram::Record(int64_t value) {
  value = std::max<int64_t>(value, 0);
  const size_t bucket = BucketOf(static_cast<uint64_t>(value));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  ++count_;
  sum_ += value;
}

void Histogram::Add(const Histogram& other) {
  if (other.count_ == 0) return;
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

void Histogram::Clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  sum_ = min_ = max_ = 0;
}

int64_t Histogram::Mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<int64_t>(count_);
}

int64_t Histogram::Quantile(uint32_t ppm) const {
  CHECK(ppm <= 1'000'000);
  if (count_ == 0) return 0;
  // ceil(count * ppm / 10^6) without overflow for any count below 2^44.
  const uint64_t rank = std::max<uint64_t>(1, (count_ * ppm + 999'999) / 1'000'000);
  uint64_t below = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    if (below >= rank) return std::min(max_, static_cast<int64_t>(BoundOf(i)));
  }
  return max_;
}

}  // namespace sim

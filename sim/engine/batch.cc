#include "sim/engine/batch.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace sim {
namespace {
constexpr size_t kFewEvents = 24;  // Insertion alone is faster up to here.
}  // namespace

uint64_t TieOf(uint64_t seed, core::PeerId source, uint32_t sequence) {
  return core::Mix64(seed, source.value, sequence);
}

void Batch::Begin(const Shape& shape) {
  CHECK(shape.count <= kIndexMask);
  CHECK(shape.peer_bits + shape.offset_bits <= 64 - kIndexBits);
  count_ = 0;
  start_low_ = static_cast<uint32_t>(shape.start);
  place_shift_ = kIndexBits + shape.offset_bits;
  offset_mask_ = (uint64_t{1} << place_shift_) - 1 - kIndexMask;
  place_mask_ = (1u << shape.peer_bits) - 1;
  if (bodies_.size() < shape.count) {
    const size_t room = shape.count + shape.count / 2;
    bodies_.resize(room);
    keys_.resize(room);
    spare_.resize(room);
  }
  passes_ = 0;
  if (shape.count <= kFewEvents) return;
  const int width = shape.peer_bits + shape.offset_bits;
  const int sorted =
      std::min(width, std::min(static_cast<int>(std::bit_width(shape.count)) + 1, 22));
  const int high = (sorted + 1) / 2;
  const int low = sorted - high;
  passes_ = low > 0 ? 2 : 1;
  high_ = {kIndexBits + width - high, (uint64_t{1} << high) - 1};
  low_ = {high_.shift - low, (uint64_t{1} << low) - 1};
  std::fill_n(histograms_.begin(), size_t{1} << low, 0);
  std::fill_n(histograms_.begin() + kDigitValues, size_t{1} << high, 0);
}

void Batch::Add(std::span<const Event> events) {
  uint64_t index = count_;
  uint64_t* key = keys_.data() + index;
  Body* body = bodies_.data() + index;
  uint32_t* low = histograms_.data();
  uint32_t* high = low + kDigitValues;
  for (const Event& event : events) {
    const uint64_t offset = event.time_low - start_low_;
    const uint64_t place = event.to.value & place_mask_;
    const uint64_t word = place << place_shift_ | offset << kIndexBits | index++;
    *key++ = word;
    *body++ = {event.from, event.sequence, event.payload};
    ++low[word >> low_.shift & low_.mask];
    ++high[word >> high_.shift & high_.mask];
  }
  count_ = index;
}

void Batch::Scatter(const Digit& digit, uint32_t* histogram) {
  uint32_t sum = 0;
  for (size_t i = 0; i <= digit.mask; ++i) sum += std::exchange(histogram[i], sum);
  const uint64_t* from = keys_.data();
  uint64_t* to = spare_.data();
  for (size_t i = 0; i < count_; ++i) {
    const uint64_t key = from[i];
    to[histogram[key >> digit.shift & digit.mask]++] = key;
  }
  keys_.swap(spare_);
}

void Batch::Sort() {
  if (passes_ == 2) Scatter(low_, histograms_.data());
  if (passes_ >= 1) Scatter(high_, histograms_.data() + kDigitValues);
  FinishByInsertion();
}

void Batch::FinishByInsertion() {
  uint64_t* keys = keys_.data();
  size_t budget = 16 * count_ + kFewEvents * kFewEvents;
  for (size_t i = 1; i < count_; ++i) {
    const uint64_t key = keys[i];
    size_t j = i;
    for (; j > 0 && keys[j - 1] > key; --j) keys[j] = keys[j - 1];
    keys[j] = key;
    if (i - j > budget) return std::sort(keys, keys + count_);
    budget -= i - j;
  }
}

size_t Batch::OrderTies(size_t first, uint64_t seed) {
  size_t end = first;
  tied_.clear();
  for (; end < count_ && InstantOf(keys_[end]) == InstantOf(keys_[first]); ++end) {
    const Body& body = BodyOf(keys_[end]);
    tied_.push_back({TieOf(seed, body.from, body.sequence), body.from, body.sequence, keys_[end]});
  }
  std::sort(tied_.begin(), tied_.end(), [](const Tied& a, const Tied& b) {
    return std::tie(a.tie, a.from, a.sequence) < std::tie(b.tie, b.from, b.sequence);
  });
  for (const Tied& tied : tied_) keys_[first++] = tied.key;
  return end;
}

size_t Batch::MemoryUsage() const {
  return (keys_.capacity() + spare_.capacity()) * sizeof(uint64_t) +
         bodies_.capacity() * sizeof(Body) + histograms_.capacity() * sizeof(uint32_t) +
         tied_.capacity() * sizeof(Tied);
}

}  // namespace sim

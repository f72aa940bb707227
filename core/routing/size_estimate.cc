#include "core/routing/size_estimate.h"

#include <limits>

namespace core {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kUnitBits = 8;  // Distances come with 64 bits and are summed with 56.
constexpr uint64_t kMillion = 1'000'000;

uint64_t SquareRoot(uint64_t value) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t{1} << 31; bit != 0; bit >>= 1) {
    const uint64_t trial = root | bit;
    if (trial * trial <= value) root = trial;
  }
  return root;
}

uint32_t Confidence(uint64_t gaps) {
  if (gaps < 3) return 0;
  return static_cast<uint32_t>(kMillion - SquareRoot(kMillion * kMillion / (gaps - 1)));
}

}  // namespace

void SizeEstimator::AddLookup(uint32_t gaps, uint64_t distance) {
  if (gaps == 0) return;
  length_ += distance >> kUnitBits;
  gaps_ += gaps;
  if (gaps_ < kGapsMax) return;
  length_ /= 2;
  gaps_ /= 2;
}

SizeEstimate SizeEstimator::With(uint32_t gaps, uint64_t distance) const {
  const uint64_t all = uint64_t{gaps_} + gaps;
  if (all < 2) return Counted(all);
  const uint64_t length = length_ + (distance >> kUnitBits);
  const Wide peers = (static_cast<Wide>(all - 1) << (64 - kUnitBits)) / (length == 0 ? 1 : length);
  constexpr auto kMost = std::numeric_limits<uint64_t>::max();
  return {.peers = peers > kMost ? kMost : static_cast<uint64_t>(peers) + 1,
          .confidence_ppm = Confidence(all)};
}

SizeEstimate SizeEstimator::Counted(uint64_t contacts) {
  return {.peers = contacts + 1, .confidence_ppm = Confidence(contacts)};
}

template <typename State>
void SizeEstimator::Tell(State& state) const {
  state.Add("length", length_);
  state.Add("gaps", gaps_);
}

void SizeEstimator::Digest(Hasher& hasher) const {
  HashedState state(hasher);
  Tell(state);
}

void SizeEstimator::Describe(StateListener& listener) const {
  ShownState state(listener);
  Tell(state);
}

}  // namespace core

// SizeEstimator: how many peers the network has, from distances, with integers only.
//
// Node ids are uniform, so the distance to the k-th nearest peer of any point is a sum of k
// exponential gaps of mean 2^256 / N. (K - 1) * 2^256 / D is the unbiased estimate of N from K gaps
// of total length D, and its relative spread is 1 / sqrt(K - 2): 27 % for one point and k = 16.
// Points in different parts of the key space are independent, so their K and D add up: eight
// refresh lookups and the own table give K = 144 and 8 %. A crowd of ground ids around the own id
// moves one point of several.
//
// Invariant: what was sampled fades; at kGapsMax gaps the memory of earlier lookups is halved, so a
// network that grows or shrinks is followed. Source: protocol document, 1.0 (size estimate).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/hash.h"
#include "core/base/state.h"

namespace core {

struct SizeEstimate {
  uint64_t peers = 1;           // The own one included.
  uint32_t confidence_ppm = 0;  // 1,000,000 - the expected relative spread, 0 below three gaps.
};

class SizeEstimator {
 public:
  static constexpr uint32_t kGapsMax = 256;

  // A lookup of a random target found `gaps` peers, the farthest at `distance` (top 64 bits).
  void AddLookup(uint32_t gaps, uint64_t distance);

  // Adds the own table's point: its `gaps` nearest contacts reach to `distance`.
  [[nodiscard]] SizeEstimate With(uint32_t gaps, uint64_t distance) const;

  // For a table with room in every bucket, which knows everybody: `contacts` others.
  [[nodiscard]] static SizeEstimate Counted(uint64_t contacts);

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  uint64_t length_ = 0;  // Sum of distances in units of 2^200, so that kGapsMax gaps fit.
  uint32_t gaps_ = 0;
};

}  // namespace core

#include "sim/scenario/peer_set.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using Model = std::set<uint32_t>;

// A set of small ranges, built by unions, beside the same as a std::set.
struct Pair {
  sim::PeerSet set;
  Model model;
};

Pair FromRanges(const std::vector<std::pair<uint8_t, uint8_t>>& ranges) {
  Pair pair;
  for (const auto& [from, length] : ranges) {
    const uint32_t to = uint32_t{from} + length % 20;
    pair.set = sim::Union(pair.set, sim::RangeOf(from, to));
    for (uint32_t peer = from; peer < to; ++peer) pair.model.insert(peer);
  }
  return pair;
}

Model Members(const sim::PeerSet& set) {
  Model members;
  for (uint32_t i = 0; i < set.Count(); ++i) members.insert(set.At(i).value);
  return members;
}

bool KeepsInvariants(const sim::PeerSet& set) {
  for (size_t i = 0; i < set.ranges.size(); ++i) {
    if (set.ranges[i].first >= set.ranges[i].second) return false;
    if (i > 0 && set.ranges[i - 1].second >= set.ranges[i].first) return false;
  }
  return true;
}

using Ranges = std::vector<std::pair<uint8_t, uint8_t>>;

RC_GTEST_PROP(PeerSetProperty, UnionAndDifferenceAreThoseOfSets,
              (const Ranges& a, const Ranges& b)) {
  const Pair left = FromRanges(a);
  const Pair right = FromRanges(b);
  Model both = left.model;
  both.insert(right.model.begin(), right.model.end());
  Model rest;
  std::set_difference(left.model.begin(), left.model.end(), right.model.begin(), right.model.end(),
                      std::inserter(rest, rest.end()));
  const sim::PeerSet joined = sim::Union(left.set, right.set);
  const sim::PeerSet minus = sim::Minus(left.set, right.set);
  RC_ASSERT(Members(joined) == both);
  RC_ASSERT(Members(minus) == rest);
  RC_ASSERT(KeepsInvariants(joined));
  RC_ASSERT(KeepsInvariants(minus));
}

RC_GTEST_PROP(PeerSetProperty, SlicesAreThoseOfTheSortedMembers,
              (const Ranges& ranges, uint32_t a, uint32_t b)) {
  const Pair pair = FromRanges(ranges);
  const auto count = static_cast<uint32_t>(pair.model.size());
  RC_ASSERT(pair.set.Count() == count);
  const uint32_t from = std::min(a % (count + 1), b % (count + 1));
  const uint32_t to = std::max(a % (count + 1), b % (count + 1));
  const sim::PeerSet slice = sim::Slice(pair.set, from, to);
  const Model expected(std::next(pair.model.begin(), from), std::next(pair.model.begin(), to));
  RC_ASSERT(Members(slice) == expected);
  RC_ASSERT(KeepsInvariants(slice));
}

RC_GTEST_PROP(PeerSetProperty, ContainsIsMembership, (const Ranges& ranges)) {
  const Pair pair = FromRanges(ranges);
  for (uint32_t peer = 0; peer < 300; ++peer) {
    RC_ASSERT(pair.set.Contains({peer}) == pair.model.contains(peer));
  }
}

TEST(PeerSetTest, TouchingRangesBecomeOne) {
  const sim::PeerSet joined = sim::Union(sim::RangeOf(5, 9), sim::RangeOf(0, 5));
  EXPECT_EQ(joined, sim::RangeOf(0, 9));
}

TEST(PeerSetTest, TextNamesEachRange) {
  const sim::PeerSet set = sim::Minus(sim::RangeOf(0, 12), sim::RangeOf(5, 9));
  EXPECT_EQ(sim::ToText(set), "peers[0..5] + peers[9..12]");
  EXPECT_EQ(sim::ToText({}), "");
}

TEST(PeerSetTest, EmptyAndReversedRangesAreEmpty) {
  EXPECT_EQ(sim::RangeOf(7, 7).Count(), 0u);
  EXPECT_EQ(sim::RangeOf(8, 7).Count(), 0u);
  EXPECT_FALSE(sim::RangeOf(8, 7).Contains({7}));
}

}  // namespace

#include "sim/scenario/group_algebra.h"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

sim::GroupNames Names() {
  sim::GroupNames names;
  names.groups = {
      {"a", sim::RangeOf(0, 10)}, {"b", sim::RangeOf(10, 15)}, {"c", sim::RangeOf(15, 40)}};
  names.peers = 40;
  return names;
}

std::string Resolve(std::string_view text) {
  const sim::PeersResult result = sim::ParsePeers(text, Names());
  return result.found.empty() ? sim::ToText(result.peers) : "found " + result.found;
}

TEST(GroupAlgebraTest, NamesAreGroupsAndPeersIsEverybody) {
  EXPECT_EQ(Resolve("b"), "peers[10..15]");
  EXPECT_EQ(Resolve(" peers "), "peers[0..40]");
}

TEST(GroupAlgebraTest, PlusAndMinusGoFromLeftToRight) {
  EXPECT_EQ(Resolve("a - a[0..5] + a[0]"), "peers[0..1] + peers[5..10]");
  EXPECT_EQ(Resolve("a-(a[0..5]+a[7])"), "peers[5..7] + peers[8..10]");
  EXPECT_EQ(Resolve("peers - a - b"), "peers[15..40]");
}

TEST(GroupAlgebraTest, OneBoundIsAMemberOrTheFirstShare) {
  EXPECT_EQ(Resolve("c[3]"), "peers[18..19]");
  EXPECT_EQ(Resolve("a[10%]"), "peers[0..1]");
  EXPECT_EQ(Resolve("b[50%]"), "peers[10..12]");
  EXPECT_EQ(Resolve("peers[2.5%]"), "peers[0..1]");
}

TEST(GroupAlgebraTest, SlicesEndBeforeTheirSecondBound) {
  EXPECT_EQ(Resolve("a[5..9]"), "peers[5..9]");
  EXPECT_EQ(Resolve("b[0%..50%]"), "peers[10..12]");
  EXPECT_EQ(Resolve("b[50%..100%]"), "peers[12..15]");
  EXPECT_EQ(Resolve("(a + c)[8..12]"), "peers[8..10] + peers[15..17]");
  EXPECT_EQ(Resolve("c[10..20][3]"), "peers[28..29]");
}

TEST(GroupAlgebraTest, HalvesOfAnyGroupAreDisjointAndComplete) {
  for (const char* group : {"a", "b", "c", "peers"}) {
    const std::string name = group;
    EXPECT_EQ(Resolve(name + "[0%..50%] + " + name + "[50%..100%]"), Resolve(name));
    EXPECT_EQ(Resolve(name + "[0%..50%] - " + name + "[50%..100%]"), Resolve(name + "[0%..50%]"));
  }
}

TEST(GroupAlgebraTest, ASetIsSpelledInTheNamesOfTheGroups) {
  const auto spelled = [](std::string_view text) {
    return sim::PeersText(sim::ParsePeers(text, Names()).peers, Names());
  };
  EXPECT_EQ(spelled("peers[0..40]"), "peers");
  EXPECT_EQ(spelled("peers[10..15]"), "b");
  EXPECT_EQ(spelled("peers[8..20] - b[1]"), "a[8..10] + b[0] + b[2..5] + c[0..5]");
  EXPECT_EQ(sim::PeersText(sim::RangeOf(12, 4'000'000'000), Names()), "b[2..5] + c");
  EXPECT_EQ(sim::PeersText(sim::RangeOf(40, 50), Names()), "");
}

RC_GTEST_PROP(GroupAlgebraTest, WhatIsSpelledIsReadAsTheSameSet, ()) {
  sim::PeerSet set;
  for (uint32_t peer = 0; peer < 40; ++peer) {
    if (*rc::gen::arbitrary<bool>()) set = sim::Union(set, sim::RangeOf(peer, peer + 1));
  }
  RC_PRE(!set.ranges.empty());
  const sim::PeersResult again = sim::ParsePeers(sim::PeersText(set, Names()), Names());
  RC_ASSERT(again.found.empty());
  RC_ASSERT(again.peers == set);
}

TEST(GroupAlgebraTest, DeepParenthesesAreRefused) {
  const std::string deep = std::string(40, '(') + "a" + std::string(40, ')');
  EXPECT_EQ(Resolve(deep), "found too many parentheses");
}

TEST(GroupAlgebraTest, AnUnknownGroupNamesTheNearest) {
  EXPECT_EQ(sim::ParsePeers("peer", Names()).nearest, "peers");
}

// Random sums and differences of slices, against the same over std::set.
RC_GTEST_PROP(GroupAlgebraProperty, SumsAndDifferencesAreThoseOfSets,
              (const std::vector<std::pair<uint8_t, bool>>& terms, uint8_t first)) {
  const auto text_of = [](uint8_t term) {
    return "peers[" + std::to_string(term % 36) + ".." + std::to_string(term % 36 + term % 4 + 1) +
           "]";
  };
  std::set<uint32_t> model;
  const auto apply = [&](uint8_t term, bool plus) {
    for (uint32_t i = term % 36; i < term % 36u + term % 4 + 1; ++i) {
      if (plus) {
        model.insert(i);
      } else {
        model.erase(i);
      }
    }
  };
  std::string text = text_of(first);
  apply(first, true);
  for (const auto& [term, plus] : terms) {
    text += (plus ? " + " : " - ") + text_of(term);
    apply(term, plus);
  }
  const sim::PeersResult result = sim::ParsePeers(text, Names());
  RC_ASSERT(result.found.empty() == !model.empty());
  RC_ASSERT(result.peers.Count() == model.size());
  for (const uint32_t peer : model) RC_ASSERT(result.peers.Contains({peer}));
}

RC_GTEST_PROP(GroupAlgebraProperty, AnyTextIsReadOrRefused, (const std::string& text)) {
  const sim::PeersResult result = sim::ParsePeers(text, Names());
  RC_ASSERT(result.found.empty() == (result.peers.Count() > 0));
}

RC_GTEST_PROP(GroupAlgebraProperty, TheTextOfASetIsThatSet, (const std::vector<uint8_t>& members)) {
  sim::PeerSet set;
  for (const uint8_t member : members)
    set = sim::Union(set, sim::RangeOf(member % 40u, member % 40u + 1));
  RC_PRE(set.Count() > 0);
  RC_ASSERT(sim::ParsePeers(sim::ToText(set), Names()).peers == set);
}

}  // namespace

// Delta debugging: what is left fails, nothing of it can go, and neither depends on how many candidates are asked at a time.
#include "sim/workflow/shrink/minimise.h"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sim {
namespace {

using Fails = std::function<bool(const Indices&)>;

FirstThatFails Asking(const Fails& fails, size_t* asked = nullptr) {
  return [&fails, asked](size_t count, const std::function<Indices(size_t)>& kept) {
    for (size_t i = 0; i < count; ++i) {
      if (asked != nullptr) ++*asked;
      if (fails(kept(i))) return std::optional<size_t>(i);
    }
    return std::optional<size_t>();
  };
}

Indices Without(const Indices& list, size_t place) {
  Indices rest = list;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(place));
  return rest;
}

TEST(MinimiseTest, NothingIsLeftOfWhatNobodyNeeds) {
  const Fails always = [](const Indices&) { return true; };
  size_t asked = 0;
  EXPECT_EQ(Minimise(1'000, Asking(always, &asked)), Indices{});
  EXPECT_EQ(asked, 1u);
  EXPECT_EQ(Minimise(0, Asking(always)), Indices{});
}

TEST(MinimiseTest, TheFewThatMatterAreFoundWithFewQuestions) {
  const Indices matter = {17, 18, 512, 999};
  const Fails fails = [&](const Indices& kept) {
    return std::includes(kept.begin(), kept.end(), matter.begin(), matter.end());
  };
  size_t asked = 0;
  EXPECT_EQ(Minimise(1'000, Asking(fails, &asked)), matter);
  EXPECT_LT(asked, 120u);
}

TEST(MinimiseTest, AllIsLeftWhenAllMatters) {
  const Fails whole = [](const Indices& kept) { return kept.size() == 9; };
  EXPECT_EQ(Minimise(9, Asking(whole)).size(), 9u);
}

// Any property whatever: whether a list fails is a hash of it.
RC_GTEST_PROP(MinimiseTest, WhatIsLeftFailsAndNoneOfItCanGo, ()) {
  const auto count = *rc::gen::inRange<size_t>(1, 24);
  const auto salt = *rc::gen::arbitrary<uint32_t>();
  const auto rarity = *rc::gen::inRange<uint64_t>(2, 6);
  const Fails fails = [&](const Indices& kept) {
    if (kept.size() == count) return true;
    uint64_t hash = salt;
    for (const uint32_t i : kept) hash = (hash ^ i) * 0x9e3779b97f4a7c15ull >> 3;
    return hash % rarity == 0;
  };
  const Indices left = Minimise(count, Asking(fails));
  RC_ASSERT(std::is_sorted(left.begin(), left.end()));
  RC_ASSERT(fails(left));
  for (size_t i = 0; i < left.size(); ++i) RC_ASSERT(!fails(Without(left, i)));
}

}  // namespace
}  // namespace sim

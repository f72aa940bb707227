#include "core/arachnode/digest.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "core/base/random.h"

namespace core {
namespace {

// What a shelf is to its tree.
class Holder {
 public:
  [[nodiscard]] auto Walk() const {
    return [this](const KeyRange& range, DigestTree::Visitor visit) {
      for (auto at = blocks_.lower_bound(range.First());
           at != blocks_.end() && range.Contains(at->first); ++at) {
        visit({at->first, at->second});
        ++walked_;
      }
    };
  }

  void Put(const Key256& key, uint64_t revision) {
    const auto [at, fresh] = blocks_.try_emplace(key, revision);
    if (!fresh) tree_.Remove({key, at->second});
    at->second = revision;
    tree_.Add({key, revision}, Walk());
  }

  void Erase(const Key256& key) {
    const auto at = blocks_.find(key);
    if (at == blocks_.end()) return;
    tree_.Remove({key, at->second});
    blocks_.erase(at);
  }

  [[nodiscard]] BucketDigest Of(const KeyRange& range) const { return tree_.Of(range, Walk()); }

  // The same from every block of the range.
  [[nodiscard]] BucketDigest Summed(const KeyRange& range) const {
    BucketDigest sum;
    for (const auto& [key, revision] : blocks_) {
      if (!range.Contains(key)) continue;
      sum.digest += DigestOf({key, revision});
      ++sum.blocks;
    }
    return sum;
  }

  [[nodiscard]] const std::map<Key256, uint64_t>& blocks() const { return blocks_; }

  [[nodiscard]] size_t tree_bytes() const { return tree_.HeapBytes(); }

  [[nodiscard]] size_t walked() const { return walked_; }

 private:
  std::map<Key256, uint64_t> blocks_;
  DigestTree tree_;
  mutable size_t walked_ = 0;
};

Key256 KeyOf(uint64_t seed) {
  Key256 key;
  Random random({.seed = seed});
  random.Fill(key.bytes);
  return key;
}

KeyRange RangeAt(const Key256& key, int bits) {
  return {Splice(key, Key256{}, bits), static_cast<uint8_t>(bits)};
}

// Part of the protocol: two builds that disagree would fetch everything from each other for ever.
TEST(DigestTest, IsTheSameOnEveryMachine) {
  EXPECT_EQ(DigestOf({Key256{}, 1}), 14469164702175860784u);
  EXPECT_EQ(DigestOf({KeyOf(7), 3}), 1951413820368109764u);
}

TEST(DigestTest, PartsAreTheRangeInOrder) {
  const KeyRange range = RangeAt(KeyOf(1), 5);
  Key256 last;
  for (uint32_t part = 0; part < 1u << limits::kBucketBits; ++part) {
    const KeyRange narrower = PartOf(range, part);
    EXPECT_EQ(narrower.bits, 11);
    EXPECT_TRUE(range.Contains(narrower.First()));
    EXPECT_TRUE(range.Contains(narrower.Last()));
    EXPECT_TRUE(part == 0 || last < narrower.First());
    last = narrower.Last();
  }
  EXPECT_EQ(last, range.Last());
}

// Keys that crowd under few prefixes, come, are replaced and go: every range has the digest of its blocks.
RC_GTEST_PROP(DigestTreeTest, TellsOfWhatIsThere, ()) {
  Holder holder;
  const auto steps = *rc::gen::inRange(1, 600);
  Random random({.seed = *rc::gen::arbitrary<uint64_t>()});
  const int crowded_bits = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    const Key256 key =
        Splice(KeyOf(1), KeyOf(random.Below(120)), random.Below(2) == 0 ? crowded_bits : 0);
    if (random.Below(3) == 0) {
      holder.Erase(key);
    } else {
      holder.Put(key, 1 + random.Below(3));
    }
  }
  for (int i = 0; i < 60; ++i) {
    const Key256 near = random.Below(2) == 0 ? KeyOf(1) : KeyOf(random.Below(120));
    const KeyRange range = RangeAt(near, static_cast<int>(random.Below(DigestTree::kDepthMax + 1)));
    RC_ASSERT(holder.Of(range) == holder.Summed(range));
  }
}

TEST(DigestTreeTest, WhatWasThereAndWentLeavesNothing) {
  Holder holder;
  for (uint64_t i = 0; i < 5000; ++i) holder.Put(KeyOf(i), 1);
  const size_t bytes = holder.tree_bytes();
  for (uint64_t i = 0; i < 5000; ++i) holder.Erase(KeyOf(i));
  EXPECT_EQ(holder.Of({}), BucketDigest{});
  for (uint64_t i = 0; i < 5000; ++i) holder.Put(KeyOf(i), 1);
  EXPECT_EQ(holder.tree_bytes(), bytes) << "what was freed is used again";
}

// 100,000 blocks: a request costs at most one leaf's blocks for each of its parts, and the tree 3 bytes a block.
TEST(DigestTreeTest, IsCheapForALargeShelf) {
  Holder holder;
  constexpr uint64_t kBlocks = 100'000;
  for (uint64_t i = 0; i < kBlocks; ++i) holder.Put(KeyOf(i), 1);
  EXPECT_LE(holder.tree_bytes(), 3 * kBlocks);
  const size_t before = holder.walked();
  for (int bits = 0; bits <= 16; ++bits) {
    const BucketDigest whole = holder.Of(RangeAt(KeyOf(4), bits));
    EXPECT_EQ(whole, holder.Summed(RangeAt(KeyOf(4), bits)));
  }
  EXPECT_LE(holder.walked() - before, 17 * DigestTree::kLeafBlocks);
}

}  // namespace
}  // namespace core

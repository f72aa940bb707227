// The order in which values go: against a naive model, under scans, and within a bound.
#include "core/repository/two_queue.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace core {
namespace {

BlockId BlockAt(uint32_t number) {
  BlockId block;
  for (size_t i = 0; i < 4; ++i) block.bytes[i] = static_cast<uint8_t>(number >> (8 * i));
  return block;
}

std::vector<BlockId> Coldest(const TwoQueue& queue, uint64_t bound) {
  std::vector<BlockId> coldest;
  queue.ForEachColdest(bound, [&](const BlockId& block, uint64_t) {
    coldest.push_back(block);
    return true;
  });
  return coldest;
}

// A cache as an owner makes it of the queue: the coldest goes whenever the bound is passed.
class Cache {
 public:
  explicit Cache(uint64_t bound) : bound_(bound) {}

  // Whether it was there.
  bool Read(uint32_t number, uint64_t bytes = 1) {
    const BlockId block = BlockAt(number);
    const bool hit = queue_.Has(block);
    queue_.Use(block, bytes);
    while (queue_.bytes() > bound_) {
      const std::vector<BlockId> coldest = Coldest(queue_, bound_);
      queue_.LetGo(coldest.front());
    }
    return hit;
  }

  TwoQueue& queue() { return queue_; }

 private:
  uint64_t bound_;
  TwoQueue queue_;
};

TEST(TwoQueueTest, AScanDoesNotThrowOutWhatIsWantedOften) {
  Cache cache(100);
  // Twenty hot blocks, read until they are frequent, among others that push them out of recent.
  uint32_t cold = 1000;
  for (int round = 0; round < 10; ++round) {
    for (uint32_t hot = 0; hot < 20; ++hot) (void)cache.Read(hot);
    for (int i = 0; i < 40; ++i) (void)cache.Read(cold++);
  }
  for (int i = 0; i < 10'000; ++i) (void)cache.Read(cold++);
  int hits = 0;
  for (uint32_t hot = 0; hot < 20; ++hot) hits += cache.Read(hot) ? 1 : 0;
  EXPECT_EQ(hits, 20);
}

// The contrast: what was read once is as cold as the scan.
TEST(TwoQueueTest, WhatWasReadOnceGoesWithTheScan) {
  Cache cache(100);
  for (uint32_t once = 0; once < 20; ++once) (void)cache.Read(once);
  for (uint32_t cold = 1000; cold < 2000; ++cold) (void)cache.Read(cold);
  for (uint32_t once = 0; once < 20; ++once) EXPECT_FALSE(cache.queue().Has(BlockAt(once)));
}

TEST(TwoQueueTest, ABurstOfUsesIsOneUse) {
  TwoQueue queue;
  for (int i = 0; i < 5; ++i) queue.Use(BlockAt(1), 1);
  for (uint32_t other = 2; other < 9; ++other) queue.Use(BlockAt(other), 1);
  EXPECT_EQ(Coldest(queue, 8).front(), BlockAt(1));
}

TEST(TwoQueueTest, WhatMayNotGoGoesBehindTheOthers) {
  TwoQueue queue;
  for (uint32_t number = 1; number <= 3; ++number) queue.Use(BlockAt(number), 1);
  queue.Defer(BlockAt(1));
  EXPECT_EQ(Coldest(queue, 2), (std::vector<BlockId>{BlockAt(2), BlockAt(3), BlockAt(1)}));
}

TEST(TwoQueueTest, AnEmptyOneOwnsNoMemory) {
  EXPECT_EQ(TwoQueue().HeapBytes(), 0u);
}

// The same by looking through everything: a mark of time for each, and no lists.
class NaiveQueue {
 public:
  explicit NaiveQueue(uint64_t bound) : bound_(bound) {}

  void Use(uint32_t block, uint64_t bytes) {
    const auto [at, fresh] = known_.try_emplace(block);
    Known& known = at->second;
    if (fresh) known.at = ++now_;
    if (!fresh && known.where != 'r') {
      known.where = 'f';
      known.at = ++now_;
    }
    known.bytes = bytes;
  }

  void Defer(uint32_t block) { known_[block].at = ++now_; }

  void LetGo(uint32_t block) {
    Known& known = known_[block];
    if (known.where == 'f') {
      known_.erase(block);
    } else {
      known.where = 'g';
      known.at = ++now_;
    }
    Trim();
  }

  void Forget(uint32_t block) {
    known_.erase(block);
    Trim();
  }

  [[nodiscard]] bool Has(uint32_t block) const {
    const auto found = known_.find(block);
    return found != known_.end() && found->second.where != 'g';
  }

  [[nodiscard]] std::vector<uint32_t> Coldest() const {
    std::vector<uint32_t> coldest;
    const std::vector<uint32_t> recent = In('r');
    uint64_t left = BytesOf('r');
    size_t passed = 0;
    for (; passed < recent.size() && left > bound_ / 4; ++passed) {
      coldest.push_back(recent[passed]);
      left -= known_.at(recent[passed]).bytes;
    }
    for (const uint32_t block : In('f')) coldest.push_back(block);
    for (; passed < recent.size(); ++passed) coldest.push_back(recent[passed]);
    return coldest;
  }

  [[nodiscard]] uint64_t BytesOf(char where) const {
    uint64_t bytes = 0;
    for (const auto& [block, known] : known_) bytes += known.where == where ? known.bytes : 0;
    return bytes;
  }

  [[nodiscard]] size_t gone() const { return In('g').size(); }

 private:
  struct Known {
    char where = 'r';
    uint64_t at = 0;
    uint64_t bytes = 0;
  };

  [[nodiscard]] std::vector<uint32_t> In(char where) const {
    std::vector<std::pair<uint64_t, uint32_t>> found;
    for (const auto& [block, known] : known_) {
      if (known.where == where) found.emplace_back(known.at, block);
    }
    std::sort(found.begin(), found.end());
    std::vector<uint32_t> blocks;
    for (const auto& [at, block] : found) blocks.push_back(block);
    return blocks;
  }

  void Trim() {
    const size_t values = In('r').size() + In('f').size();
    while (In('g').size() > std::max(values, TwoQueue::kGoneMin)) known_.erase(In('g').front());
  }

  uint64_t bound_;
  uint64_t now_ = 0;
  std::map<uint32_t, Known> known_;
};

RC_GTEST_PROP(TwoQueuePropertyTest, DoesWhatTheNaiveOneDoes, ()) {
  const uint64_t bound = *rc::gen::inRange<uint64_t>(0, 60);
  TwoQueue queue;
  NaiveQueue naive(bound);
  const auto steps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < steps; ++i) {
    const auto block = *rc::gen::inRange<uint32_t>(0, 150);
    const auto bytes = *rc::gen::inRange<uint64_t>(0, 9);
    const int what = *rc::gen::inRange(0, 10);
    RC_ASSERT(queue.Has(BlockAt(block)) == naive.Has(block));
    if (what < 5) {
      queue.Use(BlockAt(block), bytes);
      naive.Use(block, bytes);
    } else if (what == 5) {
      queue.Forget(BlockAt(block));
      naive.Forget(block);
    } else if (naive.Has(block) && what == 6) {
      queue.Defer(BlockAt(block));
      naive.Defer(block);
    } else if (naive.Has(block)) {
      queue.LetGo(BlockAt(block));
      naive.LetGo(block);
    }
    std::vector<BlockId> expected;
    for (const uint32_t each : naive.Coldest()) expected.push_back(BlockAt(each));
    RC_ASSERT(Coldest(queue, bound) == expected);
    RC_ASSERT(queue.bytes() == naive.BytesOf('r') + naive.BytesOf('f'));
    RC_ASSERT(queue.gone() == naive.gone());
  }
}

RC_GTEST_PROP(TwoQueuePropertyTest, AnOwnerThatLetsTheColdestGoStaysWithinItsBound, ()) {
  const uint64_t bound = *rc::gen::inRange<uint64_t>(1, 100);
  Cache cache(bound);
  const auto steps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < steps; ++i) {
    (void)cache.Read(*rc::gen::inRange<uint32_t>(0, 80), *rc::gen::inRange<uint64_t>(0, 20));
    RC_ASSERT(cache.queue().bytes() <= bound);
    RC_ASSERT(cache.queue().gone() <= std::max(cache.queue().size(), TwoQueue::kGoneMin));
  }
}

}  // namespace
}  // namespace core

#include "sim/world/frame_pool.h"

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace sim {
namespace {

uint32_t TakeFilled(FramePool& pool, FramePool::Lane& lane, size_t length, uint8_t fill) {
  const uint32_t handle = lane.Take(length, 1);
  std::memset(pool.At(handle).bytes().data(), fill, length);
  return handle;
}

TEST(FramePoolTest, FramesOfEverySizeKeepTheirBytes) {
  FramePool pool;
  FramePool::Lane lane(pool);
  std::vector<uint32_t> handles;
  const std::vector<size_t> lengths = {0, 1, 352, 353, 1504, 1505, 70'000, 1 << 20};
  for (size_t i = 0; i < lengths.size(); ++i) {
    handles.push_back(TakeFilled(pool, lane, lengths[i], static_cast<uint8_t>(i)));
  }
  for (size_t i = 0; i < lengths.size(); ++i) {
    ASSERT_EQ(pool.At(handles[i]).bytes().size(), lengths[i]);
    for (const uint8_t byte : pool.At(handles[i]).bytes()) ASSERT_EQ(byte, i);
  }
}

TEST(FramePoolTest, ASlotIsRecycledOnlyAfterItsLastReference) {
  FramePool pool;
  FramePool::Lane lane(pool);
  const uint32_t shared = lane.Take(100, 3);
  lane.Release(shared);
  lane.Release(shared);
  const uint32_t other = lane.Take(100, 1);
  EXPECT_NE(other, shared);
  lane.Release(shared);
  EXPECT_EQ(lane.Take(100, 1), shared);
}

TEST(FramePoolTest, SteadyTrafficTakesNoMoreMemory) {
  FramePool pool;
  FramePool::Lane lane(pool);
  core::Random random(core::StreamKey{.seed = 1});
  std::vector<uint32_t> live;
  for (int i = 0; i < 1000; ++i) live.push_back(lane.Take(200, 1));
  const size_t before = pool.MemoryUsage();
  for (int i = 0; i < 100'000; ++i) {
    const size_t at = random.Below(live.size());
    lane.Release(live[at]);
    live[at] = lane.Take(200, 1);
  }
  EXPECT_EQ(pool.MemoryUsage(), before);
}

// A million peers once took 22 GB: one lane took frames, the other kept what it released.
TEST(FramePoolTest, ALaneThatOnlyReleasesKeepsNothingFromTheOthers) {
  FramePool pool;
  FramePool::Lane taker(pool);
  FramePool::Lane releaser(pool);
  for (int round = 0; round < 100; ++round) {
    std::vector<uint32_t> handles;
    for (int i = 0; i < 2000; ++i) handles.push_back(taker.Take(200, 1));
    for (const uint32_t handle : handles) releaser.Release(handle);
  }
  FramePool fresh;
  EXPECT_LT(pool.MemoryUsage() - fresh.MemoryUsage(), size_t{16} << 20);
}

TEST(FramePoolTest, LanesReleaseEachOthersFrames) {
  FramePool pool;
  FramePool::Lane giver(pool);
  std::vector<uint32_t> handles;
  for (int i = 0; i < 5000; ++i) handles.push_back(giver.Take(200, 2));
  const auto release_all = [&] {
    FramePool::Lane lane(pool);
    for (const uint32_t handle : handles) lane.Release(handle);
  };
  std::thread one(release_all);
  std::thread two(release_all);
  one.join();
  two.join();
  std::set<uint32_t> fresh;
  for (int i = 0; i < 5000; ++i) fresh.insert(giver.Take(200, 1));
  EXPECT_EQ(fresh.size(), 5000u);
}

}  // namespace
}  // namespace sim

#include "sim/observe/id_index.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/core/fake_directory.h"

namespace sim {
namespace {

core::PeerId BruteForce(const core::FakeDirectory& directory, const core::Key256& target,
                        uint32_t divisor) {
  core::PeerId best = core::kNoPeer;
  for (uint32_t peer = 0; peer < directory.size(); ++peer) {
    if (peer % divisor != 0) continue;
    if (best == core::kNoPeer ||
        core::Nearer(target, directory.NodeIdOf({peer}), directory.NodeIdOf(best))) {
      best = {peer};
    }
  }
  return best;
}

TEST(IdIndexTest, AgreesWithBruteForceAlsoWhenFewAreAccepted) {
  const core::FakeDirectory directory(3, 777);
  const IdIndex index(directory, 777);
  core::Random random(core::StreamKey{.seed = 5});
  for (int i = 0; i < 300; ++i) {
    core::Key256 target;
    random.Fill(target.bytes);
    for (const uint32_t divisor : {1u, 3u, 100u}) {
      const core::PeerId found =
          index.Nearest(target, [&](core::PeerId peer) { return peer.value % divisor == 0; });
      ASSERT_EQ(found, BruteForce(directory, target, divisor)) << "divisor " << divisor;
    }
  }
}

TEST(IdIndexTest, FindsNobodyWhenNobodyIsAccepted) {
  const core::FakeDirectory directory(3, 10);
  const IdIndex index(directory, 10);
  EXPECT_EQ(index.Nearest(core::Key256{}, [](core::PeerId) { return false; }), core::kNoPeer);
  const IdIndex empty(directory, 0);
  EXPECT_EQ(empty.Nearest(core::Key256{}, [](core::PeerId) { return true; }), core::kNoPeer);
}

}  // namespace
}  // namespace sim

// A small world: the same moves, the same world; moves of different peers in either order, the same world; a crash leaves what
// the disk took and what had left.
#include "sim/explore/small_world.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "sim/observe/watch.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

class SmallWorldTest : public ::testing::Test {
 protected:
  SmallWorldTest() : scenario_(LoadOrFail("scenarios/two_writers.json")), identities_(scenario_) {}

  [[nodiscard]] std::unique_ptr<SmallWorld> After(const std::vector<Move>& moves) const {
    auto world = std::make_unique<SmallWorld>(scenario_, identities_, nullptr);
    for (const Move& move : moves) (void)world->Make(move);
    return world;
  }

  // Deliveries drawn until none is left.
  [[nodiscard]] std::vector<Move> DrawnMoves(uint64_t seed) const {
    core::Random random({.seed = seed});
    auto world = After({});
    std::vector<Move> moves;
    for (;;) {
      std::vector<Move> now = world->Moves();
      std::erase_if(now, [](const Move& move) { return move.kind == Move::Kind::kPassTime; });
      if (now.empty()) return moves;
      moves.push_back(now[random.Below(now.size())]);
      (void)world->Make(moves.back());
    }
  }

  Scenario scenario_;
  Identities identities_;
};

TEST_F(SmallWorldTest, BeginsWithTheWritesOnTheirWay) {
  const auto world = After({});
  size_t deliveries = 0;
  for (const Move& move : world->Moves()) {
    if (move.kind != Move::Kind::kDeliver) continue;
    ++deliveries;
    EXPECT_NE(world->Tell(move).find("tx_submit"), std::string::npos) << world->Tell(move);
  }
  EXPECT_EQ(deliveries, 2u);
}

TEST_F(SmallWorldTest, TheSameMovesLeadToTheSameWorld) {
  const std::vector<Move> moves = DrawnMoves(1);
  EXPECT_GT(moves.size(), 20u);
  EXPECT_EQ(After(moves)->State(), After(moves)->State());
}

TEST_F(SmallWorldTest, WhatDiffersInOnePeerIsAnotherWorld) {
  std::set<core::Fingerprint> states;
  const std::vector<Move> moves = DrawnMoves(2);
  for (size_t count = 0; count <= moves.size(); ++count)
    states.insert(
        After({moves.begin(), moves.begin() + static_cast<std::ptrdiff_t>(count)})->State());
  EXPECT_EQ(states.size(), moves.size() + 1);
}

TEST_F(SmallWorldTest, MovesOfDifferentPeersCommute) {
  size_t swapped = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<Move> moves = DrawnMoves(seed);
    const core::Fingerprint state = After(moves)->State();
    for (size_t i = 0; i + 1 < moves.size(); ++i) {
      const std::vector<Move> before(moves.begin(), moves.begin() + static_cast<std::ptrdiff_t>(i));
      const std::vector<Move> now = After(before)->Moves();
      const bool both = std::find(now.begin(), now.end(), moves[i + 1]) != now.end();
      if (!both || moves[i].at == moves[i + 1].at) continue;
      std::swap(moves[i], moves[i + 1]);
      ASSERT_EQ(After(moves)->State(), state) << "seed " << seed << ", move " << i;
      ++swapped;
    }
  }
  EXPECT_GT(swapped, 100u);
}

TEST_F(SmallWorldTest, ACrashIsPossibleAtEveryPointAndDoesNoHarm) {
  const std::vector<Move> moves = DrawnMoves(3);
  size_t crashes = 0;
  for (size_t i = 0; i < 12; ++i) {
    const std::vector<Move> before(moves.begin(), moves.begin() + static_cast<std::ptrdiff_t>(i));
    const uint32_t points = After(before)->Make(moves[i]);
    for (uint32_t point = 0; point < points; ++point) {
      Watch watch;
      SmallWorld world(scenario_, identities_, &watch.observers());
      for (const Move& move : before) (void)world.Make(move);
      (void)world.Make({Move::Kind::kCrash, moves[i].at, moves[i].message, point});
      EXPECT_FALSE(world.IsUp(moves[i].at));
      world.RunOn();
      EXPECT_TRUE(world.IsUp(moves[i].at));
      for (const Checker* checker : watch.checkers()) {
        const bool safety = checker->info().check_class == CheckClass::kSafety;
        EXPECT_TRUE(!safety || checker->violations() == 0)
            << checker->info().id << " after move " << i << ", point " << point;
      }
      ++crashes;
    }
  }
  EXPECT_GT(crashes, 20u);
}

TEST_F(SmallWorldTest, SaysWhatItCannotCarryOut) {
  const auto complaint = [](const Scenario& scenario) {
    return std::string(SmallWorld::Check(scenario).message());
  };
  EXPECT_EQ(complaint(scenario_), "");
  EXPECT_EQ(complaint(LoadOrFail("scenarios/worldwide_matchmaking.json")),
            "explore: found 10000 peers, allowed at most 16: orders grow exponentially");
  EXPECT_EQ(complaint(LoadOrFail("scenarios/pivotal_member.json")),
            "explore: found faults in the scenario, allowed --crashes and --timeouts, which try "
            "all of them");
  Scenario other = scenario_;
  other.groups[0].adversary.role = "silent";
  EXPECT_EQ(complaint(other), "explore: found adversary silent, allowed honest peers only");
  other = scenario_;
  other.workload.clear();
  EXPECT_EQ(complaint(other), "explore: found no workload, allowed operations on blocks");
  other = scenario_;
  other.workload[0].on_blocks.reset();
  EXPECT_EQ(complaint(other),
            "explore: found a workload that is not on blocks, allowed put, delete, get, revision, "
            "transact");
  other = scenario_;
  other.plant.push_back("any");
  EXPECT_EQ(complaint(other), "explore: found a planted bug, allowed none");
}

}  // namespace
}  // namespace sim

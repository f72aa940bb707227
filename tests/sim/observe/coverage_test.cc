// A run's features: each once, when and where it was seen first, and none for what shows nothing new.
#include "sim/observe/coverage.h"

#include <gtest/gtest.h>

#include "tests/sim/observe/block_facts.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

core::Observation Released(core::LockReleased::Cause cause, uint8_t block = 1) {
  core::LockReleased released;
  released.block = KeyOf(block);
  released.cause = cause;
  return released;
}

class CoverageTest : public testing::Test {
 protected:
  // How many features that adds.
  template <typename Tell>
  size_t News(const Tell& tell) {
    const size_t before = coverage_.features().size();
    tell();
    return coverage_.features().size() - before;
  }

  size_t Told(uint32_t peer, const core::Observation& what) {
    return News([&] { world_.Tell(coverage_, ++ms_, peer, what); });
  }

  size_t Begun(uint32_t fault, WorldFact::Kind kind = WorldFact::Kind::kFaultBegan) {
    return News([&] { world_.TellWorld(coverage_, ++ms_, kind, core::kNoPeer.value, fault); });
  }

  void AddFault(Fault::Kind kind, uint32_t peer) {
    Fault fault;
    fault.kind = kind;
    fault.targets = RangeOf(peer, peer + 1);
    world_.plan.faults.push_back(fault);
  }

  FakeWorld world_{4};
  int64_t ms_ = 0;
  const std::vector<const Checker*> none_;
  Coverage coverage_{none_};
};

TEST_F(CoverageTest, CountsAMomentByDoublings) {
  std::vector<size_t> news;
  for (int i = 0; i < 9; ++i) news.push_back(Told(1, core::Joined()));
  EXPECT_EQ(news, (std::vector<size_t>{1, 1, 0, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(coverage_.features()[2].at_ms, 4);
  EXPECT_EQ(coverage_.features()[2].peer, core::PeerId{1});
}

TEST_F(CoverageTest, WordsAndFlagsMakeAMomentAnotherAndNumbersDoNot) {
  EXPECT_EQ(Told(1, core::Joined{3}), 1u);
  EXPECT_EQ(Told(1, core::Joined{4}), 1u);  // The second of the same.
  EXPECT_EQ(Told(1, core::Joined{5}), 0u);
  core::TxDecided decided;
  EXPECT_GT(Told(1, decided), 0u);
  decided.committed = true;
  EXPECT_GT(Told(2, decided), 1u);
}

TEST_F(CoverageTest, SeesWhatFollowsWhatAtOneId) {
  using Cause = core::LockReleased::Cause;
  EXPECT_EQ(Told(1, Released(Cause::kCommitted)), 1u);
  EXPECT_EQ(Told(1, Released(Cause::kTimedOut)), 2u);   // The moment, and the step to it.
  EXPECT_EQ(Told(1, Released(Cause::kCommitted)), 2u);  // Its second time, and the step back.
  EXPECT_EQ(Told(1, Released(Cause::kTimedOut)), 1u);   // Its second time.
  EXPECT_EQ(Told(2, Released(Cause::kCommitted)), 1u);  // The step from one peer to another.
  EXPECT_EQ(Told(2, Released(Cause::kTimedOut)), 0u);
  EXPECT_EQ(Told(2, Released(Cause::kCommitted)), 1u);  // Its fourth time.
  // Another block has no moment before it; the transaction is the same, and has.
  EXPECT_EQ(Told(2, Released(Cause::kCommitted, 2)), 1u);
}

TEST_F(CoverageTest, KnowsWhichFaultHoldsThePeer) {
  AddFault(Fault::Kind::kIsolate, 1);
  AddFault(Fault::Kind::kPause, 1);
  for (int i = 0; i < 3; ++i) (void)Told(1, core::Joined());
  for (int i = 0; i < 5; ++i) (void)Told(2, core::Joined());
  EXPECT_EQ(Told(1, core::Joined()), 0u);
  EXPECT_EQ(Begun(0), 1u);                 // Struck after joining.
  EXPECT_EQ(Told(1, core::Joined()), 1u);  // Joined under isolation.
  EXPECT_EQ(Told(2, core::Joined()), 0u);  // Not hit.
  EXPECT_EQ(Begun(1), 2u);                 // Struck, and two kinds meet.
  EXPECT_EQ(Told(1, core::Joined()), 1u);
  EXPECT_EQ(Begun(0, WorldFact::Kind::kFaultEnded), 0u);
  EXPECT_EQ(Begun(1, WorldFact::Kind::kFaultEnded), 0u);
  EXPECT_EQ(Told(1, core::Joined()), 0u);
}

TEST_F(CoverageTest, AFaultThatEndsLeavesAnotherOfItsKind) {
  AddFault(Fault::Kind::kIsolate, 1);
  AddFault(Fault::Kind::kIsolate, 1);
  (void)Begun(0);
  (void)Begun(1);
  (void)Begun(0, WorldFact::Kind::kFaultEnded);
  EXPECT_EQ(Told(1, core::Joined()), 2u);  // The moment, and that it was under isolation.
}

constexpr CheckInfo kJudging = {.id = "XX-1", .title = "", .family = "", .statement = ""};

class JudgingChecker : public Checker {
 public:
  JudgingChecker() : Checker(kJudging) {}

  void Judge() { Premise(); }
};

TEST_F(CoverageTest, CountsWhatChecksJudgedByDoublings) {
  JudgingChecker checker;
  const std::vector<const Checker*> checkers = {&checker};
  Coverage coverage(checkers);
  coverage.OnCheckpoint(world_);
  EXPECT_TRUE(coverage.features().empty());
  for (int i = 0; i < 5; ++i) checker.Judge();
  world_.now = WorldTime{7'000'000};
  coverage.OnCheckpoint(world_);
  ASSERT_EQ(coverage.features().size(), 3u);  // 1, 2, 4.
  EXPECT_EQ(coverage.features()[0].at_ms, 7'000);
  EXPECT_EQ(coverage.features()[0].peer, core::kNoPeer);
  coverage.OnEnd(world_);
  EXPECT_EQ(coverage.features().size(), 3u);
}

TEST(FeaturesTextTest, ComesBackAsItWas) {
  const std::vector<Feature> features = {{0, 0, {0}},
                                         {Feature::kCount - 1, 0, core::kNoPeer},
                                         {77, 128, {127}},
                                         {78, 90'000'000, {1'000'000}}};
  EXPECT_EQ(ParseFeatures(FeaturesText(features)), features);
  EXPECT_EQ(ParseFeatures(""), std::vector<Feature>());
}

TEST(FeaturesTextTest, DamageIsSeen) {
  const std::string text = FeaturesText({{77, 128, {127}}});
  EXPECT_FALSE(ParseFeatures("no base64!").has_value());
  EXPECT_FALSE(ParseFeatures(text.substr(0, 4)).has_value());  // Ends within a feature.
  EXPECT_FALSE(ParseFeatures("____AAAA").has_value());         // No such id.
}

}  // namespace
}  // namespace sim

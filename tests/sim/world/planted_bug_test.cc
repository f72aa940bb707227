// Every planted bug makes its checker fail in a whole run, and the same run without it passes that check with its premise
// true: the checkers can fail, and the bugs, not the scenario, are what they find. In runs of blocks a bug is found by its own
// checker and by those that its table names, and by no other.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include <gtest/gtest.h>

#include "sim/world/planted/planted_bugs.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

constexpr char kPeopleScenario[] = "tests/sim/world/planted_bugs.json";
constexpr char kBlocksScenario[] = "tests/sim/world/planted_block_bugs.json";
constexpr char kCollectionsScenario[] = "tests/sim/world/planted_collection_bugs.json";
// Only here does a whole side of a cut restart.
constexpr char kCutScenario[] = "scenarios/restart_in_cut.json";

constexpr char kRingsScenario[] = "scenarios/rings_without_room.json";
// Where there is no room, nobody comes to rest.
constexpr char kCrowdScenario[] = "scenarios/rings_crowd.json";

// Nothing is lost in the other one.
constexpr char kForgettingScenario[] = "scenarios/cluster_forgets.json";

// Here alone values are let go.
constexpr char kRefusingScenario[] = "scenarios/rings_full_refuse.json";

constexpr char kVotesScenario[] = "tests/sim/world/planted_vote_bugs.json";

const char* ScenarioFor(std::string_view check) {
  if (check.starts_with("BN-")) return kVotesScenario;
  if (check == "AR-10") return kRefusingScenario;
  if (check == "AR-9") return kCrowdScenario;
  if (check == "AR-5" || check == "AR-6") return kForgettingScenario;
  if (check.starts_with("AR-")) return kRingsScenario;
  if (check.starts_with("CO-")) return kCollectionsScenario;
  const bool blocks = check.starts_with("BR-") || check.starts_with("TX-");
  return blocks ? kBlocksScenario : kPeopleScenario;
}

bool IsOfBlocks(std::string_view check) {
  return ScenarioFor(check) != kPeopleScenario;
}

std::string FirstOf(const Checker& checker) {
  return checker.first() ? checker.first()->expected + " / " + checker.first()->found : "";
}

class PlantedBugTest : public testing::TestWithParam<PlantedBug> {};

TEST_P(PlantedBugTest, IsCaughtByItsCheckerAndByNoOtherOfBlocks) {
  const PlantedBug& bug = GetParam();
  Overrides overrides = {{"plant", "[\"" + std::string(bug.name) + "\"]"}};
  // In a warm world everybody already knows both halves.
  if (bug.name == "island") overrides.emplace_back("bootstrap", R"({"mode": "cold", "seeds": 8})");
  const char* file = bug.name == "lost-others" ? kCutScenario : ScenarioFor(bug.check);
  Session session(LoadOrFail(file, overrides), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  std::set<std::string> expected = {std::string(bug.check)};
  for (const auto& too :
       absl::StrSplit(absl::string_view(bug.caught_too.data(), bug.caught_too.size()), ' ',
                      absl::SkipEmpty())) {
    expected.insert(std::string(too));
  }
  std::set<std::string> caught;
  for (const Checker* checker : session.checkers()) {
    const std::string id(checker->info().id);
    if (checker->violations() == 0 || (!IsOfBlocks(id) && id != bug.check)) continue;
    caught.insert(id);
    EXPECT_TRUE(expected.contains(id)) << id << ": " << FirstOf(*checker);
  }
  EXPECT_TRUE(caught.contains(std::string(bug.check)));
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBugTest,
                         testing::ValuesIn(PlantedBugs().begin(), PlantedBugs().end()),
                         [](const auto& one) {
                           std::string name(one.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class UnplantedTest : public testing::TestWithParam<const char*> {};

TEST_P(UnplantedTest, EveryCheckHoldsAndNoneIsVacuous) {
  Session session(LoadOrFail(GetParam()), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  for (const Checker* checker : session.checkers()) {
    EXPECT_EQ(checker->violations(), 0u) << checker->info().id << ": " << FirstOf(*checker);
    EXPECT_TRUE(ScenarioFor(checker->info().id) != GetParam() || checker->premises() > 0)
        << checker->info().id << " is vacuous";
  }
}

INSTANTIATE_TEST_SUITE_P(All, UnplantedTest,
                         testing::Values(kPeopleScenario, kBlocksScenario, kCollectionsScenario,
                                         kRingsScenario, kCrowdScenario, kForgettingScenario,
                                         kRefusingScenario, kVotesScenario),
                         [](const auto& one) {
                           if (one.param == kPeopleScenario) return "people";
                           if (one.param == kRingsScenario) return "rings";
                           if (one.param == kCrowdScenario) return "crowd";
                           if (one.param == kForgettingScenario) return "forgetting";
                           if (one.param == kRefusingScenario) return "refusing";
                           if (one.param == kVotesScenario) return "votes";
                           return one.param == kBlocksScenario ? "blocks" : "collections";
                         });

// A replica that slept through a revision cannot carry out the pend on top of it when the tail decides. What it lacks is with
// its own block's cluster, not with the tail's.
TEST(SleeperTest, CatchesUpWithWhatAPendWasBasedOn) {
  Session session(LoadOrFail(kBlocksScenario, {{"workload[7].until", "60s"}}),
                  {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  for (const Checker* checker : session.checkers()) {
    if (!IsOfBlocks(checker->info().id)) continue;
    EXPECT_EQ(checker->violations(), 0u) << checker->info().id << ": " << FirstOf(*checker);
  }
}

}  // namespace
}  // namespace sim

// Every planted bug makes its checker fail in a whole run, and the same run without it passes that check with its premise
// true: the checkers can fail, and the bugs, not the scenario, are what they find.
#include <algorithm>

#include <gtest/gtest.h>

#include "sim/world/planted/planted_bugs.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

constexpr char kScenario[] = "tests/sim/world/planted_bugs.json";

const Checker& CheckerNamed(const Session& session, std::string_view id) {
  for (const Checker* checker : session.checkers()) {
    if (checker->info().id == id) return *checker;
  }
  ADD_FAILURE() << "no checker " << id;
  return *session.checkers().front();
}

class PlantedBugTest : public testing::TestWithParam<PlantedBug> {};

TEST_P(PlantedBugTest, IsCaughtByItsChecker) {
  const PlantedBug& bug = GetParam();
  Overrides overrides = {{"plant", "[\"" + std::string(bug.name) + "\"]"}};
  // In a warm world everybody already knows both halves.
  if (bug.name == "island") overrides.emplace_back("bootstrap", R"({"mode": "cold", "seeds": 8})");
  Session session(LoadOrFail(kScenario, overrides), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  const Checker& checker = CheckerNamed(session, bug.check);
  EXPECT_GT(checker.violations(), 0u) << checker.premises() << " premises";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBugTest,
                         testing::ValuesIn(PlantedBugs().begin(), PlantedBugs().end()),
                         [](const auto& one) {
                           std::string name(one.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(UnplantedTest, EveryCheckHoldsAndNoneIsVacuous) {
  Session session(LoadOrFail(kScenario), {2, 0, WorldTime::Never(), nullptr});
  RunQuietly(session);
  for (const Checker* checker : session.checkers()) {
    EXPECT_EQ(checker->violations(), 0u)
        << checker->info().id << ": "
        << (checker->first() ? checker->first()->expected + " / " + checker->first()->found : "");
    const bool planted =
        std::any_of(PlantedBugs().begin(), PlantedBugs().end(),
                    [checker](const PlantedBug& bug) { return bug.check == checker->info().id; });
    EXPECT_TRUE(!planted || checker->premises() > 0) << checker->info().id << " is vacuous";
  }
}

}  // namespace
}  // namespace sim

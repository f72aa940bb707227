// The capsules that results/ keeps of U1 to U5 still show what they are kept for, and the rules of "strict" stand the same.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/observe/capsule.h"
#include "sim/scenario/loader.h"
#include "sim/workflow/capsule_source.h"
#include "tests/sim/world/small_world.h"

namespace sim {
namespace {

class KeptCapsuleTest : public testing::TestWithParam<const char*> {
 protected:
  KeptCapsuleTest() {
    auto capsule = ReadCapsule(SourcePath(std::string("results/") + GetParam() + ".capsule.json"));
    EXPECT_TRUE(capsule.ok()) << core::MessageOf(capsule.status());
    if (capsule.ok()) capsule_ = *std::move(capsule);
  }

  // The capsule's scenario under other rules, with time to come to an end.
  [[nodiscard]] Scenario Under(const std::string& profile) const {
    auto json = nlohmann::json::parse(capsule_.scenario);
    EXPECT_EQ(json["profile"], "upstream");
    json["profile"] = profile;
    json["duration"] = "90s";
    auto scenario = ReloadScenario(json.dump(), capsule_.data_files, RunVocabulary());
    EXPECT_TRUE(scenario.ok()) << core::MessageOf(scenario.status());
    return scenario.ok() ? *std::move(scenario) : Scenario();
  }

  Capsule capsule_;
};

TEST_P(KeptCapsuleTest, FailsItsCheckAgain) {
  ASSERT_TRUE(capsule_.failed.has_value());
  auto scenario = ScenarioOf(capsule_);
  ASSERT_TRUE(scenario.ok()) << core::MessageOf(scenario.status());
  EXPECT_LE(scenario->PeerCount(), 6u);
  Session session(*std::move(scenario), {});
  RunQuietly(session);
  EXPECT_EQ(session.outcome().exit, ExitCode::kSafety);
  for (const Judgement& judgement : session.outcome().judgements) {
    if (judgement.name != capsule_.failed->check) continue;
    EXPECT_EQ(judgement.verdict, Verdict::kFailed) << judgement.found;
    return;
  }
  ADD_FAILURE() << "nobody judged " << capsule_.failed->check;
}

TEST_P(KeptCapsuleTest, PassesUnderTheStrictRules) {
  Session session(Under("strict"), {});
  RunQuietly(session);
  EXPECT_EQ(session.outcome().exit, ExitCode::kPass) << session.outcome().judgements.front().found;
}

INSTANTIATE_TEST_SUITE_P(All, KeptCapsuleTest, testing::Values("U1", "U2", "U3", "U4", "U5"),
                         [](const auto& capsule) { return std::string(capsule.param); });

}  // namespace
}  // namespace sim

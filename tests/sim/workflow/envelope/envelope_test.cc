// orbsim envelope and orbsim odds on small worlds whose breaking points are known.
#include <algorithm>

#include "absl/strings/str_format.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kTwoWriters[] = "scenarios/two_writers.json";
constexpr char kInterleaved[] = "scenarios/pend_commit_interleave.json";

class EnvelopeTest : public CommandTest {
 protected:
  EnvelopeTest() {
    options_.scenario.file = SourcePath(kTwoWriters);
    options_.axis = "network.loss";
    options_.from = "0%";
    options_.to = "99%";
    options_.seeds = "6";
    options_.jobs = 2;
    options_.out = folder_;
  }

  EnvelopeOptions options_;
};

TEST_F(EnvelopeTest, FindsWhereTheScenarioStopsToPassAndGoesOnWhereItWas) {
  options_.at = "1%";
  const std::string told = Told(&FindEnvelope, options_);
  EXPECT_THAT(told, HasSubstr("edge      at "));
  EXPECT_THAT(told, HasSubstr("margin    "));
  EXPECT_THAT(told, HasSubstr("from the operating point 1% to the edge\n"));
  EXPECT_THAT(told, Not(HasSubstr("warning")));
  const std::string ledger = File("runs.jsonl");
  options_.jobs = 1;
  EXPECT_EQ(Told(&FindEnvelope, options_), told);
  EXPECT_EQ(File("runs.jsonl"), ledger) << "nothing ran again";
}

TEST_F(EnvelopeTest, ItsFileSaysWhatItsTextSays) {
  options_.at = "1%";
  const std::string told = Told(&FindEnvelope, options_);
  const json found = json::parse(File("envelope.json"));
  const json& edge = found["edge"];
  EXPECT_THAT(told,
              HasSubstr(absl::StrFormat("edge      at %g%% most seeds pass, at %g%% most fail; "
                                        "with 95 %% confidence between %g%% and %g%%\n",
                                        edge["passes"].get<double>(), edge["fails"].get<double>(),
                                        edge["low"].get<double>(), edge["high"].get<double>())));
  EXPECT_THAT(told,
              HasSubstr(absl::StrFormat("margin    %g%% from", found["margin"].get<double>())));
  EXPECT_EQ(found["margin"], edge["passes"].get<double>() - 1);
  uint64_t runs = 0;
  for (const json& point : found["points"]) {
    EXPECT_THAT(told, HasSubstr(point["value"].get<std::string>() + " "));
    runs += point["runs"].get<uint64_t>();
  }
  const std::string ledger = File("runs.jsonl");
  EXPECT_EQ(runs + 1, std::count(ledger.begin(), ledger.end(), '\n'));
  EXPECT_TRUE(found["monotone"].get<bool>());
  options_.to = "1%";
  Told(&FindEnvelope, options_, ExitCode::kUnfinished);
  EXPECT_TRUE(json::parse(File("envelope.json"))["edge"].is_null()) << "of the last search";
}

TEST_F(EnvelopeTest, SaysWhenThereIsNoEdge) {
  options_.to = "1%";
  EXPECT_THAT(Told(&FindEnvelope, options_, ExitCode::kUnfinished),
              HasSubstr("edge      none: most seeds pass even at 1%"));
  options_.from = "98%";
  options_.to = "99%";
  EXPECT_THAT(Told(&FindEnvelope, options_, ExitCode::kUnfinished),
              HasSubstr("edge      none: most seeds fail at 98%"));
}

TEST_F(EnvelopeTest, LooksAtOneExpectationOnly) {
  options_.scenario.file = SourcePath(kTwoWriters);
  options_.expect = "BR-2";
  EXPECT_THAT(Told(&FindEnvelope, options_, ExitCode::kUnfinished),
              HasSubstr("none: most seeds pass even at 99%"));
}

TEST_F(EnvelopeTest, RefusesWhatItCannotUse) {
  options_.to = "99";
  Told(&FindEnvelope, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--from, --to: found \"0%\" and \"99\""));
  options_.to = "101%";
  Told(&FindEnvelope, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("network.loss: found \"101%\""));
  options_.to = "9%";
  options_.expect = "BR-99";
  Told(&FindEnvelope, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--expect: found \"BR-99\""));
  options_.expect = "";
  options_.at = "fast";
  Told(&FindEnvelope, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--at: found \"fast\""));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

class OddsTest : public CommandTest {
 protected:
  // A member votes for two of a block's writers, early in the run.
  OddsTest() {
    options_.capsule = CapsuleOf(
        {.file = SourcePath(kInterleaved), .seed = 3, .overrides = {{"profile", "upstream"}}});
    options_.seeds = 12;
    options_.jobs = 2;
  }

  OddsOptions options_;
};

TEST_F(OddsTest, TheFailureBecomesInevitableBeforeItHappens) {
  const std::string told = Told(&Odds, options_);
  EXPECT_THAT(told, HasSubstr("12 of 12"));
  EXPECT_THAT(told, HasSubstr("inevitable from t=00:00:0"));
  EXPECT_THAT(told, HasSubstr("it could still be avoided"));
  options_.jobs = 1;
  EXPECT_EQ(Told(&Odds, options_), told);
}

TEST_F(OddsTest, RefusesACheckThatIsNotViolatedAndOneThatIsNone) {
  options_.check = "BR-5";
  Told(&Odds, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("expected a run that violates BR-5, found none"));
  options_.check = "BR-55";
  Told(&Odds, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--check: found the unknown check \"BR-55\""));
  options_.check = "";
  options_.within = "soon";
  Told(&Odds, options_, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--within: found \"soon\""));
}

}  // namespace
}  // namespace sim

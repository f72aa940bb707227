// orbsim explain over planted bugs: the chain holds what is known to be the cause, every link of it can be, and the picture is XML.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "boost/property_tree/xml_parser.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/observe/capsule.h"
#include "sim/workflow/capsule_source.h"
#include "sim/workflow/explain/neighbour.h"
#include "tests/sim/workflow/command_test.h"

namespace sim {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr char kPeople[] = "tests/sim/world/planted_bugs.json";
constexpr char kBlocks[] = "tests/sim/world/planted_block_bugs.json";
constexpr char kCollections[] = "tests/sim/world/planted_collection_bugs.json";

class ExplainTest : public CommandTest {
 protected:
  void RunPlanted(const char* file, const std::vector<std::string>& bugs,
                  const std::string& until = "") {
    capsule_ = CapsuleOf({.file = SourcePath(file), .plant = bugs}, "run", until);
  }

  void RunUpstream(const char* file, uint64_t seed) {
    capsule_ =
        CapsuleOf({.file = SourcePath(file), .seed = seed, .overrides = {{"profile", "upstream"}}});
  }

  // What failed, as the capsule tells it.
  [[nodiscard]] Violation Failure() const {
    const auto capsule = ReadCapsule(capsule_);
    EXPECT_TRUE(capsule.ok() && capsule->failed.has_value());
    return capsule.ok() && capsule->failed.has_value() ? capsule->failed->violation : Violation();
  }

  [[nodiscard]] ExplainOptions Options(int threads = 2) const {
    return {.capsule = capsule_, .alone = true, .threads = threads};
  }

  std::string Explained(const ExplainOptions& options, ExitCode expected = ExitCode::kPass) {
    return Told(&Explain, options, expected);
  }

  std::string capsule_;
};

// "472c.." of "task 472c..": what stands behind the last `word`.
std::string WordAfter(const std::string& text, const std::string& word) {
  const size_t at = text.rfind(word + " ");
  EXPECT_NE(at, std::string::npos) << text;
  const size_t begin = at + word.size() + 1;
  return text.substr(begin, text.find(' ', begin) - begin);
}

// The worker took another task before, and answers the second offer with an accept all the same.
TEST_F(ExplainTest, ATaskTooManyComesOfBothOffers) {
  RunPlanted(kPeople, {"over-budget"});
  const Violation failure = Failure();
  const std::string worker = std::to_string(failure.peer.value);
  const std::string task = WordAfter(failure.subject, "task");
  const std::string matcher = WordAfter(failure.found, "matcher");
  const std::string text = Explained(Options());
  EXPECT_THAT(text,
              ContainsRegex("  " + worker + " [*] task_accepted: task [^\n]*, budget_left 0"));
  const std::string cause = "<- [0-9]+ ";
  EXPECT_THAT(text, ContainsRegex(cause + "message [^\n]*  " + worker + " < offer from " + matcher +
                                  ": task " + task));
  EXPECT_THAT(text, ContainsRegex(cause + "step [^\n]*  " + worker + " > accept to " + matcher +
                                  ": task " + task));
  EXPECT_THAT(text, HasSubstr("FAIL MM-8"));
}

// A member votes, loses its votes in a restart, and votes again.
TEST_F(ExplainTest, ASecondVoteComesOfTheRestartAfterTheFirst) {
  RunPlanted(kBlocks, {"lost-votes"});
  const Violation failure = Failure();
  const std::string member = std::to_string(failure.peer.value);
  const std::string cast = member + " * vote_cast: tx ";
  const std::string text = Explained(Options());
  const size_t voted = text.find(cast + WordAfter(failure.expected, "transaction"));
  const size_t stopped = text.find(member + " ! stopped");
  const size_t again = text.rfind(cast + WordAfter(failure.subject, "transaction"));
  ASSERT_NE(voted, std::string::npos) << text;
  ASSERT_NE(stopped, std::string::npos) << text;
  ASSERT_NE(again, std::string::npos) << text;
  EXPECT_LT(voted, stopped);
  EXPECT_LT(stopped, again);
  EXPECT_THAT(text, HasSubstr(R"("do":"restart")"));
}

// A check of the whole world names no peer: what came last to the collection is where it ends.
TEST_F(ExplainTest, ABrokenLogComesOfAnAction) {
  RunPlanted(kCollections, {"broken-chain"});
  EXPECT_THAT(Explained(Options()),
              ContainsRegex("[0-9]+ @ changes_asked: " + Failure().subject.substr(0, 15)));
}

TEST_F(ExplainTest, AWarningIsExplainedWhenAskedFor) {
  RunPlanted(kBlocks, {"brief-locks"});
  ExplainOptions options = Options();
  options.check = "TX-3";
  EXPECT_THAT(Explained(options), HasSubstr("FAIL TX-3"));
  options.check = "BR-9";
  EXPECT_EQ(Explained(options, ExitCode::kBadInput).find("FAIL"), std::string::npos);
  EXPECT_THAT(error_.str(), ContainsRegex("check BR-9: found no violation.* TX-3"));
}

TEST_F(ExplainTest, ThreadsDoNotChangeATextNorAPicture) {
  RunPlanted(kBlocks, {"lost-votes"});
  const std::string svg = folder_ + "/chain.svg";
  std::string texts[2];
  std::string pictures[2];
  for (int run = 0; run < 2; ++run) {
    ExplainOptions options = Options(run + 1);
    options.svg = svg;
    options.force = true;
    texts[run] = Explained(options);
    pictures[run] = *ReadFileWhole(svg);
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(pictures[0], pictures[1]);
}

TEST_F(ExplainTest, ThePictureIsXmlWithARowForEachLine) {
  RunPlanted(kBlocks, {"lost-votes"});
  ExplainOptions options = Options();
  options.svg = folder_ + "/chain.svg";
  const std::string text = Explained(options);
  boost::property_tree::ptree tree;
  ASSERT_NO_THROW(boost::property_tree::read_xml(options.svg, tree));
  const auto& svg = tree.get_child("svg");
  EXPECT_THAT(svg.get<std::string>("title"), HasSubstr("TX-3"));
  EXPECT_FALSE(svg.get<std::string>("desc").empty());
  EXPECT_THAT(svg.get<std::string>("style"), HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(text, HasSubstr(std::to_string(svg.count("g")) + " of the "));
}

TEST_F(ExplainTest, APictureIsReplacedOnlyWhenForced) {
  RunPlanted(kBlocks, {"lost-votes"});
  ExplainOptions options = Options();
  options.svg = folder_ + "/chain.svg";
  ASSERT_TRUE(WriteFileWhole(options.svg, "mine").ok());
  Explained(options, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("chain.svg: is there already; --force replaces it"));
  EXPECT_EQ(*ReadFileWhole(options.svg), "mine");
  options.force = true;
  Explained(options);
  EXPECT_THAT(*ReadFileWhole(options.svg), HasSubstr("<svg"));
}

TEST_F(ExplainTest, ARunThatDidNotFailHasNothingToExplain) {
  RunPlanted(kBlocks, {}, "5s");
  Explained(Options(), ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("failed: found no check"));
  ExplainOptions options = Options();
  options.check = "XY-1";
  Explained(options, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("--check: found the unknown check \"XY-1\""));
}

TEST_F(ExplainTest, NamesTheLastMomentAtWhichAnotherFutureWasPossible) {
  RunUpstream("scenarios/pend_commit_interleave.json", 3);
  ExplainOptions options = Options();
  EXPECT_THAT(Explained(options), Not(HasSubstr("neighbour")));
  options.alone = false;
  const std::string told = Explained(options);
  EXPECT_THAT(told, HasSubstr("neighbour   passes with other luck from t=00:00:0"));
  EXPECT_THAT(told, ContainsRegex("  fails   \\[ *[0-9]+ms\\] .*\n  passes  \\[ *[0-9]+ms\\] "));
  EXPECT_THAT(told, HasSubstr("compare     bin/orbsim diff " + capsule_ + " --set 'reseed="));
  options.threads = 1;
  EXPECT_EQ(Explained(options), told);
}

TEST_F(ExplainTest, SaysHowFarItIsAndWhatItsBoundLeftOut) {
  RunUpstream("scenarios/pend_commit_interleave.json", 3);
  ExplainOptions options = Options();
  options.alone = false;
  options.neighbours = 1;  // The nearest one fails too.
  out_.str("");
  Console console{out_, error_, "bin/orbsim", true, nullptr};
  EXPECT_EQ(Explain(options, console), ExitCode::kPass);
  EXPECT_THAT(out_.str(), ContainsRegex("neighbour   none: every run that was tried fails too\n"
                                        " *of [0-9]+ such runs 1 may be tried; --neighbours "));
  EXPECT_THAT(error_.str(), HasSubstr("\r1 of 1 runs  1 failed"));
}

TEST_F(ExplainTest, FewerNeighboursAreTriedOfALongRun) {
  EXPECT_GT(NeighboursWorthTrying(100'000), 1000u);
  EXPECT_GE(NeighboursWorthTrying(100'000'000), 16u);
  EXPECT_LT(NeighboursWorthTrying(100'000'000), 20u);
}

TEST_F(ExplainTest, AnInterruptedSearchDoesNotSayThatNothingPasses) {
  RunUpstream("scenarios/pend_commit_interleave.json", 3);
  const auto capsule = OpenCapsule(capsule_);
  ASSERT_TRUE(capsule.ok());
  const std::atomic<bool> stop{true};
  stop_ = &stop;
  Console console = MakeConsole();
  const NeighbourSearch search{std::make_shared<const Scenario>(*ScenarioOf(*capsule)),
                               capsule->failed->check, Failure().at, 2, 99};
  EXPECT_FALSE(NearestPassing(search, console).ok());
}

TEST_F(ExplainTest, NamesTheFaultWithoutWhichNothingFails) {
  RunUpstream("scenarios/random_fault_soak.json", 5);
  ExplainOptions options = Options();
  options.alone = false;
  const std::string told = Explained(options);
  EXPECT_THAT(told, HasSubstr("neighbour   passes without fault 2, crash at 23365291us\n"));
  EXPECT_THAT(told, HasSubstr("the runs part at 00:00:23.370"));
  EXPECT_THAT(told,
              HasSubstr("  fails   [23370ms] 3 ! stopped: detail 1\n  passes  (nothing more)\n"));
}

TEST_F(ExplainTest, ADamagedCapsuleIsRefused) {
  RunPlanted(kBlocks, {}, "5s");
  auto text = ReadFileWhole(capsule_);
  ASSERT_TRUE(text.ok());
  ASSERT_TRUE(WriteFileWhole(capsule_, text->substr(0, text->size() / 2)).ok());
  Explained(Options(), ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("capsule.json"));
  ExplainOptions options;
  options.capsule = SourcePath(kBlocks);
  Explained(options, ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("found a scenario, allowed a capsule"));
}

}  // namespace
}  // namespace sim

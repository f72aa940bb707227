// orbsim check-history: what it prints and how it exits.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "sim/workflow/commands.h"

namespace sim {
namespace {

class CheckHistoryTest : public testing::Test {
 protected:
  ExitCode Check(const std::string& text, const std::string& model = "register",
                 uint64_t budget = 4'000'000) {
    const std::string path = testing::TempDir() + "history_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(path) << text;
    Console console{out_, error_, "orbsim", false, nullptr};
    const ExitCode exit = CheckHistory({path, model, budget}, console);
    std::remove(path.c_str());
    return exit;
  }

  std::ostringstream out_;
  std::ostringstream error_;
};

constexpr char kWrite[] = R"({"process":1,"type":"invoke","f":"write","value":1}
{"process":1,"type":"ok","f":"write","value":1}
)";

TEST_F(CheckHistoryTest, LinearizableIsOneLineAndZero) {
  EXPECT_EQ(Check(kWrite), ExitCode::kPass);
  EXPECT_EQ(out_.str(), "linearizable\n");
  EXPECT_EQ(error_.str(), "");
}

TEST_F(CheckHistoryTest, TheExampleOfTheContract) {
  EXPECT_EQ(Check(R"({"process":3,"type":"invoke","f":"cas","key":"x","value":[1,2]}
{"process":3,"type":"ok","f":"cas","key":"x","value":[1,2],"result":false}
)"),
            ExitCode::kPass);
}

TEST_F(CheckHistoryTest, AViolationShowsItsWindowAndExitsWithThree) {
  EXPECT_EQ(Check(std::string(kWrite) + R"({"process":2,"type":"invoke","f":"read"}
{"process":2,"type":"ok","f":"read","value":null}
)"),
            ExitCode::kSafety);
  EXPECT_EQ(out_.str(),
            "not linearizable\n"
            "the read of process 2, line 3 to 4, fits nowhere: ok read null\n"
            "before line 3: 1 (by the write of process 1, line 1 to 2)\n"
            "possible answers: 1\n"
            "window, line 3 to 4:\n"
            "  3  process 2  invoke read\n"
            "  4  process 2  ok read null\n");
}

TEST_F(CheckHistoryTest, AnEndedBudgetIsUnknownAndSix) {
  EXPECT_EQ(Check(kWrite, "register", 1), ExitCode::kUnfinished);
  EXPECT_EQ(out_.str(), "unknown\nthe budget ended for 1 of 1 keys, the first is the only one\n");
}

TEST_F(CheckHistoryTest, BadInputIsOneAndNamesTheLine) {
  EXPECT_EQ(Check(std::string(kWrite) + "{\"process\":1}\n"), ExitCode::kBadInput);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(error_.str().find(":3:1: type: found nothing, allowed the member \"type\"\n"),
            std::string::npos)
      << error_.str();
}

TEST_F(CheckHistoryTest, AFileThatIsNotThere) {
  Console console{out_, error_, "orbsim", false, nullptr};
  EXPECT_EQ(CheckHistory({"/nowhere/h.jsonl", "register", 10}, console), ExitCode::kBadInput);
  EXPECT_EQ(error_.str(), "/nowhere/h.jsonl: found no such file, allowed a history\n");
}

TEST_F(CheckHistoryTest, TransactionsHaveNoAnomalyOrName) {
  EXPECT_EQ(Check(R"({"process":1,"type":"invoke","f":"txn","value":[["append","x",1]]}
)",
                  "transactions"),
            ExitCode::kPass);
  EXPECT_EQ(out_.str(), "no anomaly\n");
}

}  // namespace
}  // namespace sim

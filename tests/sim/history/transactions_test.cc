// Transactions on several keys: each anomaly by hand, and histories of true objects that have none.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/history/cycles.h"
#include "tests/sim/history/history_texts.h"

namespace {

using Answer = sim::HistoryVerdict::Answer;
using ::testing::HasSubstr;

// A line: process, type, value.
struct Line {
  int process;
  const char* type;
  std::string value;
};

std::string Text(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += "{\"process\":" + std::to_string(line.process) + ",\"type\":\"" + line.type +
            R"(","f":"txn")" + (line.value.empty() ? "" : ",\"value\":" + line.value) + "}\n";
  }
  return text;
}

sim::HistoryVerdict Verdict(const std::vector<Line>& lines) {
  return tests::Judge(Text(lines), "transactions");
}

// One transaction after the other, each of its own process, none of them overlapping.
std::vector<Line> InTurn(const std::vector<std::array<std::string, 2>>& transactions) {
  std::vector<Line> lines;
  int process = 0;
  for (const auto& [asked, told] : transactions) {
    lines.push_back({process, "invoke", asked});
    lines.push_back({process++, "ok", told});
  }
  return lines;
}

// All begin before the first ends.
std::vector<Line> AtOnce(const std::vector<std::array<std::string, 2>>& transactions) {
  std::vector<Line> lines;
  for (size_t i = 0; i < transactions.size(); ++i)
    lines.push_back({static_cast<int>(i), "invoke", transactions[i][0]});
  for (size_t i = 0; i < transactions.size(); ++i)
    lines.push_back({static_cast<int>(i), "ok", transactions[i][1]});
  return lines;
}

std::array<std::string, 2> Same(const std::string& value) {
  return {value, value};
}

TEST(TransactionsTest, AHistoryInOrderHasNoAnomaly) {
  const auto verdict = Verdict(
      InTurn({Same(R"([["append","x",1],["append","y",1]])"),
              {R"([["r","x",null],["append","x",2]])", R"([["r","x",[1]],["append","x",2]])"},
              {R"([["r","x",null],["r","y",null]])", R"([["r","x",[1,2]],["r","y",[1]]])"}}));
  EXPECT_EQ(verdict.line, "no anomaly");
  EXPECT_EQ(verdict.answer, Answer::kHolds);
  EXPECT_EQ(verdict.explanation, "");
}

TEST(TransactionsTest, G0WritesInterleave) {
  const auto verdict = Verdict(
      AtOnce({Same(R"([["append","x",1],["append","y",1]])"),
              Same(R"([["append","x",2],["append","y",2]])"),
              {R"([["r","x",null],["r","y",null]])", R"([["r","x",[1,2]],["r","y",[2,1]]])"}}));
  EXPECT_EQ(verdict.line, "anomaly G0");
  EXPECT_EQ(verdict.explanation,
            "G0: a cycle of 2 transactions\n"
            "  line 1 to 4  process 0  [[\"append\",\"x\",1],[\"append\",\"y\",1]]\n"
            "    ww: the next wrote 2 of \"x\" behind what it wrote\n"
            "  line 2 to 5  process 1  [[\"append\",\"x\",2],[\"append\",\"y\",2]]\n"
            "    ww: the next wrote 1 of \"y\" behind what it wrote\n");
}

TEST(TransactionsTest, G1aAReadOfAFailedTransaction) {
  const auto verdict = Verdict({{1, "invoke", R"([["append","x",1]])"},
                                {1, "fail", ""},
                                {2, "invoke", R"([["r","x",null]])"},
                                {2, "ok", R"([["r","x",[1]]])"}});
  EXPECT_EQ(verdict.line, "anomaly G1a");
  EXPECT_THAT(verdict.explanation,
              HasSubstr("list \"x\": a read has 1 of a transaction that failed"));
  EXPECT_THAT(verdict.explanation, HasSubstr("(failed)"));
}

TEST(TransactionsTest, AnUnknownTransactionMayBeRead) {
  EXPECT_EQ(Verdict({{1, "invoke", R"([["append","x",1]])"},
                     {1, "info", ""},
                     {2, "invoke", R"([["r","x",null]])"},
                     {2, "ok", R"([["r","x",[1]]])"}})
                .line,
            "no anomaly");
}

TEST(TransactionsTest, G1bAReadInTheMiddle) {
  EXPECT_EQ(Verdict(AtOnce({Same(R"([["append","x",1],["append","x",2]])"),
                            {R"([["r","x",null]])", R"([["r","x",[1]]])"}}))
                .line,
            "anomaly G1b");
  EXPECT_EQ(Verdict(AtOnce({Same(R"([["append","x",1],["append","x",2]])"),
                            {R"([["r","x",null]])", R"([["r","x",[1,2]]])"}}))
                .line,
            "no anomaly");
}

TEST(TransactionsTest, G1cTheyReadEachOther) {
  const auto verdict = Verdict(
      AtOnce({{R"([["append","x",1],["r","y",null]])", R"([["append","x",1],["r","y",[1]]])"},
              {R"([["append","y",1],["r","x",null]])", R"([["append","y",1],["r","x",[1]]])"}}));
  EXPECT_EQ(verdict.line, "anomaly G1c");
  EXPECT_THAT(verdict.explanation, HasSubstr("wr: the next read 1 of \"x\", which it wrote"));
}

TEST(TransactionsTest, GSingleAReadSkew) {
  const auto verdict =
      Verdict(AtOnce({Same(R"([["append","x",1],["append","y",1]])"),
                      {R"([["r","x",null],["r","y",null]])", R"([["r","x",[1]],["r","y",[]]])"}}));
  EXPECT_EQ(verdict.line, "anomaly G-single");
  EXPECT_THAT(verdict.explanation,
              HasSubstr("rw: the next wrote 1 of \"y\", which it did not see"));
}

TEST(TransactionsTest, G2AWriteSkewAndALostUpdate) {
  EXPECT_EQ(
      Verdict(
          AtOnce({{R"([["r","x",null],["append","y",1]])", R"([["r","x",[]],["append","y",1]])"},
                  {R"([["r","y",null],["append","x",1]])", R"([["r","y",[]],["append","x",1]])"}}))
          .line,
      "anomaly G2");
  EXPECT_EQ(
      Verdict(
          AtOnce({{R"([["r","x",null],["append","x",1]])", R"([["r","x",[]],["append","x",1]])"},
                  {R"([["r","x",null],["append","x",2]])", R"([["r","x",[]],["append","x",2]])"}}))
          .line,
      "anomaly G2");
}

TEST(TransactionsTest, RealTimeMakesAStaleReadACycle) {
  const auto lines =
      InTurn({Same(R"([["append","x",1]])"), {R"([["r","x",null]])", R"([["r","x",[]]])"}});
  const auto verdict = Verdict(lines);
  EXPECT_EQ(verdict.line, "anomaly G-single-realtime");
  EXPECT_THAT(verdict.explanation, HasSubstr("rt: it ended in line 2, the next began in line 3"));
  EXPECT_EQ(
      Verdict(AtOnce({Same(R"([["append","x",1]])"), {R"([["r","x",null]])", R"([["r","x",[]]])"}}))
          .line,
      "no anomaly");
}

TEST(TransactionsTest, RealTimeIsPassedOnByWhoeverLiesBetween) {
  EXPECT_EQ(Verdict(InTurn({Same(R"([["append","x",1]])"),
                            Same(R"([["append","y",1]])"),
                            Same(R"([["append","z",1]])"),
                            {R"([["r","x",null]])", R"([["r","x",[]]])"}}))
                .line,
            "anomaly G-single-realtime");
}

TEST(TransactionsTest, WritesAgainstRealTime) {
  EXPECT_EQ(Verdict(InTurn({Same(R"([["append","x",1]])"),
                            Same(R"([["append","x",2]])"),
                            {R"([["r","x",null]])", R"([["r","x",[2,1]]])"}}))
                .line,
            "anomaly G0-realtime");
}

TEST(TransactionsTest, ReadsThatNobodyCanHaveMade) {
  EXPECT_EQ(Verdict(InTurn({{R"([["r","x",null]])", R"([["r","x",[9]]])"}})).line,
            "anomaly garbage");
  EXPECT_EQ(Verdict(InTurn({Same(R"([["append","x",1]])"),
                            {R"([["r","x",null]])", R"([["r","x",[1,1]]])"}}))
                .line,
            "anomaly duplicate");
  EXPECT_EQ(Verdict(AtOnce({Same(R"([["append","x",1]])"),
                            Same(R"([["append","x",2]])"),
                            {R"([["r","x",null]])", R"([["r","x",[1,2]]])"},
                            {R"([["r","x",null]])", R"([["r","x",[2]]])"}}))
                .line,
            "anomaly incompatible-order");
  EXPECT_EQ(Verdict(InTurn({{R"([["append","x",1],["r","x",null]])",
                             R"([["append","x",1],["r","x",[]]])"}}))
                .line,
            "anomaly internal");
  EXPECT_EQ(Verdict(InTurn({{R"([["append","x",1],["r","x",null]])",
                             R"([["append","x",1],["r","x",[1]]])"}}))
                .line,
            "no anomaly");
}

TEST(TransactionsTest, BlocksInOrder) {
  EXPECT_EQ(
      Verdict(InTurn({Same(R"([["put","a",0,"1"],["put","b",0,"1"]])"),
                      {R"([["get","a",null],["put","b",1,"2"]])",
                       R"([["get","a",{"revision":1,"content":"1"}],["put","b",1,"2"]])"},
                      {R"([["get","b",null],["delete","a",1]])",
                       R"([["get","b",{"revision":2}],["delete","a",1]])"},
                      {R"([["get","a",null]])", R"([["get","a",{"revision":2,"content":null}]])"}}))
          .line,
      "no anomaly");
}

TEST(TransactionsTest, TwoWritersOfOneRevision) {
  const auto verdict =
      Verdict(AtOnce({Same(R"([["put","a",1,"x"]])"), Same(R"([["put","a",1,"y"]])"),
                      Same(R"([["put","a",0,"z"]])")}));
  EXPECT_EQ(verdict.line, "anomaly two-writers");
  EXPECT_THAT(verdict.explanation,
              HasSubstr("block \"a\" revision 2: two transactions that happened wrote it"));
  EXPECT_EQ(Verdict(AtOnce({Same(R"([["put","a",0,"x"]])"), Same(R"([["put","a",0,"x"]])")})).line,
            "no anomaly");
}

TEST(TransactionsTest, HalfATransactionOnBlocksIsSeen) {
  const auto verdict =
      Verdict(InTurn({Same(R"([["put","a",0,"1"],["put","b",0,"1"]])"),
                      {R"([["get","a",null],["get","b",null]])",
                       R"([["get","a",{"revision":1}],["get","b",{"revision":0}]])"}}));
  EXPECT_EQ(verdict.line, "anomaly G-single");
}

TEST(TransactionsTest, ABlockThatNobodyOrOnlyAFailedTransactionWrote) {
  EXPECT_EQ(
      Verdict(InTurn({{R"([["get","a",null]])", R"([["get","a",{"revision":1,"content":"1"}]])"}}))
          .line,
      "anomaly garbage");
  EXPECT_EQ(Verdict({{1, "invoke", R"([["put","a",0,"1"]])"},
                     {1, "fail", ""},
                     {2, "invoke", R"([["get","a",null]])"},
                     {2, "ok", R"([["get","a",{"revision":1,"content":"1"}]])"}})
                .line,
            "anomaly G1a");
  EXPECT_EQ(Verdict({{1, "invoke", R"([["put","a",0,"1"]])"},
                     {1, "info", ""},
                     {2, "invoke", R"([["get","a",null]])"},
                     {2, "ok", R"([["get","a",{"revision":1,"content":"1"}]])"}})
                .line,
            "no anomaly");
}

TEST(TransactionsTest, TheShortestCycleIsShown) {
  // A cycle of three through x, y, z and one of two through v, w; all of the class G0.
  const auto verdict = Verdict(AtOnce(
      {Same(R"([["append","x",1],["append","z",2]])"),
       Same(R"([["append","x",2],["append","y",1]])"),
       Same(R"([["append","y",2],["append","z",1]])"),
       Same(R"([["append","v",1],["append","w",2]])"),
       Same(R"([["append","v",2],["append","w",1]])"),
       {R"([["r","x",null],["r","y",null],["r","z",null],["r","v",null],["r","w",null]])",
        R"([["r","x",[1,2]],["r","y",[1,2]],["r","z",[1,2]],["r","v",[1,2]],["r","w",[1,2]]])"}}));
  EXPECT_EQ(verdict.line, "anomaly G0");
  EXPECT_THAT(verdict.explanation, HasSubstr("a cycle of 2 transactions"));
}

// Clients that overlap; each transaction takes effect in one moment.
std::string DrawnTransactions(uint64_t seed, bool stale) {
  core::Random random({.seed = seed, .purpose = core::Purpose::kTest});
  std::map<int, std::string> lists;
  std::map<int, std::string> before;  // An old state, for a read that lies.
  std::vector<std::string> asked(5);
  std::vector<std::string> told(5);
  std::string text;
  int element = 0;
  for (int step = 0; step < 400; ++step) {
    const uint64_t process = random.Below(5);
    const auto line = [&](const char* type, const std::string& value) {
      text += "{\"process\":" + std::to_string(process) + ",\"type\":\"" + type +
              R"(","f":"txn","value":)" + value + "}\n";
    };
    if (asked[process].empty()) {
      asked[process] = "[";
      const uint64_t count = 1 + random.Below(3);
      for (uint64_t i = 0; i < count; ++i) {
        const std::string key = std::to_string(random.Below(4));
        asked[process] += i == 0 ? "" : ",";
        asked[process] += random.Below(2) == 0
                              ? "[\"r\"," + key + ",null]"
                              : "[\"append\"," + key + "," + std::to_string(++element) + "]";
      }
      asked[process] += "]";
      line("invoke", asked[process]);
    } else if (told[process].empty()) {
      std::string& answer = told[process];
      answer = asked[process];
      const bool lies = stale && random.Below(4) == 0;
      if (random.Below(10) == 0) before = lists;
      for (size_t at = answer.find("[\""); at != std::string::npos;
           at = answer.find("[\"", at + 1)) {
        const int key = answer[answer.find(',', at) + 1] - '0';
        if (answer[at + 2] == 'r') {
          const size_t null = answer.find("null", at);
          answer.replace(null, 4, "[" + (lies ? before : lists)[key] + "]");
        } else {
          const size_t value = answer.find(',', answer.find(',', at) + 1) + 1;
          lists[key] += (lists[key].empty() ? "" : ",") +
                        answer.substr(value, answer.find(']', value) - value);
        }
      }
    } else if (random.Below(10) == 0) {
      line("info", asked[process]);
      asked[process].clear();
      told[process].clear();
    } else {
      line("ok", told[process]);
      asked[process].clear();
      told[process].clear();
    }
  }
  return text;
}

RC_GTEST_PROP(TransactionsTest, WhatTakesEffectAtOnceHasNoAnomaly, (uint64_t seed)) {
  const std::string text = DrawnTransactions(seed, false);
  const auto verdict = tests::Judge(text, "transactions");
  if (verdict.line != "no anomaly") RC_FAIL(verdict.line + "\n" + verdict.explanation + text);
}

TEST(TransactionsTest, OldStatesThatAreReadAreFound) {
  int found = 0;
  for (uint64_t seed = 0; seed < 50; ++seed)
    found += tests::Judge(DrawnTransactions(seed, true), "transactions").answer == Answer::kViolated
                 ? 1
                 : 0;
  EXPECT_GE(found, 48);
}

}  // namespace

// The search against true objects and against all permutations.
#include "sim/history/search.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/history/history_reader.h"
#include "sim/history/linearizability.h"
#include "tests/sim/history/history_texts.h"

namespace {

using sim::HistoryVerdict;
using Answer = HistoryVerdict::Answer;

constexpr const char* kModels[] = {"register", "kv", "block"};

// One call after the other in every order that real time allows, with every choice of the calls that need not have happened.
class AllOrders {
 public:
  AllOrders(const sim::History& history, sim::Model& model) : history_(history), model_(model) {
    used_.resize(history.calls.size());
  }

  bool Exists() { return Try(model_.Initial()); }

 private:
  [[nodiscard]] bool Must(size_t i) const {
    return history_.calls[i].outcome == sim::Call::Outcome::kOk;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the history is long.
  bool Try(sim::Model::State state) {
    bool left = false;
    uint32_t first_return = sim::kNeverEnded;
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i] || !Must(i)) continue;
      left = true;
      first_return = std::min(first_return, history_.calls[i].ended);
    }
    if (!left) return true;
    for (uint32_t i = 0; i < used_.size(); ++i) {
      const sim::Call& call = history_.calls[i];
      if (used_[i] || call.outcome == sim::Call::Outcome::kFailed) continue;
      if (call.invoked > first_return || !model_.Fits(i, state)) continue;
      used_[i] = true;
      if (Try(model_.After(i, state))) return true;
      used_[i] = false;
    }
    return false;
  }

  const sim::History& history_;
  sim::Model& model_;
  std::vector<bool> used_;
};

bool HasOrder(const std::string& text, const char* name) {
  sim::Findings findings;
  (void)findings.AddSource("h");
  const auto history = sim::ReadHistory(text, findings);
  RC_ASSERT(history.has_value());
  const auto model = sim::MakeModel(name);
  for (const sim::Call& call : history->calls) RC_ASSERT(model->Take(call, findings));
  std::vector<bool> orders;
  // Each key is an object of its own, so every key must have an order.
  for (uint32_t key = 0; key < history->keys.size(); ++key) {
    sim::History one = *history;
    for (sim::Call& call : one.calls) {
      if (call.key != key) call.outcome = sim::Call::Outcome::kFailed;
    }
    orders.push_back(AllOrders(one, *model).Exists());
  }
  return std::find(orders.begin(), orders.end(), false) == orders.end();
}

RC_GTEST_PROP(SearchTest, WhatTrueObjectsAnswerIsLinearizable, (uint64_t seed)) {
  for (const char* model : kModels) {
    tests::HistoryShape shape;
    shape.model = model;
    shape.processes = static_cast<int>(2 + seed % 7);
    shape.calls = 120;
    shape.keys = static_cast<int>(1 + seed % 3);
    shape.lost_percent = static_cast<int>(seed % 5);
    shape.fail_percent = static_cast<int>(seed % 4);
    const tests::DrawnHistory drawn(shape, seed);
    const HistoryVerdict verdict = tests::Judge(drawn.text(), model);
    if (verdict.answer != Answer::kHolds || verdict.line != "linearizable")
      RC_FAIL(verdict.line + "\n" + verdict.explanation + drawn.text());
  }
}

// 100 rounds of 3 models and 20 histories.
RC_GTEST_PROP(SearchTest, AllPermutationsAgree, (uint64_t seed)) {
  int violated = 0;
  for (uint64_t round = 0; round < 20; ++round) {
    for (const char* model : kModels) {
      tests::HistoryShape shape;
      shape.model = model;
      shape.processes = static_cast<int>(2 + round % 4);
      shape.calls = static_cast<int>(3 + round % 6);
      shape.keys = static_cast<int>(1 + round % 2);
      shape.lies_percent = 30;
      shape.lost_percent = static_cast<int>(round % 3) * 10;
      shape.fail_percent = static_cast<int>(round % 5) * 3;
      const tests::DrawnHistory drawn(shape, seed * 20 + round);
      const HistoryVerdict verdict = tests::Judge(drawn.text(), model);
      const bool holds = HasOrder(drawn.text(), model);
      if ((verdict.answer == Answer::kHolds) != holds || verdict.line.starts_with("h:"))
        RC_FAIL(verdict.line + "\n" + verdict.explanation + drawn.text());
      violated += holds ? 0 : 1;
    }
  }
  RC_CLASSIFY(violated > 5, "more than 5 of 60 violated");
}

RC_GTEST_PROP(SearchTest, AReadOfWhatNobodyWroteIsFound, (uint64_t seed)) {
  tests::HistoryShape shape;
  shape.processes = 4;
  shape.calls = 60;
  shape.keys = 2;
  std::string text = tests::DrawnHistory(shape, seed).text();
  std::vector<size_t> answers;
  constexpr std::string_view kRead = R"("type":"ok","f":"read","key":)";
  for (size_t at = text.find(kRead); at != std::string::npos; at = text.find(kRead, at + 1))
    answers.push_back(at);
  RC_PRE(!answers.empty());
  const size_t at = answers[seed % answers.size()];
  const size_t value = text.find("\"value\":", at) + 8;
  text.replace(value, text.find('}', value) - value, "99");
  const HistoryVerdict verdict = tests::Judge(text, "register");
  RC_ASSERT(verdict.line == "not linearizable");
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
  RC_ASSERT(verdict.explanation.find("to " + std::to_string(line) + ", fits nowhere: ok read 99") !=
            std::string::npos);
}

RC_GTEST_PROP(SearchTest, TheHistoryUpToTheWindowsLastLineFailsAndBeforeItHolds, (uint64_t seed)) {
  tests::HistoryShape shape;
  shape.model = kModels[seed % 3];
  shape.processes = 4;
  shape.calls = 40;
  shape.lies_percent = 10;
  const std::string text = tests::DrawnHistory(shape, seed).text();
  const HistoryVerdict verdict = tests::Judge(text, shape.model);
  RC_PRE(verdict.answer == Answer::kViolated);
  const size_t at = verdict.explanation.find("window, line ");
  const size_t to = verdict.explanation.find(" to ", at) + 4;
  const auto last = std::stoul(verdict.explanation.substr(to));
  size_t end = 0;
  for (size_t line = 1; line < last; ++line) end = text.find('\n', end) + 1;
  RC_ASSERT(tests::Judge(text.substr(0, end), shape.model).answer == Answer::kHolds);
  const std::string with_last = text.substr(0, text.find('\n', end) + 1);
  RC_ASSERT(tests::Judge(with_last, shape.model).answer == Answer::kViolated);
}

TEST(SearchTest, ABudgetThatIsTooSmallGivesUnknownAndTheSameEachTime) {
  tests::HistoryShape shape;
  shape.processes = 8;
  shape.calls = 200;
  const std::string text = tests::DrawnHistory(shape, 3).text();
  const HistoryVerdict verdict = tests::Judge(text, "register", 50);
  EXPECT_EQ(verdict.answer, Answer::kUnknown);
  EXPECT_EQ(verdict.line, "unknown");
  EXPECT_EQ(verdict.explanation, "the budget ended for 1 of 1 keys, the first is 0\n");
  EXPECT_EQ(tests::Judge(text, "register", 50).configurations, verdict.configurations);
  EXPECT_EQ(tests::Judge(text, "register").line, "linearizable");
}

TEST(SearchTest, TwentyWritesAtOnceThatNobodyReadsCostLittle) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "{\"process\":" + std::to_string(i) + R"(,"type":"invoke","f":"write","value":)" +
            std::to_string(i) + "}\n";
  for (int i = 0; i < 20; ++i)
    text += "{\"process\":" + std::to_string(i) + R"(,"type":"ok","f":"write"})" + "\n";
  const HistoryVerdict verdict = tests::Judge(text, "register");
  EXPECT_EQ(verdict.line, "linearizable");
  EXPECT_LT(verdict.configurations, 100u);
}

TEST(VisitedTest, RemembersKeysOfDifferentLengthsAndSaysWhenItIsFull) {
  sim::Visited visited(5000);
  std::vector<uint64_t> key;
  for (uint64_t i = 0; i < 60; ++i) {
    key.push_back(i);
    EXPECT_EQ(visited.Insert(key), sim::Visited::Answer::kNew);
    EXPECT_EQ(visited.Insert(key), sim::Visited::Answer::kKnown);
  }
  EXPECT_EQ(visited.size(), 60u);
  key.assign(4000, 1);
  EXPECT_EQ(visited.Insert(key), sim::Visited::Answer::kFull);
  key.assign(1, 0);
  EXPECT_EQ(visited.Insert(key), sim::Visited::Answer::kKnown);
}

}  // namespace

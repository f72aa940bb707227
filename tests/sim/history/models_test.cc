// The classic histories, of both verdicts, for each model; the reports that people get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/history/model.h"
#include "tests/sim/history/history_texts.h"

namespace {

using Answer = sim::HistoryVerdict::Answer;
using ::testing::HasSubstr;

// "1 invoke write 3", "2 ok read 1", "1 ok cas [1,2] true": process, type, f, value, result.
std::string History(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    std::vector<std::string> parts = {""};
    for (const char c : line) {
      if (c == ' ') {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    text +=
        "{\"process\":" + parts[0] + ",\"type\":\"" + parts[1] + "\",\"f\":\"" + parts[2] + "\"";
    if (parts.size() > 3 && parts[3] != "-") text += ",\"value\":" + parts[3];
    if (parts.size() > 4) text += ",\"result\":" + parts[4];
    text += "}\n";
  }
  return text;
}

std::string Verdict(std::string_view model, const std::vector<std::string>& lines) {
  return tests::Judge(History(lines), model).line;
}

constexpr char kYes[] = "linearizable";
constexpr char kNo[] = "not linearizable";

TEST(RegisterTest, ReadsOfTheLastWrite) {
  EXPECT_EQ(Verdict("register", {"1 invoke read", "1 ok read null"}), kYes);
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 ok write", "2 invoke read", "2 ok read 1"}),
            kYes);
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 1", "1 ok write", "2 invoke read", "2 ok read null"}),
      kNo);
}

TEST(RegisterTest, AStaleRead) {
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 ok write", "1 invoke write 2", "1 ok write",
                                 "2 invoke read", "2 ok read 1"}),
            kNo);
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 ok write", "1 invoke write 2",
                                 "2 invoke read", "1 ok write", "2 ok read 1"}),
            kYes);
}

TEST(RegisterTest, AReadOfAFailedWrite) {
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 1", "1 fail write", "2 invoke read", "2 ok read 1"}),
      kNo);
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 1", "1 info write", "2 invoke read", "2 ok read 1"}),
      kYes);
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 1", "1 info write", "2 invoke read", "2 ok read null"}),
      kYes);
}

TEST(RegisterTest, AnUnknownWriteTakesEffectLateButOnlyOnce) {
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 info write", "2 invoke read",
                                 "2 ok read null", "2 invoke read", "2 ok read 1"}),
            kYes);
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 info write", "2 invoke read", "2 ok read 1",
                                 "2 invoke read", "2 ok read null"}),
            kNo);
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "1 info write", "2 invoke read", "2 ok read 1",
                                 "2 invoke write 2", "2 ok write", "2 invoke read", "2 ok read 1"}),
            kNo);
}

TEST(RegisterTest, ACallWithoutAnEndIsUnknown) {
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "2 invoke read", "2 ok read 1"}), kYes);
  EXPECT_EQ(Verdict("register", {"2 invoke read", "2 ok read 1", "1 invoke write 1"}), kNo);
}

TEST(RegisterTest, TwoReadsOutOfOrderWithAPendingWrite) {
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "2 invoke read", "2 ok read 1",
                                 "3 invoke read", "3 ok read null", "1 ok write"}),
            kNo);
  EXPECT_EQ(Verdict("register", {"1 invoke write 1", "3 invoke read", "2 invoke read",
                                 "2 ok read 1", "3 ok read null", "1 ok write"}),
            kYes);
}

TEST(RegisterTest, ALostUpdate) {
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 0", "1 ok write", "1 invoke cas [0,1]",
                           "2 invoke cas [0,2]", "1 ok cas [0,1] true", "2 ok cas [0,2] true"}),
      kNo);
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 0", "1 ok write", "1 invoke cas [0,1]",
                           "2 invoke cas [0,2]", "1 ok cas [0,1] true", "2 ok cas [0,2] false"}),
      kYes);
  EXPECT_EQ(Verdict("register", {"1 invoke write 0", "1 ok write", "1 invoke cas [0,1]",
                                 "1 ok cas [0,1] false"}),
            kNo);
  EXPECT_EQ(Verdict("register", {"1 invoke write 0", "1 ok write", "1 invoke cas [0,1]",
                                 "1 info cas [0,1]", "2 invoke cas [1,2]", "2 ok cas [1,2] true"}),
            kYes);
}

TEST(RegisterTest, ValuesAreAnyJson) {
  EXPECT_EQ(Verdict("register", {R"(1 invoke write {"b":1,"a":[2]})", "1 ok write", "1 invoke read",
                                 R"(1 ok read {"a":[2],"b":1})"}),
            kYes);
  EXPECT_EQ(
      Verdict("register", {"1 invoke write 1", "1 ok write", "1 invoke read", "1 ok read 1.0"}),
      kNo);
}

TEST(KvTest, AppendsKeepTheirOrder) {
  const std::vector<std::string> both = {R"(1 invoke append "a")", R"(2 invoke append "b")",
                                         "1 ok append", "2 ok append"};
  const auto then = [&](const char* read) {
    std::vector<std::string> lines = both;
    lines.insert(lines.end(), {"3 invoke get", std::string("3 ok get ") + read});
    return Verdict("kv", lines);
  };
  EXPECT_EQ(then(R"("ab")"), kYes);
  EXPECT_EQ(then(R"("ba")"), kYes);
  EXPECT_EQ(then(R"("a")"), kNo);
  EXPECT_EQ(then(R"("abb")"), kNo);
}

TEST(KvTest, StartsEmptyAndAPutReplaces) {
  EXPECT_EQ(Verdict("kv", {"1 invoke get", R"(1 ok get "")"}), kYes);
  EXPECT_EQ(Verdict("kv", {R"(1 invoke append "a")", "1 ok append", R"(1 invoke put "b")",
                           "1 ok put", "1 invoke get", R"(1 ok get "b")"}),
            kYes);
  EXPECT_EQ(Verdict("kv", {R"(1 invoke append "a")", "1 ok append", R"(1 invoke put "b")",
                           "1 ok put", "1 invoke get", R"(1 ok get "ab")"}),
            kNo);
  EXPECT_EQ(
      Verdict("kv", {R"(1 invoke append "a")", "1 info append", "2 invoke get", R"(2 ok get "")",
                     "2 invoke get", R"(2 ok get "a")", "2 invoke get", R"(2 ok get "a")"}),
      kYes);
}

TEST(KvTest, KeysAreSeparate) {
  std::string text = R"({"process":1,"type":"invoke","f":"put","key":"x","value":"a"}
{"process":1,"type":"ok","f":"put"}
{"process":1,"type":"invoke","f":"get","key":"y"}
{"process":1,"type":"ok","f":"get","key":"y","value":""}
)";
  EXPECT_EQ(tests::Judge(text, "kv").line, kYes);
  text.replace(text.find("\"y\""), 3, "\"x\"");
  text.replace(text.find("\"y\""), 3, "\"x\"");
  EXPECT_EQ(tests::Judge(text, "kv").line, kNo);
}

TEST(BlockTest, PutsCountUpAndAStalePutIsRefused) {
  const std::vector<std::string> first = {R"(1 invoke put {"revision":0,"content":"a"})",
                                          R"(1 ok put - {"revision":1})"};
  const auto then = [&](const std::vector<std::string>& rest) {
    std::vector<std::string> lines = first;
    lines.insert(lines.end(), rest.begin(), rest.end());
    return Verdict("block", lines);
  };
  EXPECT_EQ(then({"2 invoke get", R"(2 ok get - {"revision":1,"content":"a"})"}), kYes);
  EXPECT_EQ(then({"2 invoke get", R"(2 ok get - "absent")"}), kNo);
  EXPECT_EQ(then({R"(2 invoke put {"revision":0,"content":"b"})",
                  R"(2 ok put - {"latest":1,"content":"a"})"}),
            kYes);
  EXPECT_EQ(then({R"(2 invoke put {"revision":0,"content":"b"})", R"(2 ok put - {"revision":1})"}),
            kNo);
  EXPECT_EQ(then({R"(2 invoke put {"revision":1,"content":"b"})", R"(2 ok put - {"latest":1})"}),
            kNo);
  EXPECT_EQ(then({R"(2 invoke put {"revision":1,"content":"b"})", R"(2 ok put - {"revision":3})"}),
            kNo);
}

TEST(BlockTest, ARetryWithTheSameContentSucceedsAndChangesNothing) {
  EXPECT_EQ(Verdict("block", {R"(1 invoke put {"revision":0,"content":"a"})", "1 info put",
                              R"(1 invoke put {"revision":0,"content":"a"})",
                              R"(1 ok put - {"revision":1})", "1 invoke get_revision",
                              R"(1 ok get_revision - {"revision":1,"content":"a"})"}),
            kYes);
  EXPECT_EQ(
      Verdict("block",
              {R"(1 invoke put {"revision":0,"content":"a"})", R"(1 ok put - {"revision":1})",
               R"(1 invoke put {"revision":0,"content":"a"})", R"(1 ok put - {"revision":1})",
               "1 invoke get_revision", R"(1 ok get_revision - {"revision":2,"content":"a"})"}),
      kNo);
}

TEST(BlockTest, ADeleteLeavesATombstoneAndAPutRestores) {
  const std::vector<std::string> deleted = {
      R"(1 invoke put {"revision":0,"content":"a"})", R"(1 ok put - {"revision":1})",
      R"(1 invoke delete {"revision":1})", R"(1 ok delete - {"revision":2})"};
  const auto then = [&](const std::vector<std::string>& rest) {
    std::vector<std::string> lines = deleted;
    lines.insert(lines.end(), rest.begin(), rest.end());
    return Verdict("block", lines);
  };
  EXPECT_EQ(then({"2 invoke get", R"(2 ok get - "absent")"}), kYes);
  EXPECT_EQ(then({"2 invoke get", R"(2 ok get - {"revision":2,"content":null})"}), kYes);
  EXPECT_EQ(then({"2 invoke get", R"(2 ok get - {"revision":1,"content":"a"})"}), kNo);
  EXPECT_EQ(then({R"(2 invoke get {"revision":1})", R"(2 ok get - {"revision":1,"content":"a"})"}),
            kYes);
  EXPECT_EQ(then({R"(2 invoke get {"revision":1})", R"(2 ok get - "expired")"}), kYes);
  EXPECT_EQ(then({R"(2 invoke get {"revision":2})", R"(2 ok get - "expired")"}), kNo);
  EXPECT_EQ(then({R"(2 invoke delete {"revision":1})", R"(2 ok delete - {"revision":2})"}), kYes);
  EXPECT_EQ(then({R"(2 invoke put {"revision":2,"content":"b"})", R"(2 ok put - {"revision":3})"}),
            kYes);
  EXPECT_EQ(then({R"(2 invoke put {"revision":0,"content":"b"})", R"(2 ok put - {"revision":1})"}),
            kNo);
}

TEST(BlockTest, TwoContentsAtOneRevision) {
  const auto verdict =
      tests::Judge(History({R"(1 invoke put {"revision":0,"content":"a"})",
                            R"(2 invoke put {"revision":0,"content":"b"})",
                            R"(1 ok put - {"revision":1})", R"(2 ok put - {"revision":1})"}),
                   "block");
  EXPECT_EQ(verdict.line, kNo);
  EXPECT_EQ(verdict.explanation,
            "the put of process 2, line 2 to 4, fits nowhere: ok put -> {\"revision\":1}\n"
            "before line 1: never written\n"
            "possible answers: refused, latest is revision 1, content \"a\"\n"
            "window, line 1 to 4:\n"
            "  1  process 1  invoke put {\"content\":\"a\",\"revision\":0}\n"
            "  2  process 2  invoke put {\"content\":\"b\",\"revision\":0}\n"
            "  3  process 1  ok put -> {\"revision\":1}\n"
            "  4  process 2  ok put -> {\"revision\":1}\n");
}

TEST(WindowTest, SaysWhatCouldHaveBeenRead) {
  const auto verdict =
      tests::Judge(History({"1 invoke write 1", "1 ok write", "1 invoke write 2", "1 ok write",
                            "2 invoke write 3", "3 invoke read", "3 ok read 1", "2 ok write"}),
                   "register");
  EXPECT_EQ(verdict.explanation,
            "the read of process 3, line 6 to 7, fits nowhere: ok read 1\n"
            "before line 6: 2 (by the write of process 1, line 3 to 4); or 3 (by the write of "
            "process 2, line 5)\n"
            "possible answers: 2; or 3\n"
            "open since line 5: process 2  write 3\n"
            "window, line 6 to 7:\n"
            "  6  process 3  invoke read\n"
            "  7  process 3  ok read 1\n");
}

// The unknown write of 1 was used up by the first read: the last read alone would not show that.
TEST(WindowTest, ReachesBackUntilItFailsByItself) {
  const auto verdict =
      tests::Judge(History({"9 invoke write 7", "9 ok write", "1 invoke write 1", "1 info write",
                            "2 invoke read", "2 ok read 1", "2 invoke write 2", "2 ok write",
                            "2 invoke read", "2 ok read 1"}),
                   "register");
  EXPECT_EQ(verdict.line, kNo);
  EXPECT_THAT(verdict.explanation,
              HasSubstr("before line 3: 7 (by the write of process 9, line 1 to 2)\n"));
  EXPECT_THAT(verdict.explanation, HasSubstr("window, line 3 to 10:\n"));
  EXPECT_THAT(verdict.explanation, HasSubstr("possible answers: 2\n"));
}

// With the lines up to the read, the write may have happened: it is its fail that nothing fits.
TEST(WindowTest, EndsWithTheLineByWhichNothingFits) {
  const auto verdict = tests::Judge(History({"1 invoke write 1", "2 invoke read", "2 ok read 1",
                                             "1 fail write", "1 invoke read", "1 ok read null"}),
                                    "register");
  EXPECT_EQ(verdict.explanation,
            "the write of process 1, line 1 to 4, fits nowhere: fail write\n"
            "before line 1: null\n"
            "window, line 1 to 4:\n"
            "  1  process 1  invoke write 1\n"
            "  2  process 2  invoke read\n"
            "  3  process 2  ok read 1\n"
            "  4  process 1  fail write\n");
}

TEST(WindowTest, OfSeveralKeysTheShortestIsShown) {
  const auto verdict = tests::Judge(R"({"process":1,"type":"invoke","f":"read","key":"x"}
{"process":2,"type":"invoke","f":"read","key":"y"}
{"process":2,"type":"ok","f":"read","key":"y","value":2}
{"process":1,"type":"ok","f":"read","key":"x","value":1}
)",
                                    "register");
  EXPECT_THAT(verdict.explanation, HasSubstr("key \"y\": the read of process 2, line 2 to 3"));
  EXPECT_THAT(verdict.explanation, HasSubstr("and 1 more keys are not linearizable\n"));
}

}  // namespace

#include "node/control/match_request.h"

#include <gtest/gtest.h>

#include "node/host/command_check.h"

namespace node {
namespace {

core::StatusOr<MatchRequest> Read(std::string_view params) {
  JsonNode tree;
  Mistake mistake;
  EXPECT_TRUE(ReadJsonTree(params, tree, mistake)) << mistake.text;
  return ReadMatchRequest(tree);
}

TEST(MatchRequestTest, ASeekerWithEverything) {
  const auto request = Read(
      R"({"topic":"review/paris","role":"seeker","want":7,"patience":"1.5min","seek":"seekers","must":["a","b"],)"
      R"("must_not":["c"],"min_budget":2,"capabilities":["d"]})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_FALSE(request->works);
  const auto& match = std::get<core::MatchCommand>(request->command);
  EXPECT_EQ(match.topic, (core::Topic{"review", "paris"}));
  EXPECT_EQ(match.want, 7);
  EXPECT_EQ(match.patience, core::Seconds(90));
  EXPECT_EQ(match.seek, core::Role::kMatcher);
  EXPECT_EQ(match.filter.must.Count(), 2u);
  EXPECT_TRUE(match.filter.must_not.Contains("c"));
  EXPECT_EQ(match.filter.min_budget, 2);
  EXPECT_TRUE(match.capabilities.Contains("d"));
  EXPECT_TRUE(CheckCommand(request->command).ok());
}

TEST(MatchRequestTest, AWorkerAndTheDefaults) {
  const auto worker = Read(R"({"topic":"paris","role":"worker","budget":4})");
  ASSERT_TRUE(worker.ok());
  EXPECT_TRUE(worker->works);
  EXPECT_EQ(std::get<core::WorkCommand>(worker->command).budget, 4);
  EXPECT_EQ(worker->topic, (core::Topic{"work", "paris"}));
  const auto seeker = Read(R"({"topic":"a/b/c"})");
  ASSERT_TRUE(seeker.ok());
  EXPECT_EQ(seeker->topic, (core::Topic{"a", "b/c"}));
  EXPECT_EQ(std::get<core::MatchCommand>(seeker->command).want, 3);
}

TEST(MatchRequestTest, WhatIsWrongIsSaid) {
  const std::string long_kind(33, 'k');
  const std::string long_word(33, 'w');

  const struct {
    std::string params;
    std::string_view message;
  } cases[] = {
      {"{}", "/params/topic: found none, allowed a text of 1 to 288 bytes"},
      {R"({"topic":""})", "/params/topic: found 0 bytes, allowed a text of 1 to 288 bytes"},
      {R"({"topic":7})", "/params/topic: found the integer 7, allowed a text of 1 to 288 bytes"},
      {R"({"topic":"/a"})",
       "/params/topic: found a kind of 0 bytes and a label of 1, allowed KIND/LABEL or LABEL, of 1 "
       "to 32 and 1 "
       "to 255 bytes"},
      {"{\"topic\":\"" + long_kind + "/a\"}",
       "/params/topic: found a kind of 33 bytes and a label of 1, allowed KIND/LABEL or LABEL, of "
       "1 to 32 and 1 "
       "to 255 bytes"},
      {R"({"topic":"a","want":0})",
       "/params/want: found the integer 0, allowed an integer from 1 to 1024"},
      {R"({"topic":"a","want":"3"})",
       "/params/want: found \"3\", allowed an integer from 1 to 1024"},
      {R"({"topic":"a","patience":10})",
       "/params/patience: found the integer 10, allowed a duration such as \"10s\""},
      {R"({"topic":"a","patience":"10"})",
       "/params/patience: found \"10\", allowed a duration such as \"10s\""},
      {R"({"topic":"a","role":"boss"})",
       "/params/role: found \"boss\", allowed \"seeker\" or \"worker\""},
      {R"({"topic":"a","must":"b"})",
       "/params/must: found \"b\", allowed a list of up to 16 texts of 1 to 32 bytes"},
      {"{\"topic\":\"a\",\"must\":[\"" + long_word + "\"]}",
       "/params/must: found \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\", allowed a list of up to 16 "
       "texts of 1 to 32 "
       "bytes"},
      {R"({"topic":"a","capabilities":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]})",
       "/params/capabilities: found 17 elements, allowed a list of up to 16 texts of 1 to 32 "
       "bytes"},
      {R"({"topic":"a","role":"worker","want":3})",
       "/params/want: found an unknown key, allowed \"topic\", \"role\", \"budget\" or "
       "\"capabilities\""},
  };

  for (const auto& [params, message] : cases) {
    EXPECT_EQ(core::MessageOf(Read(params).status()), message) << params;
  }
}

// The codec checks its own sizes by CHECK: nothing that passes here may break them.
TEST(MatchRequestTest, WhatPassesIsWhatTheNodeTakesButForItsPatience) {
  EXPECT_TRUE(CheckCommand(Read(R"({"topic":"a","want":1024,"patience":"24h"})")->command).ok());
  EXPECT_FALSE(CheckCommand(Read(R"({"topic":"a","patience":"25h"})")->command).ok());
  EXPECT_FALSE(CheckCommand(Read(R"({"topic":"a","patience":"0s"})")->command).ok());
}

}  // namespace
}  // namespace node

#include "node/config/json_tree.h"

#include <gtest/gtest.h>

namespace node {
namespace {

JsonNode Read(std::string_view text) {
  JsonNode tree;
  Mistake mistake;
  EXPECT_TRUE(ReadJsonTree(text, tree, mistake)) << mistake.text;
  return tree;
}

TEST(JsonTreeTest, EveryTokenKnowsItsPlace) {
  const JsonNode tree = Read(
      "\xef\xbb\xbf// head \"x\" {\n"
      "{ \"a\" : 1, /* { */ \"b\\\"\": [true,\n"
      "  \"x\", -2.5, null], // [\n"
      "  \"c\": {}\n"
      "}");
  EXPECT_EQ(tree.at, (TextPosition{2, 1}));
  ASSERT_EQ(tree.keys.size(), 3u);
  EXPECT_EQ(tree.keys[0].at, (TextPosition{2, 3}));
  EXPECT_EQ(tree.items[0].at, (TextPosition{2, 9}));
  EXPECT_EQ(tree.items[0].number, 1);
  EXPECT_EQ(tree.keys[1].name, "b\"");
  EXPECT_EQ(tree.keys[1].at, (TextPosition{2, 20}));
  ASSERT_EQ(tree.items[1].items.size(), 4u);
  EXPECT_EQ(tree.items[1].items[0].at, (TextPosition{2, 28}));
  EXPECT_EQ(tree.items[1].items[1].at, (TextPosition{3, 3}));
  EXPECT_EQ(tree.items[1].items[2].text, "-2.5");
  EXPECT_EQ(tree.items[1].items[3].at, (TextPosition{3, 14}));
  EXPECT_EQ(tree.keys[2].at, (TextPosition{4, 3}));
}

TEST(JsonTreeTest, IntegersThatDoNotFitAreFractions) {
  EXPECT_EQ(Read("9223372036854775807").kind, JsonNode::Kind::kInteger);
  EXPECT_EQ(Read("9223372036854775808").kind, JsonNode::Kind::kFraction);
  EXPECT_EQ(Read("1.0").kind, JsonNode::Kind::kFraction);
  EXPECT_EQ(Read("-9223372036854775808").number, INT64_MIN);
}

TEST(JsonTreeTest, DepthAndNumberOfValuesAreBounded) {
  JsonNode tree;
  Mistake mistake;
  EXPECT_FALSE(ReadJsonTree(std::string(100'000, '['), tree, mistake));
  EXPECT_EQ(mistake.text, "found nesting deeper than 8 levels, allowed at most 8");
  EXPECT_EQ(mistake.at, (TextPosition{1, 9}));
  std::string many = "[0";
  for (size_t i = 0; i < kTreeValuesMax; ++i) many += ",0";
  EXPECT_FALSE(ReadJsonTree(many + "]", tree, mistake));
  EXPECT_EQ(mistake.text, "found more than 100000 values, allowed at most 100000");
}

TEST(JsonTreeTest, PointersEscapeWhatTheirGrammarNeeds) {
  EXPECT_EQ(JoinPointer("", "a/b~c\n"), "/a~1b~0c\\n");
  EXPECT_EQ(JoinPointer("/seeds", "0"), "/seeds/0");
}

TEST(JsonTreeTest, CommentsAreRefusedWhereTheyAreNotAllowed) {
  for (const std::string_view text : {"{} // x", "/* x */ {}", R"({"a":1/*x*/})"}) {
    JsonNode tree;
    Mistake mistake;
    EXPECT_TRUE(ReadJsonTree(text, tree, mistake)) << text;
    EXPECT_FALSE(ReadJsonTree(text, tree, mistake, JsonComments::kRefused)) << text;
  }
  JsonNode tree;
  Mistake mistake;
  EXPECT_TRUE(ReadJsonTree(R"({"a":"// x"})", tree, mistake, JsonComments::kRefused));
}

}  // namespace
}  // namespace node

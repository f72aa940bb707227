#include "node/control/protocol.h"

#include <gtest/gtest.h>

namespace node {
namespace {

TEST(ProtocolTest, ReadsARequest) {
  ControlRequest request;
  ASSERT_TRUE(
      ReadRequest(R"( {"params":{"topic":"a"},"id":9007199254740992,"method":"leave"} )", request)
          .ok());
  EXPECT_EQ(request.id, kRequestIdMax);
  EXPECT_EQ(request.method, "leave");
  ASSERT_EQ(request.params.keys.size(), 1u);
  ASSERT_TRUE(ReadRequest(R"({"id":0,"method":"status"})", request).ok());
  EXPECT_EQ(request.params.kind, JsonNode::Kind::kObject);
  EXPECT_TRUE(request.params.keys.empty());
}

TEST(ProtocolTest, WhatIsWrongIsSaid) {
  const struct {
    std::string line;
    std::string_view message;
  } cases[] = {
      {"", "column 1: found the end of the line, allowed a JSON value"},
      {"hello", "column 1: found invalid literal, allowed JSON"},
      {"[]", "the line: found a list, allowed an object"},
      {"7", "the line: found the integer 7, allowed an object"},
      {"{}", "/id: found none, allowed an integer from 0 to 2^53"},
      {R"({"id":1})", "/method: found none, allowed the name of a method"},
      {R"({"id":-1,"method":"a"})", "/id: found the integer -1, allowed an integer from 0 to 2^53"},
      {R"({"id":1.5,"method":"a"})",
       "/id: found the number 1.5, allowed an integer from 0 to 2^53"},
      {R"({"id":9007199254740993,"method":"a"})",
       "/id: found the integer 9007199254740993, allowed an integer from 0 to 2^53"},
      {R"({"id":1,"method":7})", "/method: found the integer 7, allowed a text"},
      {R"({"id":1,"method":"a","params":[]})", "/params: found a list, allowed an object"},
      {R"({"id":1,"id":2,"method":"a"})",
       "column 9: found the key \"id\" twice, allowed each key once in its object"},
      {R"({"id":1,"method":"a","more":1})",
       "the request: found the unknown key \"more\", allowed \"id\", \"method\" or \"params\""},
      {R"({"id":1,"method":"a"} x)",
       "column 23: found invalid literal, allowed the end of the line"},
      {"{\"id\":1,\"method\":\"\xff\"}",
       "column 19: found invalid string: ill-formed UTF-8 byte, allowed JSON"},
      {R"({"id":1/*x*/,"method":"a"})", "column 8: found invalid literal, allowed \",\" or \"}\""},
      {"{\"id\":1,\"params\":" + std::string(10, '[') + std::string(10, ']') + "}",
       "column 25: found nesting deeper than 8 levels, allowed at most 8"},
  };

  for (const auto& [line, message] : cases) {
    ControlRequest request;
    const core::Status status = ReadRequest(line, request);
    EXPECT_EQ(core::MessageOf(status), message) << line;
    EXPECT_TRUE(absl::IsInvalidArgument(status));
  }
}

TEST(ProtocolTest, AnErrorKnowsItsRequestWhenItCanBeRead) {
  ControlRequest request;
  EXPECT_FALSE(ReadRequest(R"({"id":5,"method":7})", request).ok());
  EXPECT_EQ(request.id, 5);
  EXPECT_FALSE(ReadRequest(R"({"more":1,"id":6,"method":"a"})", request).ok());
  EXPECT_EQ(request.id, 6);
  EXPECT_FALSE(ReadRequest("hello", request).ok());
  EXPECT_EQ(request.id, std::nullopt);
}

TEST(ProtocolTest, LinesAreOneObjectEach) {
  EXPECT_EQ(GreetingLine(false), "{\"orbweaver_control\":1,\"authentication\":\"none\"}\n");
  EXPECT_EQ(GreetingLine(true), "{\"orbweaver_control\":1,\"authentication\":\"token\"}\n");
  EXPECT_EQ(ResultLine(3, {{"a", "x\ny"}}), "{\"id\":3,\"result\":{\"a\":\"x\\ny\"}}\n");
  EXPECT_EQ(ErrorLine(std::nullopt, core::NotFound("no \xff")),
            "{\"id\":null,\"error\":{\"code\":\"not_found\",\"message\":\"no \\ufffd\"}}\n");
  EXPECT_EQ(EventLine(4, {{"event", "matched"}}), "{\"id\":4,\"event\":\"matched\"}\n");
}

}  // namespace
}  // namespace node

// The methods about blocks, from the line of a client to the command of the core and back.
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/codec/limits.h"
#include "node/base/visible_text.h"
#include "node/control/block_request.h"
#include "tests/node/control/control_rig.h"

namespace node {
namespace {

constexpr char kHexId[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class BlockCallsTest : public ControlRig {
 protected:
  void SetUp() override {
    Open();
    client_.emplace(Dial());
  }

  // Hands a request over. REQUIRES: the node takes it.
  void Give(const std::string& line) {
    const size_t before = view_.commands.size();
    ASSERT_TRUE(client_->Write(line + "\n"));
    ASSERT_TRUE(RunUntil(io_, [&] { return view_.commands.size() > before; }));
  }

  template <typename Command>
  [[nodiscard]] const Command& Last() const {
    return std::get<Command>(view_.commands.back());
  }

  // What the core observes at the end of the last call.
  static core::CallFinished EndOf(uint64_t request, core::CallKind kind,
                                  core::CallOutcome outcome) {
    core::CallFinished end;
    end.request = request;
    end.call = kind;
    end.outcome = outcome;
    end.revision = 4;
    end.hash.bytes.fill(0xee);
    end.attempts = 2;
    end.took = core::Milliseconds(12);
    return end;
  }

  std::string ErrorOf(const std::string& method, const std::string& params) {
    const Json answer =
        Ask(*client_, R"({"id":1,"method":")" + method + R"(","params":)" + params + "}");
    return answer.contains("error") ? answer["error"]["message"].get<std::string>() : "none";
  }

  std::optional<LocalClient> client_;
};

TEST_F(BlockCallsTest, APutIsAnsweredWhenItsCallEnds) {
  Give(R"({"id":7,"method":"put","params":{"block":"entry","base":3,"value":"AP8="}})");
  const auto& put = Last<core::PutCommand>();
  EXPECT_EQ(put.block, view_.BlockOf("entry"));
  EXPECT_EQ(put.base_revision, 3u);
  EXPECT_EQ(put.value, (core::Bytes{0x00, 0xff}));
  // Others are answered meanwhile, but for those that take its number.
  EXPECT_EQ(Ask(*client_, R"({"id":8,"method":"log_level"})")["id"], 8);
  EXPECT_EQ(Ask(*client_, R"({"id":7,"method":"log_level"})")["error"]["message"],
            "/id: found 7, which is open, allowed another");
  core::CallFinished end = EndOf(put.request, core::CallKind::kPut, core::CallOutcome::kCommitted);
  end.block = put.block;
  view_.Tell(end);
  const Json answer = Next(*client_);
  EXPECT_EQ(answer["id"], 7);
  EXPECT_EQ(answer["result"]["outcome"], "committed");
  EXPECT_EQ(answer["result"]["block"], HexText(put.block.bytes));
  EXPECT_EQ(answer["result"]["revision"], 4);
  EXPECT_EQ(answer["result"]["hash"], HexText(end.hash.bytes));
  EXPECT_EQ(answer["result"]["attempts"], 2);
  EXPECT_EQ(answer["result"]["took_us"], 12'000);
}

TEST_F(BlockCallsTest, EveryClassOfEndHasItsWord) {
  const std::vector<std::pair<core::CallOutcome, std::string>> ends = {
      {core::CallOutcome::kCommitted, "committed"},
      {core::CallOutcome::kFound, "found"},
      {core::CallOutcome::kStale, "stale"},
      {core::CallOutcome::kConflict, "conflict"},
      {core::CallOutcome::kRejected, "rejected"},
      {core::CallOutcome::kInDoubt, "in_doubt"},
      {core::CallOutcome::kUnavailable, "unavailable"},
      {core::CallOutcome::kExpired, "expired"},
      {core::CallOutcome::kNoRoom, "no_room"}};
  for (const auto& [outcome, word] : ends) {
    const Json json = CallJson(EndOf(1, core::CallKind::kPut, outcome), std::nullopt);
    EXPECT_EQ(json["outcome"], word);
    // Only these know the latest revision.
    const bool tells = word == "committed" || word == "found" || word == "stale";
    EXPECT_EQ(json["revision"].is_number(), tells) << word;
    EXPECT_EQ(json["hash"].is_string(), tells) << word;
    EXPECT_EQ(json.contains("deleted"), word == "stale");
  }
  core::CallFinished found = EndOf(1, core::CallKind::kGet, core::CallOutcome::kFound);
  found.deleted = true;
  EXPECT_EQ(CallJson(found, std::nullopt)["outcome"], "deleted");
  found.revision = 0;
  found.deleted = false;
  EXPECT_EQ(CallJson(found, std::nullopt)["outcome"], "absent");
  EXPECT_TRUE(CallJson(found, std::nullopt)["hash"].is_null());
}

TEST_F(BlockCallsTest, AReadBringsTheContentOfItsOwnCall) {
  Give(R"({"id":1,"method":"get","params":{"block":")" + std::string(kHexId) +
       R"(","revision":2}})");
  const auto get = Last<core::GetCommand>();
  EXPECT_EQ(HexText(get.block.bytes), kHexId);
  EXPECT_EQ(get.revision, 2u);
  Give(R"({"id":2,"method":"rev","params":{"block":"entry"}})");
  const auto rev = Last<core::RevisionCommand>();
  const core::Bytes value = {'h', 'i'};
  view_.Tell(
      core::BlockRead{.request = get.request, .block = get.block, .revision = 4, .value = value});
  view_.Tell(EndOf(rev.request, core::CallKind::kRevision, core::CallOutcome::kFound));
  EXPECT_FALSE(Next(*client_)["result"].contains("value"));
  view_.Tell(EndOf(get.request, core::CallKind::kGet, core::CallOutcome::kFound));
  EXPECT_EQ(Next(*client_)["result"]["value"], core::ToBase64("hi"));
}

TEST_F(BlockCallsTest, ATransactionIsDecidedAtItsSmallestBlockUnlessItSaysAnother) {
  const std::string writes =
      R"("writes":[{"block":"b","base":1,"value":"YQ=="},{"block":"a","base":0,"delete":true}])";
  Give(R"({"id":1,"method":"transact","params":{)" + writes + "}}");
  EXPECT_EQ(Last<core::TransactCommand>().tail, view_.BlockOf("a"));
  ASSERT_EQ(Last<core::TransactCommand>().writes.size(), 2u);
  EXPECT_TRUE(Last<core::TransactCommand>().writes[1].erase);
  EXPECT_EQ(Last<core::TransactCommand>().writes[0].value, core::Bytes{'a'});
  Give(R"({"id":2,"method":"transact","params":{"tail":"b",)" + writes + "}}");
  EXPECT_EQ(Last<core::TransactCommand>().tail, view_.BlockOf("b"));
}

TEST_F(BlockCallsTest, MistakesSayWhereAndWhatIsAllowed) {
  EXPECT_EQ(ErrorOf("put", R"({"base":0,"value":""})"),
            "/params/block: found none, allowed a text of 1 to 64 bytes");
  EXPECT_EQ(ErrorOf("put", R"({"block":"","base":0,"value":""})"),
            "/params/block: found 0 bytes, allowed a text of 1 to 64 bytes");
  EXPECT_EQ(ErrorOf("put", R"({"block":"a","value":""})"),
            "/params/base: found none, allowed an integer from 0 to 9007199254740992");
  EXPECT_EQ(ErrorOf("delete", R"({"block":"a","base":-1})"),
            "/params/base: found the integer -1, allowed an integer from 0 to 9007199254740992");
  EXPECT_EQ(ErrorOf("put", R"({"block":"a","base":0})"),
            "/params/value: found none, allowed base64 of at most 524288 bytes");
  EXPECT_EQ(
      ErrorOf("put", R"({"block":"a","base":0,"value":"YQ"})"),
      "/params/value: found a text that is no base64, allowed base64 of at most 524288 bytes");
  EXPECT_EQ(ErrorOf("get", R"({"block":"a","revision":0})"),
            "/params/revision: found the integer 0, allowed an integer from 1 to 9007199254740992");
  EXPECT_EQ(ErrorOf("rev", R"({"block":"a","base":0})"),
            "/params/base: found an unknown key, allowed \"block\"");
  EXPECT_EQ(ErrorOf("transact", R"({"writes":[]})"),
            "/params/writes: found 0 elements, allowed a list of 1 to 32 objects");
  EXPECT_EQ(ErrorOf("transact", R"({"writes":[7]})"),
            "/params/writes: found the integer 7, allowed a list of 1 to 32 objects");
  EXPECT_EQ(ErrorOf("transact", R"({"writes":[{"block":"a","base":0,"value":"","x":1}]})"),
            "/params/writes/0/x: found an unknown key, allowed \"block\", \"base\", \"delete\" or "
            "\"value\"");
  EXPECT_EQ(ErrorOf("transact", R"({"writes":[{"block":"a","base":0,"delete":true}],"tail":"b"})"),
            "tail: found a block that is not written, allowed one of the writes'");
  EXPECT_TRUE(view_.commands.empty());
}

TEST_F(BlockCallsTest, TheLargestContentFitsALineAndOneByteMoreDoesNot) {
  const auto line_of = [](size_t bytes) {
    return R"({"id":1,"method":"put","params":{"block":"a","base":0,"value":")" +
           core::ToBase64(std::string(bytes, 'x')) + "\"}}";
  };
  Give(line_of(core::limits::kBlockBytesMax));
  EXPECT_EQ(Last<core::PutCommand>().value.size(), core::limits::kBlockBytesMax);
  view_.Tell(
      EndOf(Last<core::PutCommand>().request, core::CallKind::kPut, core::CallOutcome::kCommitted));
  EXPECT_EQ(Next(*client_)["result"]["outcome"], "committed");
  EXPECT_EQ(Ask(*client_, line_of(core::limits::kBlockBytesMax + 1))["error"]["message"],
            "/params/value: found 524289 bytes, allowed base64 of at most 524288 bytes");
}

TEST_F(BlockCallsTest, WhatTheNodeRefusesIsAnErrorAndNoOpenCall) {
  view_.answer = core::ResourceExhausted("command: found 256 open calls, allowed 256");
  const Json answer = Ask(*client_, R"({"id":1,"method":"rev","params":{"block":"a"}})");
  EXPECT_EQ(answer["error"]["code"], "resource_exhausted");
  view_.answer = absl::OkStatus();
  Give(R"({"id":1,"method":"rev","params":{"block":"a"}})");
}

TEST_F(BlockCallsTest, AStopAnswersOpenCallsWithWhatIsKnown) {
  Give(R"({"id":1,"method":"put","params":{"block":"a","base":0,"value":""}})");
  Give(R"({"id":2,"method":"get","params":{"block":"a"}})");
  server_->Stop();
  ASSERT_TRUE(client_->ClosedByServer());
  EXPECT_NE(client_->in().find("\"id\":1,\"result\":{\"outcome\":\"in_doubt\""), std::string::npos)
      << client_->in();
  EXPECT_NE(client_->in().find("\"id\":2,\"result\":{\"outcome\":\"unavailable\""),
            std::string::npos)
      << client_->in();
}

TEST_F(BlockCallsTest, AClientThatGoesLeavesNothingBehind) {
  Give(R"({"id":1,"method":"put","params":{"block":"a","base":0,"value":""}})");
  const uint64_t request = Last<core::PutCommand>().request;
  client_->Close();
  EXPECT_TRUE(RunUntil(io_, [&] { return server_->connections() == 0; }));
  view_.Tell(EndOf(request, core::CallKind::kPut, core::CallOutcome::kCommitted));
  client_.emplace(Dial());
  Give(R"({"id":1,"method":"rev","params":{"block":"a"}})");
  EXPECT_NE(Last<core::RevisionCommand>().request, request);
}

}  // namespace
}  // namespace node

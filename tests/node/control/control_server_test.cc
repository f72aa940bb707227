#include "node/control/control_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/node/control/control_rig.h"

namespace node {
namespace {

class ControlServerTest : public ControlRig {};

TEST_F(ControlServerTest, StatusPeersAndStateAreWhatTheNodeSays) {
  Open();
  LocalClient client = Dial();
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"status"})")["result"], StatusJson(view_.status));
  view_.peers.resize(2);
  const Json peers = Ask(client, R"({"id":2,"method":"peers","params":{}})");
  EXPECT_EQ(peers["id"], 2);
  EXPECT_EQ(peers["result"]["peers"].size(), 2u);
  EXPECT_EQ(Ask(client, R"({"id":3,"method":"state"})")["result"], StateJson(view_));
}

TEST_F(ControlServerTest, AMatchStreamsItsEventsUntilItsEnd) {
  Open();
  LocalClient client = Dial();
  const Json started =
      Ask(client, R"({"id":7,"method":"match","params":{"topic":"a","want":2,"patience":"5s"}})");
  EXPECT_EQ(started["id"], 7);
  EXPECT_EQ(started["event"], "started");
  EXPECT_EQ(started["want"], 2);
  // Others are answered meanwhile, on this connection too.
  EXPECT_EQ(Ask(client, R"({"id":8,"method":"log_level"})")["result"]["level"], "info");
  const core::Key256 key = view_.TopicOf({"work", "a"});
  view_.Tell(core::Matched{.topic = key, .task = {}, .partner = core::PeerId{5}});
  EXPECT_EQ(Next(client)["event"], "matched");
  view_.Tell(
      core::MatchFinished{.topic = key, .end = core::MatchEnd::kPatience, .wanted = 2, .took = {}});
  const Json end = Next(client);
  EXPECT_EQ(end["id"], 7);
  EXPECT_EQ(end["result"]["end"], "patience");
  EXPECT_EQ(view_.Count<core::LeaveCommand>(), 0u);
}

TEST_F(ControlServerTest, AStreamIsCancelledByItsIdOrByItsTopic) {
  Open();
  LocalClient client = Dial();
  ASSERT_EQ(Ask(client, R"({"id":1,"method":"match","params":{"topic":"a"}})")["event"], "started");
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"status"})")["error"]["message"],
            "/id: found 1, which is open, allowed another");
  EXPECT_EQ(Ask(client, R"({"id":2,"method":"cancel","params":{"id":1}})")["result"]["end"],
            "cancelled");
  EXPECT_EQ(Next(client)["id"], 2);
  EXPECT_EQ(Ask(client, R"({"id":3,"method":"cancel","params":{"id":1}})")["error"]["code"],
            "not_found");
  client.Write(R"({"id":4,"method":"match","params":{"topic":"b","role":"worker"}})"
               "\n");
  LocalClient other = Dial();
  EXPECT_EQ(Ask(other, R"({"id":1,"method":"match","params":{"topic":"b"}})")["error"]["code"],
            "failed_precondition");
  EXPECT_EQ(Ask(other, R"({"id":2,"method":"leave","params":{"topic":"b"}})")["id"], 2);
  EXPECT_EQ(Next(client)["result"]["end"], "left");
  EXPECT_EQ(Ask(other, R"({"id":3,"method":"leave","params":{"topic":"b"}})")["error"]["code"],
            "not_found");
}

TEST_F(ControlServerTest, AClientThatGoesLeavesItsTopics) {
  Open();
  LocalClient client = Dial();
  ASSERT_EQ(Ask(client, R"({"id":1,"method":"match","params":{"topic":"a"}})")["event"], "started");
  client.Close();
  EXPECT_TRUE(RunUntil(io_, [&] { return view_.Count<core::LeaveCommand>() == 1; }));
  EXPECT_TRUE(RunUntil(io_, [&] { return server_->connections() == 0; }));
}

TEST_F(ControlServerTest, AHalfClosedClientHearsTheEndOfWhatItBegan) {
  Open();
  LocalClient client = Dial();
  client.Write(
      "{\"id\":1,\"method\":\"match\",\"params\":{\"topic\":\"a\"}}\n"
      "{\"id\":2,\"method\":\"log_level\"}\n");
  client.CloseWriting();
  ASSERT_TRUE(client.ClosedByServer());
  EXPECT_NE(client.in().find("\"id\":2,\"result\""), std::string::npos);
  EXPECT_NE(client.in().find("\"end\":\"left\""), std::string::npos);
}

TEST_F(ControlServerTest, TheRecorderIsSavedForTheNodesUserOnly) {
  Open();
  LocalClient client = Dial();
  const std::string absolute = (scratch_ / "r1").string();
  const std::string request = R"({"id":1,"method":"record","params":{"path":")" + absolute + "\"}}";
  EXPECT_EQ(Ask(client, request)["error"]["code"], "failed_precondition");
  view_.StartRecorder();
  const Json saved = Ask(client, request)["result"];
  EXPECT_EQ(saved["path"], absolute);
  EXPECT_EQ(saved["bytes"], std::filesystem::file_size(absolute));

  struct stat found {};

  ASSERT_EQ(stat(absolute.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  EXPECT_EQ(Ask(client, request)["error"]["code"], "failed_precondition");
  EXPECT_EQ(Ask(client, R"({"id":2,"method":"record","params":{"path":"r2"}})")["result"]["path"],
            (scratch_ / "r2").string());
  EXPECT_EQ(
      Ask(client, R"({"id":3,"method":"record","params":{"path":"r\u0000x"}})")["error"]["code"],
      "invalid_argument");
  EXPECT_EQ(Ask(client, R"({"id":4,"method":"record","params":{"path":"no/r"}})")["error"]["code"],
            "not_found");
}

TEST_F(ControlServerTest, OneRecordingIsWrittenAtATimeAndOthersAreAnsweredMeanwhile) {
  Open();
  view_.StartRecorder();
  LocalClient client = Dial();
  // Taken by the loop in one go, so nothing of the file's end can come between.
  ASSERT_TRUE(
      client.Write("{\"id\":1,\"method\":\"record\",\"params\":{\"path\":\"r\"}}\n"
                   "{\"id\":2,\"method\":\"record\",\"params\":{\"path\":\"other\"}}\n"
                   "{\"id\":1,\"method\":\"log_level\"}\n"
                   "{\"id\":1,\"method\":\"log_level\",\"wrong\":0}\n"
                   "{\"id\":3,\"method\":\"log_level\"}\n"));
  EXPECT_EQ(Next(client)["error"]["message"], "the flight recorder: found " +
                                                  (scratch_ / "r").string() +
                                                  " being written, allowed one file at a time");
  for (const char* message : {"/id: found 1, which is open, allowed another",
                              "the request: found the unknown key \"wrong\", allowed \"id\", "
                              "\"method\" or \"params\""}) {
    const Json refused = Next(client);
    EXPECT_EQ(refused["error"]["message"], message);
    EXPECT_TRUE(refused["id"].is_null());  // Or it would end what is open.
  }
  EXPECT_EQ(Next(client)["id"], 3);
  const Json saved = Next(client);
  EXPECT_EQ(saved["id"], 1);
  EXPECT_EQ(saved["result"]["bytes"], std::filesystem::file_size(scratch_ / "r"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "other"));
}

TEST_F(ControlServerTest, TheLogLevelIsReadAndSet) {
  Open();
  LocalClient client = Dial();
  EXPECT_EQ(
      Ask(client, R"({"id":1,"method":"log_level","params":{"level":"debug"}})")["result"]["level"],
      "debug");
  EXPECT_TRUE(log_.Shows(LogLevel::kDebug));
  EXPECT_EQ(
      Ask(client, R"({"id":1,"method":"log_level","params":{"level":"loud"}})")["error"]["message"],
      "/params/level: found \"loud\", allowed \"debug\", \"info\", \"warning\" or \"error\"");
}

TEST_F(ControlServerTest, RoomIsLentAndTheRingIsTold) {
  Open();
  LocalClient client = Dial();
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"ring"})")["result"], RingJson(view_));
  const Json lent = Ask(client, R"({"id":2,"method":"lend","params":{"bytes":1048576}})");
  EXPECT_EQ(lent["result"], RingJson(view_));
  ASSERT_EQ(view_.Count<core::LendCommand>(), 1u);
  EXPECT_EQ(std::get<core::LendCommand>(view_.commands[0]).bytes, 1'048'576u);
  for (const char* wrong : {R"({})", R"({"bytes":-1})", R"({"bytes":"10GiB"})", R"({"bytes":1.5})",
                            R"({"bytes":1,"more":2})", R"({"bytes":99999999999999999})"}) {
    const Json refused =
        Ask(client, std::string(R"({"id":3,"method":"lend","params":)") + wrong + "}");
    EXPECT_EQ(refused["error"]["code"], "invalid_argument") << wrong;
  }
  view_.answer = core::FailedPrecondition("lend: found 0, but the node lends nothing");
  EXPECT_EQ(Ask(client, R"({"id":4,"method":"lend","params":{"bytes":0}})")["error"]["code"],
            "failed_precondition");
  EXPECT_EQ(view_.Count<core::LendCommand>(), 1u);
}

TEST_F(ControlServerTest, WhatTheNodeRefusesIsSaid) {
  Open();
  LocalClient client = Dial();
  view_.answer = core::Unavailable("command: the node still looks for somebody to join through");
  const Json answer = Ask(client, R"({"id":1,"method":"match","params":{"topic":"a"}})");
  EXPECT_EQ(answer["error"]["code"], "unavailable");
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"fly"})")["error"]["code"], "unimplemented");
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"status","params":{"x":1}})")["error"]["message"],
            "/params/x: found an unknown key, allowed no parameters");
}

TEST_F(ControlServerTest, TheStopEndsStreamsAndTakesTheSocketAway) {
  Open();
  LocalClient client = Dial();
  LocalClient worker = Dial();
  ASSERT_EQ(Ask(client, R"({"id":1,"method":"match","params":{"topic":"a"}})")["event"], "started");
  worker.Write(R"({"id":1,"method":"match","params":{"topic":"b","role":"worker"}})"
               "\n");
  ASSERT_TRUE(RunUntil(io_, [&] { return view_.Count<core::WorkCommand>() == 1; }));
  server_->Stop();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "s"));
  // Nothing runs any more: what was to be said is with the kernel.
  EXPECT_FALSE(client.Read());
  EXPECT_EQ(Json::parse(client.Line())["result"]["end"], "stopped");
  EXPECT_FALSE(worker.Read());
  EXPECT_EQ(Json::parse(worker.Line())["result"]["end"], "stopped");
  EXPECT_EQ(view_.Count<core::LeaveCommand>(), 2u);
  server_.reset();
  EXPECT_TRUE(view_.observers.empty());
}

TEST_F(ControlServerTest, OverTcpTheTokenComesFirst) {
  Open({}, /*tcp=*/true);
  const std::string token = TextOfFile(scratch_ / "token").substr(0, 64);
  LocalClient client(io_, server_->local());
  EXPECT_EQ(client.Line(), R"({"orbweaver_control":1,"authentication":"token"})");
  const std::string shown =
      R"({"id":1,"method":"authenticate","params":{"token":")" + token + "\"}}";
  EXPECT_EQ(Ask(client, shown)["result"], Json::object());
  EXPECT_EQ(Ask(client, R"({"id":2,"method":"status"})")["result"]["phase"], "joined");
  EXPECT_EQ(sink_.text.find(token), std::string::npos);
}

TEST_F(ControlServerTest, WithoutTheTokenNothingIsAnsweredOverTcp) {
  Open({}, /*tcp=*/true);
  for (const std::string_view line :
       {R"({"id":1,"method":"status"})", R"({"id":1,"method":"authenticate"})",
        R"({"id":1,"method":"authenticate","params":{"token":"0000"}})", "GET / HTTP/1.1"}) {
    LocalClient client(io_, server_->local());
    ASSERT_NE(client.Line(), "");
    const Json answer = Ask(client, std::string(line) + "\n{\"id\":2,\"method\":\"status\"}");
    EXPECT_TRUE(answer.contains("error")) << line;
    EXPECT_TRUE(client.ClosedByServer()) << line;
    EXPECT_EQ(client.in(), "") << line;
  }
}

TEST_F(ControlServerTest, WhoShowsNoTokenInTimeIsClosed) {
  ControlLimits limits;
  limits.patience = core::Milliseconds(50);
  Open(limits, /*tcp=*/true);
  LocalClient silent(io_, server_->local());
  EXPECT_TRUE(silent.ClosedByServer());
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ControlServerTest, PlacesThatCannotBeOpenedAreErrorsAndLeaveNothing) {
  Open({}, /*tcp=*/true);
  ControlSettings settings;
  settings.socket = (scratch_ / "s").string();
  settings.token_file = (scratch_ / "token").string();
  settings.tcp = *ParseEndpoint("127.0.0.1:0", PortRule::kListening);
  ControlServer second(io_, settings, view_, log_);
  EXPECT_TRUE(core::MessageOf(second.Open()).starts_with("control.socket: listen at "));
  settings.tcp = server_->local();
  ControlServer third(io_, settings, view_, log_);
  EXPECT_TRUE(core::MessageOf(third.Open()).starts_with("control.tcp: listen at "));
  settings.tcp = *ParseEndpoint("0.0.0.0:0", PortRule::kListening);
  ControlServer fourth(io_, settings, view_, log_);
  EXPECT_TRUE(absl::IsInvalidArgument(fourth.Open()));
}

}  // namespace
}  // namespace node

// Control clients that break the rules: nothing they send may hurt the node or the others, and memory stays bounded.
#include <deque>

#include <gtest/gtest.h>

#include "tests/node/control/control_rig.h"
#include "tests/node/service/resident_memory.h"

namespace node {
namespace {

class HostileControlClientTest : public ControlRig {
 protected:
  void ExpectWorks() {
    LocalClient client = Dial();
    EXPECT_EQ(Ask(client, R"({"id":1,"method":"log_level"})")["result"]["level"], "info");
  }
};

TEST_F(HostileControlClientTest, LinesThatAreNoRequestsAreAnsweredAndTheConnectionStays) {
  Open();
  LocalClient client = Dial();
  for (const std::string& line : std::initializer_list<std::string>{
           std::string(""), std::string("{"), std::string("\xff\xfe\x80"), std::string("null"),
           std::string("{\"id\":1,\"method\":\"status\",\"params\":null}"), std::string(3, '\0'),
           std::string(8'000, '['), "{\"id\":1,\"method\":\"" + std::string(8'000, 'x') + "\"}",
           std::string("{\"id\":1e999,\"method\":\"status\"}"),
           std::string("{\"id\":1,\"method\":\"\\ud800\"}")}) {
    const Json answer = Ask(client, line);
    ASSERT_TRUE(answer.is_object()) << line.substr(0, 40);
    EXPECT_TRUE(answer["error"]["message"].is_string()) << line.substr(0, 40);
    EXPECT_LT(answer.dump().size(), 1'000u);
  }
  EXPECT_EQ(Ask(client, R"({"id":1,"method":"log_level"})")["result"]["level"], "info");
}

TEST_F(HostileControlClientTest, AnOversizedLineIsRefusedWithOrWithoutItsEnd) {
  Open();
  for (const std::string_view end : {"", "\n"}) {
    LocalClient client = Dial();
    client.Write(std::string(kControlLineMax + 1, ' ') + std::string(end));
    EXPECT_EQ(Next(client)["error"]["message"],
              "the line: found more than 1572864 bytes, allowed at most that");
    EXPECT_TRUE(client.ClosedByServer());
  }
  LocalClient client = Dial();
  const std::string request = R"({"id":1,"method":"log_level"})";
  EXPECT_EQ(Ask(client, std::string(kControlLineMax - request.size(), ' ') + request)["id"], 1);
}

TEST_F(HostileControlClientTest, AStrangersLineIsShort) {
  Open({}, /*tcp=*/true);
  LocalClient client(io_, server_->local());
  EXPECT_NE(client.Line(), "");
  client.Write(std::string(kStrangersLineMax + 1, ' '));
  EXPECT_EQ(Next(client)["error"]["message"],
            "the line: found more than 16384 bytes, allowed at most that");
  EXPECT_TRUE(client.ClosedByServer());
}

TEST_F(HostileControlClientTest, EveryCutOfARequestIsHarmless) {
  Open();
  const std::string request = R"({"id":1,"method":"match","params":{"topic":"a","want":2}})";
  for (size_t size = 0; size < request.size(); ++size) {
    LocalClient client = Dial();
    client.Write(request.substr(0, size));
    client.Close();
  }
  EXPECT_TRUE(RunUntil(io_, [&] { return server_->connections() == 0; }));
  EXPECT_TRUE(view_.commands.empty());
  LocalClient slow = Dial();
  for (const char c : request + "\n") {
    ASSERT_TRUE(slow.Write(std::string(1, c)));
    io_.restart();
    io_.poll();
  }
  EXPECT_EQ(Next(slow)["event"], "started");
}

TEST_F(HostileControlClientTest, AClientThatAsksAndNeverReadsIsNotListenedTo) {
  Open();
  view_.peers.resize(1'000);
  LocalClient client = Dial();
  const size_t before = ResidentBytes();
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += R"({"id":1,"method":"peers"})"
                "\n";
  size_t sent = 0;
  int idle_turns = 0;
  // Until the kernel takes no more although the server has had its turns.
  while (idle_turns < 50 && sent < (size_t{64} << 20)) {
    const size_t size = client.WriteSome(requests);
    sent += size;
    idle_turns = size == 0 ? idle_turns + 1 : 0;
    io_.restart();
    io_.poll();
  }
  EXPECT_LT(sent, size_t{4} << 20);
  ExpectResidentBelow(before + (size_t{16} << 20));
  ExpectWorks();
}

TEST_F(HostileControlClientTest, AClientThatDoesNotReadItsStreamIsClosed) {
  ControlLimits limits;
  limits.out_max = 64 << 10;
  Open(limits);
  LocalClient client = Dial();
  ASSERT_EQ(Ask(client, R"({"id":1,"method":"match","params":{"topic":"a"}})")["event"], "started");
  const core::Key256 key = view_.TopicOf({"work", "a"});
  for (int i = 0; i < 100'000 && server_->connections() == 1; ++i) {
    view_.Tell(core::Matched{.topic = key, .task = {}, .partner = core::PeerId{5}});
    io_.restart();
    io_.poll();
  }
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_EQ(view_.Count<core::LeaveCommand>(), 1u);
}

TEST_F(HostileControlClientTest, AThousandConnectionsKeepNobodyOutAndTakeLittleMemory) {
  Open({}, /*tcp=*/true);
  const size_t before = ResidentBytes();
  std::deque<LocalClient> flood;
  for (int i = 0; i < 500; ++i) {
    flood.emplace_back(io_, scratch_ / "s");
    flood.back().Write(std::string(4'000, ' '));
    flood.emplace_back(io_, server_->local());
    flood.back().Write(std::string(4'000, ' '));
    io_.restart();
    io_.poll();
    EXPECT_LE(server_->connections(), 2 * ControlLimits{}.connections_max);
  }
  ExpectWorks();
  ExpectResidentBelow(before + (size_t{16} << 20));
}

TEST_F(HostileControlClientTest, WhoTakesPartIsNotPushedOut) {
  ControlLimits limits;
  limits.connections_max = 2;
  Open(limits);
  LocalClient first = Dial();
  ASSERT_EQ(Ask(first, R"({"id":1,"method":"match","params":{"topic":"a"}})")["event"], "started");
  LocalClient second = Dial();
  ASSERT_EQ(Ask(second, R"({"id":1,"method":"match","params":{"topic":"b"}})")["event"], "started");
  LocalClient third(io_, scratch_ / "s");
  EXPECT_EQ(Next(third)["error"]["code"], "resource_exhausted");
  EXPECT_TRUE(third.ClosedByServer());
  EXPECT_EQ(Ask(second, R"({"id":2,"method":"cancel","params":{"id":1}})")["id"], 1);
  EXPECT_EQ(Next(second)["id"], 2);
  ExpectWorks();
  EXPECT_TRUE(second.ClosedByServer());
  EXPECT_EQ(Ask(first, R"({"id":2,"method":"log_level"})")["id"], 2);
}

}  // namespace
}  // namespace node

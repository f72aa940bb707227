// The admin pages over real sockets, with clients that mean no good.
#include "node/admin/admin_server.h"

#include <deque>

#include <gtest/gtest.h>

#include "node/log/sink.h"
#include "tests/node/service/fake_node_view.h"
#include "tests/node/service/local_client.h"
#include "tests/node/service/resident_memory.h"

namespace node {
namespace {

class LinesSink : public LogSink {
 public:
  bool Write(std::string_view line) override {
    text += line;
    return true;
  }

  core::Status Reopen() override { return absl::OkStatus(); }

  std::string text;
};

class AdminServerTest : public testing::Test {
 protected:
  void Open(const HttpLimits& limits = {}, std::string_view listen = "127.0.0.1:0") {
    AdminSettings settings;
    settings.listen = *ParseEndpoint(listen, PortRule::kListening);
    settings.limits = limits;
    server_ = std::make_unique<AdminServer>(io_, settings, view_, log_);
    const core::Status status = server_->Open();
    ASSERT_TRUE(status.ok()) << status;
  }

  [[nodiscard]] LocalClient Dial() { return {io_, server_->local()}; }

  // Everything that the server says to these bytes until it closes.
  std::string Ask(std::string_view bytes) {
    LocalClient client = Dial();
    client.Write(bytes);
    EXPECT_TRUE(client.ClosedByServer());
    EXPECT_FALSE(client.reset()) << bytes.substr(0, 60);
    return client.Take();
  }

  static constexpr std::string_view kClose = "Host: localhost\r\nConnection: close\r\n\r\n";

  asio::io_context io_;
  FakeNodeView view_;
  LinesSink sink_;
  Log log_{{}, sink_, ReadClocks};
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, AnswersWithHeadersThatFitTheBody) {
  Open();
  const std::string answer = Ask("GET /healthz HTTP/1.1\r\n" + std::string(kClose));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Length: 3\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nok\n"));
  EXPECT_NE(sink_.text.find("http://127.0.0.1:"), std::string::npos);
  EXPECT_EQ(sink_.text.find("warning"), std::string::npos);
}

TEST_F(AdminServerTest, HeadIsTheSameWithoutTheBody) {
  Open();
  const std::string head = Ask("HEAD /healthz HTTP/1.1\r\n" + std::string(kClose));
  EXPECT_NE(head.find("Content-Length: 3\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(AdminServerTest, AConnectionServesMoreThanOneRequestAlsoSentAhead) {
  Open();
  LocalClient client = Dial();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Write("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    ASSERT_TRUE(client.WaitFor("ready\n"));
    EXPECT_TRUE(client.Take().starts_with("HTTP/1.1 200 OK"));
  }
  std::string ahead;
  for (int i = 0; i < 200; ++i) ahead += "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  ASSERT_TRUE(client.Write(ahead + "GET /peers HTTP/1.1\r\n" + std::string(kClose)));
  ASSERT_TRUE(client.ClosedByServer());
  EXPECT_EQ(server_->counters().requests, 204u);
  EXPECT_NE(client.in().find("{\"peers\":[]}"), std::string::npos);
}

TEST_F(AdminServerTest, AHalfClosedClientIsAnswered) {
  Open();
  LocalClient client = Dial();
  client.Write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.CloseWriting();
  ASSERT_TRUE(client.ClosedByServer());
  EXPECT_TRUE(client.in().ends_with("ok\n"));
  EXPECT_EQ(server_->counters().open, 0u);
}

TEST_F(AdminServerTest, BadRequestsGetClearAnswersThatArrive) {
  Open();

  const struct {
    std::string bytes;
    std::string_view status;
    std::string_view said;
  } cases[] = {
      {"hello\r\n\r\n", "400", "allowed HTTP/1.0 or HTTP/1.1"},
      {"GET /healthz HTTP/9.9\r\n\r\n", "400", "allowed HTTP/1.0 or HTTP/1.1"},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\r\n\r\n", "400",
       "request:"},
      {"GET / HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n", "400", "request:"},
      {"GET / HTTP/1.1\r\n\r\n" + std::string(), "400", "Host: found none"},
      {"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "403", "evil.example"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
       "400", "found several"},
      {"GET /nothing HTTP/1.1\r\n" + std::string(kClose), "404", "/nothing"},
      {"POST / HTTP/1.1\r\n" + std::string(kClose), "405", "allowed GET and HEAD"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", "413",
       "body: found one"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
       "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
       "413", "body: found one"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400",
       "request:"},
      {"GET / HTTP/1.1\r\nX: " + std::string(60'000, 'x'), "431", "allowed at most that"},
      {"GET /" + std::string(60'000, 'x'), "431", "allowed at most that"},
  };

  for (const auto& one : cases) {
    LocalClient client = Dial();
    client.Write(one.bytes);
    ASSERT_TRUE(client.WaitFor(one.said)) << one.bytes.substr(0, 60) << " -> " << client.in();
    EXPECT_TRUE(client.in().starts_with("HTTP/1.1 " + std::string(one.status)))
        << one.bytes.substr(0, 60) << " -> " << client.in();
  }
}

TEST_F(AdminServerTest, SlowClientsAreToldAndClosed) {
  HttpLimits limits;
  limits.first = core::Milliseconds(50);
  Open(limits);
  LocalClient silent = Dial();
  LocalClient slow = Dial();
  ASSERT_TRUE(slow.Write("GET /healthz HT"));
  EXPECT_TRUE(slow.WaitFor("HTTP/1.1 408"));
  EXPECT_TRUE(slow.ClosedByServer());
  EXPECT_TRUE(silent.ClosedByServer());
  EXPECT_EQ(silent.in(), "");
  slow.Close();
  EXPECT_TRUE(RunUntil(io_, [&] { return server_->counters().open == 0; }));
  EXPECT_EQ(server_->counters().expired, 2u);
}

TEST_F(AdminServerTest, AClientThatDoesNotReadIsClosed) {
  HttpLimits limits;
  limits.write = core::Milliseconds(50);
  Open(limits);
  view_.peers.resize(40'000);  // Some 10 MB: more than the kernel takes.
  LocalClient client = Dial();
  ASSERT_TRUE(client.Write("GET /peers HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_TRUE(RunUntil(io_, [&] { return server_->counters().expired == 1; }));
  EXPECT_EQ(server_->counters().open, 0u);
}

TEST_F(AdminServerTest, AThousandConnectionsKeepNobodyOutAndTakeLittleMemory) {
  Open();
  const size_t before = ResidentBytes();
  std::deque<LocalClient> flood;
  for (int i = 0; i < 1'000; ++i) {
    flood.emplace_back(io_, server_->local());
    flood.back().Write("GET /" + std::string(4'000, 'x'));
    io_.restart();
    io_.poll();
    EXPECT_LE(server_->counters().open, HttpLimits{}.connections_max);
  }
  const std::string answer = Ask("GET /healthz HTTP/1.1\r\n" + std::string(kClose));
  EXPECT_TRUE(answer.ends_with("ok\n")) << answer;
  EXPECT_GE(server_->counters().evicted, 900u);
  ExpectResidentBelow(before + (size_t{16} << 20));
}

TEST_F(AdminServerTest, TheEndLeavesNothingBehind) {
  Open();
  LocalClient reading = Dial();
  LocalClient writing = Dial();
  view_.peers.resize(40'000);
  ASSERT_TRUE(reading.Write("GET /"));
  ASSERT_TRUE(writing.Write("GET /peers HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(RunUntil(io_, [&] { return server_->counters().requests == 1; }));
  server_.reset();
  io_.restart();
  io_.run();
  EXPECT_TRUE(reading.ClosedByServer());
}

TEST_F(AdminServerTest, AnAddressForOthersIsWarnedOf) {
  Open({}, "0.0.0.0:0");
  EXPECT_NE(sink_.text.find("others can reach them"), std::string::npos);
  const std::string answer =
      Ask("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("ok\n"));
}

TEST_F(AdminServerTest, APortInUseIsAnErrorThatNamesIt) {
  Open();
  AdminSettings settings;
  settings.listen = server_->local();
  AdminServer second(io_, settings, view_, log_);
  const core::Status status = second.Open();
  EXPECT_TRUE(core::MessageOf(status).starts_with("admin.listen: ")) << status;
  EXPECT_NE(core::MessageOf(status).find(ToText(server_->local())), std::string_view::npos);
}

}  // namespace
}  // namespace node

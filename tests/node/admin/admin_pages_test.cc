#include "node/admin/admin_pages.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/admin/exposition.h"
#include "tests/node/service/fake_node_view.h"

namespace node {
namespace {

class AdminPagesTest : public testing::Test {
 protected:
  [[nodiscard]] PageAnswer Get(std::string_view target, std::string_view host = "127.0.0.1:7421",
                               std::string_view method = "GET") const {
    PageRequest request;
    request.method = method;
    request.target = target;
    request.hosts = {host};
    request.local = *ParseEndpoint("192.0.2.7:7421");
    return pages_.Answer(request);
  }

  FakeNodeView view_;
  AdminCounters counters_;
  AdminPages pages_{view_, counters_, {*ParseAddress("node.example:7421")}, ReadClocks};
};

TEST_F(AdminPagesTest, TheIndexListsEveryPageAndEachIsThere) {
  const PageAnswer index = Get("/");
  EXPECT_EQ(index.status, 200);
  for (const std::string_view page :
       {"/metrics", "/healthz", "/readyz", "/status", "/peers", "/ring", "/debug/state"}) {
    EXPECT_NE(index.body.find(page), std::string::npos) << page;
    EXPECT_EQ(Get(page).status, 200) << page;
  }
  EXPECT_EQ(Get("/metrics?x=1").status, 200);
  EXPECT_EQ(Get("/metric").status, 404);
  EXPECT_EQ(Get("/metrics/").status, 404);
}

TEST_F(AdminPagesTest, MetricsAreInPrometheusFormatAndSayWhatTheNodeSays) {
  view_.status.connections = 3;
  view_.status.routines = 7;
  view_.status.version = "v\"1\\";
  view_.messages.types[0] = {1, 10, 2, 20};
  view_.messages.garbled[2] = 5;
  view_.sockets.closed[static_cast<size_t>(CloseReason::kIdle)] = 4;
  view_.sockets.rejected[1] = 6;
  view_.rings.place = core::Place{core::RingStatus::kActive, 4, 4};
  view_.rings.capacity = 1000;
  view_.rings.used = 17;
  view_.StartRecorder();
  const PageAnswer answer = Get("/metrics");
  EXPECT_EQ(answer.type, "text/plain; version=0.0.4; charset=utf-8");
  const Exposition read = ReadExposition(answer.body);
  EXPECT_TRUE(read.mistakes.empty()) << read.mistakes[0];
  EXPECT_EQ(read.samples.at(R"(orbnode_build_info{version="v\"1\\"})"), 1);
  EXPECT_EQ(read.samples.at("orbnode_routines"), 1 + 2 * read.samples.at("orbnode_connections"));
  EXPECT_EQ(read.samples.at(R"(orbnode_phase{phase="joined"})"), 1);
  EXPECT_EQ(read.samples.at(R"(orbnode_phase{phase="stopping"})"), 0);
  EXPECT_EQ(read.samples.at(R"(orbnode_messages_total{direction="out",type="ping"})"), 2);
  EXPECT_EQ(read.samples.at(R"(orbnode_message_bytes_total{direction="in",type="ping"})"), 10);
  EXPECT_EQ(read.samples.at(R"(orbnode_garbled_frames_total{reason="too_large"})"), 5);
  EXPECT_EQ(read.samples.at(R"(orbnode_sockets_closed_total{reason="idle"})"), 4);
  EXPECT_EQ(read.samples.at(R"(orbnode_chunks_rejected_total{fault="too_big"})"), 6);
  EXPECT_EQ(read.samples.at("orbnode_ring"), 4);
  EXPECT_EQ(read.samples.at(R"(orbnode_ring_status{status="active"})"), 1);
  EXPECT_EQ(read.samples.at(R"(orbnode_ring_status{status="leaving"})"), 0);
  EXPECT_EQ(read.samples.at("orbnode_lent_bytes"), 1000);
  EXPECT_EQ(read.samples.at("orbnode_held_bytes"), 17);
  EXPECT_EQ(read.samples.at("orbnode_storage_healthy"), 1);
  EXPECT_EQ(read.samples.count("orbnode_recorder_file_bytes"), 1u);
  EXPECT_EQ(read.samples.count("process_cpu_seconds_total"), 1u);
}

TEST_F(AdminPagesTest, ReadySaysWhyNot) {
  view_.status.phase = HostPhase::kSeeking;
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz").body, "not ready: the node looks for somebody to join through\n");
  EXPECT_EQ(Get("/healthz").status, 200);
  view_.status.phase = HostPhase::kStopping;
  EXPECT_EQ(Get("/readyz").body, "not ready: the node stops\n");
  view_.status.phase = HostPhase::kJoined;
  view_.status.storage = core::ResourceExhausted("no room");
  EXPECT_EQ(Get("/readyz").status, 503);
  view_.status.storage = absl::OkStatus();
  EXPECT_EQ(Get("/readyz").status, 200);
}

TEST_F(AdminPagesTest, PeersAndStateAreJson) {
  PeerStatus peer;
  peer.remote = *ParseEndpoint("[::1]:9");
  peer.connected = core::Seconds(2);
  view_.peers = {peer};
  const auto peers = nlohmann::json::parse(Get("/peers").body);
  EXPECT_EQ(peers["peers"][0]["remote"], "[::1]:9");
  EXPECT_EQ(peers["peers"][0]["connected_us"], 2'000'000);
  const PageAnswer state = Get("/debug/state");
  EXPECT_EQ(state.type, "application/json");
  EXPECT_EQ(nlohmann::json::parse(state.body)["modules"].size(), 1u);
}

TEST_F(AdminPagesTest, NamesOfStrangersAreRefusedAgainstRebinding) {
  for (const std::string_view host :
       {"localhost", "LocalHost:7421", "127.0.0.1", "127.9.9.9:1", "[::1]:7421", "[::1]",
        "192.0.2.7:7421", "192.0.2.7", "node.example:7421", "NODE.example:7421"}) {
    EXPECT_EQ(Get("/healthz", host).status, 200) << host;
  }
  for (const std::string_view host :
       {"evil.example", "evil.example:7421", "localhost.evil.example", "127.0.0.1.evil.example",
        "192.0.2.8:7421", "node.example:80", "node.example", "", "[::1", "10.0.0.1",
        "127.0.0.1@evil.example", "localhost\tx"}) {
    const PageAnswer answer = Get("/healthz", host);
    EXPECT_EQ(answer.status, 403) << host;
    EXPECT_NE(answer.body.find("Host: found"), std::string::npos);
  }
}

TEST_F(AdminPagesTest, HostStandsOnceAndOnlyOldClientsMayOmitIt) {
  PageRequest request;
  request.method = "GET";
  request.target = "/healthz";
  EXPECT_EQ(pages_.Answer(request).status, 400);
  request.may_omit_host = true;
  EXPECT_EQ(pages_.Answer(request).status, 200);
  request.hosts = {"localhost", "localhost"};
  EXPECT_EQ(pages_.Answer(request).status, 400);
}

TEST_F(AdminPagesTest, NothingButGetAndHeadAndNoBody) {
  EXPECT_EQ(Get("/metrics", "localhost", "HEAD").status, 200);
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    const PageAnswer answer = Get("/metrics", "localhost", method);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.allow, "GET, HEAD");
  }
  PageRequest request;
  request.method = "GET";
  request.target = "/healthz";
  request.hosts = {"localhost"};
  request.has_body = true;
  EXPECT_EQ(pages_.Answer(request).status, 413);
}

TEST_F(AdminPagesTest, TargetsThatAreNoPathsAreShownHarmlessly) {
  for (const std::string_view target : {"http://localhost/metrics", "*", "", "metrics"}) {
    EXPECT_EQ(Get(target).status, 400) << target;
  }
  const PageAnswer answer = Get("/\x1b[2J\xff");
  EXPECT_EQ(answer.status, 404);
  for (const char c : answer.body) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c <= 0x7e));
}

}  // namespace
}  // namespace node

#include "node/service/status_json.h"

#include <gtest/gtest.h>

#include "tests/node/service/fake_node_view.h"

namespace node {
namespace {

TEST(StatusJsonTest, ANodeIsReadyWhenItHasJoinedAndStores) {
  NodeStatus status;
  for (const HostPhase phase :
       {HostPhase::kSeeking, HostPhase::kRunning, HostPhase::kStopping, HostPhase::kStopped}) {
    status.phase = phase;
    EXPECT_NE(NotReady(status), "") << TextOf(phase);
  }
  status.phase = HostPhase::kJoined;
  EXPECT_EQ(NotReady(status), "");
  status.storage = core::ResourceExhausted("no room");
  EXPECT_EQ(NotReady(status), "what the node learns is not stored: no room");
}

TEST(StatusJsonTest, StatusSaysWhatTheNodeSays) {
  const FakeNodeView view;
  const Json json = StatusJson(view.Status());
  EXPECT_EQ(json["node"].get<std::string>().substr(0, 8), "abababab");
  EXPECT_EQ(json["phase"], "joined");
  EXPECT_EQ(json["ready"], true);
  EXPECT_TRUE(json["not_ready"].is_null());
  EXPECT_EQ(json["listen"], "127.0.0.1:7420");
  EXPECT_EQ(json["routines"], 1);
  EXPECT_EQ(json["storage"], "ok");
}

TEST(StatusJsonTest, TextOfPeersBecomesOneLineOfAscii) {
  PeerStatus peer;
  peer.addresses = {"evil\n\x1b[2J\xff\u202e"};
  const std::string text = Dump(PeersJson({peer}));
  for (const char c : text) EXPECT_TRUE(c >= 0x20 && c <= 0x7e) << int{c};
  const Json back = Json::parse(text);
  EXPECT_EQ(back["peers"][0]["addresses"][0], "evil\n\x1b[2J\ufffd\u202e");
  EXPECT_TRUE(back["peers"][0]["remote"].is_null());
}

TEST(StatusJsonTest, ARingSaysWhereTheNodeStandsAndWhomItKnowsThere) {
  FakeNodeView view;
  EXPECT_EQ(RingJson(view)["lends"], false);
  EXPECT_TRUE(RingJson(view)["status"].is_null());
  EXPECT_TRUE(RingJson(view)["work"].is_null());
  view.rings.place = core::Place{core::RingStatus::kMoving, 3, 2};
  view.rings.capacity = 1000;
  view.rings.used = 900;
  view.rings.pressed = true;
  view.rings.work = core::RingWork::kHandingOff;
  view.rings.through_ppm = 250'000;
  view.rings.worked = 7;
  core::RingNeighbour inner{.side = core::RingSide::kInner, .info = {}};
  inner.info.peer = core::PeerId{5};
  inner.info.blocks = 12;
  view.rings.neighbours = {inner};
  const Json json = RingJson(view);
  EXPECT_EQ(json["status"], "moving");
  EXPECT_EQ(json["ring"], 3);
  EXPECT_EQ(json["from"], 2);
  EXPECT_EQ(json["prefix"], "101");  // Of 0xab.
  EXPECT_EQ(json["capacity_bytes"], 1000);
  EXPECT_EQ(json["used_bytes"], 900);
  EXPECT_EQ(json["pressed"], true);
  EXPECT_EQ(json["work"]["what"], "handing_off");
  EXPECT_EQ(json["work"]["through_ppm"], 250'000);
  EXPECT_EQ(json["work"]["blocks"], 7);
  view.rings.work = core::RingWork::kChoosing;
  EXPECT_TRUE(RingJson(view)["ring"].is_null() && RingJson(view)["prefix"].is_null());
  EXPECT_EQ(json["neighbours"][0]["side"], "inner");
  EXPECT_EQ(json["neighbours"][0]["blocks"], 12);
  EXPECT_EQ(json["neighbours"][0]["node"].get<std::string>().substr(0, 4), "0505");
}

TEST(StatusJsonTest, StateHasADigestPerModuleAndTheRecordersFill) {
  FakeNodeView view;
  EXPECT_TRUE(StateJson(view)["recorder"].is_null());
  view.StartRecorder();
  const Json json = StateJson(view);
  EXPECT_EQ(json["modules"][0]["module"], "routing");
  EXPECT_EQ(json["modules"][0]["digest"], "00000000000000070000000000000009");
  EXPECT_EQ(json["recorder"]["inputs"], 0);
  EXPECT_EQ(json["recorder"]["file_bytes"], view.recorder->FileBytes());
}

}  // namespace
}  // namespace node

// Each planted role on effects and inputs made by hand: it misbehaves where it must and leaves the
// rest alone.
#include "sim/world/planted/planted_bugs.h"

#include <set>

#include <gtest/gtest.h>

#include "core/crypto/modelled_suite.h"
#include "sim/observe/checkers/registry.h"
#include "sim/world/planted/wrong_context.h"
#include "tests/core/fake_directory.h"

namespace sim {
namespace {

const core::Time kNow{core::Minutes(10).us};

class PlantedTest : public ::testing::Test {
 protected:
  PlantedTest() {
    context_.directory = &directory_;
    context_.suite = &suite_;
  }

  [[nodiscard]] RoleContext For(uint32_t self) const {
    RoleContext context;
    context.self = {self};
    context.context = &context_;
    context.seed = 1;
    return context;
  }

  std::unique_ptr<Role> Make(const char* name, uint32_t self = 4) {
    auto role = MakePlanted(name, For(self));
    EXPECT_TRUE(role.ok() && *role != nullptr) << name;
    return std::move(*role);
  }

  template <typename Body>
  Body& Send(core::Effects& effects, Body body, uint32_t to = 1) {
    core::Message& message = effects.Send(core::PeerId{to});
    message.body = std::move(body);
    return std::get<Body>(message.body);
  }

  template <typename Body>
  const Body& Sent(size_t index) {
    return std::get<Body>(effects_.sends()[index].message.body);
  }

  // What a message from a peer becomes on the way in; nullptr when the role swallows it.
  const core::Message* Arrive(Role& role, const core::Message& message, uint32_t from = 1) {
    input_ = core::Arrival{{from}, &message};
    if (!role.Before(kNow, input_)) return nullptr;
    return std::get<core::Arrival>(input_).message;
  }

  core::Nodes AllNodes(const core::Key256& target, uint32_t count) {
    core::Nodes nodes;
    nodes.target = target;
    for (uint32_t peer = 0; peer < count; ++peer) nodes.peers.push_back({peer});
    return nodes;
  }

  core::FakeDirectory directory_{3, 64};
  core::ModelledSuite suite_{core::Digest256{}};
  core::Context context_;
  core::Input input_ = core::Wake{};
  core::Effects effects_;
};

TEST_F(PlantedTest, EachCheckHasABugAndEachBugIsMade) {
  std::set<std::string_view> names;
  std::set<std::string_view> checks;
  for (const PlantedBug& bug : PlantedBugs()) {
    EXPECT_TRUE(names.insert(bug.name).second) << bug.name;
    checks.insert(bug.check);
    const auto role = MakePlanted(std::string(bug.name), For(4));
    ASSERT_TRUE(role.ok()) << bug.name;
    EXPECT_TRUE(*role != nullptr || bug.wraps_context) << bug.name;
  }
  for (const CheckInfo& check : CheckTable()) EXPECT_TRUE(checks.contains(check.id)) << check.id;
}

TEST_F(PlantedTest, AnUnknownBugIsAnErrorThatListsTheKnownOnes) {
  const auto role = MakePlanted("typo", For(4));
  ASSERT_FALSE(role.ok());
  EXPECT_TRUE(core::MessageOf(role.status())
                  .starts_with("no planted bug 'typo'; there are: shifted-key, forgetful-root"));
}

TEST_F(PlantedTest, ForgetfulRootDropsOnlyTheWideEnd) {
  core::Record wide;
  core::Record narrow;
  narrow.specificity = 3;
  core::Found answer;
  answer.records = {wide, narrow};
  core::Push pushed;
  pushed.records = {wide};
  Send(effects_, answer);
  Send(effects_, pushed);
  Make("forgetful-root")->After(kNow, input_, effects_);
  const auto& found = Sent<core::Found>(0);
  const auto& push = Sent<core::Push>(1);
  ASSERT_EQ(found.records.size(), 1u);
  EXPECT_EQ(found.records[0].specificity, 3);
  EXPECT_TRUE(push.records.empty());
}

TEST_F(PlantedTest, StaleRecordsComeBackLongAfterTheirEnd) {
  const auto role = Make("stale-records");
  core::Message provide;
  core::Record record;
  record.ttl_ms = 10'000;
  provide.body = core::Provide{core::Key256{}, record};
  EXPECT_EQ(Arrive(*role, provide), &provide);
  auto& found = Send(effects_, core::Found{});
  role->After(kNow + core::Seconds(29), input_, effects_);
  EXPECT_TRUE(found.records.empty());
  role->After(kNow + core::Seconds(31), input_, effects_);
  EXPECT_EQ(found.records.size(), 1u);
}

TEST_F(PlantedTest, HiddenCrowdSaysThatNobodyIsThere) {
  core::ProvideAck crowded;
  crowded.traffic.count = 500;
  crowded.crowded = true;
  const auto& ack = Send(effects_, crowded);
  Make("hidden-crowd")->After(kNow, input_, effects_);
  EXPECT_EQ(ack.traffic.count, 0u);
  EXPECT_FALSE(ack.crowded);
}

TEST_F(PlantedTest, ForgedRecordsHaveABrokenSignatureThatABlindSuiteAccepts) {
  core::SecretKey secret;
  const std::vector<uint8_t> bytes = {1, 2, 3};
  core::Provide provide;
  provide.record.signature = suite_.Sign(secret, bytes);
  const auto& sent = Send(effects_, provide);
  Make("forged-records")->After(kNow, input_, effects_);
  const core::PublicKey key = suite_.PublicKeyFor(secret);
  EXPECT_FALSE(suite_.Verify(key, bytes, sent.record.signature));
  const std::vector<std::string> planted = {"forged-records"};
  const WrongContext wrong(context_, planted, 64);
  EXPECT_TRUE(wrong.context().suite->Verify(key, bytes, sent.record.signature));
  EXPECT_EQ(wrong.context().suite->Sha256(bytes), suite_.Sha256(bytes));
  EXPECT_EQ(wrong.context().directory, &directory_);
}

TEST_F(PlantedTest, ShiftedKeysComeFromConsistentlyWrongIds) {
  const std::vector<std::string> planted = {"shifted-key"};
  const WrongContext wrong(context_, planted, 64);
  EXPECT_EQ(wrong.context().suite, &suite_);
  const core::Directory& directory = *wrong.context().directory;
  for (uint32_t peer = 0; peer < 64; ++peer) {
    EXPECT_EQ(core::CommonPrefix(directory.NodeIdOf({peer}), directory_.NodeIdOf({peer})), 3);
    EXPECT_EQ(directory.FindByNodeId(directory.NodeIdOf({peer})), core::PeerId{peer});
  }
  const std::vector<std::string> other = {"chatty"};
  const WrongContext right(context_, other, 64);
  EXPECT_EQ(right.context().directory, &directory_);
}

TEST_F(PlantedTest, FalseCrowdIsReadIntoAcknowledgementsOnly) {
  const auto role = Make("false-crowd");
  core::Message ack;
  ack.id = 77;
  ack.body = core::ProvideAck{};
  const core::Message* read = Arrive(*role, ack);
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(std::get<core::ProvideAck>(read->body).crowded);
  EXPECT_EQ(read->id, 77u);
  EXPECT_FALSE(std::get<core::ProvideAck>(ack.body).crowded) << "the sender's copy is untouched";
  core::Message found;
  found.body = core::Found{};
  EXPECT_EQ(Arrive(*role, found), &found);
}

TEST_F(PlantedTest, ChattyRepeatsMatchmakingRequestsOnly) {
  Send(effects_, core::Find{});
  Send(effects_, core::Ping{});
  Make("chatty")->After(kNow, input_, effects_);
  EXPECT_EQ(effects_.sends()[0].to.size(), 48u);
  EXPECT_EQ(effects_.sends()[1].to.size(), 1u);
}

TEST_F(PlantedTest, OverBudgetAcceptsWhenBusyButNotWhenGone) {
  core::TaskId task;
  task.bytes[0] = 9;
  Send(effects_, core::Decline{task, core::DeclineReason::kBusy});
  Send(effects_, core::Decline{task, core::DeclineReason::kGone});
  Make("over-budget")->After(kNow, input_, effects_);
  const auto* accept = std::get_if<core::Accept>(&effects_.sends()[0].message.body);
  ASSERT_NE(accept, nullptr);
  EXPECT_EQ(accept->task, task);
  EXPECT_TRUE(std::holds_alternative<core::Decline>(effects_.sends()[1].message.body));
}

TEST_F(PlantedTest, TheTimerIsLostFromTheMatchToTheRestart) {
  const auto role = Make("lost-timer");
  core::Input wake = core::Wake{};
  core::Input match = core::Command{core::MatchCommand{}};
  core::Input start = core::Start{};
  EXPECT_TRUE(role->Before(kNow, wake));
  EXPECT_TRUE(role->Before(kNow, match));
  EXPECT_FALSE(role->Before(kNow, wake));
  EXPECT_TRUE(role->Before(kNow, start));
  EXPECT_TRUE(role->Before(kNow, wake));
}

TEST_F(PlantedTest, FarNodesKeepsTheFarthestQuarter) {
  const auto& nodes = Send(effects_, AllNodes({}, 16));
  Make("far-nodes")->After(kNow, input_, effects_);
  ASSERT_EQ(nodes.peers.size(), 4u);
  EXPECT_EQ(nodes.peers[0], core::PeerId{12});
  effects_.Clear();
  const auto& one = Send(effects_, AllNodes({}, 1));
  Make("far-nodes")->After(kNow, input_, effects_);
  EXPECT_EQ(one.peers.size(), 1u);
}

TEST_F(PlantedTest, LongWayTellsTheSmallestStepNearer) {
  const core::Key256 target = directory_.NodeIdOf({0});
  const auto role = Make("long-way", 20);
  core::Message heard;
  heard.body = AllNodes(target, 16);
  Arrive(*role, heard, 30);
  const auto& nodes = Send(effects_, AllNodes(target, 3));
  role->After(kNow, input_, effects_);
  ASSERT_LE(nodes.peers.size(), 1u);
  uint32_t nearer = 0;
  for (uint32_t peer = 0; peer < 16; ++peer) {
    const core::NodeId& id = directory_.NodeIdOf({peer});
    if (!core::Nearer(target, id, directory_.NodeIdOf({20}))) continue;
    ++nearer;
    EXPECT_FALSE(core::Nearer(target, directory_.NodeIdOf(nodes.peers[0]), id)) << peer;
  }
  EXPECT_EQ(nodes.peers.size(), nearer > 0 ? 1u : 0u);
  EXPECT_GT(nearer, 0u);
}

TEST_F(PlantedTest, IslandsKeepToTheirOwnHalf) {
  const auto role = Make("island", 4);
  const std::vector<core::PeerId> seeds = {{1}, {2}, {3}, {6}};
  core::Input start = core::Start{seeds};
  EXPECT_TRUE(role->Before(kNow, start));
  EXPECT_EQ(std::get<core::Start>(start).seeds.size(), 2u);
  core::Message ping;
  ping.body = core::Ping{};
  EXPECT_EQ(Arrive(*role, ping, 3), nullptr);
  EXPECT_EQ(Arrive(*role, ping, 6), &ping);
  core::Message offer;
  offer.body = core::Offer{};
  EXPECT_EQ(Arrive(*role, offer, 3), &offer) << "only routing is cut";
  Send(effects_, AllNodes({}, 6), 6);
  Send(effects_, core::FindNode{}, 3);
  role->After(kNow, input_, effects_);
  EXPECT_EQ(Sent<core::Nodes>(0).peers.size(), 3u);
  EXPECT_TRUE(effects_.sends()[1].to.empty());
}

}  // namespace
}  // namespace sim

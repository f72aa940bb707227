#include "node/host/host.h"

#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/recording/replayer.h"
#include "node/base/visible_text.h"
#include "node/host/endpoints.h"
#include "tests/node/host/host_rig.h"

namespace node {
namespace {

const core::Topic kTopic{"proof", "chapter one"};

core::MatchCommand Seek(uint16_t want, core::Role seek = core::Role::kMatcher) {
  core::MatchCommand command;
  command.topic = kTopic;
  command.seek = seek;
  command.want = want;
  command.patience = core::Seconds(30);
  return command;
}

// The first host and those that join through it.
void AddCluster(HostRig& rig, size_t count) {
  rig.Add();
  while (rig.size() < count) rig.Add({rig.SeedOf(0)});
}

TEST(HostTest, TheFirstNodeOfANetworkIsJoinedAtOnce) {
  HostRig rig;
  EXPECT_EQ(rig.Add().phase(), HostPhase::kJoined);
}

TEST(HostTest, TwoHostsJoinAndKnowEachOther) {
  HostRig rig;
  AddCluster(rig, 2);
  ASSERT_TRUE(rig.RunUntil([&] {
    return rig.AllJoined() && rig.at(0).Status().contacts == 1 && rig.at(1).Status().contacts == 1;
  }));
  EXPECT_EQ(rig.at(1).Peers()[0].id, rig.place(0).identity.node_id());
  EXPECT_TRUE(rig.at(1).Peers()[0].contact);
  EXPECT_GT(rig.at(1).Messages().types[core::BodyIndexOf(0x0103)].out, 0u);
  EXPECT_GT(rig.at(0).Messages().types[core::BodyIndexOf(0x0103)].in, 0u);
}

TEST(HostTest, SevenHostsJoinAndMatch) {
  HostRig rig;
  AddCluster(rig, 7);
  ASSERT_TRUE(rig.RunUntil([&] {
    for (size_t i = 0; i < 7; ++i) {
      if (rig.at(i).Status().contacts < 6) return false;
    }
    return rig.AllJoined();
  }));
  ASSERT_TRUE(rig.at(2).Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.at(5).Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return rig.All<core::MatchFinished>().size() == 2; }));
  const auto matched = rig.All<core::Matched>();
  ASSERT_EQ(matched.size(), 2u);
  EXPECT_EQ(matched[0].second.task, matched[1].second.task);
  for (const auto& [host, fact] : matched) {
    EXPECT_EQ(rig.at(host).NodeIdOf(fact.partner), rig.place(host == 2 ? 5 : 2).identity.node_id());
  }
}

bool KnowEachOther(HostRig& rig) {
  for (size_t i = 0; i < rig.size(); ++i) {
    if (rig.at(i).Status().contacts + 1 < rig.size()) return false;
  }
  return rig.AllJoined();
}

TEST(HostTest, WorkersAreFoundAndServeUntilTheyLeave) {
  HostRig rig;
  AddCluster(rig, 7);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  core::WorkCommand work;
  work.topic = kTopic;
  for (const size_t host : {1u, 2u, 4u}) ASSERT_TRUE(rig.at(host).Submit(work).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return rig.All<core::Published>().size() >= 3; }));
  ASSERT_TRUE(rig.at(6).Submit(Seek(2, core::Role::kWorker)).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return rig.All<core::MatchFinished>().size() == 1; }));
  const auto [seeker, finished] = rig.All<core::MatchFinished>()[0];
  EXPECT_EQ(seeker, 6u);
  EXPECT_EQ(finished.end, core::MatchEnd::kSatisfied);
  EXPECT_EQ(finished.partners, 2u);
  EXPECT_GE(rig.All<core::TaskAccepted>().size(), 2u);
  for (const auto& [host, task] : rig.All<core::TaskAccepted>()) {
    EXPECT_TRUE(host == 1 || host == 2 || host == 4) << host;
    EXPECT_EQ(rig.at(host).NodeIdOf(task.matcher), rig.place(6).identity.node_id());
  }
  ASSERT_TRUE(rig.at(1).Submit(core::LeaveCommand{kTopic}).ok());
}

TEST(HostTest, ALookupFindsTheNearest) {
  HostRig rig;
  AddCluster(rig, 5);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  const core::NodeId target = rig.place(4).identity.node_id();
  ASSERT_TRUE(rig.at(0).Submit(core::LookupCommand{target}).ok());
  const auto found = [&] {
    for (const auto& [host, done] : rig.All<core::LookupDone>()) {
      if (host == 0 && done.target == target) return true;
    }
    return false;
  };
  ASSERT_TRUE(rig.RunUntil(found));
  const auto done = rig.All<core::LookupDone>().back().second;
  EXPECT_EQ(rig.at(0).NodeIdOf(done.nearest[0]), target);
}

TEST(HostTest, ARestartedHostKeepsWhatItKnewAndRaisesItsIncarnation) {
  HostRig rig;
  AddCluster(rig, 4);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  const core::NodeId id = rig.at(2).Status().id;
  const uint64_t incarnation = rig.at(2).Status().incarnation;
  ASSERT_TRUE(rig.End(2));
  EXPECT_FALSE(rig.place(2).memory.peers.empty());
  EXPECT_EQ(rig.place(2).memory.routes.size(), 3u);
  // The seed of its configuration is gone: what it remembers must do.
  rig.place(2).options.discovery.seeds.clear();
  rig.Begin(2);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  EXPECT_EQ(rig.at(2).Status().id, id);
  EXPECT_EQ(rig.at(2).Status().incarnation, incarnation + 1);
}

TEST(HostTest, AStopLeavesTheTopicsAndTellsTheOthers) {
  HostRig rig;
  AddCluster(rig, 3);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  ASSERT_TRUE(rig.at(1).Submit(Seek(1, core::Role::kWorker)).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return !rig.All<core::Published>().empty(); }));
  ASSERT_TRUE(rig.End(1));
  const auto ends = rig.All<core::MatchFinished>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].second.end, core::MatchEnd::kLeft);
  constexpr size_t kWithdraw = core::BodyIndexOf(0x0203);
  ASSERT_TRUE(rig.RunUntil([&] {
    return rig.at(0).Messages().types[kWithdraw].in + rig.at(2).Messages().types[kWithdraw].in > 0;
  }));
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().connections == 1; }));
}

TEST(HostTest, ACallThatIsOpenWhenTheNodeStopsEndsInDoubt) {
  HostRig rig;
  AddCluster(rig, 3);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  core::PutCommand put;
  put.request = 7;
  ASSERT_TRUE(rig.at(1).Submit(put).ok());
  EXPECT_TRUE(rig.All<core::CallFinished>().empty());
  ASSERT_TRUE(rig.End(1));
  const auto ends = rig.All<core::CallFinished>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].second.request, 7u);
  EXPECT_EQ(ends[0].second.outcome, core::CallOutcome::kInDoubt);
}

TEST(HostTest, WhoseSeedsAreSilentLooksOnAndTakesNoCommands) {
  HostRig rig;
  const Seed nobody = ParseSeed("127.0.0.1:1").value();
  rig.Add({nobody});
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Sockets().dialled > 0; }));
  EXPECT_EQ(rig.at(0).phase(), HostPhase::kSeeking);
  EXPECT_TRUE(absl::IsUnavailable(rig.at(0).Submit(Seek(1))));
  // Somebody who comes by is somebody to join through.
  rig.Add({rig.SeedOf(0)});
  EXPECT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
}

TEST(HostTest, WrongCommandsAreRefusedBeforeTheyReachTheCore) {
  HostRig rig;
  rig.Add();
  core::MatchCommand wrong = Seek(1);
  wrong.capabilities.Add(std::string(200, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(rig.at(0).Submit(wrong)));
  for (size_t i = 0; i < Host::kTopicsMax; ++i) {
    core::MatchCommand match = Seek(1);
    match.topic.label = std::to_string(i);
    ASSERT_TRUE(rig.at(0).Submit(match).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(rig.at(0).Submit(Seek(1))));
}

// The place comes with the rows: what was lent by a command is lent after a restart, and what the configuration lends is
// lent once.
TEST(HostTest, RoomIsLentByConfigurationOrCommandAndOutlivesTheProcess) {
  HostRig rig;
  AddCluster(rig, 3);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  ASSERT_TRUE(rig.at(0).Submit(core::LendCommand{uint64_t{8} << 20}).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(rig.at(1).Submit(core::LendCommand{0})));
  const auto is_active = [&](size_t index, uint64_t mib) {
    const core::RingOverview rings = rig.at(index).Rings();
    return rings.place.has_value() && rings.place->status == core::RingStatus::kActive &&
           rings.capacity == mib << 20;
  };
  ASSERT_TRUE(rig.RunUntil([&] { return is_active(0, 8); }));
  EXPECT_FALSE(rig.at(1).Rings().place.has_value());
  ASSERT_TRUE(rig.End(0));
  rig.Begin(0);
  ASSERT_TRUE(rig.RunUntil([&] { return rig.AllJoined() && is_active(0, 8); }));
  ASSERT_TRUE(rig.End(1));
  rig.place(1).options.lend = uint64_t{9} << 20;
  rig.Begin(1);
  ASSERT_TRUE(rig.RunUntil([&] { return is_active(1, 9); }));
  ASSERT_TRUE(rig.at(1).Submit(core::LendCommand{uint64_t{16} << 20}).ok());
  EXPECT_EQ(rig.at(1).Rings().capacity, uint64_t{16} << 20);
}

TEST(HostTest, AClientLendsNoRoom) {
  HostRig rig;
  AddCluster(rig, 2);
  Host& client = rig.AddClient({rig.SeedOf(0)});
  ASSERT_TRUE(rig.RunUntil([&] { return client.phase() == HostPhase::kJoined; }));
  EXPECT_TRUE(absl::IsFailedPrecondition(client.Submit(core::LendCommand{uint64_t{8} << 20})));
}

TEST(HostTest, WhoCannotBeDialledIsAClient) {
  HostRig rig;
  AddCluster(rig, 3);
  Host& client = rig.AddClient({rig.SeedOf(0)});
  ASSERT_TRUE(rig.RunUntil([&] { return client.phase() == HostPhase::kJoined; }));
  EXPECT_TRUE(client.Status().client);
  EXPECT_TRUE(client.Status().advertised.empty());
  ASSERT_TRUE(client.Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.at(1).Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return rig.All<core::Matched>().size() == 2; }));
  for (const PeerStatus& peer : rig.at(1).Peers()) {
    EXPECT_FALSE(peer.contact && peer.id == client.Status().id);
  }
}

// A dial back goes to a peer that is connected already: it must prove its identity and must not be taken for unreachable.
// Two words are needed, so one who has dialled a single peer stays unsure.
TEST(HostTest, WhoCanBeDialledFindsItOut) {
  HostRig rig;
  AddCluster(rig, 3);
  rig.Add({rig.SeedOf(0), rig.SeedOf(1), rig.SeedOf(2)});
  const auto is = [&](Reachability reachability) {
    for (size_t i = 0; i < rig.size(); ++i) {
      if (rig.at(i).Status().reachability == reachability) return true;
    }
    return false;
  };
  ASSERT_TRUE(
      rig.RunUntil([&] { return is(Reachability::kPublic) || is(Reachability::kBehindNat); }));
  EXPECT_FALSE(is(Reachability::kBehindNat));
}

TEST(HostTest, WhoListensEverywhereTellsTheAddressThatItDialsFrom) {
  HostRig rig;
  rig.Add();
  rig.AddListening({rig.SeedOf(0)}, IpEndpoint{ParseIp("0.0.0.0").value(), 0});
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().connections == 1; }));
  const std::string expected = "127.0.0.1:" + std::to_string(rig.at(1).listening()->port);
  EXPECT_EQ(rig.at(0).Peers()[0].addresses, std::vector<std::string>{expected});
  EXPECT_EQ(rig.at(1).Status().advertised, std::vector<std::string>{expected});
}

TEST(HostTest, WhatTheOperatorAdvertisesIsToldToOthers) {
  HostRig rig;
  AddCluster(rig, 2);
  ASSERT_TRUE(rig.End(1));
  rig.place(1).options.advertise = {{"", {ParseIp("192.0.2.7").value(), 7420}}};
  rig.Begin(1);
  ASSERT_TRUE(rig.RunUntil([&] { return rig.AllJoined() && rig.at(0).Status().connections == 1; }));
  EXPECT_EQ(rig.at(1).Status().advertised, std::vector<std::string>{"192.0.2.7:7420"});
  EXPECT_THAT(rig.at(0).Peers()[0].addresses, testing::Contains("192.0.2.7:7420"));
}

TEST(HostTest, AStoreThatRefusesIsTriedAgain) {
  HostRig rig;
  rig.Add();
  FakeMemory& memory = rig.place(0).memory;
  memory.health = core::ResourceExhausted("the disk is full");
  for (size_t saves = 1; saves <= 3; ++saves) {
    rig.place(0).steady_offset = rig.place(0).steady_offset + Host::kStoreRetry;
    ASSERT_TRUE(rig.RunUntil([&] { return memory.saves == saves; }));
    EXPECT_EQ(rig.at(0).Status().storage, memory.health);
  }
  memory.health = absl::OkStatus();
  EXPECT_TRUE(rig.at(0).Status().storage.ok());
}

// Lowers the limit on open files to what is open now and `more`; restores it.
class FewDescriptors {
 public:
  explicit FewDescriptors(size_t more) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    struct rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(lowest_free) + more;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  }

  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  struct rlimit before_ {};
};

// Whether the first node's log says so.
bool Said(HostRig& rig, std::string_view words) {
  return rig.place(0).sink.text.find(words) != std::string::npos;
}

TEST(HostTest, WithoutDescriptorsItServesOnAndAcceptsAgainLater) {
  HostRig rig;
  AddCluster(rig, 2);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  std::vector<asio::ip::tcp::socket> clients;
  {
    const FewDescriptors few(4);
    // The system completes connections that nobody accepts yet; each client takes one descriptor.
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(rig.io());
      ErrorCode error;
      clients.back().connect(ToAsio(*rig.at(0).listening()), error);
      ASSERT_FALSE(error) << error.message();
    }
    ASSERT_TRUE(rig.RunUntil([&] { return rig.at(0).Status().out_of_descriptors; }));
    ASSERT_TRUE(rig.RunUntil([&] { return Said(rig, "no file descriptors: nobody is accepted"); }));
    // The connection that stands goes on.
    const uint64_t in = rig.at(1).Messages().types[core::BodyIndexOf(0x0103)].in;
    ASSERT_TRUE(rig.at(0).Submit(core::LookupCommand{rig.place(1).identity.node_id()}).ok());
    ASSERT_TRUE(rig.RunUntil(
        [&] { return rig.at(1).Messages().types[core::BodyIndexOf(0x0103)].in > in; }));
  }
  clients.clear();
  rig.Add({rig.SeedOf(0)});
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  EXPECT_FALSE(rig.at(0).Status().out_of_descriptors);
  EXPECT_TRUE(rig.RunUntil([&] { return Said(rig, "there are file descriptors again"); }));
}

TEST(HostTest, TheWallClockMayJumpAndTheCoreGoesOn) {
  HostRig rig;
  AddCluster(rig, 2);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  core::Time last = rig.at(0).Status().time;
  for (const core::Duration jump :
       {core::Seconds(3'600), core::Seconds(-7'200), core::Seconds(90)}) {
    rig.place(0).wall_offset = rig.place(0).wall_offset + jump;
    const uint64_t steps = rig.at(0).Status().steps;
    const uint64_t seen =
        rig.at(0).Status().clock_jumps_back + rig.at(0).Status().clock_jumps_forward;
    ASSERT_TRUE(rig.at(0).Submit(core::LookupCommand{}).ok());
    ASSERT_TRUE(rig.RunUntil([&] {
      const NodeStatus now = rig.at(0).Status();
      return now.clock_jumps_back + now.clock_jumps_forward > seen && now.steps > steps + 1;
    }));
    EXPECT_GE(rig.at(0).Status().time, last);
    last = rig.at(0).Status().time;
  }
  EXPECT_EQ(rig.at(0).Status().clock_jumps_forward, 2u);
  EXPECT_EQ(rig.at(0).Status().clock_jumps_back, 1u);
  EXPECT_NE(rig.place(0).sink.text.find("the wall clock jumped"), std::string::npos);
}

TEST(HostTest, AnIsolatedCoreStartsAgainThroughWhoeverComes) {
  HostRig rig;
  AddCluster(rig, 3);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  rig.place(0).host.reset();  // As kill -9 does.
  ASSERT_TRUE(rig.RunUntil([&] { return rig.at(1).Status().connections == 1; }));
  ASSERT_TRUE(rig.at(1).Submit(core::LookupCommand{}).ok());
  ASSERT_TRUE(rig.RunUntil(
      [&] { return rig.at(1).Frames().unreachable > 0 || rig.at(1).Status().contacts == 1; }));
  EXPECT_EQ(rig.at(1).phase(), HostPhase::kJoined);
}

// The same peer, made again from what the flight recorder kept, decides the same.
TEST(HostTest, TheFlightRecorderReplaysToTheSameStates) {
  HostRig rig;
  rig.recorder = core::RecorderLimits{};
  AddCluster(rig, 4);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  ASSERT_TRUE(rig.at(1).Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.at(2).Submit(Seek(1)).ok());
  ASSERT_TRUE(rig.RunUntil([&] { return rig.All<core::MatchFinished>().size() == 2; }));
  for (size_t host = 0; host < 4; ++host) {
    ASSERT_NE(rig.at(host).Recording(), nullptr);
    const std::vector<uint8_t> file = RecordingOf(rig.at(host));
    const core::SodiumSuite suite;
    auto replayer = core::Replayer::Open("host", file, suite);
    ASSERT_TRUE(replayer.ok());
    core::Replayer& replay = **replayer;
    core::Peer peer(replay.header().self, replay.context(), replay.secret(), replay.random());
    FeedAll(replay, peer);
    EXPECT_FALSE(replay.divergence().has_value()) << replay.divergence()->found;
    EXPECT_EQ(replay.fed(), rig.at(host).Status().steps);
    EXPECT_GT(replay.compared(), 10u);
  }
}

TEST(HostTest, NothingOfASecretIsInTheLog) {
  HostRig rig;
  AddCluster(rig, 3);
  ASSERT_TRUE(rig.RunUntil([&] { return KnowEachOther(rig); }));
  for (size_t i = 0; i < 3; ++i) {
    const core::SecretKey& secret = rig.place(i).identity.secret();
    const std::string raw(secret.seed.begin(), secret.seed.end());
    const std::string& text = rig.place(i).sink.text;
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find(raw.substr(0, 8)), std::string::npos);
    EXPECT_EQ(text.find(HexText(secret.seed).substr(0, 16)), std::string::npos);
  }
}

}  // namespace
}  // namespace node

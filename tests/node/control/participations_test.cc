#include "node/control/participations.h"

#include <gtest/gtest.h>

#include "tests/node/service/fake_node_view.h"

namespace node {
namespace {

class ParticipationsTest : public testing::Test {
 protected:
  struct Heard {
    std::vector<Json> events;
    std::vector<Json> ends;
  };

  core::StatusOr<core::Key256> Begin(const std::string& label, bool works, Heard& heard) {
    MatchRequest request;
    request.topic = {"work", label};
    request.works = works;
    if (works) {
      request.command = core::WorkCommand{.topic = request.topic, .budget = 2, .capabilities = {}};
    } else {
      request.command =
          core::MatchCommand{.topic = request.topic, .want = 3, .filter = {}, .capabilities = {}};
    }
    return participations_.Begin(request,
                                 {[&](const Json& event) { heard.events.push_back(event); },
                                  [&](const Json& end) { heard.ends.push_back(end); }});
  }

  FakeNodeView view_;
  Participations participations_{view_};
};

TEST_F(ParticipationsTest, ASeekerHearsOfItsTopicUntilItsEnd) {
  Heard heard;
  Heard other;
  const auto key = Begin("a", false, heard);
  ASSERT_TRUE(key.ok()) << key.status();
  ASSERT_TRUE(Begin("b", false, other).ok());
  ASSERT_EQ(heard.events.size(), 1u);
  EXPECT_EQ(heard.events[0]["event"], "started");
  view_.Tell(core::Matched{.topic = *key, .task = {}, .partner = core::PeerId{7}});
  ASSERT_EQ(heard.events.size(), 2u);
  EXPECT_EQ(heard.events[1]["event"], "matched");
  EXPECT_EQ(heard.events[1]["node"],
            std::string("0707070707070707070707070707070707070707070707070707070707070707"));
  view_.Tell(core::MatchFinished{
      .topic = *key, .end = core::MatchEnd::kSatisfied, .wanted = 3, .partners = 3, .took = {}});
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.ends[0]["end"], "satisfied");
  EXPECT_EQ(heard.ends[0]["partners"], 3);
  view_.Tell(core::Matched{.topic = *key, .task = {}, .partner = core::PeerId{8}});
  EXPECT_EQ(heard.events.size(), 2u);
  EXPECT_EQ(other.events.size(), 1u);
  EXPECT_TRUE(other.ends.empty());
  EXPECT_EQ(participations_.size(), 1u);
}

TEST_F(ParticipationsTest, AWorkerHearsOfTasksUntilItLeaves) {
  Heard seeker;
  Heard worker;
  ASSERT_TRUE(Begin("a", false, seeker).ok());
  const auto key = Begin("b", true, worker);
  ASSERT_TRUE(key.ok());
  const size_t before = seeker.events.size();
  view_.Tell(
      core::TaskAccepted{.task = {}, .matcher = core::PeerId{3}, .budget_left = 1, .budget = 2});
  view_.Tell(core::TaskDeclined{
      .task = {}, .matcher = core::PeerId{3}, .reason = core::DeclineReason::kBusy});
  view_.Tell(core::TaskFinished{});
  ASSERT_EQ(worker.events.size(), 3u);
  EXPECT_EQ(worker.events[0]["budget_left"], 1);
  EXPECT_EQ(worker.events[1]["reason"], "busy");
  EXPECT_EQ(seeker.events.size(), before);
  EXPECT_TRUE(participations_.Leave(*key));
  ASSERT_EQ(worker.ends.size(), 1u);
  EXPECT_EQ(worker.ends[0]["end"], "left");
  EXPECT_EQ(view_.Count<core::LeaveCommand>(), 1u);
  EXPECT_FALSE(participations_.Leave(*key));
}

TEST_F(ParticipationsTest, WhoLeavesAsASeekerHearsOneEndWithItsReason) {
  Heard heard;
  const auto key = Begin("a", false, heard);
  EXPECT_TRUE(participations_.Leave(*key, "cancelled"));
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.ends[0]["end"], "cancelled");
  EXPECT_EQ(heard.ends[0]["wanted"], 3);
}

TEST_F(ParticipationsTest, ATopicHasOneParticipationAndARefusalLeavesNothing) {
  Heard heard;
  ASSERT_TRUE(Begin("a", false, heard).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Begin("a", true, heard).status()));
  view_.answer = core::Unavailable("the node still looks");
  EXPECT_TRUE(absl::IsUnavailable(Begin("b", true, heard).status()));
  EXPECT_EQ(participations_.size(), 1u);
  EXPECT_TRUE(heard.ends.empty());
}

}  // namespace
}  // namespace node

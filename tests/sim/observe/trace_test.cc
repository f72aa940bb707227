#include "sim/observe/trace.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/observe/describe.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

class TraceTest : public ::testing::Test {
 protected:
  Trace Make(TraceLevel level, TraceForm form) {
    return Trace(level, form, [this](std::string_view line) { text_ += line; });
  }

  // A small story: a start, a decision, a detail, and a message that arrives and one that is lost.
  void Tell(Trace& trace) {
    world_.TellWorld(trace, 0, WorldFact::Kind::kStarted, 2, 1);
    core::MatchStarted match;
    match.topic = TopicKey(0x9c);
    match.want = 3;
    match.patience = core::Seconds(10);
    world_.Tell(trace, 10, 2, match);
    world_.Tell(trace, 20, 2, core::ContactAdded{{7}});
    core::Message message;
    message.id = 5;
    core::Found found;
    found.key = TopicKey(0x9c);
    found.records.resize(3);
    message.body = found;
    Send(trace, {WorldTime{110'000}, {2}, {7}, &message, 300, MessageFact::Fate::kSent});
    Send(trace, {WorldTime{160'000}, {2}, {7}, &message, 300, MessageFact::Fate::kDelivered});
    Send(trace, {WorldTime{170'000},
                 {2},
                 {8},
                 &message,
                 300,
                 MessageFact::Fate::kDropped,
                 DropReason::kLoss});
  }

  void Send(Trace& trace, const MessageFact& fact) { trace.OnMessage(world_, fact); }

  FakeWorld world_{10};
  std::string text_;
};

TEST_F(TraceTest, NarratesASmallWorld) {
  Trace trace = Make(TraceLevel::kFull, TraceForm::kNarrated);
  Tell(trace);
  EXPECT_EQ(text_,
            "[    0ms] 2 ! started: detail 1\n"
            "[   10ms] 2 * match_started: topic 9c5a.., seek worker, want 3, patience_us 10000000\n"
            "[   20ms] 2 * contact_added: contact 7\n"
            "[  110ms] 2 > found to 7: records 3, key 9c5a.., count 0, truncated no, "
            "retry_after_ms 0\n"
            "[  160ms] 7 < found from 2: records 3, key 9c5a.., count 0, truncated no, "
            "retry_after_ms 0\n"
            "[  170ms] 2 x found to 8 (loss): records 3, key 9c5a.., count 0, truncated no, "
            "retry_after_ms 0\n");
}

TEST_F(TraceTest, EachLevelHoldsTheOneBelow) {
  const auto lines = [&](TraceLevel level) {
    text_.clear();
    Trace trace = Make(level, TraceForm::kJsonLines);
    EXPECT_EQ(trace.WantsMessages(), level >= TraceLevel::kMessages);
    Tell(trace);
    return std::count(text_.begin(), text_.end(), '\n');
  };
  EXPECT_EQ(lines(TraceLevel::kNone), 0);
  EXPECT_EQ(lines(TraceLevel::kDecisions), 2);
  EXPECT_EQ(lines(TraceLevel::kMessages), 5);
  EXPECT_EQ(lines(TraceLevel::kFull), 6);
}

TEST_F(TraceTest, EveryLineIsJsonOfTheSchema) {
  Trace trace = Make(TraceLevel::kFull, TraceForm::kJsonLines);
  world_.plan.name = "a \"quoted\" name";
  trace.Begin(world_.plan);
  Tell(trace);
  std::istringstream lines(text_);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const auto head = nlohmann::json::parse(line);
  EXPECT_EQ(head["format"], "orbweaver trace");
  EXPECT_EQ(head["version"], 1);
  EXPECT_EQ(head["scenario"], "a \"quoted\" name");
  std::vector<nlohmann::json> rest;
  while (std::getline(lines, line)) rest.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(rest.size(), 6u);
  EXPECT_EQ(rest[0]["k"], "world");
  EXPECT_EQ(rest[1]["local"], 10'000);
  EXPECT_EQ(rest[1]["topic"].get<std::string>().size(), 64u);
  EXPECT_EQ(rest[5]["fate"], "dropped");
  EXPECT_EQ(rest[5]["drop"], "loss");
  EXPECT_EQ(rest[5]["id"], 5);
  EXPECT_EQ(rest[5]["bytes"], 300);
}

TEST_F(TraceTest, OnePeerOnly) {
  Trace trace = Make(TraceLevel::kFull, TraceForm::kNarrated);
  trace.Only({7});
  Tell(trace);
  EXPECT_EQ(std::count(text_.begin(), text_.end(), '\n'), 2) << "what was sent to it";
}

TEST_F(TraceTest, AFrameThatCouldNotBeReadIsSaidSo) {
  Trace trace = Make(TraceLevel::kMessages, TraceForm::kNarrated);
  Send(trace,
       {WorldTime{1000}, {1}, {2}, nullptr, 9, MessageFact::Fate::kDropped, DropReason::kCorrupt});
  EXPECT_EQ(text_, "[    1ms] 1 x unreadable to 2 (corrupt)\n");
}

TEST_F(TraceTest, OfADroppedMessageTheTypeIsKnown) {
  Trace trace = Make(TraceLevel::kMessages, TraceForm::kJsonLines);
  MessageFact fact{WorldTime{1000}, {1}, {2}, nullptr, 9, MessageFact::Fate::kDropped};
  fact.reason = DropReason::kLoss;
  fact.type = 2;
  Send(trace, fact);
  EXPECT_EQ(text_,
            R"({"t":1000,"k":"message","fate":"dropped","from":1,"to":2,"bytes":9,"drop":"loss",)"
            R"("e":"find_node"})"
            "\n");
}

TEST(TraceLevelTest, NamesGoBothWays) {
  for (const char* name : {"none", "decisions", "messages", "full"}) {
    ASSERT_TRUE(TraceLevelOf(name).has_value());
    EXPECT_EQ(NameOf(*TraceLevelOf(name)), name);
  }
  EXPECT_FALSE(TraceLevelOf("all").has_value());
}

template <size_t... kIndexes>
std::vector<core::Observation> OneOfEach(std::index_sequence<kIndexes...>) {
  return {core::Observation(std::in_place_index<kIndexes>)...};
}

TEST(DescribeTest, EveryObservationHasItsOwnNameAndUniqueFields) {
  const auto all = OneOfEach(std::make_index_sequence<std::variant_size_v<core::Observation>>());
  std::set<std::string_view> names;
  const core::Record record;
  for (core::Observation observation : all) {
    if (auto* seen = std::get_if<core::Seen>(&observation)) seen->record = &record;
    const Description what = Describe(observation);
    EXPECT_TRUE(names.insert(what.name).second) << what.name;
    std::set<std::string_view> fields = {"t", "k", "p", "e", "local"};
    for (const Field& field : what.fields) {
      EXPECT_TRUE(fields.insert(field.name).second) << what.name << " " << field.name;
    }
    EXPECT_FALSE(
        nlohmann::json::parse("{\"x\":0" + JsonMembers(what) + "}", nullptr, false).is_discarded());
  }
}

}  // namespace
}  // namespace sim

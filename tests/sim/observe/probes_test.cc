// Probes are reached by what their row says and by nothing else, and every row names an event, a field and a word that exist.
#include "sim/observe/probes.h"

#include <map>
#include <set>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/port/names.h"
#include "sim/observe/user_fact.h"
#include "tests/sim/observe/fake_world.h"

namespace sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A default value of each alternative, described: names and kinds of fields.
template <typename Variant, size_t kIndex = 0>
void AddAlternatives(std::map<std::string, Description>& events) {
  if constexpr (kIndex < std::variant_size_v<Variant>) {
    using Event = std::variant_alternative_t<kIndex, Variant>;
    Event event;
    static const core::Record record;
    if constexpr (std::is_same_v<Event, core::Seen>) event.record = &record;
    if constexpr (std::is_same_v<Event, ChangesAsked>)
      event.changes = std::make_shared<core::ChangeSet>();
    Description description;
    if constexpr (std::is_same_v<Variant, UserDeed>) {
      description = Describe(UserFact{{}, {}, event});
    } else {
      description = Describe(core::Observation(event));
    }
    events[std::string(description.name)] = description;
    AddAlternatives<Variant, kIndex + 1>(events);
  }
}

std::map<std::string, Description> AllEvents() {
  std::map<std::string, Description> events;
  AddAlternatives<core::Observation>(events);
  AddAlternatives<UserDeed>(events);
  for (int kind = 0; kind <= static_cast<int>(WorldFact::Kind::kForgot); ++kind) {
    const Description one = Describe(WorldFact{static_cast<WorldFact::Kind>(kind), {}, {}, 0, {}});
    events[std::string(one.name)] = one;
  }
  return events;
}

template <typename Word>
void AddWords(int first, int last, std::set<std::string>& words) {
  for (int i = first; i <= last; ++i) words.emplace(core::NameOf(static_cast<Word>(i)));
}

std::set<std::string> AllWords() {
  std::set<std::string> words = {"yes", "no", "dropped", "refused", "gave_up", "damaged"};
  AddWords<core::MatchEnd>(1, 3, words);
  AddWords<core::RespecifyCause>(1, 3, words);
  AddWords<core::RecordRefused::Reason>(1, 5, words);
  AddWords<core::DeclineReason>(1, 3, words);
  AddWords<core::GarbledReason>(1, 5, words);
  AddWords<core::CallOutcome>(1, 9, words);
  AddWords<core::VoteKind>(1, 4, words);
  AddWords<core::RejectReason>(0, 9, words);
  AddWords<core::LockReleased::Cause>(1, 5, words);
  return words;
}

TEST(ProbesTest, EveryRowNamesWhatThereIs) {
  const auto events = AllEvents();
  const auto words = AllWords();
  std::set<std::string> names;
  for (const Probe& probe : ProbeTable()) {
    EXPECT_TRUE(names.insert(NameOf(probe)).second) << NameOf(probe) << " stands there twice";
    EXPECT_FALSE(probe.about.empty());
    const auto event = events.find(std::string(probe.event));
    ASSERT_NE(event, events.end()) << NameOf(probe);
    if (probe.field.empty()) continue;
    const auto& fields = event->second.fields;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& one) { return one.name == probe.field; });
    ASSERT_NE(field, fields.end()) << NameOf(probe);
    EXPECT_TRUE(std::holds_alternative<bool>(field->value) ||
                std::holds_alternative<std::string_view>(field->value))
        << NameOf(probe);
    EXPECT_TRUE(words.contains(std::string(probe.word))) << NameOf(probe);
  }
}

class ProbesOnFactsTest : public testing::Test {
 protected:
  void See(const core::Observation& what) {
    Fact fact;
    fact.what = what;
    probes_.OnFact(world_, fact);
  }

  FakeWorld world_{4};
  Probes probes_;
};

TEST_F(ProbesOnFactsTest, AreReachedByTheirWordOnly) {
  EXPECT_THAT(probes_.Reached(), IsEmpty());
  core::LockReleased released;
  released.cause = core::LockReleased::Cause::kCommitted;
  See(released);
  See(released);
  EXPECT_THAT(probes_.Reached(), ElementsAre("lock_released.cause=committed"));
  released.cause = core::LockReleased::Cause::kTimedOut;
  See(released);
  EXPECT_THAT(probes_.Reached(),
              ElementsAre("lock_released.cause=committed", "lock_released.cause=timed_out"));
}

TEST_F(ProbesOnFactsTest, AnEventWithoutAFieldIsEnough) {
  See(core::ForkSeen());
  EXPECT_THAT(probes_.Reached(), ElementsAre("fork_seen"));
  probes_.OnWorldFact(world_, {WorldFact::Kind::kForgot, {}, {}, 0, {}});
  EXPECT_THAT(probes_.Reached(), ElementsAre("fork_seen", "forgot"));
}

TEST_F(ProbesOnFactsTest, OneEventReachesSeveral) {
  core::VoteCast vote;
  vote.kind = core::VoteKind::kReject;
  vote.reason = core::RejectReason::kStale;
  See(vote);
  EXPECT_THAT(probes_.Reached(), ElementsAre("vote_cast.vote=reject", "vote_cast.reason=stale"));
}

TEST_F(ProbesOnFactsTest, UsersDeedsCount) {
  probes_.OnUserFact(world_, {{}, {}, SyncFailed{{}, core::SyncEnd::kDamaged}});
  EXPECT_THAT(probes_.Reached(), ElementsAre("sync_failed.end=damaged"));
}

}  // namespace
}  // namespace sim

// How a matcher moves between levels and treats its holders.
#include "core/matchmaking/matcher.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/matcher_fixture.h"

namespace core {
namespace {

TEST_F(MatcherTest, PublishesAndAsksTheThreeNearestHolders) {
  Begin();
  const auto provides = rig.Sent<Provide>();
  ASSERT_EQ(provides.size(), 3u);
  EXPECT_EQ(rig.Sent<Find>().size(), 3u);
  const Provide& provide = std::get<Provide>(provides[0].second.body);
  EXPECT_EQ(provide.key, RendezvousKey(rig.IdOf(rig.self()), rig.topic, 16));
  EXPECT_EQ(provide.record.ttl_ms, 10'000u);
  EXPECT_EQ(rig.effects.signs(), 1u);
  EXPECT_EQ(rig.Observed<Published>().size(), 1u);
}

TEST_F(MatcherTest, WidensByOneTwoFourBitsWhileNobodyIsThere) {
  command.patience = Seconds(30);
  Begin();
  std::vector<int> levels{matcher->specificity()};
  while (matcher->specificity() != 0) {
    Answer({});
    AdvanceToQuery();
    levels.push_back(matcher->specificity());
  }
  EXPECT_EQ(levels, (std::vector<int>{16, 15, 13, 9, 1, 0}));
  EXPECT_LE(rig.now - Time{Seconds(1'000'000).us}, Seconds(5));
}

TEST_F(MatcherTest, WidensOneBitAStepWithoutGalloping) {
  rig.config.matchmaking.gallop = false;
  command.patience = Minutes(2);
  Begin();
  for (int expected = 15; expected >= 0; --expected) {
    Answer({});
    AdvanceToQuery();
    EXPECT_EQ(matcher->specificity(), expected);
  }
}

TEST_F(MatcherTest, SilentHoldersCostALevelOnlyItsShareOfThePatience) {
  rig.config.routing.response_timeout = Seconds(60);
  Begin();
  Advance(Seconds(10) - Milliseconds(100));
  EXPECT_EQ(matcher->specificity(), 0);
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kAsking);
}

TEST_F(MatcherTest, ASilentHolderIsReplacedByTheNextNearest) {
  command.patience = Minutes(5);
  Begin();
  rig.effects.Clear();
  Advance(rig.config.routing.response_timeout);
  const auto provides = rig.Sent<Provide>();
  ASSERT_FALSE(provides.empty());
  EXPECT_EQ(provides[0].first, PeerId{43});
}

TEST_F(MatcherTest, AFailedDialOfAHolderIsReplacedAtOnce) {
  Begin();
  rig.effects.Clear();
  matcher->OnLinkDown(rig.moment(), PeerId{41});
  ASSERT_EQ(rig.Sent<Provide>().size(), 1u);
  EXPECT_EQ(rig.Sent<Provide>()[0].first, PeerId{43});
  EXPECT_EQ(rig.Sent<Find>().size(), 1u);
}

TEST_F(MatcherTest, NarrowsByTheLogarithmOfTheCrowdAndOnlyThen) {
  rig.shared_prefix = 4;
  command.want = 5;
  command.filter.must.Add("rare");
  Begin();
  Answer({}, {.count = 129});
  EXPECT_EQ(matcher->specificity(), 7);
  const auto moves = rig.Observed<Respecified>();
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].cause, RespecifyCause::kCrowd);
}

TEST_F(MatcherTest, ACrowdThatTurnsOutThinIsTheLastItBelieves) {
  rig.shared_prefix = 4;
  command.patience = Minutes(1);
  Begin();
  Answer({}, {.count = 129});
  ASSERT_EQ(matcher->specificity(), 7);
  Locate();
  Answer({});
  AdvanceToQuery();
  while (matcher->specificity() != 0) {
    const uint8_t before = matcher->specificity();
    Answer({}, {.count = 1'000'000}, true);
    AdvanceToQuery();
    ASSERT_LT(matcher->specificity(), before);
  }
  Answer({}, {.count = 1'000'000}, true);
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kStaying);
}

TEST_F(MatcherTest, TwoLyingHoldersOfThreeCannotMakeItNarrow) {
  rig.shared_prefix = 4;
  Begin();
  const auto finds = rig.Sent<Find>();
  for (const auto& [holder, message] : finds) {
    Found found;
    found.key = std::get<Find>(message.body).key;
    const bool liar = holder != PeerId{41};
    found.traffic.count = liar ? 1'000'000 : 1;
    found.truncated = liar;
    matcher->OnFound(rig.moment(), holder, message.id, found);
  }
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kPausing);
}

TEST_F(MatcherTest, StaysWhereArrivalsWillSuffice) {
  command.want = 3;
  Begin();
  Answer(Workers(1, 1), {.count = 1, .arrivals_per_min = 90});
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kStaying);
  EXPECT_EQ(matcher->specificity(), 16);
  // Offers wait until one round of them can complete the match.
  EXPECT_TRUE(rig.Sent<Offer>().empty());
}

TEST_F(MatcherTest, ReQueriesEverySecondAtTheLastLevel) {
  rig.shared_prefix = 0;
  Begin();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(rig.Sent<Find>().size(), 3u);
    Answer({});
    EXPECT_EQ(matcher->phase(), Matcher::Phase::kStaying);
    EXPECT_EQ(matcher->NextDeadline(), rig.now + Seconds(1));
    Advance(Seconds(1));
  }
}

TEST_F(MatcherTest, WithPushItPollsEveryFiveSecondsAndOnceBeforeTheEnd) {
  rig.config.matchmaking.push = true;
  rig.shared_prefix = 0;
  command.patience = Seconds(13);
  Begin();
  std::vector<int64_t> queries;
  const Time start = rig.now;
  while (matcher->phase() != Matcher::Phase::kFinished) {
    if (!rig.Sent<Find>().empty()) {
      EXPECT_TRUE(std::get<Find>(rig.Sent<Find>()[0].second.body).subscribe);
      EXPECT_GE(rig.Sent<Find>()[0].second.ttl_ms,
                static_cast<uint32_t>((matcher->NextDeadline() - rig.now).us / 1000));
      queries.push_back((rig.now - start).us / 1'000'000);
      Answer({});
    }
    rig.now = matcher->NextDeadline();
    matcher->OnDeadline(rig.moment());
  }
  EXPECT_EQ(queries, (std::vector<int64_t>{0, 5, 10, 12}));
}

TEST_F(MatcherTest, ARefusingHolderIsLeftAloneForItsBackOff) {
  rig.shared_prefix = 0;
  command.patience = Minutes(2);
  Begin();
  const auto finds = rig.Sent<Find>();
  const auto provides = rig.Sent<Provide>();
  rig.effects.Clear();
  for (const auto& [holder, message] : finds) {
    Found found;
    found.key = std::get<Find>(message.body).key;
    found.retry_after_ms = holder == PeerId{40} ? 7'000 : 0;
    matcher->OnFound(rig.moment(), holder, message.id, found);
  }
  for (const auto& [holder, message] : provides) {
    ProvideAck ack;
    ack.key = std::get<Provide>(message.body).key;
    ack.retry_after_ms = holder == PeerId{41} ? 500 : 0;
    matcher->OnProvideAck(rig.moment(), holder, message.id, ack);
  }
  Advance(Seconds(1));
  EXPECT_EQ(rig.Sent<Find>().size(), 2u);
  // Half a second was asked, the back-off begins at one.
  ASSERT_EQ(rig.Sent<Provide>().size(), 1u);
  EXPECT_EQ(rig.Sent<Provide>()[0].first, PeerId{41});
}

TEST_F(MatcherTest, ItIsItsOwnHolderWithoutMessages) {
  rig.shared_prefix = 0;
  command.want = 1;
  holders = {rig.self()};
  const Record worker = rig.RecordOf(PeerId{1}, Role::kWorker);
  ASSERT_TRUE(rig.own_book.Take(rig.moment(), PeerId{1}, rig.ProvideOf(worker)));
  Begin();
  EXPECT_TRUE(rig.Sent<Find>().empty());
  EXPECT_TRUE(rig.Sent<Provide>().empty());
  EXPECT_EQ(rig.own_book.RecordCount(), 2u);
  ASSERT_EQ(rig.Sent<Offer>().size(), 1u);
  EXPECT_EQ(rig.Sent<Offer>()[0].first, PeerId{1});
  matcher->Leave(rig.moment());
  EXPECT_EQ(rig.own_book.RecordCount(), 1u);
}

TEST_F(MatcherTest, AnEmptyLookupIsRepeatedAfterABackOff) {
  rig.shared_prefix = 0;
  holders = {};
  Begin();
  uint32_t lookups = 0;
  const Time end = rig.now + Seconds(9);
  while (matcher->NextDeadline() <= end) {
    rig.now = matcher->NextDeadline();
    matcher->OnDeadline(rig.moment());
    lookups += static_cast<uint32_t>(rig.lookups.size());
    Locate();
  }
  EXPECT_GE(lookups, 3u);
  EXPECT_LE(lookups, 4u);  // After 1, 3 and 7 seconds.
}

}  // namespace
}  // namespace core

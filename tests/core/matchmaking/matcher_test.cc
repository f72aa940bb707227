#include "core/matchmaking/matcher.h"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

class MatcherTest : public testing::Test {
 protected:
  MatcherTest() {
    rig.shared_prefix = 16;
    command.topic = {"proof", "chapter one"};
  }

  void Begin() {
    matcher.emplace(rig.topic, command, rig.config.matchmaking);
    matcher->Begin(rig.moment());
    Locate();
  }

  void Locate() {
    while (!rig.lookups.empty()) {
      const auto asked = rig.lookups.front();
      rig.lookups.erase(rig.lookups.begin());
      matcher->OnLookup(rig.moment(), asked.token, holders, 5);
    }
  }

  // Every holder acknowledges the record and answers the question that were last sent.
  void Answer(const std::vector<Record>& records, const Traffic& traffic = {},
              bool truncated = false) {
    const auto provides = rig.Sent<Provide>();
    const auto finds = rig.Sent<Find>();
    rig.effects.Clear();
    for (const auto& [holder, message] : provides) {
      ProvideAck ack;
      ack.key = std::get<Provide>(message.body).key;
      matcher->OnProvideAck(rig.moment(), holder, message.id, ack);
    }
    for (const auto& [holder, message] : finds) {
      Found found;
      found.key = std::get<Find>(message.body).key;
      found.records = records;
      found.traffic = traffic;
      found.truncated = truncated;
      matcher->OnFound(rig.moment(), holder, message.id, found);
    }
  }

  void Advance(Duration by) {
    const Time end = rig.now + by;
    while (matcher->NextDeadline() <= end) {
      rig.now = std::max(rig.now, matcher->NextDeadline());
      matcher->OnDeadline(rig.moment());
      Locate();
    }
    rig.now = end;
  }

  // To the next query, whatever the reason.
  void AdvanceToQuery() {
    for (int i = 0; i < 100 && rig.Sent<Find>().empty(); ++i) {
      rig.now = std::max(rig.now, matcher->NextDeadline());
      matcher->OnDeadline(rig.moment());
      Locate();
    }
  }

  std::vector<Record> Workers(uint32_t from, uint32_t count) {
    std::vector<Record> records;
    for (uint32_t i = 0; i < count; ++i) {
      records.push_back(rig.RecordOf(PeerId{from + i}, Role::kWorker, 16));
    }
    return records;
  }

  std::optional<MatchFinished> End() {
    const auto ends = rig.Observed<MatchFinished>();
    return ends.empty() ? std::nullopt : std::optional(ends.back());
  }

  FlowRig rig;
  MatchCommand command;
  std::vector<PeerId> holders{PeerId{40}, PeerId{41}, PeerId{42}, PeerId{43}};
  std::optional<Matcher> matcher;
};

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

TEST_F(MatcherTest, OffersToAsManyAsItWantsAndFinishesWhenTheyAccept) {
  command.want = 2;
  Begin();
  Answer(Workers(1, 5), {.count = 5});
  auto offers = rig.Sent<Offer>();
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(rig.Observed<Seen>().size(), 5u);
  for (const auto& [worker, message] : offers) {
    matcher->OnAccept(rig.moment(), worker, {std::get<Offer>(message.body).task});
  }
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kFinished);
  ASSERT_TRUE(End().has_value());
  EXPECT_EQ(End()->end, MatchEnd::kSatisfied);
  EXPECT_EQ(End()->partners, 2u);
  EXPECT_EQ(End()->levels, 1u);
  EXPECT_GE(End()->requests, 5u + 3u + 3u + 2u);  // Lookup, Provide, Find, Offer.
  EXPECT_EQ(rig.Sent<Withdraw>().size(), 3u);
}

TEST_F(MatcherTest, VerifiesOneRecordOnceHoweverManyHoldersServeIt) {
  Begin();
  Answer(Workers(1, 4), {.count = 4});
  EXPECT_EQ(rig.effects.verifies(), 4u);
}

TEST_F(MatcherTest, RefusesWhatFailsATestAndNamesTheReason) {
  using Reason = RecordRefused::Reason;
  command.filter.must.Add("gpu");
  Begin();
  Record good = rig.RecordOf(PeerId{1}, Role::kWorker);
  good.capabilities.Add("gpu");
  std::vector<Record> records{rig.RecordOf(PeerId{2}, Role::kWorker)};
  records.push_back(rig.Signed(PeerId{3}, good));
  records.back().capabilities.Add("more");  // No longer what was signed.
  records.push_back(rig.Signed(PeerId{4}, good));
  records.back().topic.bytes[0] ^= 1;
  records.push_back(rig.Signed(rig.self(), good));
  rig.now = rig.now - Minutes(3);
  records.push_back(rig.Signed(PeerId{5}, good));
  rig.now = rig.now + Minutes(3);
  records.push_back(rig.Signed(PeerId{6}, good));
  Answer(records, {.count = 6});
  std::vector<Reason> reasons;
  for (const auto& refused : rig.Observed<RecordRefused>()) {
    if (refused.holder == PeerId{40}) reasons.push_back(refused.reason);
  }
  EXPECT_EQ(reasons, (std::vector{Reason::kFilter, Reason::kSignature, Reason::kTopic,
                                  Reason::kSelf, Reason::kExpired}));
  ASSERT_EQ(rig.Observed<Seen>().size(), 1u);
  EXPECT_EQ(rig.Observed<Seen>()[0].record.peer, PeerId{6});
  EXPECT_EQ(rig.reports[0], std::pair(PeerId{40}, Offence::kBadSignature));
}

TEST_F(MatcherTest, AForgersAnswerIsNotReadToItsEnd) {
  Begin();
  std::vector<Record> forged = Workers(1, 30);
  for (Record& record : forged) record.budget = 99;
  Answer(forged, {.count = 30});
  EXPECT_EQ(rig.effects.verifies(), 3u * 3u);
  EXPECT_EQ(rig.reports.size(), 3u);
}

TEST_F(MatcherTest, WorkersWithoutBudgetAreNoCandidates) {
  Begin();
  EXPECT_EQ(std::get<Find>(rig.Sent<Find>()[0].second.body).filter.min_budget, 1u);
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
  // Back out, but never again to the crowded level.
  Locate();
  for (int i = 0; i < 20; ++i) {
    Answer({});
    AdvanceToQuery();
    if (matcher->phase() == Matcher::Phase::kFinished) break;
    EXPECT_GE(matcher->specificity(), 5);
  }
}

TEST_F(MatcherTest, OneLyingHolderCannotMakeItNarrow) {
  rig.shared_prefix = 4;
  Begin();
  const auto finds = rig.Sent<Find>();
  for (const auto& [holder, message] : finds) {
    Found found;
    found.key = std::get<Find>(message.body).key;
    const bool liar = holder == PeerId{40};
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

TEST_F(MatcherTest, APushFromAHolderIsActedOnAndAnyOtherIsNot) {
  rig.config.matchmaking.push = true;
  rig.shared_prefix = 0;
  command.want = 1;
  Begin();
  const uint64_t id = rig.Sent<Find>()[0].second.id;
  Answer({});
  Push push{.key = rig.topic, .records = Workers(1, 1), .traffic = {}};
  EXPECT_FALSE(matcher->OnPush(rig.moment(), PeerId{50}, id, push));
  EXPECT_FALSE(matcher->OnPush(rig.moment(), PeerId{40}, id + 1, push));
  EXPECT_TRUE(rig.Sent<Offer>().empty());
  EXPECT_TRUE(matcher->OnPush(rig.moment(), PeerId{40}, id, push));
  EXPECT_EQ(rig.Sent<Offer>().size(), 1u);
}

TEST_F(MatcherTest, DeclinesLeadToTheNextCandidate) {
  command.want = 1;
  Begin();
  Answer(Workers(1, 3), {.count = 3});
  std::vector<PeerId> asked;
  for (int i = 0; i < 3; ++i) {
    const auto offers = rig.Sent<Offer>();
    ASSERT_EQ(offers.size(), 1u);
    asked.push_back(offers[0].first);
    const TaskId task = std::get<Offer>(offers[0].second.body).task;
    rig.effects.Clear();
    EXPECT_FALSE(matcher->OnDecline(rig.moment(), PeerId{50}, {task, DeclineReason::kGone}));
    EXPECT_TRUE(matcher->OnDecline(rig.moment(), asked.back(), {task, DeclineReason::kGone}));
  }
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector{PeerId{1}, PeerId{2}, PeerId{3}}));
  EXPECT_TRUE(rig.Sent<Offer>().empty());
}

TEST_F(MatcherTest, ASilentWorkerIsGivenUpAfterTheOffersExpiry) {
  command.want = 1;
  Begin();
  Answer(Workers(1, 2), {.count = 2});
  const PeerId first = rig.Sent<Offer>()[0].first;
  rig.effects.Clear();
  Advance(rig.config.matchmaking.offer_expiry);
  ASSERT_EQ(rig.Sent<Offer>().size(), 1u);
  EXPECT_NE(rig.Sent<Offer>()[0].first, first);
}

TEST_F(MatcherTest, ABusyWorkerIsAskedAgainLater) {
  rig.shared_prefix = 0;
  command.want = 1;
  Begin();
  Answer(Workers(1, 1), {.count = 1});
  const auto offer = rig.Sent<Offer>()[0];
  rig.effects.Clear();
  matcher->OnDecline(rig.moment(), offer.first,
                     {std::get<Offer>(offer.second.body).task, DeclineReason::kBusy});
  EXPECT_TRUE(rig.Sent<Offer>().empty());
  Advance(Milliseconds(1'000));
  Answer(Workers(1, 1), {.count = 1});
  Advance(Milliseconds(1'000));
  Answer(Workers(1, 1), {.count = 1});
  EXPECT_GE(matcher->offer_count(), 1u);
}

TEST_F(MatcherTest, PrefersMeasuredAndTrustedPartners) {
  command.want = 1;
  holders = {PeerId{5}, PeerId{41}, PeerId{42}};
  Begin();
  rig.now = rig.now + Milliseconds(20);
  Answer(Workers(1, 8), {.count = 8});
  // Peer 5 is the only one whose round trip is known; it was heard as a holder.
  EXPECT_EQ(rig.Sent<Offer>()[0].first, PeerId{5});
  rig.effects.Clear();
  rig.doubtful = PeerId{5};
  Begin();
  Answer(Workers(1, 8), {.count = 8});
  EXPECT_NE(rig.Sent<Offer>()[0].first, PeerId{5});
}

TEST_F(MatcherTest, EndsWithWhatThereIsWhenPatienceIsOver) {
  rig.shared_prefix = 0;
  command.want = 3;
  Begin();
  Answer(Workers(1, 2), {.count = 2});
  for (const auto& [worker, message] : rig.Sent<Offer>()) {
    matcher->OnAccept(rig.moment(), worker, {std::get<Offer>(message.body).task});
  }
  Advance(Seconds(11));
  ASSERT_TRUE(End().has_value());
  EXPECT_EQ(End()->end, MatchEnd::kPatience);
  EXPECT_EQ(End()->partners, 2u);
  EXPECT_EQ(End()->took, Seconds(10));
}

TEST_F(MatcherTest, WaitsOneIntervalForAnOfferThatIsOutAtTheEnd) {
  rig.shared_prefix = 0;
  command.want = 1;
  Begin();
  Answer({});
  Advance(Seconds(9) + Milliseconds(500));
  Answer(Workers(1, 1), {.count = 1});
  const auto offer = rig.Sent<Offer>().at(0);
  Advance(Milliseconds(600));
  EXPECT_EQ(matcher->phase(), Matcher::Phase::kClosing);
  matcher->OnAccept(rig.moment(), offer.first, {std::get<Offer>(offer.second.body).task});
  EXPECT_EQ(End()->end, MatchEnd::kSatisfied);
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

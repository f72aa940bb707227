// What a matcher makes of records: tests, offers, ends.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/matchmaking/matcher.h"
#include "tests/core/matchmaking/matcher_fixture.h"

namespace core {
namespace {

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
  EXPECT_EQ(rig.Observed<Seen>()[0].record->peer, PeerId{6});
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
  ASSERT_FALSE(rig.Sent<Offer>().empty());
  EXPECT_NE(rig.Sent<Offer>().back().first, first);
}

TEST_F(MatcherTest, AnUnansweredOfferMakesRoomForTheNextWithinItsExpiry) {
  command.want = 1;
  Begin();
  Answer(Workers(1, 3), {.count = 3});
  const auto first = rig.Sent<Offer>().at(0);
  rig.effects.Clear();
  Advance(rig.config.routing.response_timeout / 4);
  const auto second = rig.Sent<Offer>();
  ASSERT_EQ(second.size(), 2u);
  // Once more the same, because the first or its answer may be lost; then the next.
  EXPECT_EQ(second[0].first, first.first);
  EXPECT_EQ(std::get<Offer>(second[0].second.body).task, std::get<Offer>(first.second.body).task);
  EXPECT_NE(second[1].first, first.first);
  // Declined as gone, the second leaves room: the late accept of the first still counts.
  matcher->OnDecline(rig.moment(), second[1].first,
                     {std::get<Offer>(second[1].second.body).task, DeclineReason::kGone});
  const auto third = rig.Sent<Offer>().at(2);
  Advance(rig.config.routing.response_timeout / 4);
  EXPECT_TRUE(
      matcher->OnAccept(rig.moment(), first.first, {std::get<Offer>(first.second.body).task}));
  ASSERT_TRUE(End().has_value());
  EXPECT_EQ(End()->end, MatchEnd::kSatisfied);
  // Nobody is missing any more, so the other worker hears that it is free.
  EXPECT_FALSE(
      matcher->OnAccept(rig.moment(), third.first, {std::get<Offer>(third.second.body).task}));
}

TEST_F(MatcherTest, ALateAcceptIsRefusedWhileTheNextOfferStandsForIt) {
  command.want = 1;
  Begin();
  Answer(Workers(1, 2), {.count = 2});
  const auto first = rig.Sent<Offer>().at(0);
  rig.effects.Clear();
  Advance(rig.config.routing.response_timeout / 4);
  const auto second = rig.Sent<Offer>().at(1);
  EXPECT_FALSE(
      matcher->OnAccept(rig.moment(), first.first, {std::get<Offer>(first.second.body).task}));
  EXPECT_EQ(matcher->partner_count(), 0u);
  EXPECT_TRUE(
      matcher->OnAccept(rig.moment(), second.first, {std::get<Offer>(second.second.body).task}));
  EXPECT_EQ(matcher->partner_count(), 1u);
}

TEST_F(MatcherTest, OffersWaitLongerWhereEvenHoldersAreSlow) {
  command.want = 1;
  Begin();
  rig.now = rig.now + Milliseconds(400);
  Answer(Workers(1, 2), {.count = 2});
  rig.effects.Clear();
  Advance(Milliseconds(799));
  EXPECT_TRUE(rig.Sent<Offer>().empty());
  Advance(Milliseconds(1));
  EXPECT_EQ(rig.Sent<Offer>().size(), 2u);  // The same once more, and the next.
}

TEST_F(MatcherTest, OffersAreTriedTwiceHoweverSlowHoldersAre) {
  command.want = 1;
  Begin();
  rig.now = rig.now + Milliseconds(1'900);
  Answer(Workers(1, 2), {.count = 2});
  rig.effects.Clear();
  Advance(rig.config.matchmaking.offer_expiry / 2);
  EXPECT_EQ(rig.Sent<Offer>().size(), 2u);
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

}  // namespace
}  // namespace core

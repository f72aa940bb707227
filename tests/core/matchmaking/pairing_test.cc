// Two matchers that seek each other, message by message.
#include <optional>

#include <gtest/gtest.h>

#include "core/matchmaking/matcher.h"
#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

class PairingTest : public testing::Test {
 protected:
  PairingTest() {
    rig.shared_prefix = 0;
    command.topic = {"proof", "chapter one"};
    command.seek = Role::kMatcher;
    command.want = 1;
    if (rig.IdOf(low) > rig.IdOf(high)) std::swap(low, high);
  }

  // Both have found each other and made an offer; the offers, low's first.
  std::pair<Message, Message> BothOffer() {
    Message low_offer = OfferOf(at_low, low, high);
    Message high_offer = OfferOf(at_high, high, low);
    rig.effects.Clear();
    return {low_offer, high_offer};
  }

  Message OfferOf(std::optional<Matcher>& at, PeerId who, PeerId other) {
    rig.effects.Clear();
    at.emplace(rig.topic, command, rig.config.matchmaking);
    at->Begin(rig.At(who));
    const PeerId holder{20};
    at->OnLookup(rig.At(who), rig.lookups.back().token, std::span(&holder, 1), 1);
    const Message find = rig.Sent<Find>().at(0).second;
    Found found;
    found.key = rig.topic;
    found.records = {rig.RecordOf(other, Role::kMatcher)};
    at->OnFound(rig.At(who), holder, find.id, found);
    return rig.Sent<Offer>().at(0).second;
  }

  static const Offer& In(const Message& message) { return std::get<Offer>(message.body); }

  FlowRig rig;
  MatchCommand command;
  PeerId low{1};
  PeerId high{2};
  std::optional<Matcher> at_low;
  std::optional<Matcher> at_high;
};

TEST_F(PairingTest, SimultaneousOffersMakeOneMatchOnTheLowerIdsOffer) {
  const auto [low_offer, high_offer] = BothOffer();
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  ASSERT_EQ(rig.Sent<Accept>().size(), 1u);
  EXPECT_EQ(at_high->phase(), Matcher::Phase::kFinished);
  rig.effects.Clear();
  at_low->OnOffer(rig.At(low), high, high_offer.id, In(high_offer));
  EXPECT_TRUE(rig.Sent<Accept>().empty());
  ASSERT_EQ(rig.Sent<Offer>().size(), 1u);
  EXPECT_EQ(In(rig.Sent<Offer>()[0].second).task, In(low_offer).task);
  at_low->OnAccept(rig.At(low), high, {In(low_offer).task});
  EXPECT_EQ(at_low->phase(), Matcher::Phase::kFinished);
  EXPECT_EQ(rig.Observed<Matched>().back().task, In(low_offer).task);
}

TEST_F(PairingTest, ALostOfferOfTheLowerIdIsSentAgainWhenTheHigherIdsArrives) {
  const auto [low_offer, high_offer] = BothOffer();
  at_low->OnOffer(rig.At(low), high, high_offer.id, In(high_offer));
  const Message again = rig.Sent<Offer>().at(0).second;
  at_high->OnOffer(rig.At(high), low, again.id, In(again));
  EXPECT_EQ(at_high->partner_count(), 1u);
}

TEST_F(PairingTest, ADuplicateOfferIsAcceptedAgainButCountsOnce) {
  command.want = 2;
  const auto [low_offer, high_offer] = BothOffer();
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  EXPECT_EQ(rig.Sent<Accept>().size(), 2u);
  EXPECT_EQ(at_high->partner_count(), 1u);
  EXPECT_EQ(rig.Observed<Matched>().size(), 1u);
}

TEST_F(PairingTest, AFinishedMatcherAnswersCopiesOfItsPartnersMessagesForAWhile) {
  const auto [low_offer, high_offer] = BothOffer();
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  ASSERT_EQ(at_high->phase(), Matcher::Phase::kFinished);
  EXPECT_FALSE(at_high->over());
  rig.effects.Clear();
  // The lower side sends its offer again before the accept has reached it.
  EXPECT_TRUE(at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer)));
  EXPECT_EQ(rig.Sent<Accept>().size(), 1u);
  EXPECT_TRUE(at_high->OnAccept(rig.At(high), low, {In(low_offer).task}));
  Offer other = In(low_offer);
  EXPECT_FALSE(at_high->OnOffer(rig.At(high), PeerId{9}, 1, other));
  EXPECT_EQ(at_high->partner_count(), 1u);
  rig.now = at_high->NextDeadline();
  at_high->OnDeadline(rig.At(high));
  EXPECT_TRUE(at_high->over());
  EXPECT_EQ(at_high->NextDeadline(), Time::Never());
}

TEST_F(PairingTest, AMatcherThatWantsNoMoreIsBusy) {
  const auto [low_offer, high_offer] = BothOffer();
  Offer third = In(low_offer);
  third.task.bytes[0] ^= 1;
  at_high->OnOffer(rig.At(high), PeerId{9}, 5, third);
  ASSERT_EQ(rig.Sent<Decline>().size(), 1u);
  EXPECT_EQ(std::get<Decline>(rig.Sent<Decline>()[0].second.body).reason, DeclineReason::kBusy);
  // Free again, it still gives a copy of that offer the same answer.
  at_high->OnDecline(rig.At(high), low, {In(high_offer).task, DeclineReason::kGone});
  at_high->OnOffer(rig.At(high), PeerId{9}, 5, third);
  EXPECT_EQ(rig.Sent<Decline>().size(), 2u);
  EXPECT_EQ(at_high->partner_count(), 0u);
}

TEST_F(PairingTest, AnUnknownOffererMustPassTheFilterToo) {
  command.want = 2;
  command.filter.must.Add("gpu");
  at_high.emplace(rig.topic, command, rig.config.matchmaking);
  at_high->Begin(rig.At(high));
  Offer offer;
  offer.topic = rig.topic;
  offer.expires_ms = rig.now.us / 1000 + 1000;
  at_high->OnOffer(rig.At(high), PeerId{9}, 5, offer);
  EXPECT_EQ(std::get<Decline>(rig.Sent<Decline>().at(0).second.body).reason,
            DeclineReason::kFilter);
}

TEST_F(PairingTest, AnExpiredOfferFindsNobody) {
  command.want = 2;
  at_high.emplace(rig.topic, command, rig.config.matchmaking);
  at_high->Begin(rig.At(high));
  Offer offer;
  offer.topic = rig.topic;
  offer.expires_ms = INT64_MIN;
  at_high->OnOffer(rig.At(high), PeerId{9}, 5, offer);
  EXPECT_EQ(std::get<Decline>(rig.Sent<Decline>().at(0).second.body).reason, DeclineReason::kGone);
}

// Three seekers of two on a network that loses messages: each offer that expired had made its receiver "gone", and gone it
// stayed when it offered itself.
TEST_F(PairingTest, WhoWasSilentIsWelcomeWhenItOffers) {
  const auto [low_offer, high_offer] = BothOffer();
  rig.now = rig.now + rig.config.matchmaking.offer_expiry;
  at_high->OnDeadline(rig.At(high));
  rig.effects.Clear();
  Offer offer = In(low_offer);
  offer.task.bytes[0] ^= 1;
  offer.expires_ms = rig.now.us / 1000 + 1000;
  at_high->OnOffer(rig.At(high), low, 7, offer);
  EXPECT_EQ(rig.Sent<Accept>().size(), 1u);
  EXPECT_EQ(at_high->partner_count(), 1u);
}

// A seeker may stop seeking on its yes, so nobody is asked in its place before the copy had its time.
TEST_F(PairingTest, ASeekersPlaceIsKeptForTheAnswerToTheCopy) {
  const auto [low_offer, high_offer] = BothOffer();
  rig.now = rig.now + rig.config.routing.response_timeout / 4;
  at_high->OnDeadline(rig.At(high));
  ASSERT_EQ(rig.Sent<Offer>().size(), 1u);
  EXPECT_EQ(In(rig.Sent<Offer>()[0].second).task, In(high_offer).task);
  Offer third = In(low_offer);
  third.task.bytes[0] ^= 1;
  at_high->OnOffer(rig.At(high), PeerId{9}, 5, third);
  EXPECT_EQ(std::get<Decline>(rig.Sent<Decline>().at(0).second.body).reason, DeclineReason::kBusy);
  EXPECT_TRUE(at_high->OnAccept(rig.At(high), low, {In(high_offer).task}));
}

TEST_F(PairingTest, APartnerThatGivesBackIsMissingAgain) {
  command.want = 2;
  const auto [low_offer, high_offer] = BothOffer();
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  EXPECT_FALSE(at_high->OnDone(rig.At(high), PeerId{9}, {In(low_offer).task}));
  EXPECT_TRUE(at_high->OnDone(rig.At(high), low, {In(low_offer).task}));
  EXPECT_EQ(at_high->partner_count(), 0u);
  // And no copy of the old offer makes it one again.
  rig.effects.Clear();
  at_high->OnOffer(rig.At(high), low, low_offer.id, In(low_offer));
  EXPECT_EQ(rig.Sent<Decline>().size(), 1u);
  EXPECT_EQ(at_high->partner_count(), 0u);
}

}  // namespace
}  // namespace core

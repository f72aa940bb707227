#include "core/matchmaking/worker.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    rig.shared_prefix = 10;
    command.topic = {"proof", "chapter one"};
  }

  void Begin() {
    worker.emplace(rig.topic, command, Tasks(command.budget));
    worker->Begin(rig.moment());
    Locate();
  }

  void Locate() {
    while (!rig.lookups.empty()) {
      const auto asked = rig.lookups.front();
      rig.lookups.erase(rig.lookups.begin());
      worker->OnLookup(rig.moment(), asked.token, holders);
    }
  }

  // Every holder acknowledges what was last sent, with this count.
  void Ack(uint32_t count) {
    const auto provides = rig.Sent<Provide>();
    rig.effects.Clear();
    for (const auto& [holder, message] : provides) {
      ProvideAck ack;
      ack.key = std::get<Provide>(message.body).key;
      ack.traffic.count = count;
      worker->OnProvideAck(rig.moment(), holder, message.id, ack);
    }
    Locate();
  }

  void Advance(Duration by) {
    const Time end = rig.now + by;
    while (worker->NextDeadline() <= end) {
      rig.now = std::max(rig.now, worker->NextDeadline());
      worker->OnDeadline(rig.moment());
      Locate();
    }
    rig.now = end;
  }

  void ToRenewal() {
    while (rig.Sent<Provide>().empty()) Advance(Milliseconds(100));
  }

  Offer OfferOf(uint8_t number) {
    Offer offer;
    offer.task.bytes[0] = number;
    offer.topic = rig.topic;
    offer.kind = command.topic.kind;
    offer.expires_ms = rig.now.us / 1000 + 3000;
    return offer;
  }

  std::optional<DeclineReason> Decision(const Offer& offer, PeerId from = PeerId{9}) {
    rig.effects.Clear();
    worker->OnOffer(rig.moment(), from, 1, offer);
    const auto declines = rig.Sent<Decline>();
    if (!declines.empty()) return std::get<Decline>(declines[0].second.body).reason;
    EXPECT_EQ(rig.Sent<Accept>().size(), 1u);
    return std::nullopt;
  }

  FlowRig rig;
  WorkCommand command;
  std::vector<PeerId> holders{PeerId{40}, PeerId{41}, PeerId{42}, PeerId{43}};
  std::optional<Worker> worker;
};

TEST_F(WorkerTest, StartsTwoBitsLessSpecificForNinetySeconds) {
  Begin();
  EXPECT_EQ(worker->specificity(), 8);
  ASSERT_EQ(rig.Sent<Provide>().size(), 3u);
  EXPECT_EQ(std::get<Provide>(rig.Sent<Provide>()[0].second.body).record.ttl_ms, 90'000u);
  rig.shared_prefix = 1;
  Begin();
  EXPECT_EQ(worker->specificity(), 0);
}

TEST_F(WorkerTest, RenewsAtAThirdOfItsLifeWithAHigherSequenceAndOneSignature) {
  Begin();
  const Record first = std::get<Provide>(rig.Sent<Provide>()[0].second.body).record;
  Ack(30);
  const Time published = rig.now;
  ToRenewal();
  EXPECT_GE(rig.now - published, Seconds(27) - Milliseconds(100));
  EXPECT_LE(rig.now - published, Seconds(30) + Milliseconds(100));
  EXPECT_EQ(rig.Sent<Provide>().size(), 3u);
  EXPECT_GT(std::get<Provide>(rig.Sent<Provide>()[0].second.body).record.sequence, first.sequence);
  EXPECT_EQ(rig.effects.signs(), 1u);
  EXPECT_TRUE(rig.lookups.empty());
}

TEST_F(WorkerTest, LooksItsHoldersUpAgainWhenTheyAreOld) {
  Begin();
  Ack(30);
  uint32_t lookups = 0;
  for (int i = 0; i < 12; ++i) {
    while (rig.Sent<Provide>().empty() && rig.lookups.empty()) {
      rig.now = worker->NextDeadline();
      worker->OnDeadline(rig.moment());
    }
    lookups += static_cast<uint32_t>(rig.lookups.size());
    Locate();
    Ack(30);
  }
  EXPECT_EQ(lookups, 1u);  // Six minutes, five of them with the cache.
}

TEST_F(WorkerTest, TwoThinRenewalsInARowWidenByOneBit) {
  Begin();
  Ack(3);  // The first publication is no renewal.
  ToRenewal();
  Ack(3);
  EXPECT_EQ(worker->specificity(), 8);
  ToRenewal();
  Ack(16);  // Not thin: the row is broken.
  ToRenewal();
  Ack(15);
  EXPECT_EQ(worker->specificity(), 8);
  ToRenewal();
  Ack(15);
  EXPECT_EQ(worker->specificity(), 7);
  EXPECT_EQ(rig.Observed<Respecified>().back().cause, RespecifyCause::kThin);
}

TEST_F(WorkerTest, LeavesACrowdWithTwiceTheProbabilityOfItsExcess) {
  uint32_t moved = 0;
  for (int i = 0; i < 400; ++i) {
    rig.effects.Clear();
    Begin();
    Ack(96);
    moved += worker->specificity() == 9 ? 1 : 0;
  }
  EXPECT_GT(moved, 227u);  // Two thirds expected.
  EXPECT_LT(moved, 307u);
  rig.effects.Clear();
  Begin();
  Ack(64);
  EXPECT_EQ(worker->specificity(), 8);
}

TEST_F(WorkerTest, HoldsFiveMinutesBeforeItNarrowsBack) {
  Begin();
  Ack(15);
  ToRenewal();
  Ack(15);
  ToRenewal();
  Ack(15);
  ASSERT_EQ(worker->specificity(), 7);
  const Time widened = rig.now;
  while (worker->specificity() == 7) {
    ToRenewal();
    Ack(1'000'000);
  }
  EXPECT_EQ(worker->specificity(), 8);
  EXPECT_GE(rig.now - widened, Minutes(5));
}

TEST_F(WorkerTest, HoldsFiveMinutesBeforeItReturnsToACrowd) {
  Begin();
  Ack(1'000'000);
  ASSERT_EQ(worker->specificity(), 9);
  const Time narrowed = rig.now;
  while (worker->specificity() == 9) {
    ToRenewal();
    Ack(15);
  }
  EXPECT_EQ(worker->specificity(), 8);
  EXPECT_GE(rig.now - narrowed, Minutes(5));
}

TEST_F(WorkerTest, OneLyingHolderMovesNobody) {
  Begin();
  const auto provides = rig.Sent<Provide>();
  for (const auto& [holder, message] : provides) {
    ProvideAck ack;
    ack.key = std::get<Provide>(message.body).key;
    ack.traffic.count = holder == PeerId{41} ? UINT32_MAX : 30;
    worker->OnProvideAck(rig.moment(), holder, message.id, ack);
  }
  EXPECT_EQ(worker->specificity(), 8);
  EXPECT_EQ(worker->phase(), Worker::Phase::kResting);
}

TEST_F(WorkerTest, WithdrawsFromTheOldKeyWhenTheNewOneIsHeard) {
  // The topic and the id differ at the bit that is given up, so the key changes.
  while (rig.topic.Bit(7) == rig.IdOf(rig.self()).Bit(7)) rig.topic.FlipBit(7);
  Begin();
  Ack(15);
  ToRenewal();
  Ack(15);
  ToRenewal();
  Ack(15);
  ASSERT_EQ(worker->specificity(), 7);
  EXPECT_EQ(rig.Sent<Provide>().size(), 3u);
  EXPECT_TRUE(rig.Sent<Withdraw>().empty());
  Ack(20);
  EXPECT_EQ(rig.Sent<Withdraw>().size(), 3u);
}

TEST_F(WorkerTest, StaysAtTheKeyWhenTheWiderOneIsTheSame) {
  while (rig.topic.Bit(7) != rig.IdOf(rig.self()).Bit(7)) rig.topic.FlipBit(7);
  Begin();
  Ack(1);
  ToRenewal();
  Ack(1);
  ToRenewal();
  Ack(1);
  EXPECT_EQ(worker->specificity(), 7);
  EXPECT_TRUE(rig.Sent<Provide>().empty());
  ToRenewal();
  EXPECT_EQ(std::get<Provide>(rig.Sent<Provide>()[0].second.body).record.specificity, 7);
}

TEST_F(WorkerTest, NeverAcceptsBeyondItsBudget) {
  command.budget = 2;
  Begin();
  EXPECT_EQ(Decision(OfferOf(1)), std::nullopt);
  EXPECT_EQ(Decision(OfferOf(2)), std::nullopt);
  EXPECT_EQ(rig.Observed<TaskAccepted>().back().budget_left, 0);
  EXPECT_EQ(Decision(OfferOf(3)), DeclineReason::kBusy);
  Ack(30);
  rig.effects.Clear();
  Advance(Seconds(15));
  Advance(Seconds(15));
  // At capacity the record would say so; the tasks have ended meanwhile.
  EXPECT_EQ(worker->tasks().active(), 0);
}

TEST_F(WorkerTest, PublishesBudgetZeroAtCapacity) {
  rig.config.matchmaking.task_duration = Minutes(5);
  Begin();
  Ack(30);
  EXPECT_EQ(Decision(OfferOf(1)), std::nullopt);
  rig.effects.Clear();
  ToRenewal();
  EXPECT_EQ(std::get<Provide>(rig.Sent<Provide>()[0].second.body).record.budget, 0);
}

TEST_F(WorkerTest, AcceptsNoTaskTwice) {
  Begin();
  const Offer offer = OfferOf(1);
  EXPECT_EQ(Decision(offer), std::nullopt);
  EXPECT_EQ(Decision(offer), std::nullopt);           // A duplicate is answered as before,
  EXPECT_TRUE(rig.Observed<TaskAccepted>().empty());  // and is no second acceptance.
  EXPECT_EQ(worker->tasks().active(), 1);
  EXPECT_EQ(Decision(offer, PeerId{10}), DeclineReason::kGone);
  worker->OnDone(rig.moment(), PeerId{9}, {offer.task});
  EXPECT_EQ(worker->tasks().active(), 0);
  EXPECT_EQ(Decision(offer), DeclineReason::kGone);
  // As long as a copy of the offer could be valid.
  for (int i = 0; i < 30; ++i) {
    Advance(Seconds(1));
    EXPECT_EQ(Decision(offer), DeclineReason::kGone) << i;
  }
}

TEST_F(WorkerTest, OnlyTheMatcherOrTimeEndsATask) {
  Begin();
  const Offer offer = OfferOf(1);
  EXPECT_EQ(Decision(offer), std::nullopt);
  EXPECT_FALSE(worker->OnDone(rig.moment(), PeerId{10}, {offer.task}));
  Advance(rig.config.matchmaking.task_duration - Milliseconds(1));
  EXPECT_EQ(worker->tasks().active(), 1);
  Advance(Milliseconds(1));
  EXPECT_EQ(worker->tasks().active(), 0);
  EXPECT_EQ(rig.Observed<TaskFinished>().size(), 1u);
}

TEST_F(WorkerTest, DeclinesWhatItCannotDoOrJudge) {
  Begin();
  Offer offer = OfferOf(1);
  offer.kind = "other";
  EXPECT_EQ(Decision(offer), DeclineReason::kFilter);
  offer = OfferOf(1);
  for (const int64_t never : {INT64_MAX, rig.now.us / 1000 + 60'000}) {
    offer.expires_ms = never;
    EXPECT_EQ(Decision(offer), DeclineReason::kFilter);
  }
  for (const int64_t past : {INT64_MIN, rig.now.us / 1000 - 60'000}) {
    offer.expires_ms = past;
    EXPECT_EQ(Decision(offer), DeclineReason::kGone);
  }
  EXPECT_EQ(worker->tasks().active(), 0);
}

TEST_F(WorkerTest, AFloodOfTasksIsBounded) {
  command.budget = 4;
  Begin();
  for (uint32_t i = 0; i < 5'000; ++i) {
    Offer offer = OfferOf(0);
    offer.task.bytes[1] = static_cast<uint8_t>(i);
    offer.task.bytes[2] = static_cast<uint8_t>(i >> 8);
    rig.effects.Clear();
    worker->OnOffer(rig.moment(), PeerId{9}, i, offer);
    worker->OnDone(rig.moment(), PeerId{9}, {offer.task});
  }
  EXPECT_LT(worker->tasks().HeapBytes(), 40'000u);
  Advance(Minutes(1));
  EXPECT_EQ(Decision(OfferOf(1)), std::nullopt);
}

TEST_F(WorkerTest, ATaskOutlivesLeavingAndIsKnownAfterTheReturn) {
  Begin();
  const Offer offer = OfferOf(1);
  EXPECT_EQ(Decision(offer), std::nullopt);
  worker->Leave(rig.moment());
  EXPECT_FALSE(worker->over());
  Tasks tasks = std::move(worker->tasks());
  worker.emplace(rig.topic, command, std::move(tasks));
  worker->Begin(rig.moment());
  EXPECT_EQ(Decision(OfferOf(2)), DeclineReason::kBusy);
  EXPECT_TRUE(worker->OnDone(rig.moment(), PeerId{9}, {offer.task}));
  EXPECT_EQ(Decision(offer), DeclineReason::kGone);
  worker->Leave(rig.moment());
  Advance(Minutes(1));
  EXPECT_TRUE(worker->over());
}

TEST_F(WorkerTest, LeaveWithdrawsEverywhere) {
  Begin();
  Ack(30);
  rig.effects.Clear();
  worker->Leave(rig.moment());
  EXPECT_EQ(rig.Sent<Withdraw>().size(), 3u);
  EXPECT_EQ(worker->phase(), Worker::Phase::kGone);
  EXPECT_EQ(worker->NextDeadline(), Time::Never());
  EXPECT_FALSE(worker->OnOffer(rig.moment(), PeerId{9}, 1, OfferOf(1)));
}

}  // namespace
}  // namespace core

#include "core/negotiation/shuffle.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/core/negotiation/shuffle_deviations.h"

namespace core {
namespace {

using Items = ShuffleRig::Items;

Items Sorted(Items items) {
  std::sort(items.begin(), items.end());
  return items;
}

bool Says(const Shuffle& shuffle, ShuffleStep step, size_t member) {
  return shuffle.transcript().Find(step, member) != nullptr;
}

// Of a run without deviations.
void ExpectAllOpened(const ShuffleRig& rig) {
  for (size_t member = 0; member < rig.members(); ++member) {
    const Shuffle& shuffle = rig.shuffle(member);
    ASSERT_EQ(shuffle.phase(), ShufflePhase::kDone);
    EXPECT_EQ(Sorted(shuffle.votes()), Sorted(rig.votes()));
    EXPECT_EQ(shuffle.votes(), rig.shuffle(0).votes());
  }
  EXPECT_EQ(rig.refused(), 0U);
}

class ShuffleTest : public testing::TestWithParam<Cryptography> {};

TEST_P(ShuffleTest, HonestMembersEndWithTheSameVotes) {
  for (const size_t members : {size_t{3}, size_t{5}, size_t{16}}) {
    ShuffleRig rig(GetParam(), members, members);
    rig.Run();
    ExpectAllOpened(rig);
    for (size_t member = 0; member < members; ++member) {
      EXPECT_FALSE(Says(rig.shuffle(member), ShuffleStep::kUnveil, member));
    }
  }
}

TEST_P(ShuffleTest, LongestAndEmptyVotesLookAlikeOnTheWay) {
  ShuffleRig rig(GetParam(), 3, 1);
  rig.SetVotes({{}, std::vector<uint8_t>(kSealedBytesMax, 9), {1}});
  rig.Run();
  ExpectAllOpened(rig);
  for (const ShuffleStatement& each : rig.shuffle(0).transcript().statements()) {
    if (each.step != ShuffleStep::kPass) continue;
    for (const auto& item : each.items) EXPECT_EQ(item.size(), each.items[0].size());
  }
  ShuffleOwn own = rig.OwnOf(0);
  own.vote.resize(kSealedBytesMax + 1);
  EXPECT_FALSE(Shuffle::Begin(rig.crypto(), rig.terms(), std::move(own)).ok());
}

// Every way to deviate, by every member: before anything is opened it shows, and names who did it.
void ExpectBlamed(Cryptography cryptography, size_t members, const ShuffleDeviation& deviation,
                  size_t deviator) {
  ShuffleRig rig(cryptography, members, 100 + members);
  size_t count = 0;
  rig.Deviate(deviator, deviation.make(rig, deviator, count));
  rig.Run();
  SCOPED_TRACE(std::string(deviation.name) + ", member " + std::to_string(deviator) + " of " +
               std::to_string(members));
  if (count == 0) return ExpectAllOpened(rig);  // Its place gave it no occasion.
  for (size_t member = 0; member < members; ++member) {
    if (member == deviator) continue;
    const Shuffle& shuffle = rig.shuffle(member);
    if (deviation.shows_at < ShuffleStep::kEndorse) {
      EXPECT_FALSE(Says(shuffle, ShuffleStep::kDisclose, member));
    }
    ASSERT_EQ(shuffle.phase(), ShufflePhase::kFailed);
    ASSERT_EQ(shuffle.offences().size(), 1U);
    const ShuffleOffence offence = shuffle.offences()[0];
    EXPECT_EQ(offence.member, deviator);
    EXPECT_EQ(std::count(deviation.faults.begin(), deviation.faults.end(), offence.fault), 1)
        << NameOf(offence.fault);
    const auto evidence = shuffle.Evidence();
    ASSERT_EQ(evidence.has_value(), offence.fault != ShuffleFault::kSilent);
    if (!evidence.has_value()) continue;
    EXPECT_TRUE(Proves(rig.crypto(), *evidence));
    for (uint8_t other = 0; other < members; ++other) {
      ShuffleEvidence against = *evidence;
      against.offence.member = other;
      EXPECT_EQ(Proves(rig.crypto(), against), other == deviator);
    }
  }
}

TEST_P(ShuffleTest, EverySingleDeviationIsBlamedOnWhoDidIt) {
  const std::vector<size_t> sizes =
      GetParam() == Cryptography::kReal ? std::vector<size_t>{3} : std::vector<size_t>{3, 4, 5, 7};
  for (const size_t members : sizes) {
    for (const ShuffleDeviation& deviation : ShuffleDeviations()) {
      for (size_t deviator = 0; deviator < members; ++deviator) {
        ExpectBlamed(GetParam(), members, deviation, deviator);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Silence that ends when asked harms nobody, and whoever was not told by it is not silent itself.
TEST(ShuffleTest, WhoSpeaksWhenAskedIsNotNamed) {
  for (const auto make : {SaysLate, SaysToSome}) {
    for (const ShuffleStep step : {ShuffleStep::kCommit, ShuffleStep::kReveal, ShuffleStep::kPass,
                                   ShuffleStep::kEndorse, ShuffleStep::kDisclose}) {
      for (size_t deviator = 0; deviator < 4; ++deviator) {
        ShuffleRig rig(Cryptography::kModelled, 4, 6);
        // A pass goes to one member: who never tells it tells nobody.
        if (make == SaysToSome && step == ShuffleStep::kPass) continue;
        rig.Deviate(deviator, make(step));
        rig.Run();
        SCOPED_TRACE(std::string(NameOf(step)) + ", member " + std::to_string(deviator));
        ExpectAllOpened(rig);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryCryptography, ShuffleTest,
                         testing::Values(Cryptography::kReal, Cryptography::kModelled),
                         [](const auto& each) -> std::string {
                           if (each.param == Cryptography::kReal) return "Real";
                           return "Modelled";
                         });

Fingerprint DigestOf(const Shuffle& shuffle) {
  Hasher hasher;
  HashedState state(hasher);
  shuffle.Tell(state);
  return hasher.Result();
}

TEST(ShuffleTest, TellsWhatItIsMadeOf) {
  ShuffleRig rig(Cryptography::kModelled, 3, 8);
  rig.Begin();
  ShuffleRig again(Cryptography::kModelled, 3, 8);
  again.Begin();
  const Fingerprint begun = DigestOf(rig.shuffle(0));
  EXPECT_EQ(DigestOf(again.shuffle(0)), begun);
  rig.Deliver();
  again.Deliver();
  EXPECT_NE(DigestOf(rig.shuffle(0)), begun);
  EXPECT_EQ(DigestOf(rig.shuffle(0)), DigestOf(again.shuffle(0)));
}

// Seals what nobody can open.
class SpoiledSealing : public ModelledSealing {
 public:
  using ModelledSealing::ModelledSealing;

  [[nodiscard]] StatusOr<SealedBytes> Seal(Owners owners, const SealingContext& context,
                                           std::span<const uint8_t> record,
                                           const DrawnBytes& drawn) const override {
    SealedBytes sealed = ModelledSealing::Seal(owners, context, record, drawn).value();
    sealed.back() ^= 1;
    return sealed;
  }
};

// What a member seals for itself only its opening shows, and nobody can be named for it.
TEST(ShuffleTest, AVoteThatDoesNotOpenFailsWithoutAName) {
  ShuffleRig rig(Cryptography::kModelled, 4, 5);
  const SpoiledSealing spoiled(Digest256{7});
  rig.UseSealing(2, spoiled);
  rig.Run();
  for (size_t member = 0; member < 4; ++member) {
    EXPECT_EQ(rig.shuffle(member).phase(), ShufflePhase::kFailed);
    EXPECT_TRUE(rig.shuffle(member).offences().empty());
    EXPECT_FALSE(rig.shuffle(member).Evidence().has_value());
  }
}

TEST(ShuffleDeviationsTest, EachHappensSomewhere) {
  std::map<std::string_view, size_t> counts;
  for (const ShuffleDeviation& deviation : ShuffleDeviations()) {
    for (size_t deviator = 0; deviator < 4; ++deviator) {
      ShuffleRig rig(Cryptography::kModelled, 4, 2);
      rig.Deviate(deviator, deviation.make(rig, deviator, counts[deviation.name]));
      rig.Run();
    }
  }
  for (const auto& [name, count] : counts) EXPECT_GT(count, 0U) << name;
  EXPECT_EQ(counts.size(), 29U);
}

}  // namespace
}  // namespace core

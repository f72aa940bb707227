// Nobody who does as it should is ever blamed, whatever the others do together.
#include "core/negotiation/shuffle_blame.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/negotiation/shuffle_deviations.h"

namespace core {
namespace {

using Items = ShuffleRig::Items;

// Anything at all, signed.
ShuffleRig::Deviation Noise(const ShuffleRig& rig, Random& random) {
  return [&rig, &random](const ShuffleStatement& said, uint8_t) {
    std::vector<ShuffleStatement> sent = {said};
    ShuffleStatement& changed = sent[0];
    const uint64_t what = random.Below(8);
    if (what == 0) changed.about[random.Below(32)] ^= 1;
    if (what == 1) changed.step = static_cast<ShuffleStep>(random.Below(9));
    if (what == 2) changed.items.resize(random.Below(20));
    if (what == 3 && !changed.items.empty()) changed.items.pop_back();
    if (what == 4 && !changed.items.empty()) random.Fill(changed.items[0]);
    if (what == 5 && !changed.items.empty()) changed.items[0].resize(random.Below(3000));
    if (what == 6) sent.push_back(said);
    if (what != 7) changed = rig.Signed(changed);
    return sent;
  };
}

// A pool in which about half of the members do something wrong, each something else.
struct Mutiny {
  explicit Mutiny(uint64_t seed)
      : random({.seed = seed, .peer = 1, .purpose = Purpose::kTest}),
        rig(Cryptography::kModelled, 3 + random.Below(6), seed) {
    const auto& deviations = ShuffleDeviations();
    for (size_t member = 1; member < rig.members(); ++member) {
      const size_t kind = random.Below(2 * deviations.size() + 30);
      const auto step = static_cast<ShuffleStep>(1 + random.Below(kShuffleSteps));
      if (kind < deviations.size()) {
        rig.Deviate(member, deviations[kind].make(rig, member, count));
      } else if (kind < deviations.size() + 6) {
        rig.Deviate(member, Noise(rig, random));
      } else if (kind < deviations.size() + 18) {
        rig.Deviate(member, random.Chance({1, 2}) ? SaysLate(step) : SaysToSome(step));
      }
    }
    rig.Run();
  }

  Random random;
  size_t count = 0;
  ShuffleRig rig;
};

// What an honest member has come to that it must not; empty: nothing.
std::string WrongWith(const ShuffleRig& rig, size_t member) {
  const Shuffle& shuffle = rig.shuffle(member);
  for (const ShuffleOffence& offence : shuffle.offences()) {
    if (rig.IsHonest(offence.member)) {
      return "names " + std::to_string(offence.member) + ": " + std::string(NameOf(offence.fault));
    }
  }
  if (shuffle.phase() != ShufflePhase::kDone && shuffle.phase() != ShufflePhase::kFailed) {
    return "waits in " + std::string(NameOf(shuffle.phase()));
  }
  if (shuffle.transcript().Find(ShuffleStep::kDisclose, member) != nullptr &&
      shuffle.transcript().Find(ShuffleStep::kUnveil, member) != nullptr) {
    return "gave both secrets away";
  }
  if (shuffle.phase() != ShufflePhase::kDone) return {};
  for (size_t other = 0; other < rig.members(); ++other) {
    const auto times =
        std::count(shuffle.votes().begin(), shuffle.votes().end(), rig.votes()[other]);
    if (rig.IsHonest(other) && times != 1) return "opened a list without an honest vote";
  }
  return {};
}

std::string WrongWith(const Mutiny& mutiny) {
  for (size_t member = 0; member < mutiny.rig.members(); ++member) {
    const std::string wrong = mutiny.rig.IsHonest(member) ? WrongWith(mutiny.rig, member) : "";
    if (!wrong.empty()) return std::to_string(member) + " " + wrong;
  }
  return {};
}

RC_GTEST_PROP(ShuffleBlameProperty, NoHonestMemberIsNamed, (uint64_t seed)) {
  RC_ASSERT(WrongWith(Mutiny(seed)) == "");
}

// Members that were told something after they had told all, and members that had given up, were named.
TEST(ShuffleBlameTest, WhoWasNamedOnceIsNot) {
  for (const uint64_t seed : {uint64_t{3147585984773}, uint64_t{4369201262606},
                              uint64_t{12096263762877}, uint64_t{40907509512771}}) {
    EXPECT_EQ(WrongWith(Mutiny(seed)), "") << seed;
  }
}

// What the property has met: members that opened the votes, and every offence there is.
TEST(ShuffleBlameTest, MutiniesMeetEveryEnding) {
  std::map<std::string_view, size_t> endings;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    const Mutiny mutiny(seed);
    EXPECT_EQ(WrongWith(mutiny), "") << seed;
    const Shuffle& honest = mutiny.rig.shuffle(0);
    ++endings[NameOf(honest.phase())];
    for (const ShuffleOffence& offence : honest.offences()) ++endings[NameOf(offence.fault)];
  }
  for (const auto& [ending, count] : endings) EXPECT_GE(count, 10U) << ending;
  EXPECT_EQ(endings.size(), 2U + kShuffleFaults);
}

// Deviators choose what they show to somebody who was not there: any part of what anybody has said.
RC_GTEST_PROP(ShuffleBlameProperty, NoChoiceOfStatementsProvesAnythingAgainstAnHonestMember,
              (uint64_t seed)) {
  Mutiny mutiny(seed);
  const ShuffleRig& rig = mutiny.rig;
  std::vector<ShuffleStatement> all;
  for (size_t member = 0; member < rig.members(); ++member) {
    for (const ShuffleStatement& each : rig.shuffle(member).transcript().statements()) {
      if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
    }
  }
  for (size_t round = 0; round < 12; ++round) {
    mutiny.random.Shuffle(std::span(all));
    ShuffleTranscript shown(rig.crypto(), rig.terms());
    // Mostly all of the honest members' and one of each deviator's: proofs need many.
    std::set<std::pair<uint8_t, ShuffleStep>> slots;
    for (const ShuffleStatement& each : all) {
      const bool kept =
          mutiny.random.Below(40) > 0 && slots.insert({each.member, each.step}).second;
      if (kept) RC_ASSERT(shown.Add(each).ok());
    }
    const auto offence = OffenceIn(shown);
    RC_ASSERT(!offence.has_value() || !rig.IsHonest(offence->member));
  }
}

// The one at place 1 knows the secret of the one behind it, wraps what the first one had sealed once more and
// calls it its own. Under the layers of place 2 both are the same, and the first one is not to blame.
TEST(ShuffleBlameTest, WhoCopiesUnderALayerIsNamedAndNotWhoWasCopied) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto copy = [](const ShuffleRig& rig, const ShuffleStatement& said) {
      const ShuffleTranscript& transcript = rig.shuffle(said.member).transcript();
      if (said.step != ShuffleStep::kPass || transcript.order()[1] != said.member) {
        return std::vector{said};
      }
      const uint8_t next = transcript.order()[2];
      const SealingContext context = ShuffledLayers(rig.suite(), transcript.digest());
      const ShuffleStatement& before = *transcript.Find(ShuffleStep::kPass, transcript.order()[0]);
      const auto victim = Peel(transcript, before, rig.OnionSecretOf(said.member)).items[0];
      const auto below = rig.sealing().OpenAt(rig.OnionSecretOf(next), context, victim).value();
      const auto again =
          rig.sealing().SealTo(transcript.OnionKeyOf(next), context, below, {1}).value();
      ShuffleStatement changed = said;
      changed.items[changed.items[0] == victim ? 1 : 0] = again;
      return std::vector{rig.Signed(changed)};
    };
    ShuffleRig first(Cryptography::kModelled, 5, seed);
    first.Run();
    const uint8_t copier = first.shuffle(0).transcript().order()[1];
    ShuffleRig again(Cryptography::kModelled, 5, seed);
    again.Deviate(copier, [&](const ShuffleStatement& said, uint8_t) { return copy(again, said); });
    again.Run();
    for (size_t member = 0; member < 5; ++member) {
      if (member == copier) continue;
      ASSERT_EQ(again.shuffle(member).offences().size(), 1U);
      EXPECT_EQ(again.shuffle(member).offences()[0],
                (ShuffleOffence{copier, ShuffleStep::kPass, ShuffleFault::kDuplicated}));
    }
  }
}

TEST(ShuffleBlameTest, ChangedEvidenceProvesNothing) {
  ShuffleRig rig(Cryptography::kModelled, 4, 3);
  size_t count = 0;
  const auto replaces =
      std::find_if(ShuffleDeviations().begin(), ShuffleDeviations().end(),
                   [](const ShuffleDeviation& each) { return each.name == "alters a ciphertext"; });
  rig.Deviate(1, replaces->make(rig, 1, count));
  rig.Run();
  ASSERT_GT(count, 0U);
  const ShuffleEvidence evidence = rig.shuffle(0).Evidence().value();
  ASSERT_EQ(evidence.offence, (ShuffleOffence{1, ShuffleStep::kPass, ShuffleFault::kReplaced}));
  ASSERT_TRUE(Proves(rig.crypto(), evidence));
  for (size_t i = 0; i < evidence.statements.size(); ++i) {
    ShuffleEvidence changed = evidence;
    changed.statements[i].about[5] ^= 1;
    EXPECT_FALSE(Proves(rig.crypto(), changed));
    changed = evidence;
    changed.statements[i].signature[5] ^= 1;
    EXPECT_FALSE(Proves(rig.crypto(), changed));
    changed = evidence;
    changed.statements[i].member = 9;
    EXPECT_FALSE(Proves(rig.crypto(), changed));
  }
  ShuffleEvidence elsewhere = evidence;
  elsewhere.terms.attempt.bytes[0] ^= 1;
  EXPECT_FALSE(Proves(rig.crypto(), elsewhere));
  elsewhere = evidence;
  elsewhere.terms.members.pop_back();
  elsewhere.terms.members.pop_back();
  EXPECT_FALSE(Proves(rig.crypto(), elsewhere));
}

TEST(ShuffleBlameTest, TermsAreChecked) {
  const ShuffleRig rig(Cryptography::kReal, 3, 1);
  const auto message_of = [&rig](const ShuffleTerms& terms) {
    return std::string(CheckTerms(rig.crypto(), terms).message());
  };
  EXPECT_EQ(message_of(rig.terms()), "");
  ShuffleTerms terms = rig.terms();
  std::swap(terms.members[0], terms.members[1]);
  EXPECT_EQ(message_of(terms), "shuffle: members not in ascending order of their registrant keys");
  terms = rig.terms();
  terms.members[1].key = terms.members[0].key;
  EXPECT_EQ(message_of(terms), "shuffle: a member's key twice");
  terms.members[1].key.fill(0xff);
  EXPECT_EQ(message_of(terms), "shuffle: a member's key is none");
  terms.members.pop_back();
  EXPECT_EQ(message_of(terms), "shuffle: not of 3 to 16 members");
  terms.members.assign(17, terms.members[0]);
  EXPECT_EQ(message_of(terms), "shuffle: not of 3 to 16 members");
}

}  // namespace
}  // namespace core

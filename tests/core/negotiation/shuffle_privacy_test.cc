// What a shuffle hides, and that nobody steers it.
#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/words.h"
#include "tests/core/negotiation/shuffle_rig.h"

namespace core {
namespace {

using Items = ShuffleRig::Items;
using enum ShuffleStep;

size_t PlaceOf(const ShuffleRig& rig, uint8_t member) {
  const auto order = rig.shuffle(member).transcript().order();
  return static_cast<size_t>(std::find(order.begin(), order.end(), member) - order.begin());
}

const Items& ListAt(const ShuffleRig& rig, size_t place) {
  const uint8_t member = rig.shuffle(0).transcript().order()[place];
  return rig.shuffle(member).transcript().Find(kPass, member)->items;
}

// Uniform bytes of which Reduce makes `index` out of `bound`.
DrawnBytes DrawnFor(size_t index, size_t bound) {
  __extension__ using Wide = unsigned __int128;
  DrawnBytes drawn{};
  const Wide word = ((static_cast<Wide>(index) << 64) + bound - 1) / bound;
  StoreWord<std::endian::little>(drawn.data(), static_cast<uint64_t>(word));
  return drawn;
}

// Draws with which Fisher and Yates make `target` of `list`.
std::vector<DrawnBytes> SwapsFor(Items list, const Items& target, size_t members) {
  std::vector<DrawnBytes> swaps(members);
  for (size_t i = list.size(); i > 1; --i) {
    const auto at = std::find(list.begin(), list.end(), target[i - 1]);
    const auto index = static_cast<size_t>(at - list.begin());
    swaps[i - 1] = DrawnFor(index, i);
    std::swap(list[i - 1], list[index]);
  }
  return swaps;
}

// What `member` had before it shuffled.
Items ListBefore(const ShuffleRig& rig, uint8_t member) {
  const size_t place = PlaceOf(rig, member);
  const ShuffleTranscript& transcript = rig.shuffle(member).transcript();
  const ShuffleStatement& received = *transcript.Find(kPass, transcript.order()[place - 1]);
  Items list = Peel(transcript, received, rig.OnionSecretOf(member)).items;
  for (const auto& item : ListAt(rig, place)) {
    if (std::find(list.begin(), list.end(), item) == list.end()) {
      list.push_back(item);
      break;
    }
  }
  return list;
}

// Two members, of whom `early` comes first, change their votes, and what each drew for what the other's
// vote needs now. The map of draws is its own inverse, so it keeps uniform draws uniform.
void SwapVotes(ShuffleRig& rig, uint8_t early, uint8_t late, size_t place_of_late) {
  Items votes = rig.votes();
  std::swap(votes[early], votes[late]);
  rig.SetVotes(votes);
  std::swap(rig.draws(early).sealed, rig.draws(late).sealed);
  for (size_t place = place_of_late + 1; place < rig.members(); ++place) {
    std::swap(rig.draws(early).layers[place], rig.draws(late).layers[place]);
  }
}

struct Setting {
  Cryptography cryptography;
  size_t members;
  uint64_t seed;
  uint8_t a;
  uint8_t b;
};

// Everything that is said or passed on is, byte for byte, what it would have been with the two votes
// exchanged, but for one ciphertext in each list between the two members: that of the first one, under
// a layer that only the second one opens. So whoever else looks, with all secrets but theirs, sees
// both worlds with the same probability.
void ExpectSameView(const Setting& setting) {
  ShuffleRig world(setting.cryptography, setting.members, setting.seed);
  world.Run();
  const bool in_order = PlaceOf(world, setting.a) < PlaceOf(world, setting.b);
  const uint8_t early = in_order ? setting.a : setting.b;
  const uint8_t late = in_order ? setting.b : setting.a;
  const size_t first = PlaceOf(world, early);
  const size_t second = PlaceOf(world, late);

  ShuffleRig rehearsal(setting.cryptography, setting.members, setting.seed);
  SwapVotes(rehearsal, early, late, second);
  rehearsal.Run();
  ShuffleRig other(setting.cryptography, setting.members, setting.seed);
  SwapVotes(other, early, late, second);
  other.draws(late).swaps =
      SwapsFor(ListBefore(rehearsal, late), ListAt(world, second), setting.members);
  other.Run();

  ASSERT_EQ(other.votes()[early], world.votes()[late]);
  for (size_t member = 0; member < setting.members; ++member) {
    for (const ShuffleStep step : {kCommit, kReveal, kDisclose}) {
      EXPECT_EQ(other.shuffle(0).transcript().Find(step, member)->items,
                world.shuffle(0).transcript().Find(step, member)->items);
    }
  }
  for (size_t place = 0; place < setting.members; ++place) {
    const Items& here = ListAt(world, place);
    const Items& there = ListAt(other, place);
    ASSERT_EQ(here.size(), there.size());
    size_t different = 0;
    for (size_t i = 0; i < here.size(); ++i) {
      EXPECT_EQ(here[i].size(), there[i].size());
      different += here[i] == there[i] ? 0 : 1;
    }
    EXPECT_EQ(different, place >= first && place < second ? 1U : 0U) << place;
  }
  EXPECT_EQ(world.shuffle(0).votes(), other.shuffle(0).votes());
}

TEST(ShufflePrivacyTest, TwoHonestMembersMayHaveEachOthersVotes) {
  for (uint8_t a = 0; a < 5; ++a) {
    for (uint8_t b = 0; b < a; ++b) {
      for (uint64_t seed = 0; seed < 6; ++seed) {
        ExpectSameView({Cryptography::kModelled, 5, seed, a, b});
      }
    }
  }
  ExpectSameView({Cryptography::kReal, 3, 1, 0, 1});
  ExpectSameView({Cryptography::kReal, 4, 2, 3, 1});
  ExpectSameView({Cryptography::kModelled, 16, 3, 4, 11});
}

// The coalition has all secrets but those of the two and cannot open what differs.
TEST(ShufflePrivacyTest, NobodyElseOpensALayerOfAnHonestMember) {
  ShuffleRig rig(Cryptography::kReal, 4, 9);
  rig.Run();
  const ShuffleTranscript& transcript = rig.shuffle(0).transcript();
  const SealingContext context = ShuffledLayers(rig.suite(), transcript.digest());
  for (size_t place = 0; place + 1 < 4; ++place) {
    for (const auto& item : ListAt(rig, place)) {
      for (size_t member = 0; member < 4; ++member) {
        EXPECT_EQ(rig.sealing().OpenAt(rig.OnionSecretOf(member), context, item).has_value(),
                  transcript.order()[place + 1] == member);
      }
    }
  }
}

// Three members have six orders, and wherever in it a member stands its vote comes out at each of three
// places: 1,800 runs give 300 and 200 each, and less than one time in a million as far away as asked.
TEST(ShufflePrivacyTest, OrdersAndPlacesAreUniform) {
  std::map<std::vector<uint8_t>, int> orders;
  std::map<std::pair<size_t, size_t>, int> places;
  for (uint64_t seed = 0; seed < 1800; ++seed) {
    ShuffleRig rig(Cryptography::kModelled, 3, 1000 + seed);
    rig.Run();
    const Shuffle& shuffle = rig.shuffle(0);
    const auto order = shuffle.transcript().order();
    ++orders[{order.begin(), order.end()}];
    const auto own = std::find(shuffle.votes().begin(), shuffle.votes().end(), rig.votes()[0]);
    ++places[{PlaceOf(rig, 0), static_cast<size_t>(own - shuffle.votes().begin())}];
  }
  ASSERT_EQ(orders.size(), 6U);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, 300, 85);
  ASSERT_EQ(places.size(), 9U);
  for (const auto& [place, count] : places) EXPECT_NEAR(count, 200, 70);
}

// Whoever reveals honestly draws the order anew, whatever the others had chosen.
TEST(ShufflePrivacyTest, EveryRevealDrawsTheOrderAnew) {
  for (uint8_t member = 0; member < 3; ++member) {
    std::set<std::vector<uint8_t>> orders;
    for (uint8_t byte = 0; byte < 60; ++byte) {
      ShuffleRig rig(Cryptography::kModelled, 3, 77);
      rig.draws(member).revealed[31] = byte;
      rig.Run();
      const auto order = rig.shuffle(0).transcript().order();
      orders.insert({order.begin(), order.end()});
    }
    EXPECT_EQ(orders.size(), 6U);
  }
}

// Until the last one has revealed nobody can know the order: neither of those who may still choose whether to.
TEST(ShufflePrivacyTest, NobodyKnowsTheOrderBeforeTheLastReveal) {
  ShuffleRig rig(Cryptography::kModelled, 5, 4);
  rig.Run();
  ShuffleTranscript transcript(rig.crypto(), rig.terms());
  for (const ShuffleStep step : {kCommit, kReveal}) {
    for (size_t member = 0; member < 5; ++member) {
      EXPECT_TRUE(transcript.order().empty());
      EXPECT_TRUE(transcript.Add(*rig.shuffle(0).transcript().Find(step, member)).ok());
    }
  }
  EXPECT_EQ(transcript.order().size(), 5U);
}

}  // namespace
}  // namespace core

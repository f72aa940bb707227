#include "sim/observe/anonymity.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "sim/observe/vote_view.h"

namespace sim {
namespace {

using testing::Test;

core::Key256 KeyOf(uint32_t value) {
  core::Key256 key;
  key.bytes[0] = static_cast<uint8_t>(value >> 8);
  key.bytes[1] = static_cast<uint8_t>(value);
  return key;
}

// Peers 0 to 5 vote in one block. 0 coordinated the pair of 0 and 1, 2 opened their seed; likewise 3, 4
// and 5. 2 took the pool of 5 over.
class AnonymityTest : public Test {
 protected:
  AnonymityTest() {
    for (uint32_t peer = 0; peer < 6; ++peer) {
      Tell(peer, core::AttemptStarted{.template_cid = {},
                                      .ticket = KeyOf(peer + 1),
                                      .nonce = KeyOf(100 + peer),
                                      .pairing_key = {},
                                      .attempt = 1});
    }
    Open(0, 1, 2, 50);
    Open(3, 4, 5, 51);
    for (uint32_t peer = 0; peer < 3; ++peer) Join(peer, 60, 1, 2);
    for (uint32_t peer = 3; peer < 6; ++peer) Join(peer, 61, 1, 5);
    for (uint32_t peer = 0; peer < 6; ++peer) Join(peer, 60, 2, 2);
    for (uint32_t peer = 0; peer < 6; ++peer) {
      Tell(peer, core::BlockSignedBy{.cid = KeyOf(70), .ticket = KeyOf(peer + 1)});
    }
    Tell(2,
         core::BlockFormed{
             .template_cid = {}, .cid = KeyOf(70), .ticket = KeyOf(3), .voters = 6, .block = {}});
  }

  void Tell(uint32_t peer, const core::Observation& what) {
    view_.Follow({.at = {}, .peer = core::PeerId{peer}, .index = 0, .local = {}, .what = what});
  }

  void Open(uint32_t coordinator, uint32_t partner, uint32_t third, uint32_t seed) {
    for (const uint32_t peer : {coordinator, partner}) {
      Tell(peer, core::SecretDisclosed{.ticket = KeyOf(peer + 1),
                                       .seed = KeyOf(seed),
                                       .to = core::PeerId{third},
                                       .coordinates = peer == coordinator});
    }
    Tell(third, core::SeedOpened{.ticket = KeyOf(third + 1),
                                 .seed = KeyOf(seed),
                                 .coordinator = core::PeerId{coordinator},
                                 .partner = core::PeerId{partner}});
  }

  void Join(uint32_t peer, uint32_t pool, uint32_t epoch, uint32_t coordinator) {
    const uint16_t size = epoch == 1 ? 3 : 6;
    Tell(peer, core::PoolJoined{.pool = KeyOf(pool),
                                .ticket = KeyOf(peer + 1),
                                .epoch = epoch,
                                .size = size,
                                .coordinator = core::PeerId{coordinator}});
  }

  [[nodiscard]] std::vector<uint32_t> Before(const std::set<uint32_t>& coalition) const {
    return AnonymityIn(view_, *view_.FindBlock(KeyOf(70)),
                       [&](core::PeerId peer) { return coalition.contains(peer.value); });
  }

  VoteView view_;
};

using Sizes = std::vector<uint32_t>;

TEST_F(AnonymityTest, NobodyKnowsMoreThanTheBlock) {
  EXPECT_EQ(Before({}), Sizes(6, 6));
}

TEST_F(AnonymityTest, AMemberKnowsItself) {
  EXPECT_EQ(Before({4}), (Sizes{5, 5, 5, 5, 1, 5}));
}

TEST_F(AnonymityTest, TheThirdKnowsTheTwoOfItsSeedForEver) {
  EXPECT_EQ(Before({5}), (Sizes{3, 3, 3, 2, 2, 1}));
}

TEST_F(AnonymityTest, TheOneWhoTookAPoolOverHasReadItsLists) {
  EXPECT_EQ(Before({2}), (Sizes{2, 2, 1, 3, 3, 3}));
}

// N1: coordinator and third link the partner.
TEST_F(AnonymityTest, TwoOfASeedLinkTheThirdOne) {
  EXPECT_EQ(Before({3, 5})[4], 1u);
  EXPECT_EQ(Before({4, 5})[3], 1u);
}

TEST_F(AnonymityTest, APairAloneDoesNotLinkAThirdInALargerBlock) {
  EXPECT_EQ(Before({0, 1})[2], 4u);
}

// A merger that not all have acknowledged tells nothing apart: its coordinator has read all lists.
TEST_F(AnonymityTest, ListsThatNotAllHaveJoinedCountForNothing) {
  Join(0, 62, 2, 1);
  Join(1, 62, 2, 1);
  EXPECT_EQ(Before({1}), (Sizes{5, 1, 5, 5, 5, 5}));
}

// N3: the same record in a second attempt, before the same reader with somebody else.
TEST_F(AnonymityTest, ARecordThatComesAgainIsIntersected) {
  const core::Key256 again = KeyOf(200);
  Tell(3, core::AttemptStarted{.template_cid = {},
                               .ticket = again,
                               .nonce = KeyOf(103),
                               .pairing_key = {},
                               .attempt = 2});
  Tell(3, core::SecretDisclosed{
              .ticket = again, .seed = KeyOf(80), .to = core::PeerId{5}, .coordinates = true});
  Tell(0, core::SecretDisclosed{
              .ticket = KeyOf(1), .seed = KeyOf(80), .to = core::PeerId{5}, .coordinates = false});
  Tell(5, core::SeedOpened{.ticket = KeyOf(6),
                           .seed = KeyOf(80),
                           .coordinator = core::PeerId{3},
                           .partner = core::PeerId{0}});
  EXPECT_EQ(Before({5})[3], 1u);
}

TEST_F(AnonymityTest, AnAttemptThatLeftItsPoolIsNoMember) {
  EXPECT_EQ(view_.FindAttempt(KeyOf(1))->pool, KeyOf(60));
  Tell(0,
       core::PoolLeft{
           .pool = KeyOf(60), .ticket = KeyOf(1), .epoch = 2, .cause = core::PoolLeaving::kSigned});
  EXPECT_EQ(view_.FindAttempt(KeyOf(1))->pool, core::Key256{});
}

}  // namespace
}  // namespace sim

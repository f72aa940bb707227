#include "core/collections/election_collections.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/collections/collection_world.h"

namespace core {
namespace {

Key256 Filled(uint8_t byte) {
  Key256 key;
  key.bytes.fill(byte);
  return key;
}

const Key256 kElection = Filled(0xe1);
const Key256 kPool = Filled(0xa1);
const Key256 kOtherPool = Filled(0xa2);
const Key256 kBlock = Filled(0xb1);

Reservation ReservationBy(const Key256& pool, int64_t now_ms) {
  return {.template_cid = kElection,
          .pool = pool,
          .attempt = 1,
          .now_ms = now_ms,
          .expires_ms = now_ms + 120'000};
}

Registrant Plain() {
  Registrant registrant;
  registrant.public_cid = Filled(1);
  registrant.private_cid = Filled(2);
  return registrant;
}

TEST(ElectionCollectionsTest, SixteenShardsByTheFirstDigit) {
  std::set<std::string> names;
  for (size_t shard = 0; shard < kVoteBlockShards; ++shard) {
    names.insert(VoteBlocksCollection(shard).name);
  }
  EXPECT_EQ(names.size(), 16u);
  EXPECT_EQ(VoteBlocksCollection(VoteBlockShardOf(Filled(0xb1))).name, "VoteBlocks/b");
  EXPECT_EQ(VoteBlockShardOf(Filled(0x0f)), 0u);
}

// The table in the header, line by line.
TEST(ElectionCollectionsTest, ASlotGoesFromNoneToReservedToVoted) {
  const Registrant none = Plain();
  EXPECT_FALSE(CountVote(none, kElection, kPool, kBlock).has_value());
  const auto reserved = ReserveVote(none, ReservationBy(kPool, 1000));
  ASSERT_TRUE(reserved.has_value());
  EXPECT_EQ(reserved->revision, 1u);
  EXPECT_FALSE(ReserveVote(*reserved, ReservationBy(kOtherPool, 120'999)).has_value());
  EXPECT_FALSE(CountVote(*reserved, kElection, kOtherPool, kBlock).has_value());
  EXPECT_FALSE(CountVote(*reserved, Filled(0xe2), kPool, kBlock).has_value());
  const auto renewed = ReserveVote(*reserved, ReservationBy(kPool, 50'000));
  ASSERT_TRUE(renewed.has_value());
  EXPECT_EQ(renewed->votes[0].expires_ms, 170'000);
  const auto taken_over = ReserveVote(*reserved, ReservationBy(kOtherPool, 121'000));
  ASSERT_TRUE(taken_over.has_value());
  EXPECT_EQ(taken_over->votes[0].by, kOtherPool);
  const auto voted = CountVote(*reserved, kElection, kPool, kBlock);
  ASSERT_TRUE(voted.has_value());
  EXPECT_EQ(voted->votes[0].state, VoteState::kVoted);
  EXPECT_EQ(voted->votes[0].by, kBlock);
  EXPECT_FALSE(ReserveVote(*voted, ReservationBy(kPool, 1'000'000)).has_value());
  EXPECT_FALSE(CountVote(*voted, kElection, kPool, Filled(3)).has_value());
}

TEST(ElectionCollectionsTest, ElectionsHaveSlotsOfTheirOwnUpToTheLimit) {
  Registrant registrant = Plain();
  for (uint8_t i = 0; i < kRegistrantVotesMax; ++i) {
    Reservation reservation = ReservationBy(kPool, 0);
    reservation.template_cid = Filled(static_cast<uint8_t>(100 - i));
    registrant = ReserveVote(registrant, reservation).value();
  }
  EXPECT_EQ(DecodeRegistrant(Encode(registrant)).value(), registrant) << "slots ascend";
  EXPECT_FALSE(ReserveVote(registrant, ReservationBy(kPool, 0)).has_value()) << "a slot too many";
}

RC_GTEST_PROP(ElectionCollectionsTest, OneRegistrantHasOneEncoding, (uint64_t seed)) {
  Random random(StreamKey{.seed = seed});
  Registrant registrant = Plain();
  registrant.revision = random.Next();
  std::set<uint8_t> templates;
  for (uint64_t i = random.Below(6); i > 0; --i) {
    templates.insert(static_cast<uint8_t>(random.Below(256)));
  }
  for (const uint8_t byte : templates) {
    registrant.votes.push_back(
        {.template_cid = Filled(byte),
         .state = random.Below(2) == 0 ? VoteState::kReserved : VoteState::kVoted,
         .by = Filled(byte),
         .attempt = 3,
         .expires_ms = -1});
  }
  Bytes bytes = Encode(registrant);
  RC_ASSERT(DecodeRegistrant(bytes).value() == registrant);
  const uint64_t bit = random.Below(bytes.size() * 8);
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
  if (const auto other = DecodeRegistrant(bytes); other.ok()) RC_ASSERT(Encode(*other) == bytes);
  bytes.pop_back();
  RC_ASSERT(!DecodeRegistrant(bytes).ok());
}

// Duplicates are found before anything is mixed: of two pools that reserve the same registrant at the
// same time one is refused, in every order of messages.
TEST(ElectionCollectionsTest, OfTwoPoolsOneReservesTheRegistrant) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CollectionWorld world(
        {.seed = seed, .clients = 3, .faults = {.percent = seed % 2 == 0 ? 20u : 0u}});
    const PublicKey key = Filled(7).bytes;
    world.Act(0, AddRegistrant(key, Plain()));
    world.Sync(0);
    ASSERT_TRUE(world.Calm());
    const ActionId first = world.Act(
        1, ReplaceRegistrant(key, Plain(), *ReserveVote(Plain(), ReservationBy(kPool, 0))));
    const ActionId second = world.Act(
        2, ReplaceRegistrant(key, Plain(), *ReserveVote(Plain(), ReservationBy(kOtherPool, 0))));
    world.Sync(1);
    world.Sync(2);
    ASSERT_TRUE(world.Calm());
    ASSERT_EQ(world.Fault(), "") << seed;
    const std::set<ActionEnd> ends = {world.reports().at(first).end,
                                      world.reports().at(second).end};
    EXPECT_EQ(ends, (std::set<ActionEnd>{ActionEnd::kCommitted, ActionEnd::kRefused})) << seed;
  }
}

TEST(ElectionCollectionsTest, ABlockSubmittedTwiceStandsOnce) {
  CollectionWorld world({.clients = 2});
  for (size_t client = 0; client < 2; ++client) {
    world.Act(client, AddVoteBlock(kBlock, BytesFrom("votes")));
    world.Sync(client);
  }
  ASSERT_TRUE(world.Calm());
  EXPECT_EQ(world.Fault(), "");
  EXPECT_EQ(world.CountOf(ActionEnd::kCommitted), 1u);
  EXPECT_EQ(world.CountOf(ActionEnd::kRefused), 1u);
}

}  // namespace
}  // namespace core

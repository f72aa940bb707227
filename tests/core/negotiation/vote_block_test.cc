#include "core/negotiation/vote_block.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"
#include "tests/core/negotiation/pools_net.h"

namespace core {
namespace {

class VoteBlockTest : public testing::Test {
 protected:
  VoteBlockTest() {
    for (uint32_t i = 0; i < 3; ++i) {
      voters_[i].Renew(rig_.At(PeerId{i}));
      form_.voters.push_back(voters_[i].own.voter);
      form_.votes.push_back(voters_[i].own.vote);
    }
    form_.cid = ListsHash(rig_.context, PoolsTemplate(), form_.voters, form_.votes);
    for (uint32_t i = 0; i < 3; ++i) signatures_.push_back(SignBlock(At(i), form_.cid));
    std::sort(signatures_.begin(), signatures_.end(),
              [](const auto& a, const auto& b) { return a.registrant < b.registrant; });
  }

  [[nodiscard]] PoolMoment At(uint32_t peer) {
    return voters_[peer].At(rig_.At(PeerId{peer}), topics_);
  }

  [[nodiscard]] bool IsGood() { return IsSignedByAll(At(0), form_, signatures_); }

  FlowRig rig_;
  Matchmaking topics_;
  TestVoter voters_[3];
  BlockForm form_;
  std::vector<BlockSignature> signatures_;
};

TEST_F(VoteBlockTest, AllVotersMustHaveSignedInTheirOrder) {
  EXPECT_TRUE(IsGood());
  EXPECT_EQ(rig_.effects.verifies(), 3u);
  std::swap(signatures_[0], signatures_[1]);
  EXPECT_FALSE(IsGood());
  std::swap(signatures_[0], signatures_[1]);
  const BlockSignature last = signatures_.back();
  signatures_.pop_back();
  EXPECT_FALSE(IsGood());
  signatures_.push_back(signatures_.back());
  EXPECT_FALSE(IsGood());
  signatures_.back() = last;
  EXPECT_TRUE(IsGood());
  signatures_.push_back(last);
  EXPECT_FALSE(IsGood());
}

TEST_F(VoteBlockTest, ASignatureIsForOneListOfOneElection) {
  EXPECT_TRUE(IsGood());
  form_.cid.bytes[0] ^= 1;
  EXPECT_FALSE(IsGood());
  form_.cid.bytes[0] ^= 1;
  voters_[0].terms.template_cid.bytes[0] ^= 1;
  EXPECT_FALSE(IsGood());
}

TEST_F(VoteBlockTest, ABlockOfOneIsWholeToo) {
  rig_.effects.Clear();
  const Key256 cid = FormUnitaryBlock(At(1));
  const auto formed = rig_.Observed<BlockFormed>();
  ASSERT_EQ(formed.size(), 1u);
  EXPECT_EQ(formed[0].voters, 1u);
  EXPECT_EQ(formed[0].cid, cid);
  EXPECT_EQ(rig_.Observed<BlockSignedBy>().size(), 1u);
  PoolRules rules;
  rules.NoteBlock(rig_.context, Bytes(formed[0].block.begin(), formed[0].block.end()));
  EXPECT_EQ(rules.broken(), "");
  EXPECT_EQ(rules.voters(), 1u);
}

// ---- the rules themselves ----

TEST_F(VoteBlockTest, TheRulesSeeAVoterInTwoBlocksAndAMissingSignature) {
  const auto bytes_of = [&] {
    std::vector<uint8_t> bytes;
    VoteBlockBytes(PoolsTemplate(), form_.voters, form_.votes, signatures_, bytes);
    return Bytes(bytes.begin(), bytes.end());
  };
  PoolRules rules;
  rules.NoteBlock(rig_.context, bytes_of());
  EXPECT_EQ(rules.broken(), "");
  (void)FormUnitaryBlock(At(1));
  const auto formed = rig_.Observed<BlockFormed>();
  rules.NoteBlock(rig_.context, Bytes(formed[0].block.begin(), formed[0].block.end()));
  EXPECT_EQ(rules.broken(), "a voter in two signed blocks (BN-2)");

  PoolRules others;
  signatures_[0].signature[0] ^= 1;
  others.NoteBlock(rig_.context, bytes_of());
  EXPECT_EQ(others.broken(), "a signature that is none (BN-3)");
  PoolRules third;
  signatures_.pop_back();
  third.NoteBlock(rig_.context, bytes_of());
  EXPECT_EQ(third.broken(), "votes, voters and signatures differ in number (BN-3)");
}

TEST_F(VoteBlockTest, TheRulesSeeAPeerInTwoPools) {
  Key256 pool;
  PoolRules rules;
  rules.Note(PeerId{1}, PoolJoined{.pool = pool, .ticket = {}, .epoch = 1, .coordinator = {}});
  EXPECT_EQ(rules.broken(), "");
  pool.bytes[0] = 1;
  rules.Note(PeerId{1}, PoolJoined{.pool = pool, .ticket = {}, .epoch = 2, .coordinator = {}});
  EXPECT_EQ(rules.broken(), "in two pools (BN-6)");

  PoolRules again;
  again.Note(PeerId{1}, PoolJoined{.pool = pool, .ticket = {}, .epoch = 1, .coordinator = {}});
  again.Note(PeerId{1}, PoolJoined{.pool = pool, .ticket = {}, .epoch = 1, .coordinator = {}});
  EXPECT_EQ(again.broken(), "an epoch again (BN-6)");
}

}  // namespace
}  // namespace core

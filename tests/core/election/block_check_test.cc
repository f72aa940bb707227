#include "core/election/block_check.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "tests/core/election/small_election.h"

namespace core {
namespace {

// Two blocks and a unitary one, in which one thing is changed before they are checked.
class BlockCheckTest : public testing::Test {
 protected:
  BlockCheckTest() : small_(1) {
    small_.DealAll();
    for (const size_t voters : {4U, 3U, 1U}) {
      std::vector<Answers> answers;
      for (size_t i = 0; i < voters; ++i) answers.push_back(small_.RandomAnswers());
      small_.AddBlock(small_.Replay(), answers);
    }
    small_.entries.push_back(small_.ReleaseBy(0));
    small_.entries.push_back(small_.ReleaseBy(1));
  }

  // What is found by each check, block by block, and across.
  [[nodiscard]] Anomalies Found() const {
    const Election election = small_.Replay();
    const DisclosedKey key = election.Disclose().value();
    const Roll roll = Roll::Of(small_.roll).value();
    Anomalies found;
    for (const CommittedBlock& block : small_.blocks) {
      CheckBlock(election.terms(), roll, block, found);
      CheckVoters(election.terms(), roll, key, block, found);
    }
    CheckAcross(election.terms(), roll, small_.blocks, found);
    return found;
  }

  [[nodiscard]] std::set<AnomalyKind> Kinds() const {
    std::set<AnomalyKind> kinds;
    for (const Anomaly& anomaly : Found()) kinds.insert(anomaly.kind);
    return kinds;
  }

  // The block of so many voters.
  [[nodiscard]] CommittedBlock& BlockOf(size_t voters) {
    return *std::find_if(
        small_.blocks.begin(), small_.blocks.end(),
        [&](const CommittedBlock& block) { return block.block.voters.size() == voters; });
  }

  // After a change of records: the cid fits them again, and the roll points to it.
  void Rename(CommittedBlock& block) {
    block.cid = BlockCid(small_.suite, block.block);
    for (const VoterRecord& voter : block.block.voters) small_.PointTo(voter.registrant, block.cid);
    std::sort(small_.blocks.begin(), small_.blocks.end(), SmallElection::ByCid);
  }

  using Set = std::set<AnomalyKind>;
  SmallElection small_;
};

TEST_F(BlockCheckTest, NothingIsFoundInGoodBlocks) {
  EXPECT_EQ(small_.blocks.size(), 3U);
  EXPECT_TRUE(Found().empty());
}

TEST_F(BlockCheckTest, AnotherCid) {
  CommittedBlock& block = BlockOf(3);
  block.block.votes[1].sealed[7] ^= 1;
  const Anomalies expected = {{.kind = AnomalyKind::kWrongCid, .block = block.cid, .record = 0}};
  EXPECT_EQ(Found(), expected) << "the signatures are of the cid that was claimed";
}

TEST_F(BlockCheckTest, AnotherTemplate) {
  CommittedBlock& block = BlockOf(3);
  block.block.template_cid = small_.DrawKey();
  EXPECT_EQ(Kinds(),
            (Set{AnomalyKind::kWrongCid, AnomalyKind::kOtherTemplate, AnomalyKind::kBadSignature}));
}

TEST_F(BlockCheckTest, OutsideThePeriod) {
  CommittedBlock& block = BlockOf(3);
  for (const auto& [time_ms, found] :
       std::vector<std::pair<int64_t, bool>>{{small_.TimeOf(Phase::kVoting) - 1, true},
                                             {small_.TimeOf(Phase::kVoting), false},
                                             {small_.TimeOf(Phase::kKeyRelease) - 1, false},
                                             {small_.TimeOf(Phase::kKeyRelease), true}}) {
    block.committed_ms = time_ms;
    EXPECT_EQ(Kinds(), found ? Set{AnomalyKind::kOutsidePeriod} : Set{}) << time_ms;
  }
}

TEST_F(BlockCheckTest, UnequalCounts) {
  CommittedBlock& block = BlockOf(4);
  block.block.signatures.pop_back();
  EXPECT_EQ(Kinds(), Set{AnomalyKind::kUnequalCounts});
  block.block.signatures.emplace_back();
  block.block.votes.pop_back();
  EXPECT_EQ(Kinds(),
            (Set{AnomalyKind::kWrongCid, AnomalyKind::kUnequalCounts, AnomalyKind::kBadSignature}));
}

TEST_F(BlockCheckTest, SizesOutOfBounds) {
  small_.AddBlock(small_.Replay(), {small_.RandomAnswers(), small_.RandomAnswers()});
  EXPECT_EQ(Kinds(), Set{AnomalyKind::kTooSmall});
  small_.blocks.erase(
      std::find_if(small_.blocks.begin(), small_.blocks.end(),
                   [](const CommittedBlock& block) { return block.block.voters.size() == 2; }));
  const std::vector<Answers> many(6, small_.RandomAnswers());
  small_.AddBlock(small_.Replay(), many);
  EXPECT_EQ(Kinds(), (Set{AnomalyKind::kTooLarge, AnomalyKind::kMissingBlock}));
}

TEST_F(BlockCheckTest, AUnitaryBlockWhereNoneIsAllowed) {
  Election election = small_.Replay();
  ElectionTemplate definition = small_.definition;
  definition.blocks.unitary = false;
  const ElectionTerms terms = {small_.suite, definition, election.terms().template_cid,
                               election.sharing().key()};
  Anomalies found;
  CheckBlock(terms, Roll::Of(small_.roll).value(), BlockOf(1), found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, AnomalyKind::kTooSmall);
}

TEST_F(BlockCheckTest, RepeatedAndUnsortedRecords) {
  CommittedBlock& block = BlockOf(4);
  block.block.votes[2] = block.block.votes[1];
  block.cid = BlockCid(small_.suite, block.block);
  EXPECT_TRUE(Kinds().contains(AnomalyKind::kRepeatedNonce));
  block.block.voters[3] = block.block.voters[2];
  EXPECT_TRUE(Kinds().contains(AnomalyKind::kRepeatedRegistrant));
  CommittedBlock& other = BlockOf(3);
  std::swap(other.block.votes[0], other.block.votes[1]);
  const Key256 cid = other.cid;
  const Anomalies found = Found();
  EXPECT_EQ(std::count(found.begin(), found.end(),
                       Anomaly{.kind = AnomalyKind::kRepeatedNonce, .block = cid, .record = 1}),
            1);
}

TEST_F(BlockCheckTest, RecordsOfOddLength) {
  CommittedBlock& block = BlockOf(4);
  block.block.votes[2].sealed.push_back(0);
  block.block.voters[1].sealed.pop_back();
  Rename(block);
  EXPECT_EQ(Kinds(), (Set{AnomalyKind::kOddLength, AnomalyKind::kBadSignature}));
}

TEST_F(BlockCheckTest, AVoterWhoIsNotRegistered) {
  const PublicKey stranger = BlockOf(4).block.voters[2].registrant;
  small_.roll.erase(std::find_if(small_.roll.begin(), small_.roll.end(),
                                 [&](const RollEntry& entry) { return entry.key == stranger; }));
  const Anomalies expected = {
      {.kind = AnomalyKind::kUnregistered, .block = BlockOf(4).cid, .record = 2}};
  EXPECT_EQ(Found(), expected);
}

TEST_F(BlockCheckTest, ASignatureThatIsNotTheVoters) {
  CommittedBlock& block = BlockOf(4);
  block.block.signatures[3].signature = block.block.signatures[0].signature;
  const Anomalies expected = {
      {.kind = AnomalyKind::kBadSignature, .block = block.cid, .record = 3}};
  EXPECT_EQ(Found(), expected);
}

TEST_F(BlockCheckTest, ARecordThatPointsElsewhere) {
  const CommittedBlock& block = BlockOf(3);
  small_.PointTo(block.block.voters[0].registrant, BlockOf(4).cid);
  Anomalies expected = {{.kind = AnomalyKind::kOtherSlot, .block = block.cid, .record = 0}};
  EXPECT_EQ(Found(), expected);
  small_.PointTo(block.block.voters[0].registrant, small_.DrawKey());
  EXPECT_EQ(Kinds(), (Set{AnomalyKind::kOtherSlot, AnomalyKind::kMissingBlock}));
  for (RollEntry& entry : small_.roll) {
    if (entry.key != block.block.voters[0].registrant) continue;
    entry.registrant.votes[0] = {.template_cid = entry.registrant.votes[0].template_cid,
                                 .state = VoteState::kReserved,
                                 .by = block.cid};
  }
  EXPECT_EQ(Found(), expected) << "reserved is not voted";
}

TEST_F(BlockCheckTest, AVoterPartOfSomethingElse) {
  const PublicKey& key = BlockOf(4).block.voters[1].registrant;
  for (RollEntry& entry : small_.roll) {
    if (entry.key == key) entry.registrant.private_cid = small_.DrawKey();
  }
  const Anomalies expected = {
      {.kind = AnomalyKind::kBadVoterPart, .block = BlockOf(4).cid, .record = 1}};
  EXPECT_EQ(Found(), expected);
}

TEST_F(BlockCheckTest, ARecordInTwoBlocks) {
  CommittedBlock copy = BlockOf(4);
  copy.block.votes.erase(copy.block.votes.begin());
  copy.block.voters.erase(copy.block.voters.begin());
  copy.block.signatures.pop_back();
  copy.cid = BlockCid(small_.suite, copy.block);
  small_.blocks.push_back(copy);
  std::sort(small_.blocks.begin(), small_.blocks.end(), SmallElection::ByCid);
  const Anomalies found = Found();
  size_t nonces = 0;
  size_t registrants = 0;
  for (const Anomaly& anomaly : found) {
    nonces += anomaly.kind == AnomalyKind::kNonceInTwoBlocks ? 1 : 0;
    registrants += anomaly.kind == AnomalyKind::kRegistrantInTwoBlocks ? 1 : 0;
  }
  EXPECT_EQ(nonces, 3U);
  EXPECT_EQ(registrants, 3U);
}

TEST_F(BlockCheckTest, ABlockThatIsMissing) {
  const Key256 cid = BlockOf(4).cid;
  small_.blocks.erase(std::find_if(small_.blocks.begin(), small_.blocks.end(),
                                   [&](const CommittedBlock& block) { return block.cid == cid; }));
  const Anomalies found = Found();
  ASSERT_EQ(found.size(), 4U) << "each of its voters points to it";
  for (const Anomaly& anomaly : found) {
    EXPECT_EQ(anomaly.kind, AnomalyKind::kMissingBlock);
    EXPECT_EQ(anomaly.block, cid);
  }
}

// Whatever a block says: it is checked, never a CHECK.
TEST_F(BlockCheckTest, AnEmptyBlockIsFoundTooSmall) {
  small_.blocks.push_back({});
  std::sort(small_.blocks.begin(), small_.blocks.end(), SmallElection::ByCid);
  EXPECT_EQ(Kinds(), (Set{AnomalyKind::kWrongCid, AnomalyKind::kOtherTemplate,
                          AnomalyKind::kOutsidePeriod, AnomalyKind::kTooSmall}));
}

TEST_F(BlockCheckTest, EveryKindHasAName) {
  std::set<std::string_view> names;
  for (size_t kind = 1; kind <= kAnomalyKinds; ++kind) {
    names.insert(NameOf(static_cast<AnomalyKind>(kind)));
  }
  EXPECT_EQ(names.size(), kAnomalyKinds);
}

}  // namespace
}  // namespace core

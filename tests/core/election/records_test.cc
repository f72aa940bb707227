#include "core/election/records.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/election/small_election.h"

namespace core {
namespace {

struct Closed : SmallElection {
  explicit Closed(uint64_t seed, size_t count = 1) : SmallElection(seed) {
    Hold(count);
    election.emplace(Replay());
    key.emplace(election->Disclose().value());
  }

  std::optional<Election> election;
  std::optional<DisclosedKey> key;
};

TEST(AnswersTest, HaveOneEncoding) {
  SmallElection small(1);
  for (int i = 0; i < 50; ++i) {
    const Answers answers = small.RandomAnswers();
    const Bytes bytes = Encode(small.definition, answers);
    EXPECT_EQ(DecodeAnswers(small.definition, bytes).value(), answers);
    EXPECT_LE(bytes.size(), AnswerBytesMax(small.definition.questions));
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(DecodeAnswers(small.definition, std::span(bytes).first(size)).ok());
    }
  }
}

TEST(AnswersTest, SaysWhichAnswerIsNone) {
  SmallElection small(1);
  const auto error_of = [&](const Answers& answers) {
    return std::string(CheckAnswers(small.definition, answers).message());
  };
  const Answers good = {{.options = {1}, .text = ""}, {}, {.options = {}, .text = "trees"}};
  EXPECT_EQ(error_of(good), "");
  EXPECT_EQ(error_of({good[0], good[1]}), "answers: 2 to 3 questions");
  EXPECT_EQ(error_of({{.options = {3}, .text = ""}, good[1], good[2]}),
            "answer 0 chooses option 3 of 3");
  EXPECT_EQ(error_of({{.options = {0, 1}, .text = ""}, good[1], good[2]}),
            "answer 0 has 2 choices, allowed 1");
  EXPECT_EQ(error_of({good[0], {.options = {1, 1}, .text = ""}, good[2]}),
            "answer 1 does not ascend");
  EXPECT_EQ(error_of({good[0], {.options = {}, .text = "x"}, good[2]}),
            "answer 1 is a choice and has text");
  EXPECT_EQ(error_of({good[0], good[1], {.options = {1}, .text = ""}}),
            "answer 2 is a text and has choices");
  EXPECT_EQ(error_of({good[0], good[1], {.options = {}, .text = std::string(61, 'x')}}),
            "answer 2 has 61 bytes, allowed 60");
}

TEST(AnswersTest, TextsAreNormalised) {
  EXPECT_EQ(Normalised("  A\t Bench \n"), "a bench");
  EXPECT_EQ(Normalised(" \r\n "), "");
  EXPECT_EQ(Normalised("\xc3\x84"), "\xc3\x84") << "beyond ASCII nothing changes";
}

RC_GTEST_PROP(AnswersTest, NormalisingTwiceChangesNothing, (const std::string& text)) {
  RC_ASSERT(Normalised(Normalised(text)) == Normalised(text));
}

TEST(RecordsTest, OpenWithTheReleasedKeyOnly) {
  Closed small(2);
  const ElectionTerms terms = small.election->terms();
  const VoteBlock& block = small.blocks[0].block;
  std::multiset<std::string> told;
  std::multiset<std::string> truth;
  const auto text_of = [&](const Answers& answers) {
    const Bytes bytes = Encode(small.definition, answers);
    return std::string(bytes.begin(), bytes.end());
  };
  for (const VoteRecord& vote : block.votes) {
    told.insert(text_of(OpenVote(terms, *small.key, vote).value()));
  }
  for (const Answers& answers : small.truth) truth.insert(text_of(answers));
  EXPECT_EQ(told, truth);
  for (const VoterRecord& voter : block.voters) {
    const auto part = OpenVoter(terms, *small.key, voter);
    ASSERT_TRUE(part.has_value());
    const Roll roll = Roll::Of(small.roll).value();
    EXPECT_EQ(part->public_cid, roll.Find(voter.registrant)->public_cid);
  }
  Closed other(3);
  EXPECT_EQ(OpenVote(terms, *other.key, block.votes[0]).status().message(),
            "vote: its box does not open");
}

// Attack: to learn what somebody voted, copy the box and see which number grows by two.
TEST(RecordsTest, ACopiedBoxDoesNotOpen) {
  Closed small(4);
  const ElectionTerms terms = small.election->terms();
  VoteRecord vote = small.blocks[0].block.votes[0];
  vote.nonce = small.DrawKey();
  EXPECT_FALSE(OpenVote(terms, *small.key, vote).ok());
  VoterRecord voter = small.blocks[0].block.voters[0];
  voter.registrant = small.blocks[0].block.voters[1].registrant;
  EXPECT_FALSE(OpenVoter(terms, *small.key, voter).has_value());
  vote.sealed.pop_back();
  EXPECT_FALSE(OpenVote(terms, *small.key, vote).ok()) << "no box";
}

TEST(RecordsTest, VotesAndVotersAreOfOneLength) {
  Closed small(5);
  for (const VoteRecord& vote : small.blocks[0].block.votes) {
    EXPECT_EQ(vote.sealed.size(), 562u);
  }
  for (const VoterRecord& voter : small.blocks[0].block.voters) {
    EXPECT_EQ(voter.sealed.size(), 562u);
  }
}

TEST(RecordsTest, TheCidIsOfTheRecordsAndNotOfTheSignatures) {
  Closed small(6);
  VoteBlock block = small.blocks[0].block;
  EXPECT_EQ(BlockCid(small.suite, block), small.blocks[0].cid);
  block.signatures.clear();
  EXPECT_EQ(BlockCid(small.suite, block), small.blocks[0].cid);
  std::swap(block.votes[0], block.votes[1]);
  EXPECT_NE(BlockCid(small.suite, block), small.blocks[0].cid);
}

TEST(RecordsTest, ABlockHasOneEncoding) {
  Closed small(7);
  const VoteBlock& block = small.blocks[0].block;
  const Bytes bytes = Encode(block);
  EXPECT_EQ(DecodeVoteBlock(bytes).value(), block);
  for (size_t bit = 0; bit < bytes.size() * 8; bit += 11) {
    Bytes changed = bytes;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    const auto other = DecodeVoteBlock(changed);
    if (other.ok()) {
      EXPECT_EQ(Encode(*other), changed) << bit;
    }
  }
  for (size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(DecodeVoteBlock(std::span(bytes).first(size)).ok()) << size;
  }
  VoteBlock large = block;
  large.votes[0].sealed.resize(limits::kSealedRecordBytesMax + 1);
  EXPECT_EQ(DecodeVoteBlock(Encode(large)).status().message(),
            "vote block: bytes of a sealed vote 1281, allowed 1280");
  large = block;
  large.signatures.resize(65);
  EXPECT_EQ(DecodeVoteBlock(Encode(large)).status().message(),
            "vote block: signatures of a block 65, allowed 64");
}

}  // namespace
}  // namespace core

#include "core/election/tally.h"

#include <map>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/election/report.h"
#include "tests/core/election/small_election.h"

namespace core {
namespace {

// What was answered, counted without any of the code under test but Normalised.
QuestionCounts TruthOf(const std::vector<Answers>& truth, size_t question, size_t options) {
  QuestionCounts counts;
  counts.options.resize(options);
  for (const Answers& answers : truth) {
    const Answer& answer = answers[question];
    for (const uint8_t option : answer.options) ++counts.options[option];
    const std::string text = Normalised(answer.text);
    if (!text.empty()) ++counts.texts[text];
    if (text.empty() && answer.options.empty()) ++counts.blank;
  }
  return counts;
}

std::map<std::string, uint64_t> TextsOf(const QuestionTally& tally) {
  std::map<std::string, uint64_t> texts;
  for (const TextCount& text : tally.texts) texts[text.text] = text.votes;
  return texts;
}

void ExpectTruth(const SmallElection& small, const TallyNode& root) {
  RC_ASSERT(root.votes == small.truth.size());
  RC_ASSERT(root.blocks == small.blocks.size());
  RC_ASSERT(root.spoiled == 0u);
  for (size_t q = 0; q < small.definition.questions.size(); ++q) {
    const QuestionCounts truth =
        TruthOf(small.truth, q, small.definition.questions[q].options.size());
    RC_ASSERT(root.questions[q].options == truth.options);
    RC_ASSERT(root.questions[q].blank == truth.blank);
    RC_ASSERT(TextsOf(root.questions[q]) == truth.texts);
  }
}

RC_GTEST_PROP(TallyTest, IsTheGroundTruth, (uint16_t seed)) {
  SmallElection small(seed);
  small.Hold(1 + seed % 24);
  const Election election = small.Replay();
  const TallyTree tally = CountAll(election.terms(), election.Disclose().value(), small.blocks);
  ExpectTruth(small, tally.front());
}

// Blocks with made-up cids: only the tree is of interest.
std::vector<CommittedBlock> BlocksNamed(Random& random, size_t count) {
  std::vector<CommittedBlock> blocks(count);
  for (CommittedBlock& block : blocks) random.Fill(block.cid.bytes);
  std::sort(blocks.begin(), blocks.end(), SmallElection::ByCid);
  return blocks;
}

RC_GTEST_PROP(SlicesTest, PartTheBlocks, (uint16_t seed)) {
  Random random(StreamKey{.seed = seed});
  const auto blocks = BlocksNamed(random, random.Below(2000));
  const std::vector<Slice> slices = SlicesOf(blocks);
  size_t in_leaves = 0;
  for (size_t at = 0; at < slices.size(); ++at) {
    const Slice& slice = slices[at];
    if (slice.leaf()) {
      in_leaves += slice.last - slice.first;
      RC_ASSERT(slice.last - slice.first <= kSliceBlocksMax);
      continue;
    }
    RC_ASSERT(slice.children.size() <= 16u);
    size_t first = slice.first;
    for (const size_t child : slice.children) {
      RC_ASSERT(child > at);
      RC_ASSERT(slices[child].first == first);
      RC_ASSERT(slices[child].prefix.size() == slice.prefix.size() + 1);
      first = slices[child].last;
    }
    RC_ASSERT(first == slice.last);
  }
  RC_ASSERT(in_leaves == blocks.size());
}

TEST(SlicesTest, OfNoBlocksThereIsARoot) {
  const std::vector<Slice> slices = SlicesOf({});
  ASSERT_EQ(slices.size(), 1u);
  EXPECT_TRUE(slices[0].leaf());
}

TEST(TallyTest, NodesSumTheirChildrenAndEveryHashCounts) {
  SmallElection small(3);
  small.Hold(40);
  const Election election = small.Replay();
  const DisclosedKey key = election.Disclose().value();
  const TallyTree tally = CountAll(election.terms(), key, small.blocks);
  const std::vector<Slice> slices = SlicesOf(small.blocks);
  ASSERT_GT(slices.size(), 10u);
  uint64_t votes = 0;
  std::vector<uint64_t> options(3);
  for (const size_t child : slices[0].children) {
    votes += tally[child].votes;
    for (size_t i = 0; i < options.size(); ++i) options[i] += tally[child].questions[0].options[i];
  }
  EXPECT_EQ(votes, tally[0].votes);
  EXPECT_EQ(options, tally[0].questions[0].options);
  EXPECT_EQ(CountAll(election.terms(), key, small.blocks), tally) << "by anybody";
  small.blocks.pop_back();
  const TallyTree other = CountAll(election.terms(), key, small.blocks);
  EXPECT_NE(other[0].hash, tally[0].hash);
  EXPECT_EQ(other[1].hash, tally[1].hash) << "the first slice is the same";
}

// Workers who have a slice each: what they make is the part of the whole that they have, and what is
// put together of theirs is the whole.
TEST(TallyTest, SlicesThatAreCountedApartMakeTheWhole) {
  SmallElection small(6);
  small.Hold(40);
  const Election election = small.Replay();
  const ElectionTerms terms = election.terms();
  const DisclosedKey key = election.Disclose().value();
  const Roll roll = Roll::Of(small.roll).value();
  small.blocks[5].block.signatures[0] = {};
  std::vector<TallyTree> tallies;
  std::vector<std::vector<SliceReport>> reports;
  const std::vector<Slice> slices = SlicesOf(small.blocks);
  for (const size_t child : slices[0].children) {
    const auto part = std::span(small.blocks)
                          .subspan(slices[child].first, slices[child].last - slices[child].first);
    tallies.push_back(CountAll(terms, key, part, slices[child].prefix));
    reports.push_back(ValidateSlices(terms, roll, key, part, slices[child].prefix));
  }
  EXPECT_GT(tallies.size(), 10u);
  EXPECT_EQ(JoinTallies(terms, tallies).value(), CountAll(terms, key, small.blocks));
  const auto whole = ValidateSlices(terms, roll, key, small.blocks);
  EXPECT_EQ(JoinReports(terms, reports).value(), whole);
  EXPECT_EQ(whole[0].counts[static_cast<size_t>(AnomalyKind::kBadSignature) - 1], 1u);

  std::swap(tallies[1], tallies[2]);
  EXPECT_EQ(JoinTallies(terms, tallies).status().message(),
            "slices: " + tallies[2][0].prefix + " is not the next part of the slice");
  std::swap(tallies[1], tallies[2]);
  tallies[1][0].questions.pop_back();
  EXPECT_EQ(JoinTallies(terms, tallies).status().message(),
            "tally: the slice " + tallies[1][0].prefix + " answers other questions");
  tallies[1].clear();
  EXPECT_EQ(JoinTallies(terms, tallies).status().message(), "slices: a part without a root");
  EXPECT_EQ(JoinTallies(terms, std::span(tallies).first(1)).status().message(),
            "slices: too few blocks for a slice that is parted");
  EXPECT_FALSE(JoinTallies(terms, {}).ok());
}

// Each of twenty texts comes once more than the one before: the root lists the sixteen most frequent,
// and counts the rest.
TEST(TallyTest, InnerNodesListTheMostFrequentTexts) {
  SmallElection small(4);
  small.DealAll();
  const Election before = small.Replay();
  std::vector<Answers> block;
  for (size_t text = 1; text <= 20; ++text) {
    for (size_t i = 0; i < text; ++i) {
      Answers answers(3);
      answers[2].text = "text " + std::to_string(text);
      block.push_back(answers);
      if (block.size() < 5) continue;
      small.AddBlock(before, block);
      block.clear();
    }
  }
  ASSERT_TRUE(block.empty());
  small.entries.push_back(small.ReleaseBy(1));
  small.entries.push_back(small.ReleaseBy(2));
  const Election election = small.Replay();
  const TallyTree tally = CountAll(election.terms(), election.Disclose().value(), small.blocks);
  const QuestionTally& texts = tally[0].questions[2];
  ASSERT_EQ(texts.texts.size(), kTopTexts);
  EXPECT_EQ(texts.texts[0].text, "text 20");
  EXPECT_EQ(texts.texts[15].text, "text 5");
  EXPECT_EQ(texts.texts[15].votes, 5u);
  EXPECT_EQ(texts.other_texts, 4u);
  EXPECT_EQ(texts.other_votes, 1u + 2u + 3u + 4u);
  EXPECT_EQ(tally[0].questions[0].blank, 210u);
}

TEST(TallyTest, ASpoiledVoteCountsAsSuch) {
  SmallElection small(5);
  small.Hold(2);
  const Election election = small.Replay();
  const DisclosedKey key = election.Disclose().value();
  small.blocks[0].block.votes[1].sealed[100] ^= 1;
  small.blocks[1].block.votes[0].sealed.clear();
  const TallyNode root = CountAll(election.terms(), key, small.blocks).front();
  EXPECT_EQ(root.votes, small.truth.size());
  EXPECT_EQ(root.spoiled, 2u);
  uint64_t counted = root.questions[0].blank;
  for (const uint64_t votes : root.questions[0].options) counted += votes;
  EXPECT_EQ(counted, small.truth.size() - 2);
}

}  // namespace
}  // namespace core

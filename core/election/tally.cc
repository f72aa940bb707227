#include "core/election/tally.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/election/parts.h"
#include "core/election/tally_codec.h"

namespace core {
namespace {

void CountAnswer(const BallotQuestion& question, const Answer& answer, QuestionCounts& counts) {
  if (question.kind == QuestionKind::kChoice) {
    for (const uint8_t option : answer.options) ++counts.options[option];
    if (answer.options.empty()) ++counts.blank;
    return;
  }
  const std::string text = Normalised(answer.text);
  if (text.empty()) {
    ++counts.blank;
  } else {
    ++counts.texts[text];
  }
}

Key256 TextHash(const Suite& suite, const std::string& text) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kTextDomain);
  writer.Text(text);
  return HashOf(suite, bytes);
}

bool MoreVotes(const TextCount& a, const TextCount& b) {
  return std::tie(b.votes, a.hash) < std::tie(a.votes, b.hash);
}

QuestionTally TallyOf(const Suite& suite, const QuestionCounts& counts, bool leaf) {
  QuestionTally tally{.options = counts.options, .texts = {}, .blank = counts.blank};
  for (const auto& text : counts.texts) {
    tally.texts.push_back(
        {.hash = TextHash(suite, text.first), .text = text.first, .votes = text.second});
  }
  std::sort(tally.texts.begin(), tally.texts.end(), MoreVotes);
  while (!leaf && tally.texts.size() > kTopTexts) {
    ++tally.other_texts;
    tally.other_votes += tally.texts.back().votes;
    tally.texts.pop_back();
  }
  return tally;
}

Key256 NodeHash(const ElectionTerms& terms, const TallyNode& node,
                const std::vector<Key256>& below) {
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kTallyNodeDomain);
  writer.Key(terms.template_cid);
  PutCounted(writer, node);
  writer.List(below, [](PartWriter& out, const Key256& hash) { out.Key(hash); });
  return HashOf(terms.suite, bytes);
}

TallyNode NodeOf(const ElectionTerms& terms, const Slice& slice, const Counts& counts,
                 const std::vector<Key256>& below) {
  TallyNode node{.prefix = slice.prefix,
                 .blocks = counts.blocks,
                 .votes = counts.votes,
                 .spoiled = counts.spoiled,
                 .questions = {},
                 .hash = {}};
  for (const QuestionCounts& question : counts.questions) {
    node.questions.push_back(TallyOf(terms.suite, question, slice.leaf()));
  }
  node.hash = NodeHash(terms, node, below);
  return node;
}

// Of a leaf, which lists all of its texts.
Counts CountsOf(const TallyNode& leaf) {
  Counts counts{
      .blocks = leaf.blocks, .votes = leaf.votes, .spoiled = leaf.spoiled, .questions = {}};
  for (const QuestionTally& tally : leaf.questions) {
    QuestionCounts& question = counts.questions.emplace_back();
    question.options = tally.options;
    question.blank = tally.blank;
    for (const TextCount& text : tally.texts) question.texts[text.text] += text.votes;
  }
  return counts;
}

bool FitsQuestions(const ElectionTemplate& definition, const TallyNode& node) {
  return std::equal(node.questions.begin(), node.questions.end(), definition.questions.begin(),
                    definition.questions.end(),
                    [](const QuestionTally& tally, const BallotQuestion& question) {
                      return tally.options.size() == question.options.size();
                    });
}

}  // namespace

void Counts::Add(const Counts& other) {
  blocks += other.blocks;
  votes += other.votes;
  spoiled += other.spoiled;
  for (size_t q = 0; q < questions.size(); ++q) {
    QuestionCounts& mine = questions[q];
    const QuestionCounts& others = other.questions[q];
    for (size_t i = 0; i < mine.options.size(); ++i) mine.options[i] += others.options[i];
    for (const auto& text : others.texts) mine.texts[text.first] += text.second;
    mine.blank += others.blank;
  }
}

Counts EmptyCounts(const ElectionTemplate& definition) {
  Counts counts;
  for (const BallotQuestion& question : definition.questions) {
    counts.questions.emplace_back().options.resize(question.options.size());
  }
  return counts;
}

Counts CountBlock(const ElectionTerms& terms, const DisclosedKey& key, const VoteBlock& block) {
  Counts counts = EmptyCounts(terms.definition);
  counts.blocks = 1;
  counts.votes = block.votes.size();
  for (const VoteRecord& vote : block.votes) {
    const auto answers = OpenVote(terms, key, vote);
    if (!answers.ok()) {
      ++counts.spoiled;
      continue;
    }
    for (size_t q = 0; q < answers->size(); ++q) {
      CountAnswer(terms.definition.questions[q], (*answers)[q], counts.questions[q]);
    }
  }
  return counts;
}

TallyTree CountAll(const ElectionTerms& terms, const DisclosedKey& key,
                   std::span<const CommittedBlock> blocks, std::string prefix) {
  const std::vector<Slice> slices = SlicesOf(blocks, std::move(prefix));
  std::vector<Counts> counts(slices.size(), EmptyCounts(terms.definition));
  TallyTree tally(slices.size());
  for (size_t at = slices.size(); at-- > 0;) {
    const Slice& slice = slices[at];
    std::vector<Key256> below;
    for (const size_t child : slice.children) {
      counts[at].Add(counts[child]);
      counts[child] = {};  // Texts are held once.
      below.push_back(tally[child].hash);
    }
    for (size_t i = slice.first; slice.leaf() && i < slice.last; ++i) {
      counts[at].Add(CountBlock(terms, key, blocks[i].block));
      below.push_back(blocks[i].cid);
    }
    tally[at] = NodeOf(terms, slice, counts[at], below);
  }
  return tally;
}

StatusOr<TallyTree> JoinTallies(const ElectionTerms& terms, std::span<const TallyTree> parts) {
  RETURN_IF_ERROR(CheckParts(parts));
  const std::string& first = parts.front().front().prefix;
  // Its children are named below: all that matters is that it is no leaf.
  const Slice slice{.prefix = first.substr(0, first.size() - 1), .children = {0}};
  Counts counts = EmptyCounts(terms.definition);
  std::vector<Key256> below;
  for (const TallyTree& part : parts) {
    below.push_back(part.front().hash);
    for (const TallyNode& node : part) {
      if (!FitsQuestions(terms.definition, node)) {
        return InvalidArgument("tally: the slice " + node.prefix + " answers other questions");
      }
      if (node.blocks <= kSliceBlocksMax) counts.Add(CountsOf(node));
    }
  }
  return JoinedSlices(NodeOf(terms, slice, counts, below), parts);
}

}  // namespace core

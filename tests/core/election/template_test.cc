#include "core/election/template.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/election/small_election.h"

namespace core {
namespace {

std::string ErrorOf(const ElectionTemplate& definition) {
  return std::string(CheckTemplate(definition).message());
}

TEST(TemplateTest, HasOneEncodingAndOneCid) {
  const SmallElection small(1);
  const Bytes bytes = Encode(small.definition);
  EXPECT_EQ(DecodeTemplate(bytes).value(), small.definition);
  ElectionTemplate other = small.definition;
  other.blocks.unitary = false;
  EXPECT_NE(TemplateCid(small.suite, other), TemplateCid(small.suite, small.definition));
  EXPECT_EQ(KeyOf(small.definition).owners()[1], small.definition.holders[1].key);
}

// Whatever decodes is what it was encoded from.
TEST(TemplateTest, EveryChangedBitAndEveryCutIsRefusedOrAnotherTemplate) {
  const SmallElection small(1);
  const Bytes bytes = Encode(small.definition);
  size_t refused = 0;
  for (size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
    Bytes changed = bytes;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    const auto other = DecodeTemplate(changed);
    if (other.ok()) {
      EXPECT_EQ(Encode(*other), changed) << bit;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeTemplate(std::span(bytes).first(size)).ok()) << size;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(DecodeTemplate(longer).status().message(), "template: not an encoding of one");
}

RC_GTEST_PROP(TemplateTest, NoiseIsRefused, (const std::vector<uint8_t>& noise)) {
  Bytes bytes(kTemplateDomain.begin(), kTemplateDomain.end());
  bytes.insert(bytes.end(), noise.begin(), noise.end());
  RC_ASSERT(!DecodeTemplate(bytes).ok());
}

TEST(TemplateTest, SaysWhatIsWrongWithQuestions) {
  const SmallElection small(1);
  ElectionTemplate bad = small.definition;
  bad.name.clear();
  EXPECT_EQ(ErrorOf(bad), "template: name has 0 bytes, not 1 to 256");
  bad = small.definition;
  bad.questions.clear();
  EXPECT_EQ(ErrorOf(bad), "template: 0 questions, not 1 to 32");
  bad = small.definition;
  bad.questions[1].choices_max = 5;
  EXPECT_EQ(ErrorOf(bad), "template: question 1 allows 5 choices, not 1 to 4");
  bad.questions[1].choices_max = 1;
  bad.questions[1].options[3] = "north";
  EXPECT_EQ(ErrorOf(bad), "template: question 1 has an option twice: north");
  bad = small.definition;
  bad.questions[2].options = {"no"};
  EXPECT_EQ(ErrorOf(bad), "template: question 2 is a text and has options");
  bad = small.definition;
  bad.questions[2].text_bytes_max = 600;
  EXPECT_EQ(ErrorOf(bad), "template: answers may take 619 bytes, allowed 510");
  bad = small.definition;
  bad.questions.resize(3);
  for (BallotQuestion& question : bad.questions) {
    question = {.title = "?", .options = {}, .choices_max = 1, .text_bytes_max = 0};
    for (int i = 0; i < 32; ++i)
      question.options.push_back(std::to_string(i) + std::string(99, 'x'));
  }
  EXPECT_EQ(ErrorOf(bad), "template: 10563 bytes, allowed 6144");
}

TEST(TemplateTest, SaysWhatIsWrongWithTheRest) {
  const SmallElection small(1);
  ElectionTemplate bad = small.definition;
  std::swap(bad.holders[0], bad.holders[1]);
  EXPECT_EQ(ErrorOf(bad), "template: key holders do not ascend by key");
  bad = small.definition;
  bad.holders[1].signer = bad.holders[0].signer;
  EXPECT_EQ(ErrorOf(bad), "template: a key holder twice");
  bad = small.definition;
  bad.holders[2].key.fill(0xff);
  EXPECT_EQ(ErrorOf(bad), "template: combined key: bytes that are no key");
  bad = small.definition;
  bad.threshold = 4;
  EXPECT_EQ(ErrorOf(bad), "template: threshold 4, not 1 to 3");
  bad = small.definition;
  bad.authorities[1] = bad.authorities[0];
  EXPECT_EQ(ErrorOf(bad), "template: authorities do not ascend");
  bad = small.definition;
  bad.blocks.minimum = 6;
  EXPECT_EQ(ErrorOf(bad), "template: blocks of 6 to 5, not within 1 to 64");
  bad = small.definition;
  bad.prior.bytes[0] = 1;
  EXPECT_EQ(ErrorOf(bad), "template: the first revision has none before it, every other one has");
  bad = small.definition;
  bad.schedule.begins_ms[2] = bad.schedule.begins_ms[1];
  EXPECT_EQ(ErrorOf(bad),
            "schedule: accruing begins at 3600086400000, not after voting at 3600086400000");
}

TEST(TemplateTest, ARevisionMayChangeWhatThePhaseAllows) {
  const SmallElection small(1);
  const int64_t early = small.TimeOf(Phase::kRegistration) - 1;
  const int64_t later = small.TimeOf(Phase::kRegistration);
  ElectionTemplate next = small.definition;
  next.revision = 1;
  next.prior = TemplateCid(small.suite, small.definition);
  next.name = "Two new parks";
  const auto error_at = [&](int64_t at_ms) {
    return std::string(CheckRevision(small.suite, small.definition, next, at_ms).message());
  };
  EXPECT_EQ(error_at(early), "");
  EXPECT_EQ(error_at(later), "");
  EXPECT_EQ(error_at(small.TimeOf(Phase::kVoting)), "template: a revision in the phase voting");
  next.schedule.begins_ms[0] -= 1000;
  EXPECT_EQ(error_at(later), "template: a revision moves the registration, which has begun");
  EXPECT_EQ(error_at(early - 1000), "");
  next.schedule = small.definition.schedule;
  next.schedule.begins_ms[0] = later - 2;
  next.schedule.begins_ms[1] = later - 1;
  EXPECT_EQ(error_at(early), "template: a revision in the phase voting") << "of its own schedule";
  next.schedule = small.definition.schedule;
  next.network.bytes[0] ^= 1;
  EXPECT_EQ(error_at(early), "template: a revision changes the network");
  next.network = small.definition.network;
  next.authorities.pop_back();
  EXPECT_EQ(error_at(early), "template: a revision changes the authorities");
  next.authorities = small.definition.authorities;
  next.revision = 2;
  EXPECT_EQ(error_at(early), "template: revision 2 does not follow revision 0");
}

// The table in timeline.h, cell by cell.
TEST(TimelineTest, EachPhaseAllowsItsDeeds) {
  const std::array<std::string, kPhases> allowed = {"RD", "RDG", "NC",   "C", "L",
                                                    "LT", "LTV", "LTVF", ""};
  constexpr std::string_view kLetters = "RDGNCLTVF";  // In the order of Deed.
  for (size_t phase = 0; phase < kPhases; ++phase) {
    for (size_t deed = 0; deed < kLetters.size(); ++deed) {
      EXPECT_EQ(Allows(static_cast<Phase>(phase), static_cast<Deed>(deed)),
                allowed[phase].find(kLetters[deed]) != std::string::npos)
          << phase << " " << deed;
    }
  }
}

TEST(TimelineTest, APhaseBeginsAtItsInstant) {
  const SmallElection small(1);
  const Schedule& schedule = small.definition.schedule;
  EXPECT_EQ(PhaseAt(schedule, 0), Phase::kAnnounced);
  for (size_t i = 1; i < kPhases; ++i) {
    const auto phase = static_cast<Phase>(i);
    EXPECT_EQ(PhaseAt(schedule, BeginOf(schedule, phase)), phase);
    EXPECT_EQ(PhaseAt(schedule, BeginOf(schedule, phase) - 1), static_cast<Phase>(i - 1));
  }
  EXPECT_EQ(NameOf(Phase::kKeyRelease), "key release");
  Schedule early = schedule;
  early.begins_ms[0] = -1;
  EXPECT_EQ(CheckSchedule(early).message(), "schedule: registration begins before 1970");
}

}  // namespace
}  // namespace core

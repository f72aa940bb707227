#include "core/election/template.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/election/answers.h"
#include "core/election/parts.h"

namespace core {
namespace {

static_assert(limits::kAnswerBytesMax <= kBallotBytesMax);

Status Wrong(std::string_view what) {
  return InvalidArgument("template: " + std::string(what));
}

void PutQuestion(PartWriter& writer, const BallotQuestion& question) {
  writer.Text(question.title);
  writer.U8(static_cast<uint8_t>(question.kind));
  writer.List(question.options,
              [](PartWriter& out, const std::string& option) { out.Text(option); });
  writer.U8(question.choices_max);
  writer.U16(question.text_bytes_max);
}

BallotQuestion TakeQuestion(PartReader& reader) {
  BallotQuestion question;
  question.title = reader.String("bytes of a question's title", kTitleBytesMax);
  question.kind = static_cast<QuestionKind>(reader.Byte("kind of a question", 1, 2));
  question.options = reader.List("options of a question", kOptionsMax, [](PartReader& in) {
    return in.String("bytes of an option", kTitleBytesMax);
  });
  question.choices_max = reader.U8();
  question.text_bytes_max = reader.U16();
  return question;
}

KeyHolder TakeHolder(PartReader& reader) {
  KeyHolder holder;
  reader.Fixed(holder.signer);
  reader.Fixed(holder.key);
  return holder;
}

PublicKey TakeAuthority(PartReader& reader) {
  PublicKey key;
  reader.Fixed(key);
  return key;
}

void PutTemplate(PartWriter& writer, const ElectionTemplate& definition) {
  writer.Literal(kTemplateDomain);
  writer.Key(definition.network);
  writer.U32(definition.revision);
  writer.Key(definition.prior);
  writer.Text(definition.name);
  writer.List(definition.questions, PutQuestion);
  for (const int64_t begin_ms : definition.schedule.begins_ms) writer.I64(begin_ms);
  writer.List(definition.holders, [](PartWriter& out, const KeyHolder& holder) {
    out.Fixed(holder.signer);
    out.Fixed(holder.key);
  });
  writer.U8(definition.threshold);
  writer.List(definition.authorities,
              [](PartWriter& out, const PublicKey& key) { out.Fixed(key); });
  writer.U16(definition.blocks.capacity);
  writer.U16(definition.blocks.minimum);
  writer.U8(definition.blocks.unitary ? 1 : 0);
}

Bytes BytesOf(const ElectionTemplate& definition) {
  Bytes bytes;
  PartWriter writer(bytes);
  PutTemplate(writer, definition);
  return bytes;
}

Status CheckTitle(std::string_view what, const std::string& title) {
  if (title.empty() || title.size() > kTitleBytesMax) {
    return Wrong(absl::StrCat(std::string(what), " has ", title.size(), " bytes, not 1 to ",
                              kTitleBytesMax));
  }
  return {};
}

Status CheckQuestion(size_t index, const BallotQuestion& question) {
  const std::string what = absl::StrCat("question ", index);
  RETURN_IF_ERROR(CheckTitle(what, question.title));
  if (question.kind == QuestionKind::kText) {
    if (question.text_bytes_max == 0) return Wrong(what + " allows no byte of text");
    return question.options.empty() && question.choices_max == 0
               ? Status()
               : Wrong(what + " is a text and has options");
  }
  if (question.text_bytes_max != 0) return Wrong(what + " is a choice and allows text");
  if (question.options.empty() || question.options.size() > kOptionsMax) {
    return Wrong(
        absl::StrCat(what, " has ", question.options.size(), " options, not 1 to ", kOptionsMax));
  }
  for (const std::string& option : question.options) {
    RETURN_IF_ERROR(CheckTitle(what + ", an option", option));
    if (std::count(question.options.begin(), question.options.end(), option) > 1) {
      return Wrong(absl::StrCat(what, " has an option twice: ", option));
    }
  }
  if (question.choices_max == 0 || question.choices_max > question.options.size()) {
    return Wrong(absl::StrCat(what, " allows ", question.choices_max, " choices, not 1 to ",
                              question.options.size()));
  }
  return {};
}

Status CheckQuestions(const std::vector<BallotQuestion>& questions) {
  if (questions.empty() || questions.size() > kQuestionsMax) {
    return Wrong(absl::StrCat(questions.size(), " questions, not 1 to ", kQuestionsMax));
  }
  for (size_t i = 0; i < questions.size(); ++i) RETURN_IF_ERROR(CheckQuestion(i, questions[i]));
  const size_t bytes = AnswerBytesMax(questions);
  if (bytes > limits::kAnswerBytesMax) {
    return Wrong(
        absl::StrCat("answers may take ", bytes, " bytes, allowed ", limits::kAnswerBytesMax));
  }
  return {};
}

Status CheckHolders(const ElectionTemplate& definition) {
  const std::vector<KeyHolder>& holders = definition.holders;
  if (holders.empty() || holders.size() > kKeyHoldersMax) {
    return Wrong(absl::StrCat(holders.size(), " key holders, not 1 to ", kKeyHoldersMax));
  }
  std::vector<GroupElement> keys;
  for (size_t i = 0; i < holders.size(); ++i) {
    keys.push_back(holders[i].key);
    if (i > 0 && keys[i - 1] >= keys[i]) return Wrong("key holders do not ascend by key");
    for (size_t j = 0; j < i; ++j) {
      if (holders[i].signer == holders[j].signer) return Wrong("a key holder twice");
    }
  }
  if (const auto key = CombinedKey::Of(keys); !key.ok()) return Wrong(MessageOf(key.status()));
  if (definition.threshold == 0 || definition.threshold > holders.size()) {
    return Wrong(absl::StrCat("threshold ", definition.threshold, ", not 1 to ", holders.size()));
  }
  return {};
}

Status CheckAuthorities(const std::vector<PublicKey>& authorities) {
  if (authorities.empty() || authorities.size() > kAuthoritiesMax) {
    return Wrong(absl::StrCat(authorities.size(), " authorities, not 1 to ", kAuthoritiesMax));
  }
  // Ascending, and none twice.
  const auto descends =
      std::adjacent_find(authorities.begin(), authorities.end(), std::greater_equal<>());
  if (descends != authorities.end()) return Wrong("authorities do not ascend");
  return {};
}

Status CheckBlocks(const BlockRules& blocks) {
  if (blocks.minimum == 0 || blocks.minimum > blocks.capacity ||
      blocks.capacity > kBlockCapacityMax) {
    return Wrong(absl::StrCat("blocks of ", blocks.minimum, " to ", blocks.capacity,
                              ", not within 1 to ", kBlockCapacityMax));
  }
  return {};
}

}  // namespace

Status CheckTemplate(const ElectionTemplate& definition) {
  RETURN_IF_ERROR(CheckTitle("name", definition.name));
  RETURN_IF_ERROR(CheckQuestions(definition.questions));
  RETURN_IF_ERROR(CheckSchedule(definition.schedule));
  RETURN_IF_ERROR(CheckHolders(definition));
  RETURN_IF_ERROR(CheckAuthorities(definition.authorities));
  RETURN_IF_ERROR(CheckBlocks(definition.blocks));
  if ((definition.revision == 0) != (definition.prior == Key256{})) {
    return Wrong("the first revision has none before it, every other one has");
  }
  const size_t bytes = BytesOf(definition).size();
  if (bytes > kTemplateBytesMax) {
    return Wrong(absl::StrCat(bytes, " bytes, allowed ", kTemplateBytesMax));
  }
  return {};
}

Bytes Encode(const ElectionTemplate& definition) {
  CHECK(CheckTemplate(definition).ok());
  return BytesOf(definition);
}

StatusOr<ElectionTemplate> DecodeTemplate(std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  ElectionTemplate definition;
  reader.Literal(kTemplateDomain);
  definition.network = reader.Key();
  definition.revision = reader.U32();
  definition.prior = reader.Key();
  definition.name = reader.String("bytes of the name", kTitleBytesMax);
  definition.questions = reader.List("questions", kQuestionsMax, TakeQuestion);
  for (int64_t& begin_ms : definition.schedule.begins_ms) begin_ms = reader.I64();
  definition.holders = reader.List("key holders", kKeyHoldersMax, TakeHolder);
  definition.threshold = reader.U8();
  definition.authorities = reader.List("authorities", kAuthoritiesMax, TakeAuthority);
  definition.blocks.capacity = reader.U16();
  definition.blocks.minimum = reader.U16();
  definition.blocks.unitary = reader.Byte("flag for unitary blocks", 0, 1) != 0;
  RETURN_IF_ERROR(reader.End("template"));
  RETURN_IF_ERROR(CheckTemplate(definition));
  return definition;
}

Key256 TemplateCid(const Suite& suite, const ElectionTemplate& definition) {
  return HashOf(suite, Encode(definition));
}

CombinedKey KeyOf(const ElectionTemplate& definition) {
  std::vector<GroupElement> keys;
  for (const KeyHolder& holder : definition.holders) keys.push_back(holder.key);
  return CombinedKey::Of(keys).value();
}

size_t QuorumOf(const ElectionTemplate& definition) {
  return definition.authorities.size() / 2 + 1;
}

Status CheckRevision(const Suite& suite, const ElectionTemplate& prior,
                     const ElectionTemplate& next, int64_t at_ms) {
  RETURN_IF_ERROR(CheckTemplate(next));
  if (next.revision != prior.revision + 1 || next.prior != TemplateCid(suite, prior)) {
    return Wrong(
        absl::StrCat("revision ", next.revision, " does not follow revision ", prior.revision));
  }
  if (next.network != prior.network) return Wrong("a revision changes the network");
  if (next.authorities != prior.authorities) return Wrong("a revision changes the authorities");
  const Phase phase = PhaseAt(prior.schedule, at_ms);
  for (const Phase each : {phase, PhaseAt(next.schedule, at_ms)}) {
    if (!Allows(each, Deed::kRevise)) {
      return Wrong("a revision in the phase " + std::string(NameOf(each)));
    }
  }
  if (phase == Phase::kRegistration &&
      next.schedule.begins_ms.front() != prior.schedule.begins_ms.front()) {
    return Wrong("a revision moves the registration, which has begun");
  }
  return {};
}

}  // namespace core

#include "core/election/answers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "core/election/parts.h"
#include "core/election/template.h"

namespace core {
namespace {

Status CheckChoice(const std::string& what, const BallotQuestion& question, const Answer& answer) {
  const std::vector<uint8_t>& options = answer.options;
  if (!answer.text.empty()) return InvalidArgument(what + " is a choice and has text");
  if (options.size() > question.choices_max) {
    return InvalidArgument(
        absl::StrCat(what, " has ", options.size(), " choices, allowed ", question.choices_max));
  }
  for (size_t i = 0; i < options.size(); ++i) {
    if (options[i] >= question.options.size()) {
      return InvalidArgument(
          absl::StrCat(what, " chooses option ", options[i], " of ", question.options.size()));
    }
    if (i > 0 && options[i] <= options[i - 1]) return InvalidArgument(what + " does not ascend");
  }
  return {};
}

Status CheckText(const std::string& what, const BallotQuestion& question, const Answer& answer) {
  if (!answer.options.empty()) return InvalidArgument(what + " is a text and has choices");
  if (answer.text.size() > question.text_bytes_max) {
    return InvalidArgument(absl::StrCat(what, " has ", answer.text.size(), " bytes, allowed ",
                                        question.text_bytes_max));
  }
  return {};
}

bool IsSpace(char letter) {
  return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

char Lowered(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

size_t AnswerBytesMax(const std::vector<BallotQuestion>& questions) {
  size_t bytes = kAnswersDomain.size();
  for (const BallotQuestion& question : questions) {
    bytes += question.kind == QuestionKind::kChoice ? 1u + question.choices_max
                                                    : 2u + question.text_bytes_max;
  }
  return bytes;
}

Status CheckAnswers(const ElectionTemplate& definition, const Answers& answers) {
  const std::vector<BallotQuestion>& questions = definition.questions;
  if (answers.size() != questions.size()) {
    return InvalidArgument(
        absl::StrCat("answers: ", answers.size(), " to ", questions.size(), " questions"));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string what = absl::StrCat("answer ", i);
    RETURN_IF_ERROR(questions[i].kind == QuestionKind::kChoice
                        ? CheckChoice(what, questions[i], answers[i])
                        : CheckText(what, questions[i], answers[i]));
  }
  return {};
}

Bytes Encode(const ElectionTemplate& definition, const Answers& answers) {
  CHECK(CheckAnswers(definition, answers).ok());
  Bytes bytes;
  PartWriter writer(bytes);
  writer.Literal(kAnswersDomain);
  for (size_t i = 0; i < answers.size(); ++i) {
    if (definition.questions[i].kind == QuestionKind::kChoice) {
      writer.U8(static_cast<uint8_t>(answers[i].options.size()));
      writer.Fixed(answers[i].options);
    } else {
      writer.U16(static_cast<uint16_t>(answers[i].text.size()));
      writer.Literal(answers[i].text);
    }
  }
  return bytes;
}

StatusOr<Answers> DecodeAnswers(const ElectionTemplate& definition,
                                std::span<const uint8_t> bytes) {
  PartReader reader(bytes);
  reader.Literal(kAnswersDomain);
  Answers answers;
  for (const BallotQuestion& question : definition.questions) {
    Answer& answer = answers.emplace_back();
    if (question.kind == QuestionKind::kChoice) {
      answer.options.resize(reader.U8());
      reader.Fixed(answer.options);
    } else {
      Bytes text(reader.U16());
      reader.Fixed(text);
      answer.text.assign(text.begin(), text.end());
    }
  }
  RETURN_IF_ERROR(reader.End("answers"));
  RETURN_IF_ERROR(CheckAnswers(definition, answers));
  return answers;
}

std::string Normalised(std::string_view text) {
  std::string normal;
  for (const char letter : text) {
    if (!IsSpace(letter)) {
      normal.push_back(Lowered(letter));
    } else if (!normal.empty() && normal.back() != ' ') {
      normal.push_back(' ');
    }
  }
  if (!normal.empty() && normal.back() == ' ') normal.pop_back();
  return normal;
}

}  // namespace core

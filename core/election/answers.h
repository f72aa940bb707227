// What a voter answers, and its canonical bytes, which are what a ballot's box holds.
//
//   domain, then for each question
//     choice  u8 count, the options' numbers, ascending
//     text    u16 length, bytes of UTF-8
//
// Texts are normalised before they are compared and counted: ASCII letters in lower case, spaces at
// both ends left out, spaces in between one each. Letters beyond ASCII stay as they are: whether two of
// them are the same is a question of a language. Thread rule: pure functions. Source: protocol
// document, 1.6.1, 2.2 (text answers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/codec/transaction_messages.h"

namespace core {

struct ElectionTemplate;
struct BallotQuestion;

inline constexpr std::string_view kAnswersDomain = "vt/answers/1";

struct Answer {
  std::vector<uint8_t> options;  // Of a choice.
  std::string text;              // Of a text.

  friend bool operator==(const Answer&, const Answer&) = default;
};

using Answers = std::vector<Answer>;  // One for each question.

// What the longest answers to these take.
[[nodiscard]] size_t AnswerBytesMax(const std::vector<BallotQuestion>& questions);

// Errors: which answer is not one to its question, and why.
[[nodiscard]] Status CheckAnswers(const ElectionTemplate& definition, const Answers& answers);

// REQUIRES: CheckAnswers is ok.
[[nodiscard]] Bytes Encode(const ElectionTemplate& definition, const Answers& answers);
// Errors: what CheckAnswers says, too.
[[nodiscard]] StatusOr<Answers> DecodeAnswers(const ElectionTemplate& definition,
                                              std::span<const uint8_t> bytes);

[[nodiscard]] std::string Normalised(std::string_view text);

}  // namespace core

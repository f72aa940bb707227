// The template of an election: what is asked, when, whose key seals the answers, who certifies. Every
// vote names its template by the cid, so that nobody can vote on one and be counted in another.
//
// Canonical bytes, strict decoding. A revision carries its number and the cid of the one before.
// Lists that are sets ascend, so that one template has one cid. What answers can take at most must
// fit a ballot's box. Thread rule: values and pure functions. Errors: what, found, allowed.
// Source: seed, Block Negotiation; protocol document, 1.6.1, 2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/codec/limits.h"
#include "core/codec/transaction_messages.h"
#include "core/crypto/combined_key.h"
#include "core/crypto/suite.h"
#include "core/election/timeline.h"

namespace core {

inline constexpr std::string_view kTemplateDomain = "vt/election/template/1";
inline constexpr size_t kTemplateBytesMax = 6144;  // With its signatures it fits a diary's entry.
inline constexpr size_t kQuestionsMax = 32;
inline constexpr size_t kOptionsMax = 64;  // Of one question.
inline constexpr size_t kTitleBytesMax = 256;
inline constexpr size_t kKeyHoldersMax = 16;
inline constexpr size_t kAuthoritiesMax = 16;
inline constexpr uint16_t kBlockCapacityMax = limits::kPoolRecordsMax;

enum class QuestionKind : uint8_t { kChoice = 1, kText = 2 };

struct BallotQuestion {
  std::string title;
  QuestionKind kind = QuestionKind::kChoice;
  std::vector<std::string> options;  // Of a choice.
  uint8_t choices_max = 1;           // Of a choice; none chosen is a blank answer.
  uint16_t text_bytes_max = 0;       // Of a text; none written is a blank answer.

  friend bool operator==(const BallotQuestion&, const BallotQuestion&) = default;
};

struct KeyHolder {
  PublicKey signer{};  // Ed25519: signs dealings and releases.
  GroupElement key{};  // ristretto255: a part of the election's key.

  friend bool operator==(const KeyHolder&, const KeyHolder&) = default;
};

struct BlockRules {
  uint16_t capacity = 32;
  uint16_t minimum = 3;
  bool unitary = true;  // A single voter whom nobody met by the end may vote alone.

  friend bool operator==(const BlockRules&, const BlockRules&) = default;
};

struct ElectionTemplate {
  Key256 network;
  uint32_t revision = 0;
  Key256 prior;  // Zero in the first revision.
  std::string name;
  std::vector<BallotQuestion> questions;
  Schedule schedule;
  std::vector<KeyHolder> holders;  // Ascending by key, as the owners of the combined key are.
  uint8_t threshold = 1;
  std::vector<PublicKey> authorities;  // Ascending.
  BlockRules blocks;

  friend bool operator==(const ElectionTemplate&, const ElectionTemplate&) = default;
};

[[nodiscard]] Status CheckTemplate(const ElectionTemplate& definition);

// REQUIRES: CheckTemplate is ok.
[[nodiscard]] Bytes Encode(const ElectionTemplate& definition);
// Errors: what CheckTemplate says, too.
[[nodiscard]] StatusOr<ElectionTemplate> DecodeTemplate(std::span<const uint8_t> bytes);
[[nodiscard]] Key256 TemplateCid(const Suite& suite, const ElectionTemplate& definition);

// The election's key. REQUIRES: CheckTemplate is ok.
[[nodiscard]] CombinedKey KeyOf(const ElectionTemplate& definition);

// More than half of the authorities.
[[nodiscard]] size_t QuorumOf(const ElectionTemplate& definition);

// Whether `next` may follow `prior`, signed at that time. While announced all may change but network
// and authorities, in registration neither its beginning, from voting on nothing.
[[nodiscard]] Status CheckRevision(const Suite& suite, const ElectionTemplate& prior,
                                   const ElectionTemplate& next, int64_t at_ms);

}  // namespace core

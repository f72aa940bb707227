// One log record as one line.
//
//   text   2026-11-21T10:29:08.123456Z info  peer connected peer=ab12 address="[::1]:80" after=0.25
//   json   {"time":"2026-11-21T10:29:08.123456Z","level":"info","message":"peer connected","peer":"ab12"}
//
// Invariants: (1) exactly one line feed, at the end; everything else is printable ASCII, whatever the
// values hold (node/base/visible_text); (2) a text of a value is cut at kValueBytesMax bytes, a record at
// kFieldsMax fields; (3) numbers and flags are JSON numbers and flags; a duration is seconds with up to
// six decimals. Text values stand bare when they are words of [A-Za-z0-9._:/@+-], else in quotes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/base/clocks.h"
#include "node/log/field.h"

namespace node {

inline constexpr size_t kValueBytesMax = 512;
inline constexpr size_t kFieldsMax = 32;

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : uint8_t { kText, kJson };

[[nodiscard]] std::string_view TextOf(LogLevel level);

struct LogRecord {
  WallTime time;
  LogLevel level = LogLevel::kInfo;
  std::string_view message;
  std::span<const LogField> fields;
  uint64_t suppressed = 0;  // Records of the same site that were left out before this one.
};

[[nodiscard]] std::string FormatRecord(const LogRecord& record, LogFormat format);

}  // namespace node

// A history: what clients called and what they were told, in real-time order. docs/history_format.md describes the file.
//
// Invariants: (1) calls stand in the order of their invocations; (2) a place is the number of a line of the file, counted from
// 1, so two places never coincide and smaller means earlier; (3) a call ends after it began, and the calls of one process do
// not overlap. Values stay JSON: a model (model.h) says what they mean. Thread rule: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/json_value.h"

namespace sim {

inline constexpr uint32_t kNeverEnded = UINT32_MAX;

struct Call {
  // kOk: it happened, the answer is known. kFailed: it certainly did not happen. kUnknown: it may take effect at any time
  // after its invocation, or never.
  enum class Outcome : uint8_t { kOk, kFailed, kUnknown };

  uint64_t process = 0;
  uint32_t key = 0;  // Index in History::keys.
  uint32_t invoked = 0;
  uint32_t ended =
      kNeverEnded;  // Also the line of a fail or info; kNeverEnded: the file ended first.
  Outcome outcome = Outcome::kUnknown;
  std::string function;
  std::optional<JsonValue> argument;  // "value" of the invoke line.
  std::optional<JsonValue> answer;    // "value" of the ok line.
  std::optional<JsonValue> result;    // "result" of the ok line.
};

struct History {
  std::vector<Call> calls;
  std::vector<std::string>
      keys;  // As compact JSON, in the order of appearance; "" where a line has none.
};

}  // namespace sim

// A line of a trace (docs/trace_format.md), with those of its members that a report counts. Read without building a tree of it: a
// trace has millions of lines.
#pragma once

#include <cstdint>
#include <string>

namespace sim {

struct TraceLine {
  static constexpr int64_t kNone = -1;

  int64_t at_us = kNone;
  int64_t peer = kNone;
  int64_t from = kNone;
  int64_t to = kNone;
  int64_t bytes = kNone;
  int64_t id = kNone;
  std::string kind;   // world, fact, message.
  std::string event;  // What happened; of a message its type.
  std::string fate;
  std::string drop;

  // Takes the line in place of what was there; false when it is no JSON object.
  [[nodiscard]] bool Read(const std::string& line);
};

}  // namespace sim

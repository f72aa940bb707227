// OpenCalls: the local user's calls about blocks that the core has not ended yet.
//
//   call | event                          | becomes
//   -    | Begin                          | open
//   -    | Begin, its number is open      | -       refused
//   -    | Begin, too many, or too much   | -       refused
//   open | Finished                       | -
//   open | Abandon: its core is gone      | -       in doubt (a write), unavailable (a read)
//
// Invariant: every call that was begun ends once. A write whose core is gone may have been submitted already, and others
// may commit it; so nothing less than a doubt is true. Bound: kCallsMax calls, kBytesMax of contents. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/status.h"
#include "core/port/command.h"
#include "core/port/observation.h"

namespace node {

// How a call ends whose core is gone. Nothing: the command is no call.
[[nodiscard]] std::optional<core::CallFinished> AbandonedEnd(const core::Command& command);

class OpenCalls {
 public:
  static constexpr size_t kCallsMax = 256;
  static constexpr size_t kBytesMax = size_t{64} << 20;

  // A command that is no call is none of ours: Ok. Errors: FailedPrecondition, ResourceExhausted.
  [[nodiscard]] core::Status Begin(const core::Command& command);
  void Finished(uint64_t request);

  // How those end whose core is gone, by number.
  [[nodiscard]] std::vector<core::CallFinished> Abandon();

  [[nodiscard]] bool empty() const { return open_.empty(); }

  [[nodiscard]] size_t size() const { return open_.size(); }

 private:
  struct Open {
    core::CallFinished end;  // When it is abandoned.
    size_t bytes = 0;        // Of the contents.
  };

  std::map<uint64_t, Open> open_;  // By request.
  size_t bytes_ = 0;
};

}  // namespace node

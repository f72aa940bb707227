// CHECK: a broken invariant of ours stops the process, in release too. Never for what a remote peer
// can cause.
//
// The message ends with the run line (the command that reproduces the run) where the host has set
// one.
#pragma once

namespace core {

// Remembered for the last line of a failed CHECK, for example "orbsim run x.json --seed 7". The
// text must stay alive. Thread rule: set once, before the first peer exists.
void SetRunLine(const char* line);

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace core

#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) [[unlikely]] {                       \
      ::core::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                      \
  } while (false)

// Which phase an election is in, and what may be done in it.
//
//   phase           | begins at          | what may be done
//   announced       | the first revision | revise, deal
//   registration    | begins_ms[0]       | register, revise, deal
//   voting          | begins_ms[1]       | negotiate, commit blocks
//   accruing        | begins_ms[2]       | commit blocks that were signed in time
//   key release     | begins_ms[3]       | release
//   tally           | begins_ms[4]       | release, count
//   validation      | begins_ms[5]       | release, count, validate
//   certification   | begins_ms[6]       | release, count, validate, certify
//   closed          | begins_ms[7]       | nothing
//
// A phase begins at its instant and ends before the next one's. Late key holders may still release:
// an election is not lost because one of them overslept. Times are milliseconds since 1970.
// Thread rule: pure functions. Source: protocol document, 1.6.7, 1.6.8 (BN-11), 2.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/status.h"

namespace core {

enum class Phase : uint8_t {
  kAnnounced,
  kRegistration,
  kVoting,
  kAccruing,
  kKeyRelease,
  kTally,
  kValidation,
  kCertification,
  kClosed
};

inline constexpr size_t kPhases = 9;

enum class Deed : uint8_t {
  kRevise,
  kDeal,  // Or complain about a dealing, or confirm a share.
  kRegister,
  kNegotiate,
  kCommit,
  kRelease,
  kCount,
  kValidate,
  kCertify
};

struct Schedule {
  std::array<int64_t, kPhases - 1> begins_ms{};  // From registration to closed.

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// Errors: times that do not ascend, or before 1970.
[[nodiscard]] Status CheckSchedule(const Schedule& schedule);
[[nodiscard]] Phase PhaseAt(const Schedule& schedule, int64_t now_ms);
// REQUIRES: not kAnnounced, which has no beginning.
[[nodiscard]] int64_t BeginOf(const Schedule& schedule, Phase phase);
[[nodiscard]] bool Allows(Phase phase, Deed deed);
[[nodiscard]] std::string_view NameOf(Phase phase);

}  // namespace core

// Who waits for which answer on one socket: nonce -> completion.
//
// Invariants: (1) each waiter is completed exactly once: by an answer, its deadline, or the close
// (P3); it is gone before its completion runs, so that a completion may ask again; (2) nonces are
// ours by parity (odd where we dialled) and grow, so that an answer that comes too late is told
// from one that was never asked for; (3) at most requests_max wait. Thread rule: one thread.
// Source: protocols_of_the_other_seeds.md, 4.2 to 4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "absl/container/flat_hash_map.h"

#include "core/base/time.h"

namespace node {

enum class Outcome : uint8_t {
  kAnswered,
  kRefused,  // The peer sent an error frame.
  kTimedOut,
  kClosed
};

// Called exactly once; the payload is empty unless kAnswered, and valid during the call.
using Completion = std::function<void(Outcome, std::span<const uint8_t>)>;

class Waiters {
 public:
  enum class Match : uint8_t { kCompleted, kLate, kNeverAsked };

  explicit Waiters(bool dialled) : next_nonce_(dialled ? 1 : 2), parity_(dialled ? 1 : 0) {}

  // A nonce that no waiter has, never 0.
  [[nodiscard]] uint32_t DrawNonce();

  void Add(uint32_t nonce, core::Time deadline, Completion completion);

  // The nonce is one of ours: the frame is an answer.
  [[nodiscard]] bool IsOwn(uint32_t nonce) const { return (nonce & 1) == parity_; }

  // REQUIRES: IsOwn(nonce).
  Match Complete(uint32_t nonce, Outcome outcome, std::span<const uint8_t> payload);

  // Times out what is due, and returns how many they were.
  size_t Expire(core::Time now);

  // Completes all that wait with kClosed.
  void CloseAll();

  // Not later than the first deadline.
  [[nodiscard]] core::Time NextDeadline() const { return next_deadline_; }

  [[nodiscard]] size_t size() const { return waiting_.size(); }

 private:
  struct Waiter {
    core::Time deadline;
    Completion completion;
  };

  absl::flat_hash_map<uint32_t, Waiter> waiting_;
  core::Time next_deadline_ = core::Time::Never();
  uint32_t next_nonce_;
  uint32_t parity_;
  bool wrapped_ = false;  // Every nonce of ours has been issued once.
};

}  // namespace node

// HolderState: what a participant remembers of one holder of one of its keys.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/traffic.h"
#include "core/port/config.h"

namespace core {

struct HolderState {
  PeerId peer;
  uint32_t asked_round = 0;                // The last question it was sent.
  uint32_t answered_round = 0;             // The last question it answered.
  uint8_t refusals = 0;                    // In a row.
  uint64_t sent_sequence = 0;              // The record it was last sent.
  uint64_t acked_sequence = 0;             // The record it last took.
  Time record_deadline = Time::Never();    // An ack is due.
  Time question_deadline = Time::Never();  // An answer is due.
  Time record_retry = Time::Never();       // It refused the record; send it again then.
  Time question_retry{0};                  // It refused a question; ask nothing before.
  Duration round_trip{-1};
  Traffic acked{};
  Statement found{};

  [[nodiscard]] bool Waits() const {
    return record_deadline != Time::Never() || question_deadline != Time::Never();
  }

  [[nodiscard]] Time NextDeadline() const {
    return std::min({record_deadline, question_deadline, record_retry});
  }

  // How long to leave it alone: what it asks for, and at least the back-off, which doubles with
  // each refusal up to its cap.
  [[nodiscard]] Duration BackOff(const MatchmakingConfig& config, uint32_t retry_after_ms) {
    Duration wait = config.backoff_base;
    for (uint8_t i = 0; i < refusals && wait < config.backoff_cap; ++i) wait = wait * 2;
    if (refusals < 16) ++refusals;
    return std::min(std::max(wait, Milliseconds(retry_after_ms)), config.backoff_cap);
  }
};

}  // namespace core

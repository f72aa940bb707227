// Tasks: a worker's accepted tasks and the memory of those it may not accept again.
//
// Invariants: (1) nothing is accepted while active() >= budget (MM-8); (2) a task is accepted at
// most once: it is remembered until every copy of its offer has expired, clock differences
// included, and when there is no room to remember, nothing is accepted; (3) a task ends by its
// matcher's Done or after task_duration. Source: protocol document, 1.1.5 and MM-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/moment.h"

namespace core {

class Tasks {
 public:
  explicit Tasks(uint16_t budget) : budget_(budget) {}

  // Nothing: accepted (or accepted before and still active: `repeated` is set).
  [[nodiscard]] std::optional<DeclineReason> Accept(const Moment& moment, PeerId matcher,
                                                    const Offer& offer, bool& repeated);
  // True when the task was active and the matcher's.
  bool Finish(const Moment& moment, PeerId matcher, const TaskId& task);
  // Ends what ran too long and forgets what cannot come again.
  void OnDeadline(const Moment& moment);

  [[nodiscard]] uint16_t budget() const { return budget_; }

  [[nodiscard]] uint16_t active() const { return active_; }

  [[nodiscard]] uint16_t left() const {
    return active_ >= budget_ ? uint16_t{0} : static_cast<uint16_t>(budget_ - active_);
  }

  // Tasks that were accepted under a larger budget run on.
  void SetBudget(uint16_t budget) { budget_ = budget; }

  // Nothing runs and nothing has to be remembered.
  [[nodiscard]] bool empty() const { return table_.empty(); }

  [[nodiscard]] Time NextDeadline() const { return next_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

  [[nodiscard]] size_t HeapBytes() const { return table_.HeapBytes(); }

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Task {
    PeerId matcher;
    bool active = true;
    Time ends;       // While active.
    Time forget_at;  // No copy of the offer is valid after this.
  };

  void FindNextDeadline();

  uint16_t budget_;
  uint16_t active_ = 0;
  Time next_ = Time::Never();
  FlatTable<TaskId, Task> table_;
};

}  // namespace core

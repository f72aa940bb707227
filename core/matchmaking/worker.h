// Worker: one participant that waits at a rendezvous key with capacity to offer. It starts two bits
// less specific than its neighbourhood, renews at a third of its ttl, and adapts: away from a
// crowd, towards others when it is lonely.
//
//   phase      | event                                   | then
//   kRenewing  | all holders answered, failed or refused | adapt: moved -> kRenewing at the new
//   keys
//              |                                         | else -> kResting
//   kRenewing  | renewal time comes round again          | kRenewing, with a new sequence
//   kResting   | renewal time                            | kRenewing
//   any        | Leave                                   | kGone: withdrawn, tasks run to their end
//   any        | Offer, Done, end of a task              | no phase change
//
//   adapt, on the median count of the holders:
//     count > 64: c + 1 with twice the probability 1 - 64/count, because half of those who narrow
//       stay at the key; not within narrow_hold of a widening.
//     count < 16 at two renewals in a row: c - 1; not within narrow_hold of a narrowing. The first
//       publication at a key is no renewal.
//
// The old key's record is withdrawn when the new key's holders have been heard, so there is always
// one. Invariant: tasks accepted and unfinished never exceed the budget (MM-8, in Tasks).
// Source: protocol document, 1.1.5 and 1.1.6; docs/decisions/0007.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/publication.h"
#include "core/matchmaking/tasks.h"
#include "core/port/command.h"
#include "core/port/observation.h"

namespace core {

class Worker {
 public:
  enum class Phase : uint8_t { kRenewing = 1, kResting, kGone };

  // Takes over the tasks of an earlier participation in the topic, so that a return is no way to
  // accept a task twice.
  Worker(const Key256& topic, const WorkCommand& command, Tasks tasks);

  void Begin(const Moment& moment);
  void Leave(const Moment& moment);

  // Each returns whether the event concerned this flow.
  bool OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest);
  bool OnProvideAck(const Moment& moment, PeerId from, uint64_t request, const ProvideAck& ack);
  bool OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer);
  bool OnDone(const Moment& moment, PeerId from, const Done& done);
  void OnLinkDown(const Moment& moment, PeerId peer);
  void OnDeadline(const Moment& moment);

  [[nodiscard]] const Key256& topic() const { return topic_; }

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] uint8_t specificity() const { return publication_.specificity(); }

  [[nodiscard]] const Tasks& tasks() const { return tasks_; }

  [[nodiscard]] Tasks& tasks() { return tasks_; }

  // Gone, and nothing is left to remember.
  [[nodiscard]] bool over() const { return phase_ == Phase::kGone && tasks_.empty(); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  void Renew(const Moment& moment);
  void Conclude(const Moment& moment);
  // True when the worker moved to other keys.
  bool Adapt(const Moment& moment);
  void Move(const Moment& moment, uint8_t to, RespecifyCause cause);

  Key256 topic_;
  WorkCommand command_;
  Phase phase_ = Phase::kRenewing;
  bool first_at_key_ = true;  // The publication under way is no renewal.
  uint8_t thin_in_a_row_ = 0;
  Time narrow_after_{INT64_MIN};  // End of the hold after a widening.
  Time widen_after_{INT64_MIN};   // End of the hold after a narrowing.
  Time renew_at_ = Time::Never();
  Publication publication_;
  std::unique_ptr<Publication> leaving_;  // At the key that was left, until the new one is heard.
  Tasks tasks_;
};

}  // namespace core

// Publication: one participant's presence at one specificity: the keys, the r nearest holders of
// each, the standing record that they shall hold and the standing question put to them. Shared by
// matcher, worker and gathering.
//
//   holder is   | event                    | then
//   unknown     | lookup answers           | take the r nearest, send record and question
//   unknown     | lookup empty or too late | look up again after a back-off
//   any         | Announce, Ask            | send what it has not been sent yet
//   asked       | answer                   | count its statement
//   asked       | refusal (retry_after)    | count as heard; send the record again after the
//   back-off asked       | response timeout, or the | the next nearest takes its place; none left:
//   the
//               | link goes down           | holders are looked up before the next use
//
// Holders are cached between renewals and looked up again after holder_cache. A peer that is itself
// among the r nearest is its own holder, without messages. Invariant: a holder is sent one record
// sequence once, unless it refused. Source: protocol document, 1.1.2, 1.1.7 and 1.1.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/fixed_list.h"
#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/matchmaking/holder.h"
#include "core/matchmaking/keys.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/traffic.h"

namespace core {

// What the holders of a round have said.
struct Tally {
  uint32_t answers = 0;
  Traffic median;
  uint32_t least_count = 0;    // What no holder is below.
  bool all_truncated = false;  // Every holder had more than it could tell.
  bool any_truncated = false;  // One of them had.
};

class Publication {
 public:
  // Starts at the keys of this specificity; whatever was known before is forgotten.
  void Open(const Moment& moment, const Key256& topic, uint8_t specificity);

  // The keys stay, the specificity that is told with them changes. REQUIRES: the keys are the same.
  void Respecify(uint8_t specificity) { specificity_ = specificity; }

  // Gives the record to every holder, now or as soon as the holder is known.
  void Announce(const Moment& moment, const Record& record);
  // Puts a new round of the question to every holder likewise.
  void Ask(const Moment& moment, const Find& question, Duration subscription);
  // Takes the record back from every holder that was sent it.
  void Withdraw(const Moment& moment);

  // Each returns whether the event concerned this publication.
  bool OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest);
  bool OnAck(const Moment& moment, PeerId from, uint64_t request, const ProvideAck& ack);
  bool OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found);
  [[nodiscard]] bool Expects(PeerId from, uint64_t request, const Push& push) const;
  void OnLinkDown(const Moment& moment, PeerId peer);
  void OnDeadline(const Moment& moment);

  // Every holder has answered, refused or failed, and no lookup is under way.
  [[nodiscard]] bool AnnounceComplete() const;
  [[nodiscard]] bool AskComplete() const;
  [[nodiscard]] Tally AnnounceTally() const;
  [[nodiscard]] Tally AskTally() const;

  // Records that the own book gave to the question; taking empties it.
  [[nodiscard]] std::vector<Record> TakeOwnRecords();

  // Round trip to a holder of this publication; below zero when unknown.
  [[nodiscard]] Duration RoundTripTo(PeerId holder) const;
  // The longest of them; below zero when none is known.
  [[nodiscard]] Duration SlowestRoundTrip() const;
  [[nodiscard]] bool HoldsItself(PeerId self) const;

  [[nodiscard]] uint8_t specificity() const { return specificity_; }

  [[nodiscard]] const Record& record() const { return record_; }

  // Messages sent to holders since Open.
  [[nodiscard]] uint32_t requests() const { return requests_; }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct KeyState {
    Key256 key;
    uint64_t token = 0;  // Of the lookup under way; 0: none.
    Time lookup_deadline = Time::Never();
    Time located_at;
    Duration lookup_backoff;
    bool stale = true;      // Look up before the next use.
    bool observed = false;  // Published was reported for the standing record.
    std::vector<HolderState> holders;
    FixedList<PeerId, 8> spares;
  };

  void SyncKeys(const Moment& moment);
  void Locate(const Moment& moment, KeyState& at);
  void Settle(const Moment& moment, KeyState& at, std::span<const PeerId> nearest);
  void Serve(const Moment& moment, KeyState& at);
  void SendRecord(const Moment& moment, KeyState& at);
  void SendQuestion(const Moment& moment, KeyState& at);
  void ServeItself(const Moment& moment, KeyState& at, HolderState& holder);
  void ObservePublished(const Moment& moment, KeyState& at);
  void Replace(const Moment& moment, KeyState& at, size_t index);
  void Refresh(const Moment& moment, KeyState& at);
  [[nodiscard]] HolderState* HolderOf(const Key256& key, PeerId peer);

  Key256 topic_;
  uint8_t specificity_ = 0;
  bool has_record_ = false;
  Record record_;
  Find question_;
  Duration subscription_;
  uint64_t record_request_ = 0;
  uint64_t question_request_ = 0;
  uint32_t round_ = 0;  // 0: nothing was asked.
  Time asked_at_;
  uint32_t requests_ = 0;
  std::vector<KeyState> keys_;
  std::vector<Record> own_records_;
};

}  // namespace core

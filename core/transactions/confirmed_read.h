// ConfirmedRead: the latest revision of a block (or a given one), as enough of its cluster have it.
//
//   phase      event                                      becomes
//   kAsking    enough members answered                    kFetching, kRaising or kDone
//   kAsking    ack_retry                                  asks the silent again
//   kFetching  a content with the right hash              kRaising or kDone
//   kFetching  ack_retry                                  asks the next member
//   kRaising   enough members have the revision           kDone
//   any        patience                                   kFailed
//
// A revision counts when its certificate proves it, so one honest replica suffices. That there is
// nothing newer no certificate proves: for that the answers of members count, and a replier is one
// when it remembers itself as one (BlockReply::cluster). So the survivors on the small side of a cut,
// whom a lookup finds nearest, do not pass for a cluster: the read fails and lies to nobody. Enough
// are Quorum::answers, which meet the acks of every write. A revision that fewer have is carried to
// the others first (kRaising), or a later read could miss it: that makes reads monotonic (BR-10) and
// calls linearizable (TX-11). A collected tombstone has no certificate left: it counts when enough
// members remember it, and no fewer keep a reader from what others prove. Owner: a call of Client. Source: protocol document, 1.3.5, 1.3.6, 1.4.3.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "core/transactions/tx_moment.h"

namespace core {

class ConfirmedRead {
 public:
  enum class Phase : uint8_t { kAsking = 1, kFetching = 2, kRaising = 3, kDone = 4, kFailed = 5 };

  struct Question {
    BlockId block;
    uint64_t revision = 0;  // 0: the latest.
    uint64_t at_least = 0;  // Asks on until the latest is this.
    bool with_value = false;
  };

  // What was found. revision 0: never written.
  struct Answer {
    BlockState state = BlockState::kAbsent;
    uint64_t revision = 0;
    Key256 hash;
    TxId by;
    Bytes value;
  };

  ConfirmedRead(const TxMoment& moment, const Question& question, std::span<const PeerId> cluster);

  void OnReply(const TxMoment& moment, PeerId from, const BlockReply& reply);
  void OnDeadline(const TxMoment& moment);

  [[nodiscard]] Time NextDeadline() const;

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] bool finished() const { return phase_ >= Phase::kDone; }

  [[nodiscard]] uint64_t id() const { return id_; }

  [[nodiscard]] const Answer& answer() const { return answer_; }

  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Holder {
    PeerId peer;
    bool answered = false;
    bool memory = false;  // Of a tombstone: nothing proves it.
    BlockState state = BlockState::kAbsent;
    uint64_t revision = 0;
    uint64_t latest = 0;
    Key256 hash;
    size_t cluster = 0;  // As BlockReply::cluster.
  };

  void Ask(const TxMoment& moment);
  void Weigh(const TxMoment& moment);
  void FindNothing();
  void Finish(BlockState state, uint64_t revision, const Key256& hash);
  [[nodiscard]] bool AreEnough(const TxMoment& moment, size_t members) const;
  // Members that answered and are such.
  template <typename Which>
  [[nodiscard]] size_t Count(const Which& which) const;
  [[nodiscard]] bool Remembers(const Holder& holder) const;
  [[nodiscard]] const Holder* Buried(const TxMoment& moment) const;
  void Fetch(const TxMoment& moment, bool again);
  void Raise(const TxMoment& moment);

  Question question_;
  std::vector<Holder> holders_;
  BlockReply best_;  // The latest that was proven; no value before kFetching.
  bool proven_ = false;
  bool has_value_ = false;
  Answer answer_;
  Phase phase_ = Phase::kAsking;
  uint64_t id_ = 0;
  size_t next_holder_ = 0;
  Time retry_at_;
  Time give_up_at_;
};

}  // namespace core

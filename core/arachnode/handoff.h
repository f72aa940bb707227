// Handoff: nobody gives up keys before others hold every block of them.
//
//   phase      | waits for                                            | then
//   idle       | Begin: the node is `moving` or `leaving` and says so | confirming
//   confirming | the words of floor + 3 holders about a stretch of    | proving
//              | blocks, or silence                                   |
//   proving    | each of them to show one of the blocks that it       | next stretch; none left: done; too few
//              | confirmed, drawn anew (holding.h)                    | hold a block: pausing
//   pausing    | half of confirm_timeout; what the others lack was    | confirming again; confirm_tries times
//              | pushed to them                                       | in vain: failed, too few
//   any        | move_max                                             | failed, too long
//
// A block that is taken within the move is confirmed too, wherever its key lies. A holder counts for a key
// when its own word of this moment says that it is settled there, after its own move, that it has the
// revision, and when it could show what it was asked to show. So a block is given up only while `floor`
// others have it. One who cannot show counts for nothing in the stretch. The end is told once; the owner of
// this changes its place then. Nothing is reclaimed before release. Source: protocol document, 1.2.7, 1.2.10.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arachnode/holding.h"
#include "core/arachnode/push_limit.h"
#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"

namespace core {

class Handoff {
 public:
  enum class Phase : uint8_t { kIdle, kConfirming, kProving, kPausing };
  enum class End : uint8_t {
    kNone,
    kDone,
    kTooFew,  // Hold the block stuck().
    kTooLong  // It took; stuck() is the first block of the stretch under way.
  };

  // What it asks and tells others through, besides the messages of the moment.
  struct Ways {
    const RingBook& book;
    Shelf& shelf;
    Questions& questions;
    Challenges& challenges;
    PushLimit& pushes;
  };

  // Of all held blocks within the range.
  void Begin(const RingMoment& moment, const KeyRange& range);
  void Stop(const Ways& ways);

  // Asks what can be asked now. Call after Begin and after every event.
  void Advance(const RingMoment& moment, const Ways& ways);

  // REQUIRES: what Confirm::infos says is in the book.
  void OnConfirm(const RingMoment& moment, const Question& question, const Confirm& confirm,
                 const Ways& ways);
  // Of a challenge that this began.
  void OnChallenged(const Challenges::End& end);
  // The shelf has taken a block.
  void OnKept(const KeyedRevision& block);
  void OnDeadline(const RingMoment& moment, const Ways& ways);
  [[nodiscard]] Time NextDeadline() const;

  // Once, when it has ended.
  [[nodiscard]] End TakeEnd();

  [[nodiscard]] bool running() const { return phase_ != Phase::kIdle; }

  [[nodiscard]] uint32_t confirmed() const { return confirmed_; }

  // Of the range.
  [[nodiscard]] uint32_t through_ppm() const { return range_.ShareBefore(cursor_); }

  [[nodiscard]] const Key256& stuck() const { return stuck_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr size_t kStretch = 64;
  static constexpr size_t kSpare = 3;  // Asked beyond the floor.

  struct Claim {
    KeyedRevision block;
    std::vector<PeerId> asked;
    uint16_t holders = 0;
  };

  // One who said that it holds some of the stretch.
  struct Witness {
    PeerId peer;
    std::vector<uint32_t> claims;  // Their places in claims_.
  };

  void NextStretch(const Shelf& shelf);
  // Sends the questions of this try.
  void AskHolders(const RingMoment& moment, const Ways& ways);
  void AskStrangers(const RingMoment& moment, Questions& questions);
  void Challenge(const RingMoment& moment, const Ways& ways);
  // All that could be asked about the stretch has been.
  void Judge(const RingMoment& moment, const Ways& ways);
  void Finish(End end, const Ways& ways);

  Phase phase_ = Phase::kIdle;
  End end_ = End::kNone;
  KeyRange range_;
  Key256 cursor_;                    // Everything up to it has been in a stretch.
  std::vector<KeyedRevision> late_;  // Came behind the cursor's back.
  std::vector<Claim> claims_;        // The stretch; empty: the next one is to be taken.
  std::vector<Witness> witnesses_;   // Of this try.
  int tries_ = 0;
  uint32_t confirmed_ = 0;
  Key256 stuck_;
  Time resume_ = Time::Never();
  Time give_up_ = Time::Never();
};

}  // namespace core

// Handoff: nobody gives up keys before others hold every block of them.
//
//   phase      | waits for                                            | then
//   idle       | Begin: the node is `moving` or `leaving` and says so | confirming
//   confirming | the words of floor + 3 holders about a stretch of    | next stretch; none left: done
//              | blocks, or silence                                   |
//   pausing    | half of confirm_timeout, after a stretch that too    | confirming again; confirm_tries times
//              | few hold: what they lack was pushed to them          | in vain: failed
//
// A block that is taken within the move is confirmed too, wherever its key lies. A holder counts for a key when its own word of this moment says that it is settled there, after its own
// move, and that it has the revision. So a block is given up only while `floor` others have it. Done and
// failed are told once; the owner of this changes its place then. Nothing is reclaimed before release.
// Source: protocol document, 1.2.7.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"

namespace core {

class Handoff {
 public:
  enum class Phase : uint8_t { kIdle, kConfirming, kPausing };
  enum class End : uint8_t { kNone, kDone, kFailed };

  // Of all held blocks within the range.
  void Begin(const RingMoment& moment, const KeyRange& range);
  void Stop(Questions& questions);

  // Asks what can be asked now. Call after Begin and after every event.
  void Advance(const RingMoment& moment, const RingBook& book, Shelf& shelf, Questions& questions);

  // REQUIRES: what Confirm::infos says is in the book.
  void OnConfirm(const RingMoment& moment, const Question& question, const Confirm& confirm,
                 const RingBook& book, Shelf& shelf);
  // The shelf has taken a block.
  void OnKept(const KeyedRevision& block);
  void OnDeadline(const RingMoment& moment);
  [[nodiscard]] Time NextDeadline() const;

  // Once, when it has ended.
  [[nodiscard]] End TakeEnd();

  [[nodiscard]] bool running() const { return phase_ != Phase::kIdle; }

  [[nodiscard]] uint32_t confirmed() const { return confirmed_; }

  // Of the range.
  [[nodiscard]] uint32_t through_ppm() const { return range_.ShareBefore(cursor_); }

  // Of a failed one: a block that too few hold.
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

  void NextStretch(const Shelf& shelf);
  // Sends the questions of this try; false: there is nobody to ask.
  bool AskHolders(const RingMoment& moment, const RingBook& book, Questions& questions);
  void AskStrangers(const RingMoment& moment, Questions& questions);
  void Judge(const RingMoment& moment);

  Phase phase_ = Phase::kIdle;
  End end_ = End::kNone;
  KeyRange range_;
  Key256 cursor_;                    // Everything up to it has been in a stretch.
  std::vector<KeyedRevision> late_;  // Came behind the cursor's back.
  std::vector<Claim> claims_;        // The stretch; empty: the next one is to be taken.
  bool asked_ = false;               // About the stretch, in this try.
  int tries_ = 0;
  uint32_t confirmed_ = 0;
  Key256 stuck_;
  Time resume_ = Time::Never();
  Time give_up_ = Time::Never();
};

}  // namespace core

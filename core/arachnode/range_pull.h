// RangePull: fetches what others hold of a range and this node does not: the fill of a joiner, and of a node
// that moves in. Who lacks little asks for digests instead (repair.h).
//
//   phase    | waits for                                    | then
//   idle     | Begin                                        | seeking
//   seeking  | two nodes that answer behind the cursor;    | paging; nobody: on to where somebody answers
//            | if none are known, who knows one             | for keys, or done
//   paging   | their lists behind the cursor, or silence    | fetching
//   fetching | what of the lists is missing (wants.h)       | the cursor moves to where the shortest list
//            |                                              | ends: seeking, or done
//
// Invariants: (1) two sources are asked where there are two, so that one cannot withhold alone; (2) a list
// that ends early without having to is no answer, so that nobody can make pages short; (3) what was named
// and could not be fetched is counted: such a fill is not whole. Source: protocol document, 1.2.3.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"
#include "core/arachnode/wants.h"

namespace core {

class RangePull {
 public:
  enum class Phase : uint8_t { kIdle, kSeeking, kPaging, kFetching };

  void Begin(const KeyRange& range);
  void Stop(Questions& questions);

  // Asks what can be asked now. Call after Begin and after every event.
  void Advance(const RingMoment& moment, const RingBook& book, const Shelf& shelf,
               Questions& questions);

  void OnRange(const Question& question, const Range& range, const RingBook& book,
               const RingMoment& moment);
  void OnSilence(const Question& question);

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] bool running() const { return phase_ != Phase::kIdle; }

  // Of the last pull, when it has ended.
  [[nodiscard]] uint32_t fetched() const { return wants_.fetched(); }

  [[nodiscard]] uint32_t failed() const { return wants_.failed(); }

  // Of the range.
  [[nodiscard]] uint32_t through_ppm() const { return range_.ShareBefore(cursor_); }

  [[nodiscard]] Wants& wants() { return wants_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr size_t kSources = 2;
  static constexpr uint16_t kPageBlocks = 128;

  [[nodiscard]] bool IsAnswer(const Range& range) const;
  void Seek(const RingMoment& moment, const RingBook& book, Questions& questions);
  // Whom to ask when no holder of the cursor is known.
  void SeekStrangers(const RingMoment& moment, Questions& questions);
  void SkipTo(const RingMoment& moment, const RingBook& book);
  void Sift(const Shelf& shelf);
  void MoveOn();

  Phase phase_ = Phase::kIdle;
  KeyRange range_;
  Key256 cursor_;
  Key256 reach_;                // Where the lists of this page end.
  bool listed_ = false;         // Somebody has answered for this page.
  bool strangers_ = false;      // Were asked about this cursor.
  std::vector<PeerId> silent_;  // Not asked again in this pull.
  Wants wants_;
};

}  // namespace core

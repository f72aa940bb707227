// RangePull: fetches what others hold of a range and this node does not: a joiner's fill, a node's that
// moves in, and, one page at a time, the repair of everybody.
//
//   phase    | waits for                                    | then
//   idle     | Begin                                        | seeking
//   seeking  | two nodes that answer for the cursor's key; | paging; nobody: on to where somebody answers
//            | if none are known, who knows one             | for keys, or done
//   paging   | their lists behind the cursor, or silence    | fetching
//   fetching | what of the lists is missing, four at a time | the cursor moves to where the shortest list
//            |                                              | ends: seeking, or done
//
// Invariants: (1) a revision is taken only with its proof (archive_proof.h), so a source can withhold and
// not forge; (2) two sources are asked where there are two, so that one cannot withhold alone; (3) what was
// named and could not be fetched is counted: such a fill is not whole. Source: protocol document, 1.2.3.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"

namespace core {

class RangePull {
 public:
  enum class Phase : uint8_t { kIdle, kSeeking, kPaging, kFetching };

  // `pages`: how many at most; 0: to the end of the range.
  void Begin(const KeyRange& range, const Key256& after, uint32_t pages);
  void Stop(Questions& questions);

  // Asks what can be asked now. Call after Begin and after every event.
  void Advance(const RingMoment& moment, const RingBook& book, const Shelf& shelf,
               Questions& questions);

  void OnRange(const Question& question, const Range& range, const RingBook& book,
               const RingMoment& moment);
  // A fetch is over; good: its archive is on its way to the shelf. The question's number says which.
  void OnFetched(const Question& question, bool good);
  void OnSilence(const Question& question);

  [[nodiscard]] Phase phase() const { return phase_; }

  [[nodiscard]] bool running() const { return phase_ != Phase::kIdle; }

  // Of the last pull, when it has ended.
  [[nodiscard]] uint32_t fetched() const { return fetched_; }

  [[nodiscard]] uint32_t failed() const { return failed_; }

  // Of the range.
  [[nodiscard]] uint32_t through_ppm() const { return range_.ShareBefore(cursor_); }

  // Where the next page begins; the range's end was reached when done.
  [[nodiscard]] const Key256& cursor() const { return cursor_; }

  [[nodiscard]] bool at_end() const { return at_end_; }

  // What was asked for under this number.
  [[nodiscard]] const KeyedRevision* Wanted(uint32_t number) const;

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr size_t kSources = 2;
  static constexpr size_t kWindow = 4;
  static constexpr uint16_t kPageBlocks = 128;

  struct Want {
    KeyedRevision block;
    std::vector<PeerId> sources;  // Not asked yet.
    bool asked = false;
    bool over = false;
  };

  [[nodiscard]] bool IsAnswer(const Range& range) const;
  void Seek(const RingMoment& moment, const RingBook& book, Questions& questions);
  // Whom to ask when no holder of the cursor is known.
  void SeekStrangers(const RingMoment& moment, Questions& questions);
  void SkipTo(const RingMoment& moment, const RingBook& book);
  void Sift(const Shelf& shelf);
  void Fetch(const RingMoment& moment, Questions& questions);
  void MoveOn();

  Phase phase_ = Phase::kIdle;
  KeyRange range_;
  Key256 cursor_;
  Key256 reach_;  // Where the lists of this page end.
  uint32_t pages_left_ = 0;
  bool at_end_ = false;
  bool listed_ = false;     // Somebody has answered for this page.
  bool strangers_ = false;  // Were asked about this cursor.
  uint32_t fetched_ = 0;
  uint32_t failed_ = 0;
  std::vector<PeerId> silent_;  // Not asked again in this pull.
  std::vector<Want> wants_;
};

}  // namespace core

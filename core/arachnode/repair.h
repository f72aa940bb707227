// Repair: a node finds out what it lacks of its ring and fetches it, for little when it lacks little.
//
//   phase     | waits for                                       | then
//   idle      | Begin: two neighbours are drawn                 | comparing
//   comparing | what a neighbour's digests of the range that    | parts that differ are followed down; where
//             | both answer for say, part by part               | few blocks are left, or most are missing, the
//             |                                                 | neighbour lists them; what is listed and is not
//             |                                                 | here is fetched (wants.h); then the next one
//
// Invariants: (1) in each run at most kPartsMax questions go to one neighbour, so that digests made up at
// random cost little; what is left is found by a later run; (2) one who says that nothing differs hides it
// from this run only: the next one draws others. A run begins each monitor_interval. Traffic: 16 bytes for
// each of 64 parts at each step down, 41 for each block of a list. Source: protocol document, 1.2.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"
#include "core/arachnode/wants.h"

namespace core {

// What one who holds `shelf` answers.
[[nodiscard]] RangeDigest AnswerTo(const RangeDigestRequest& request, const Shelf& shelf);

class Repair {
 public:
  // Of all that a node in this ring answers for. REQUIRES: not running.
  void Begin(const RingMoment& moment, uint8_t ring, const RingBook& book);
  void Stop(Questions& questions);

  // Asks what can be asked now. Call after Begin and after every event.
  void Advance(const RingMoment& moment, const Shelf& shelf, Questions& questions);

  void OnDigest(const Question& question, const RangeDigest& digest, const Shelf& shelf);
  void OnRange(const Question& question, const Range& range, const Shelf& shelf);
  void OnSilence(const Question& question);
  // What was fetched did not fit. After kUnfitMax of these the run is over: the rest would not either.
  void OnUnfit(Questions& questions);

  [[nodiscard]] bool running() const { return !neighbours_.empty(); }

  [[nodiscard]] Wants& wants() { return wants_; }

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  static constexpr size_t kNeighbours = 2;
  static constexpr size_t kWindow = 4;       // Questions about parts at once.
  static constexpr size_t kPartsMax = 1024;  // Of one neighbour.
  static constexpr size_t kWantsMax = 256;  // No further questions while so many are to be fetched.
  static constexpr uint32_t kUnfitMax = 8;
  static constexpr uint32_t kListBlocks = 32;  // A part with at most so many is listed.
  static constexpr uint16_t kPageBlocks = 128;

  struct Neighbour {
    PeerId peer;
    KeyRange range;  // What both answer for.
  };

  // A question about a range, asked or not; its place in the list is the question's number.
  struct Part {
    KeyRange range;
    bool listed = false;  // By its blocks; otherwise by digests.
    Key256 after = {};    // Of a list.
  };

  void Compare(const Neighbour& neighbour);
  void AskPart(const RingMoment& moment, const Shelf& shelf, Questions& questions);
  void Follow(const Part& part);

  std::vector<Neighbour> neighbours_;  // Still to be compared with; the last one is under way.
  std::vector<Part> parts_;
  size_t next_ = 0;  // The first of parts_ that is not asked.
  uint32_t unfit_ = 0;
  Wants wants_;
};

}  // namespace core

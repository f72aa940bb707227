// Fetch: a member's searches for blocks through the rings.
//
//   phase     | event                                      | then
//   seeking   | an archive, its proof good                 | comparing
//   seeking   | anything else, or silence                  | the next node; those whom an answer names are nodes too,
//             |                                            | and while no holder answers, those near the key
//   seeking   | nobody is left to ask, or may be asked     | absent, when all holders of the key that answered say
//             |                                            | that they do not hold it, and they are more than those
//             |                                            | who were silent, or these fewer than the floor; otherwise
//             |                                            | unknown
//   seeking   | the block is to be made, and as many       | spared
//             | holders as the floor say so                |
//   comparing | a holder has a later revision              | that is asked for, and compared in turn
//   comparing | nobody is left to ask, or the asker knows  | found: told, and pushed to the holders that lack it
//             | that there is no later one                 |
//   any       | fetch_time is over                         | found when there is an archive, otherwise unknown
//
// The root asks everybody itself, fetch_width at a time, and nobody passes a question on: holders of the key
// first, the most granular ring first, then inward. A holder that is behind must not make an old revision
// the cluster's latest: hence the comparison. Settled rings have no more holders of a key than fetch_contacts
// (overlap_high), so that all can be asked; of a crowd so many speak for the others. Where everybody who
// lends is still joining, nothing is in the rings and a block is absent. What is in the rings has the floor of
// holders (AR-1), so fewer that are silent cannot be all of them; and at rest all holders of its key have it, so
// that most of them lack what a few hold is a matter of the first minutes behind a commit. After a silence the floor must have
// answered. Several questions about one block
// share a search, and what was not found is remembered for absent_keep. Memory: kOpenMax searches of 256 nodes, kMissesMax misses.
// Source: protocol document, 1.2.5; docs/decisions/0020-reading-through-the-rings.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/arachnode/questions.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/shelf.h"
#include "core/base/flat_table.h"
#include "core/transactions/wanted_block.h"

namespace core {

class Fetch {
 public:
  static constexpr size_t kOpenMax = 256;
  static constexpr size_t kMissesMax = 1024;

  // Rings beyond `outermost` are left out. Ends at once when the answer is remembered or too much is sought.
  void Find(const RingMoment& moment, const WantedBlock& wanted, uint8_t outermost);

  // Asks what can be asked now. Call after Find and after every event.
  void Advance(const RingMoment& moment, const RingBook& book, Shelf& shelf, Questions& questions);

  // REQUIRES: what ArchiveReply::infos and Confirm::infos say is in the book, as far as that keeps it.
  void OnArchive(const RingMoment& moment, const Question& question, const ArchiveReply& reply,
                 const RingBook& book);
  void OnConfirm(const Question& question, const Confirm& confirm);
  void OnSilence(const RingMoment& moment, const Question& question);
  // Of the own shelf; empty: it could not be read.
  void OnRead(const RingMoment& moment, uint32_t number, const Archive& archive);

  // Searches that have ended since the last call, in that order.
  [[nodiscard]] std::vector<SoughtBlock> TakeEnded() { return std::exchange(ended_, {}); }

  [[nodiscard]] Time NextDeadline() const;

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  // What a node has said.
  enum class Word : uint8_t {
    kUnasked,
    kAsked,
    kNotHeld,  // It answers for the key and does not hold the block.
    kHeld,     // This revision or an earlier one.
    kLater,    // It holds a later one than what was found.
    kSilent,
    kNothing  // It lied, could not read, or answers for other keys.
  };

  struct Contact {
    PeerId peer;
    uint8_t ring = limits::kRingNone;  // That it answers for the key in; kRingNone: it does not.
    Word word = Word::kUnasked;

    [[nodiscard]] bool covers() const { return ring != limits::kRingNone; }
  };

  struct Search {
    uint32_t number = 0;  // Of its questions.
    BlockId block;
    Key256 key;
    bool to_make = false;
    uint64_t known = 0;  // As WantedBlock::known, of all who share the search.
    bool seeded = false;
    uint8_t outermost = limits::kRingMax;
    Time started;
    Time until;
    std::vector<Contact> contacts;  // In the order in which they are asked.
    uint16_t asked = 0;
    uint16_t open = 0;
    Archive best;
  };

  struct Miss {
    FetchEnd end = FetchEnd::kAbsent;
    Time until;
  };

  [[nodiscard]] Search* SearchOf(uint32_t number);
  [[nodiscard]] static Contact* ContactOf(Search& search, PeerId peer);
  // The contact that the answer is from, while it is waited for.
  [[nodiscard]] static Contact* Waited(Search* search, PeerId from);
  void Seed(const RingMoment& moment, const RingBook& book, const Shelf& shelf, Search& search);
  static void Add(const RingMoment& moment, Search& search, const RingInfo& info);
  [[nodiscard]] static Contact* Next(const RingMoment& moment, Search& search);
  void Ask(const RingMoment& moment, Search& search, Contact& contact, Shelf& shelf,
           Questions& questions);
  [[nodiscard]] static Word Judge(const RingMoment& moment, Search& search, PeerId from,
                                  const Archive& archive);
  [[nodiscard]] static bool IsOver(const RingMoment& moment, Search& search);
  [[nodiscard]] FetchEnd EndOf(const RingMoment& moment, const RingBook& book,
                               const Search& search) const;
  void End(const RingMoment& moment, const RingBook& book, Search& search);

  std::vector<Search> open_;  // In the order of their beginnings, which is that of their ends.
  FlatTable<BlockId, Miss> misses_;
  std::vector<SoughtBlock> ended_;  // Taken within the step.
  uint32_t last_ = 0;
  Time doubts_until_;  // A holder was silent less than absence_keep before this.
};

}  // namespace core

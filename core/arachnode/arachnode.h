// Arachnode: the storage rings, as one peer sees them: everything of this folder behind one face.
//
//   status  | event                                     | then
//   none    | LendCommand with room; a place of an      | joining; active where the place was (a move that had
//           | earlier life                              | not settled never was)
//   joining | knows who holds what here: ring chosen;   | active
//           | what the ring has is fetched              |
//   active  | the monitor says out; in                  | moving
//   moving  | out: others confirm all of the shed half; | active, one ring out; one ring in
//           | in: the gained half is fetched            |
//           | a handoff that fails                      | active, where it was
//   any     | LendCommand 0                             | leaving
//   leaving | others confirm everything                 | none; a handoff that fails is tried again
//
// Who lends nothing answers what it knows of others (RefsRequest), pushes what its clusters commit to the
// holders that it has heard of (spreading.h), and asks these for what its clusters have lost (fetch.h). An object that nobody has ever asked owns no heap memory.
// Files: arachnode.cc (the table above), arachnode_serve.cc (what others ask), arachnode_state.cc.
// Thread rule: one thread at a time. Source: protocol document, 1.2; docs/decisions/0019-rings-as-built.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/arachnode/fetch.h"
#include "core/arachnode/handoff.h"
#include "core/arachnode/holding.h"
#include "core/arachnode/overlap_sampler.h"
#include "core/arachnode/placement.h"
#include "core/arachnode/push_limit.h"
#include "core/arachnode/questions.h"
#include "core/arachnode/range_pull.h"
#include "core/arachnode/repair.h"
#include "core/arachnode/ring_book.h"
#include "core/arachnode/ring_overview.h"
#include "core/arachnode/shelf.h"
#include "core/arachnode/spreading.h"
#include "core/arachnode/vouching.h"
#include "core/base/peer_set.h"
#include "core/base/rate_limit.h"
#include "core/base/state.h"
#include "core/port/command.h"
#include "core/repository/repository.h"

namespace core {

class Arachnode {
 public:
  // Rows of an earlier life, ascending. Before everything else.
  void Load(const RingMoment& moment, std::span<const StoredRow> rows);

  void OnLend(const RingMoment& moment, const LendCommand& lend);

  // `repository`: what this peer holds as a member of clusters. Bodies of other folders are ignored.
  void OnArrival(const RingMoment& moment, const Repository& repository, PeerId from,
                 const Message& message);
  void OnStored(const RingMoment& moment, const Repository& repository, const Stored& stored);
  void OnDeadline(const RingMoment& moment, const Repository& repository);
  [[nodiscard]] Time NextDeadline() const;

  // This peer, a member of the block's cluster, has made a revision durable.
  void OnCommitted(const RingMoment& moment, const Repository& repository, const BlockId& block);

  // This peer, a member of the block's cluster, lacks it. The answer is among TakeFetched, perhaps at once.
  void OnWanted(const RingMoment& moment, const WantedBlock& wanted);

  [[nodiscard]] std::vector<SoughtBlock> TakeFetched() { return fetch_.TakeEnded(); }

  // This peer would let go of the value. The answer is among TakeVouched, perhaps at once.
  void OnParting(const RingMoment& moment, const Repository& repository, const PartingValue& value);

  [[nodiscard]] std::vector<VouchedValue> TakeVouched(const RingMoment& moment,
                                                      const Repository& repository);

  // True: somebody may want what this peer commits.
  [[nodiscard]] bool knows_rings() const { return book_.size() > 0 || lends(); }

  // True: what this peer lacks may be in the rings. Storage nodes that fell silent lately count: they may hold it.
  [[nodiscard]] bool MayBeHeld(Time now) const { return knows_rings() || now < heard_until_; }

  [[nodiscard]] bool lends() const { return place_.has_value(); }

  [[nodiscard]] const std::optional<Place>& place() const { return place_; }

  [[nodiscard]] const Shelf& shelf() const { return shelf_; }

  // REQUIRES: `self` is this peer's id in the directory.
  [[nodiscard]] RingOverview Overview(const Directory& directory, const NodeId& self) const;

  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  // ---- arachnode.cc ----
  void Enter(const RingMoment& moment, Place place);
  void WritePlace(const RingMoment& moment);
  void AskToJoin(const RingMoment& moment);
  void ChooseRing(const RingMoment& moment);
  void Monitor(const RingMoment& moment);
  void Decide(const RingMoment& moment, RingMove move);
  void Press(const RingMoment& moment, bool on);
  void EndPull(const RingMoment& moment);
  void EndHandoff(const RingMoment& moment);
  void Release(const RingMoment& moment);
  [[nodiscard]] RingWork WorkNow() const;
  [[nodiscard]] FreeShare OwnShare(const RingMoment& moment) const;
  // A random block that this node holds, of a random other node that answers for its key.
  void Watch(const RingMoment& moment);

  [[nodiscard]] Handoff::Ways WaysOfHandoff() {
    return {book_, shelf_, questions_, challenges_, pushes_};
  }

  [[nodiscard]] Vouching::Ways WaysOfVouching() { return {book_, questions_, challenges_}; }

  // Whatever can go on after an event.
  void Advance(const RingMoment& moment, const Repository& repository);

  // ---- arachnode_serve.cc ----
  // A fresh statement, told to everybody who is known.
  void Announce(const RingMoment& moment);
  void Gossip(const RingMoment& moment);
  // The own word, as fresh as it has to be; nothing when nothing is lent.
  [[nodiscard]] std::vector<RingInfo> OwnWord(const RingMoment& moment);
  [[nodiscard]] std::vector<RingInfo> WordsAbout(const RingMoment& moment,
                                                 std::span<const KeyedRevision> keys);
  [[nodiscard]] std::vector<RingInfo> Referrals(const RingMoment& moment, const Key256& key);
  void OnRefsRequest(const RingMoment& moment, PeerId from, uint64_t id,
                     const RefsRequest& request);
  void OnRangeRequest(const RingMoment& moment, PeerId from, uint64_t id,
                      const RangeRequest& request) const;
  void OnArchiveRequest(const RingMoment& moment, PeerId from, uint64_t id,
                        const ArchiveRequest& request);
  void OnArchiveStore(const RingMoment& moment, PeerId from, uint64_t id,
                      const ArchiveStore& store);
  void OnConfirmRequest(const RingMoment& moment, PeerId from, uint64_t id,
                        const ConfirmRequest& request);
  void OnHoldingChallenge(const RingMoment& moment, PeerId from, uint64_t id,
                          const HoldingChallenge& challenge);
  void OnAnswer(const RingMoment& moment, const Question& question, const Message& message);
  void OnChallenged(const RingMoment& moment, const std::optional<Challenges::End>& end);
  void OnConfirm(const RingMoment& moment, const Question& question, const Confirm& confirm);
  void OnFetched(const RingMoment& moment, const Question& question, const ArchiveReply& reply);
  void OnSilence(const RingMoment& moment, const Question& question);
  // A proven archive is to be held; false: no room.
  bool Keep(const RingMoment& moment, const ShelfTask& task, const Archive& archive);
  void OnKept(const RingMoment& moment, const ShelfEnd& end);
  void OnRead(const RingMoment& moment, const ShelfEnd& end);
  void Prove(const RingMoment& moment, const ShelfEnd& end);
  void PassOn(const RingMoment& moment, const ShelfEnd& end);
  // What to say of a block that is not held.
  [[nodiscard]] ArchiveState StateWithout(const RingMoment& moment, const Key256& key) const;
  [[nodiscard]] bool Takes(const RingMoment& moment, const Key256& key) const;

  std::optional<Place> place_;  // Nothing: nothing is lent.
  uint64_t capacity_ = 0;
  std::optional<RingInfo> word_;  // The last statement.
  uint64_t sequence_ = 0;
  RingBook book_;
  Questions questions_;
  Shelf shelf_;
  Placement placement_;
  OverlapSampler sampler_;
  RangePull pull_;  // Belongs to the place: who joins or moves in fills.
  Repair repair_;
  Handoff handoff_;
  Challenges challenges_;
  Spreading spreading_;
  Vouching vouching_;
  PushLimit pushes_;
  RateLimit refs_asked_;  // By peer: an answer may cost 32 verifications.
  Fetch fetch_;
  bool choosing_ = false;  // Joining, and the ring is not chosen.
  bool pressed_ = false;
  bool refused_ = false;  // A block did not fit, since the last sample.
  uint32_t join_tries_ = 0;
  std::vector<BlockId> backlog_;  // Committed before a holder was known, still to be spread.
  Time heard_until_;              // Storage nodes were known less than absence_keep before this.
  Time gossip_at_ = Time::Never();
  Time monitor_at_ = Time::Never();
  Time release_at_ = Time::Never();
  Time join_at_ = Time::Never();
  Time backlog_at_ = Time::Never();
};

}  // namespace core

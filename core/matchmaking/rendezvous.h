// Rendezvous: the holder side of matchmaking. Keeps the records of the keys that this peer is near
// to, answers who is there, tells subscribers of newcomers.
//
//   message        | held before            | then
//   Provide        | nothing                | checks, take                      -> ProvideAck
//   Provide        | lower sequence         | checks, replace                   -> ProvideAck
//   Provide        | same or higher one     | nothing changes, nothing verified -> ProvideAck
//   Provide        | rate or room used up   | nothing changes                   -> ProvideAck,
//   retry Provide        | not its owner, forged, | reported, no answer
//                  | or at a foreign key    |
//   Withdraw       | sequence not above its | checks, drop                      -> no answer
//   Find           | any                    | count, maybe subscribe            -> Found
//   Find           | rate used up           | nothing changes                   -> Found, retry
//   deadline       | an expiry has come     | drop
//   deadline       | a push is due          | Push to each subscriber it concerns
//
// A renewal is a new sequence and is verified; a repeated sequence is a duplicate of the network
// and neither verified nor counted as renewal, so replays cannot prolong a record's life. One queue
// orders expiries: cost follows what expires, not what is held. Memory is bounded by
// topics_per_holder, records_per_key, records_per_holder, subscriptions_per_key and rate_entries.
// Nothing is allocated before the first request and nothing is left after the last expiry.
// Source: protocol document, 1.1.1, 1.1.2, 1.1.6 and 1.1.7.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/state.h"
#include "core/base/time.h"
#include "core/codec/directory.h"
#include "core/codec/messages.h"
#include "core/matchmaking/holding.h"
#include "core/matchmaking/moment.h"

namespace core {

class KeyBook;

class Rendezvous {
 public:
  Rendezvous();
  Rendezvous(Rendezvous&&) noexcept;
  Rendezvous& operator=(Rendezvous&&) noexcept;
  ~Rendezvous();

  void OnProvide(const Moment& moment, PeerId from, uint64_t request, const Provide& provide);
  void OnFind(const Moment& moment, PeerId from, const Message& message);
  void OnWithdraw(const Moment& moment, PeerId from, const Withdraw& withdraw);
  void OnDeadline(const Moment& moment);

  // For a participant on this very peer: the same admission, without messages. Take returns nothing
  // for a record that is refused without an answer.
  [[nodiscard]] std::optional<ProvideAck> Take(const Moment& moment, PeerId from,
                                               const Provide& provide);
  void Answer(const Moment& moment, PeerId from, const Find& find, Found& out);

  [[nodiscard]] Time NextDeadline() const;
  [[nodiscard]] size_t KeyCount() const;
  [[nodiscard]] size_t RecordCount() const;
  // What is held now, ascending.
  [[nodiscard]] std::vector<Holding> Holdings(const Directory& directory) const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct Store;
  Store& Open(const Moment& moment);
  void Admit(const Moment& moment, const Provide& provide);
  static void PushFresh(const Moment& moment, KeyBook& book);

  std::unique_ptr<Store> store_;
};

}  // namespace core

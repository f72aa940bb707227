// Matcher: one participant that seeks `want` partners within its patience. It starts in its own
// neighbourhood, widens by 1, 2, 4, ... bits while too few are there, narrows only when every holder
// says that a key is crowded, and waits at c = 0 until the deadline.
//
//   phase    | event                                   | then
//   kAsking  | all holders answered, failed or refused | judge
//   kAsking  | the level's time is over                | judge with what there is
//   kPausing | the pause is over                       | kAsking, wider
//   kStaying | re-query time                           | kStaying, ask again; answers: judge
//   kStaying | the level's time is over, c > 0         | judge
//   kAsking, | the partner that was missing accepts    | kFinished, satisfied
//   kPausing,| patience over, offers under way         | kClosing
//   kStaying | patience over                           | kFinished, patience
//   kClosing | no offer under way, or one re-query     | kFinished, patience (satisfied when the
//            |   interval has passed                   |   last offer completed the number)
//   any      | Leave                                   | kFinished, left
//   kFinished| a partner's offer or accept once more   | answered as before, for one offer expiry
//   other pairs change nothing.
//
//   judge: enough found -> kStaying (offers decide); crowd, and none was disproved -> kAsking,
//   narrower; c = 0 -> kStaying; time left at this level and the stay-or-move test says stay ->
//   kStaying; else -> kPausing.
//
//   an offer is | event                                  | then
//   open        | accept                                 | partner
//   open        | unanswered for OfferWait               | sent once more; of a worker's: lapsed
//   open        | the copy unanswered as long            | lapsed: the next candidate is asked
//   lapsed      | accept, a partner is missing           | partner
//   lapsed      | accept, nobody is missing              | refused; the worker is told (Done)
//   both        | decline, link down, expiry             | gone, until it offers itself
//
// Invariants: (1) narrowing follows a crowd signal of every holder heard, widening follows too few
// (MM-6); a crowd is disproved when the seeker has to widen after it narrowed, and then it narrows
// no more, so it cannot swing; (2) a level gets at most its share of the remaining patience, so that
// no holder can spend all of it; (3) a record is acted on only after signature, topic, role, age and
// filter were checked (MM-5); (4) partners + open offers <= want. Offers wait until enough were
// found, except at c = 0 and near the end.
// Source: protocol document, 1.1.4, 1.1.10; docs/decisions/0007.
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
#include "core/matchmaking/candidates.h"
#include "core/matchmaking/moment.h"
#include "core/matchmaking/publication.h"
#include "core/port/command.h"
#include "core/port/observation.h"

namespace core {

class Matcher {
 public:
  enum class Phase : uint8_t { kAsking = 1, kPausing, kStaying, kClosing, kFinished };

  Matcher(const Key256& topic, const MatchCommand& command, const MatchmakingConfig& config);

  void Begin(const Moment& moment);
  void Leave(const Moment& moment);

  // Each returns whether the event concerned this flow.
  bool OnLookup(const Moment& moment, uint64_t token, std::span<const PeerId> nearest,
                uint32_t requests);
  bool OnProvideAck(const Moment& moment, PeerId from, uint64_t request, const ProvideAck& ack);
  bool OnFound(const Moment& moment, PeerId from, uint64_t request, const Found& found);
  bool OnPush(const Moment& moment, PeerId from, uint64_t request, const Push& push);
  bool OnOffer(const Moment& moment, PeerId from, uint64_t request, const Offer& offer);
  bool OnAccept(const Moment& moment, PeerId from, const Accept& accept);
  bool OnDecline(const Moment& moment, PeerId from, const Decline& decline);
  bool OnDone(const Moment& moment, PeerId from, const Done& done);
  void OnLinkDown(const Moment& moment, PeerId peer);
  void OnDeadline(const Moment& moment);

  [[nodiscard]] const Key256& topic() const { return topic_; }

  [[nodiscard]] Phase phase() const { return phase_; }

  // Finished, and no copy of a partner's message can come any more.
  [[nodiscard]] bool over() const {
    return phase_ == Phase::kFinished && phase_deadline_ == Time::Never();
  }

  [[nodiscard]] uint8_t specificity() const { return publication_.specificity(); }

  [[nodiscard]] size_t partner_count() const { return partners_.size(); }

  // In the order in which they agreed.
  [[nodiscard]] std::vector<PeerId> Partners() const;

  [[nodiscard]] size_t offer_count() const { return offers_.size(); }

  [[nodiscard]] Time NextDeadline() const;
  void CollectPeers(PeerSet& peers) const;
  void Digest(Hasher& hasher) const;
  void Describe(StateListener& listener) const;
  [[nodiscard]] size_t HeapBytes() const;

 private:
  template <typename State>
  void Tell(State& state) const;

  struct OpenOffer {
    TaskId task;
    PeerId to;
    Time expires;
    Time lapses;  // Another candidate is asked from then on.
    bool lapsed = false;
    bool repeated = false;
  };

  struct Partner {
    TaskId task;
    PeerId peer;
  };

  // matcher.cc: levels.
  void OnSearchDeadline(const Moment& moment);
  void EnterLevel(const Moment& moment, uint8_t specificity);
  void Ask(const Moment& moment);
  void Judge(const Moment& moment);
  void Stay(const Moment& moment);
  void Widen(const Moment& moment);
  void Narrow(const Moment& moment, uint32_t count);
  void Renew(const Moment& moment);
  void Finish(const Moment& moment, MatchEnd end);
  [[nodiscard]] bool Searching() const;
  [[nodiscard]] uint32_t LevelsLeft() const;
  [[nodiscard]] bool IsCrowd(const Moment& moment, const Tally& tally) const;
  [[nodiscard]] bool WantsToStay(const Moment& moment, const Tally& tally) const;
  [[nodiscard]] bool Subscribes(const Moment& moment) const;
  [[nodiscard]] uint32_t Missing() const;

  // matcher_offers.cc: candidates, offers, partners.
  void TakeRecords(const Moment& moment, PeerId holder, std::span<const Record> records);
  void MakeOffers(const Moment& moment);
  void SendOffer(const Moment& moment, const OpenOffer& offer);
  void AddPartner(const Moment& moment, PeerId peer, const TaskId& task);
  void AfterOffer(const Moment& moment);
  [[nodiscard]] bool Repeat(const Moment& moment, OpenOffer& offer);
  void ExpireOffers(const Moment& moment);
  [[nodiscard]] Duration OfferWait(const Moment& moment) const;
  void Refuse(const TaskId& task);
  void Agree(const Moment& moment, PeerId from, uint64_t request, const Offer& offer);
  [[nodiscard]] std::vector<OpenOffer>::iterator OfferTo(PeerId peer);

  Key256 topic_;
  MatchCommand command_;
  Phase phase_ = Phase::kAsking;
  uint8_t gallop_ = 1;        // Bits of the next widening.
  bool narrowed_ = false;     // The last step followed a crowd.
  bool disproved_ = false;    // A crowd turned out thin: no other is believed.
  bool final_query_ = false;  // The one before the deadline was sent.
  bool judged_ = false;       // The answers of this round were judged.
  uint32_t levels_ = 0;
  uint32_t requests_ = 0;  // Of earlier levels, lookups and offers.
  uint32_t accepts_ = 0;
  uint32_t declines_ = 0;
  Time started_;
  Time deadline_ = Time::Never();
  Time level_deadline_ = Time::Never();
  Time phase_deadline_ = Time::Never();  // End of a pause, next query, or end of closing.
  Time renew_at_ = Time::Never();
  Publication publication_;
  Candidates candidates_;
  std::vector<OpenOffer> offers_;
  std::vector<TaskId> refused_;  // Declined as busy, or given back; a copy is declined.
  std::vector<Partner> partners_;
};

// Declines an offer; shared with those who take no part in the topic.
void SendDecline(const Moment& moment, PeerId to, uint64_t request, const TaskId& task,
                 DeclineReason reason);
void SendAccept(const Moment& moment, PeerId to, uint64_t request, const TaskId& task);
void SendDone(const Moment& moment, PeerId to, const TaskId& task);

}  // namespace core

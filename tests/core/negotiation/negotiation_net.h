// NegotiationNet: voters that negotiate, over tests/core/matchmaking/matchmaking_net.h. They live on a map, so that delays are
// those of places, and their clocks differ a little. What the voters do beyond pairing and seeding is the node's business.
//
// FormingNode stands for a voter up to a pool of three: as a pool's coordinator it informs the others and counts who
// acknowledges; a pool that all have acknowledged stays.
//
// PairRules watches everybody (BN-8, BN-9, and what pairing promises): a nonce and a pairing key stand in one attempt only,
// nobody is in two pairs with one ticket, each pair has one coordinator, and a secret leaves its owner for one seed and one
// receiver.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/modelled_sealing.h"
#include "core/crypto/ristretto_sealing.h"
#include "core/crypto/sodium_suite.h"
#include "core/negotiation/formation.h"
#include "tests/core/matchmaking/matchmaking_net.h"

namespace core {

inline VoteCommand VoteOf(PeerId peer, const VotingTerms& terms) {
  VoteCommand command;
  command.terms = terms;
  command.answers = {static_cast<uint8_t>(peer.value), 1, 2, 3};
  command.public_cid.bytes.fill(1);
  command.private_cid.bytes.fill(2);
  Random random({.seed = 77, .peer = peer.value, .purpose = Purpose::kTest});
  random.Fill(command.entropy.bytes);
  return command;
}

class FormingNode {
 public:
  FormingNode(PeerId, const Context&) {}

  // In a pool that all have acknowledged, or, as a member, that it has acknowledged.
  [[nodiscard]] bool pooled() const { return pooled_ != Key256{}; }

  [[nodiscard]] const Key256& pool_id() const { return pooled_; }

  // Of the coordinator.
  [[nodiscard]] const std::optional<Pool>& pool() const { return pool_; }

  [[nodiscard]] bool votes() const { return formation != nullptr; }

  void Vote(const Moment& moment, const VoteCommand& command) {
    const NegotiationMoment at{moment, matchmaking};
    formation = std::make_unique<Formation>(at, command);
    EXPECT_TRUE(formation->Begin(at).ok());
    Settle(at);
  }

  // The pool came to nothing.
  void Dissolve(const Moment& moment) {
    const NegotiationMoment at{moment, matchmaking};
    pooled_ = {};
    pool_.reset();
    formation->Return(at);
    Settle(at);
  }

  void OnArrival(const Moment& moment, PeerId from, const Message& message) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnArrival(moment, from, message);
    if (const auto* inform = std::get_if<PoolInform>(&message.body)) {
      OnInform(at, from, message.id, *inform);
    } else if (const auto* ack = std::get_if<PoolAck>(&message.body)) {
      if (pool_.has_value() && ack->pool == pool_->id) acks_.insert(from);
      if (acks_.size() == 2) pooled_ = pool_->id;
    } else if (formation == nullptr || !formation->OnArrival(at, from, message)) {
      Formation::Decline(at, from, message);
    }
    Settle(at);
  }

  void OnLookup(const Moment& moment, const Located& located) {
    matchmaking.OnLookup(moment, located);
    Settle({moment, matchmaking});
  }

  void OnLinkDown(const Moment& moment, PeerId peer) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnLinkDown(moment, peer);
    if (formation != nullptr) formation->OnLinkDown(at, peer);
    Settle(at);
  }

  void OnDeadline(const Moment& moment) {
    const NegotiationMoment at{moment, matchmaking};
    matchmaking.OnDeadline(moment);
    if (formation != nullptr) formation->OnDeadline(at);
    if (revert_at_ <= moment.now) {
      if (!pooled()) Revert(at);
      revert_at_ = Time::Never();
    }
    Settle(at);
  }

  [[nodiscard]] Time NextDeadline() const {
    const Time next = std::min(matchmaking.NextDeadline(), revert_at_);
    return formation == nullptr ? next : std::min(next, formation->NextDeadline());
  }

  [[nodiscard]] Rendezvous& rendezvous() { return matchmaking.rendezvous(); }

  Matchmaking matchmaking;
  std::unique_ptr<Formation> formation;

 private:
  void OnInform(const NegotiationMoment& moment, PeerId from, uint64_t id,
                const PoolInform& inform) {
    if (inform.event == PoolEvent::kReverted) {
      if (pooled_ == inform.pool && !pool_.has_value()) Dissolve(moment);
      return;
    }
    if (formation == nullptr || formation->opener() != from) {
      return moment.Send(from, id, NegotiationRefusal{.reason = NegotiationReject::kDissolved});
    }
    formation->OnFormed(moment);
    pooled_ = inform.pool;
    moment.Send(from, id, PoolAck{.pool = inform.pool, .epoch = inform.epoch});
  }

  void Inform(const NegotiationMoment& moment, PoolEvent event) {
    for (const PoolMember& member : pool_->members) {
      if (member.peer == moment.self) continue;
      moment.Send(member.peer, moment.random.Next(),
                  PoolInform{.event = event,
                             .pool = pool_->id,
                             .epoch = 1,
                             .size = 3,
                             .lists = {},
                             .former = {},
                             .peer = moment.self,
                             .silent = {}});
    }
  }

  void Revert(const NegotiationMoment& moment) {
    Inform(moment, PoolEvent::kReverted);
    Dissolve(moment);
  }

  void Settle(const NegotiationMoment& moment) {
    if (formation == nullptr) return;
    formation->OnNewcomers(moment);
    std::optional<Pool> pool = formation->TakePool();
    if (!pool.has_value()) return;
    pool_ = std::move(pool);
    acks_.clear();
    revert_at_ = moment.now + moment.rules().ack_wait;
    Inform(moment, PoolEvent::kFormed);
  }

  std::optional<Pool> pool_;
  Key256 pooled_;
  std::set<PeerId> acks_;
  Time revert_at_ = Time::Never();
};

// Over what everybody reported.
class PairRules {
 public:
  template <typename Reports>
  static void Check(const Reports& reports) {
    PairRules rules;
    for (const auto& report : reports) rules.Note(report.peer, report.what);
    rules.Judge();
  }

 private:
  void Note(PeerId peer, const Observation& what) {
    if (const auto* attempt = std::get_if<AttemptStarted>(&what)) {
      EXPECT_TRUE(nonces_.insert(attempt->nonce).second) << "a nonce twice";
      EXPECT_TRUE(keys_.insert(attempt->pairing_key).second) << "a pairing key twice";
    } else if (const auto* pair = std::get_if<PairFormed>(&what)) {
      EXPECT_TRUE(pairs_.emplace(pair->ticket, *pair).second) << "two pairs of " << peer.value;
      owners_[pair->ticket] = peer;
    } else if (const auto* disclosed = std::get_if<SecretDisclosed>(&what)) {
      const auto [first, added] = disclosed_.emplace(disclosed->ticket, *disclosed);
      EXPECT_TRUE(added) << "a secret of " << peer.value << " twice";
    } else if (const auto* opened = std::get_if<SeedOpened>(&what)) {
      EXPECT_TRUE(opened_.insert(opened->seed).second) << "a seed opened twice";
      EXPECT_NE(opened->coordinator, peer);
      EXPECT_NE(opened->partner, peer);
    }
  }

  // Both sides that know of a pair agree on who coordinates; a partner's word alone is not enough for a pair.
  void Judge() {
    EXPECT_FALSE(pairs_.empty()) << "nothing to judge";
    std::map<std::pair<PeerId, PeerId>, int> coordinated;
    for (const auto& [ticket, pair] : pairs_) {
      const PeerId owner = owners_[ticket];
      if (pair.coordinates) ++coordinated[{owner, pair.partner}];
    }
    for (const auto& [ticket, pair] : pairs_) {
      if (pair.coordinates) continue;
      int& known = coordinated[{pair.partner, owners_[ticket]}];
      EXPECT_GT(known, 0) << "a pair without coordinator at " << owners_[ticket].value;
      --known;
    }
  }

  std::set<Key256> nonces_;
  std::set<GroupKeyBytes> keys_;
  std::map<Key256, PairFormed> pairs_;
  std::map<Key256, PeerId> owners_;
  std::map<Key256, SecretDisclosed> disclosed_;
  std::set<Key256> opened_;
};

template <typename Node>
class NegotiationNet : public MatchmakingNet<Node> {
 public:
  using Base = MatchmakingNet<Node>;

  explicit NegotiationNet(const typename Base::Options& options)
      : Base(options), sealing_(Digest256{5}) {
    this->context().sealing = &sealing_;
    terms_.template_cid.bytes.fill(9);
    terms_.voters = options.nodes;
    terms_.opens_ms = this->now().us / 1000;
    terms_.closes_ms = terms_.opens_ms + 3'600'000;
    Random places({.seed = options.seed, .purpose = Purpose::kPlacement});
    for (uint32_t i = 0; i < options.nodes; ++i) {
      const int64_t x = places.Between(0, 60'000);
      const int64_t y = places.Between(0, 60'000);
      places_.push_back({x, y});
      this->SetClock(PeerId{i}, Microseconds(places.Between(-5'000, 5'000)));
    }
    this->SetDelay([this](PeerId from, PeerId to) { return DelayOf(from, to); });
  }

  // One way, without what varies.
  [[nodiscard]] Duration Distance(PeerId a, PeerId b) const {
    const auto [ax, ay] = places_[a.value];
    const auto [bx, by] = places_[b.value];
    return Microseconds(2'000 + std::abs(ax - bx) + std::abs(ay - by));
  }

  void Place(PeerId peer, int64_t x_us, int64_t y_us) { places_[peer.value] = {x_us, y_us}; }

  void Vote(PeerId peer) {
    this->Run(peer, [&](Node& node, const Moment& moment) {
      if (!node.votes()) node.Vote(moment, VoteOf(PeerId{peer.value + 1000 * lives_++}, terms_));
    });
  }

  void VoteAll() {
    for (uint32_t i = 0; i < this->size(); ++i) Vote(PeerId{i});
  }

  [[nodiscard]] VotingTerms& terms() { return terms_; }

  // Group operations, and answers sealed to a key holder.
  void SealForReal() {
    this->context().sealing = &real_;
    DrawnBytes drawn{};
    drawn.fill(7);
    terms_.election_keys = {real_.KeyOf(real_.SecretFrom(drawn))};
  }

 private:
  [[nodiscard]] Duration DelayOf(PeerId from, PeerId to) {
    return Distance(from, to) + Microseconds(this->random().Between(0, 2'000));
  }

  SodiumSuite sodium_;  // Whoever makes one makes libsodium ready.
  RistrettoSealing real_;
  ModelledSealing sealing_;
  VotingTerms terms_;
  std::vector<std::pair<int64_t, int64_t>> places_;
  uint32_t lives_ = 0;
};

}  // namespace core

// VotersRig: some voters whose messages the test carries by hand, one step at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/modelled_sealing.h"
#include "core/negotiation/formation.h"
#include "core/negotiation/ticket.h"
#include "tests/core/matchmaking/flow_rig.h"
#include "tests/core/negotiation/negotiation_net.h"

namespace core {

class VotersRig {
 public:
  VotersRig() {
    rig.context.sealing = &sealing;
    terms.template_cid.bytes.fill(9);
    terms.voters = 3;
    terms.opens_ms = rig.now.us / 1000;
    terms.closes_ms = terms.opens_ms + 3'600'000;
  }

  // Its first attempt has begun.
  Formation& Vote(uint32_t peer) {
    Voter& voter = voters[peer];
    voter.formation =
        std::make_unique<Formation>(At(peer), VoteOf(PeerId{peer + 1000 * lives}, terms));
    EXPECT_TRUE(voter.formation->Begin(At(peer)).ok());
    return *voter.formation;
  }

  [[nodiscard]] NegotiationMoment At(uint32_t peer) {
    return {rig.At(PeerId{peer}), voters[peer].topics};
  }

  [[nodiscard]] Formation& formation(uint32_t peer) { return *voters[peer].formation; }

  [[nodiscard]] Pairing::Phase pairing(uint32_t peer) { return formation(peer).pairing().phase(); }

  [[nodiscard]] Seeding::Phase seeding(uint32_t peer) { return formation(peer).seeding().phase(); }

  // `to` has a message of `from` that was so long on its way; what `to` sends then is in Sent.
  void Carry(uint32_t from, uint32_t to, Body body, uint64_t id = 1,
             Duration delay = Milliseconds(20)) {
    Message message;
    message.id = id;
    message.sent_ms = (rig.now - delay).us / 1000;
    message.body = std::move(body);
    rig.effects.Clear();
    taken = formation(to).OnArrival(At(to), PeerId{from}, message);
  }

  // The last message of this kind that was sent to the peer by the step before.
  template <typename T>
  [[nodiscard]] std::optional<Message> Sent(uint32_t to) {
    std::optional<Message> found;
    for (const auto& [peer, message] : rig.Sent<T>()) {
      if (peer == PeerId{to}) found = message;
    }
    return found;
  }

  [[nodiscard]] std::optional<NegotiationReject> Refusal(uint32_t to) {
    const auto message = Sent<NegotiationRefusal>(to);
    if (!message.has_value()) return std::nullopt;
    return std::get<NegotiationRefusal>(message->body).reason;
  }

  // The peer's present reaches `at`.
  void Meet(uint32_t at, uint32_t peer, Duration delay,
            NegotiationStage stage = NegotiationStage::kFree, uint8_t depth = 0) {
    Carry(peer, at,
          Present{.template_cid = terms.template_cid,
                  .stage = stage,
                  .depth = depth,
                  .pool = {},
                  .size = 0},
          1, delay);
  }

  [[nodiscard]] Greet GreetOf(uint32_t peer, NegotiationStage stage = NegotiationStage::kFree) {
    return {.stage = stage, .depth = 0, .ticket = formation(peer).vote().ticket()};
  }

  // Time passes for this voter alone, up to its deadlines; what it sends is kept.
  void Wait(uint32_t peer, Duration span) {
    const Time end = rig.now + span;
    rig.effects.Clear();
    while (formation(peer).NextDeadline() <= end) {
      rig.now = std::max(rig.now, formation(peer).NextDeadline());
      formation(peer).OnDeadline(At(peer));
    }
    rig.now = end;
  }

  // Of a message under way from its sender, after `delay` both ways.
  void Pass(Duration delay) { rig.now = rig.now + delay; }

  // `greeter` has greeted `other`, the only one it has met; the greet.
  Message GreetBy(uint32_t greeter, uint32_t other, Duration delay = Milliseconds(20)) {
    Meet(greeter, other, delay);
    Wait(greeter, rig.config.negotiation.accumulate_max);
    const auto greet = Sent<Greet>(other);
    EXPECT_TRUE(greet.has_value());
    return *greet;
  }

  // 0 coordinates a pair with 1.
  void MakePair() {
    Vote(0);
    Vote(1);
    const Message greet = GreetBy(0, 1);
    Pass(Milliseconds(20));
    Carry(0, 1, greet.body, greet.id);
    const auto pair = Sent<Pair>(0);
    ASSERT_TRUE(pair.has_value());
    Pass(Milliseconds(20));
    Carry(1, 0, pair->body, pair->id);
    const auto ack = Sent<PairAck>(1);
    ASSERT_TRUE(ack.has_value());
    Pass(Milliseconds(20));
    Carry(0, 1, ack->body, ack->id);
    ASSERT_EQ(seeding(0), Seeding::Phase::kSeeking);
    ASSERT_EQ(seeding(1), Seeding::Phase::kPartner);
  }

  // 0 and 1 are a pair, 2 has been greeted by 0 and waits for the seed; the seed.
  Message MakeSeed() {
    MakePair();
    Vote(2);
    Meet(0, 2, Milliseconds(20));
    const auto greet = Sent<Greet>(2);
    EXPECT_TRUE(greet.has_value());
    Pass(Milliseconds(20));
    Carry(0, 2, greet->body, greet->id);
    const auto ack = Sent<PairAck>(0);
    EXPECT_TRUE(ack.has_value());
    Pass(Milliseconds(20));
    Carry(2, 0, ack->body, ack->id);
    const auto seed = Sent<PoolSeed>(2);
    EXPECT_TRUE(seed.has_value());
    return *seed;
  }

  // The third has the seed and asks for the partner's secret.
  Message MakeConfirm() {
    const Message seed = MakeSeed();
    Carry(0, 2, seed.body, seed.id);
    const auto confirm = Sent<SeedConfirm>(1);
    EXPECT_TRUE(confirm.has_value());
    return *confirm;
  }

  struct Voter {
    Matchmaking topics;
    std::unique_ptr<Formation> formation;
  };

  FlowRig rig;
  ModelledSealing sealing{Digest256{5}};
  VotingTerms terms;
  std::map<uint32_t, Voter> voters;
  uint32_t lives = 0;  // Another one draws other bytes.
  bool taken = false;
};

}  // namespace core

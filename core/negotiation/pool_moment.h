// PoolMoment: everything that a flow of pools may touch during one step.
//
// It is a NegotiationMoment, and what this peer's voter contributes in the attempt at hand. Lives on the
// stack of one Step and owns nothing: pools keep no record of the voter's own.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "core/negotiation/negotiation_moment.h"
#include "core/negotiation/pool.h"
#include "core/port/command.h"

namespace core {

struct PoolMoment : NegotiationMoment {
  const VotingTerms& terms;
  const SecretKey& registrant;
  const Ticket& ticket;
  const Key256& ticket_hash;
  const OwnRecords& own;
  PeerId opener =
      kNoPeer;  // Reads the seed with this voter's records: may say that a pool is formed.

  [[nodiscard]] const Key256& template_cid() const { return terms.template_cid; }

  [[nodiscard]] static Time AtMs(int64_t ms) { return {ms * 1000}; }

  [[nodiscard]] Time closes() const { return AtMs(terms.closes_ms); }

  // For so long nobody takes part in a pool whose coordinator says nothing.
  [[nodiscard]] Duration silence_max() const { return rules().present_interval * 3; }

  void SendAll(std::span<const PeerId> to, uint64_t id, Body body) const {
    if (to.empty()) return;
    Message& message = effects.Send(to);
    message.id = id;
    message.sent_ms = now_ms();
    message.body = std::move(body);
  }

  // The answer to a request that is not granted.
  void Decline(PeerId to, uint64_t id, NegotiationReject reason) const {
    Send(to, id, NegotiationRefusal{.reason = reason});
  }

  // Not believed, and the sender should have known better.
  void Accuse(PeerId from, Offence offence) const {
    Refuse(from, NegotiationReject::kBad);
    Report(from, offence);
  }
};

}  // namespace core

// NegotiationMoment: everything that a flow of this folder may touch during one step.
//
// It is matchmaking's Moment, whose gatherings are the topics, and who this vote is. Lives on the
// stack of one Step and owns nothing.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "core/codec/messages.h"
#include "core/matchmaking/matchmaking.h"
#include "core/matchmaking/moment.h"

namespace core {

struct NegotiationMoment : Moment {
  Matchmaking& topics;

  [[nodiscard]] const NegotiationConfig& rules() const { return context.config->negotiation; }

  // Never to this peer itself.
  void Send(PeerId to, uint64_t id, Body body) const {
    Message& message = effects.Send(to);
    message.id = id;
    message.sent_ms = now_ms();
    message.body = std::move(body);
  }

  void Refuse(PeerId from, NegotiationReject reason) const {
    effects.Observe(NegotiationRefused{.from = from, .reason = reason});
  }
};

}  // namespace core

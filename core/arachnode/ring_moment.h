// RingMoment: everything that a flow of this folder may touch during one step.
//
// It is a TxMoment, since archives are verified as what members decided, and the size of the network
// as this peer estimates it. Lives on the stack of one Step and owns nothing.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/transactions/tx_moment.h"

namespace core {

struct RingMoment : TxMoment {
  uint64_t peers = 1;  // Estimated, this one included.

  [[nodiscard]] const ArachnodeConfig& rings() const { return context.config->arachnode; }

  // Peers near the key that are there, nearest first, this one excluded.
  [[nodiscard]] std::vector<PeerId> Nearest(const Key256& key, size_t count) const {
    std::vector<PeerId> nearest;
    for (const Neighbour& near : clusters.NearestRemembered(now, key, count + 1)) {
      const bool there = !near.away && near.peer != self;
      if (there && nearest.size() < count) nearest.push_back(near.peer);
    }
    return nearest;
  }

  // Never to this peer itself.
  void Send(PeerId to, uint64_t id, Body body) const {
    Message& message = effects.Send(to);
    message.id = id;
    message.sent_ms = now_ms();
    message.body = std::move(body);
  }
};

}  // namespace core

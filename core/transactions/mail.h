// Mail: messages of transactions on their way out. A member that is the coordinator too, or the
// client, hears itself through the same door as everybody else, only without a network.
//
// Invariant: what a step posts to its own peer is delivered within the step, after everything that
// was posted before it. Owner: Transactions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/codec/messages.h"
#include "core/transactions/tx_moment.h"

namespace core {

class Mail {
 public:
  // `id` pairs a reply with its request; 0 where the transaction's hash does.
  void Post(const TxMoment& moment, PeerId to, uint64_t id, Body body);

  // To the member with this id, if its handle is known here.
  bool PostTo(const TxMoment& moment, const NodeId& to, uint64_t id, Body body);

  // To each of these whose handle is known here, encoded once.
  void PostToAll(const TxMoment& moment, std::span<const Member> members, Body body);

  // The next message to this very peer; nothing when all are delivered.
  [[nodiscard]] std::optional<Message> TakeOwn();

 private:
  std::vector<Message> own_;
  size_t taken_ = 0;
};

}  // namespace core

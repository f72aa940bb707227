#include "core/transactions/mail.h"

#include <utility>

namespace core {

void Mail::Post(const TxMoment& moment, PeerId to, uint64_t id, Body body) {
  if (to == kNoPeer) return;
  if (to != moment.self) {
    Message& message = moment.effects.Send(to);
    message.id = id;
    message.sent_ms = moment.now_ms();
    message.body = std::move(body);
    return;
  }
  own_.push_back({.id = id, .sent_ms = moment.now_ms(), .body = std::move(body)});
}

bool Mail::PostTo(const TxMoment& moment, const NodeId& to, uint64_t id, Body body) {
  const PeerId peer =
      to == moment.self_id() ? moment.self : moment.context.directory->FindByNodeId(to);
  Post(moment, peer, id, std::move(body));
  return peer != kNoPeer;
}

std::optional<Message> Mail::TakeOwn() {
  if (taken_ == own_.size()) {
    own_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  return std::move(own_[taken_++]);
}

}  // namespace core

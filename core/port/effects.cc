#include "core/port/effects.h"

namespace core {

Message& Effects::Send(std::span<const PeerId> to) {
  if (used_ == outgoing_.size()) outgoing_.emplace_back();
  Outgoing& slot = outgoing_[used_++];
  slot.to.assign(to.begin(), to.end());
  slot.message.id = 0;
  slot.message.sent_ms = 0;
  slot.message.ttl_ms = 0;
  slot.message.client = false;
  slot.message.body.emplace<Ping>();
  return slot.message;
}

void Effects::Clear() {
  used_ = 0;
  connects_.clear();
  disconnects_.clear();
  stores_.clear();
  observations_.clear();
  bytes_.clear();
  records_.clear();
  signs_ = 0;
  verifies_ = 0;
}

}  // namespace core

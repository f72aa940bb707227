#include "core/transactions/mail.h"

#include <utility>

namespace core {
namespace {

PeerId PeerOf(const TxMoment& moment, const NodeId& id) {
  return id == moment.self_id() ? moment.self : moment.context.directory->FindByNodeId(id);
}

}  // namespace

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
  const PeerId peer = PeerOf(moment, to);
  Post(moment, peer, id, std::move(body));
  return peer != kNoPeer;
}

void Mail::PostToAll(const TxMoment& moment, std::span<const Member> members, Body body) {
  std::vector<PeerId> others;
  for (const Member& member : members) {
    const PeerId peer = PeerOf(moment, member.id);
    if (peer == moment.self) {
      Post(moment, peer, 0, body);
    } else if (peer != kNoPeer) {
      others.push_back(peer);
    }
  }
  if (others.empty()) return;
  Message& message = moment.effects.Send(others);
  message.sent_ms = moment.now_ms();
  message.body = std::move(body);
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

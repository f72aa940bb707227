#include "node/transport/authentication.h"

#include <algorithm>
#include <utility>

#include "node/handshake/entropy.h"
#include "node/transport/socket.h"

namespace node {

Authentication::Authentication(SocketContext& context, Socket& socket, Report report)
    : context_(&context), socket_(&socket), report_(std::move(report)) {}

Handshake::Setup Authentication::MakeSetup() {
  return {
      .identity = &context_->identity,
      .offer = &context_->offer,
      .judge = [this](const RemotePeer& peer) { return context_->owner.JudgePeer(*socket_, peer); },
      .ephemeral = DrawKey()};
}

void Authentication::Dial(const std::optional<core::NodeId>& dialled) {
  handshake_.emplace(Handshake::Dial(MakeSetup(), dialled, out_));
  Write();
}

void Authentication::Answer() {
  handshake_.emplace(Handshake::Answer(MakeSetup()));
  Read();
}

void Authentication::Read() {
  socket_->handle().async_read_some(
      asio::buffer(in_.data() + held_, in_.size() - held_),
      [this, keep = socket_->shared_from_this()](ErrorCode error, size_t size) {
        if (stopped_) return;
        if (error) {
          return Fail(error == asio::error::eof ? CloseReason::kRemote : CloseReason::kReset);
        }
        OnRead(size);
      });
}

void Authentication::OnRead(size_t size) {
  held_ += size;
  const auto taken = handshake_->Receive(std::span(in_).first(held_), context_->clock.Now(), out_);
  if (stopped_) return;
  if (!taken.ok()) return Fail(CloseReason::kHandshakeFailed);
  std::copy(in_.begin() + static_cast<ptrdiff_t>(*taken),
            in_.begin() + static_cast<ptrdiff_t>(held_), in_.begin());
  held_ -= *taken;
  if (out_.empty() || handshake_->phase() == Handshake::Phase::kRefused) return Next();
  Write();
}

void Authentication::Write() {
  asio::async_write(socket_->handle(), asio::buffer(out_),
                    [this, keep = socket_->shared_from_this()](ErrorCode error, size_t) {
                      if (stopped_) return;
                      if (error) return Fail(CloseReason::kReset);
                      out_.clear();
                      Next();
                    });
}

void Authentication::Next() {
  if (!handshake_->Done()) return Read();
  if (handshake_->phase() == Handshake::Phase::kOpen) return report_(std::nullopt);
  report_(SocketEnd{.reason = CloseReason::kRefused,
                    .verdict = handshake_->refusal(),
                    .by_remote = handshake_->refused_by_remote()});
}

void Authentication::Fail(CloseReason reason) {
  report_(SocketEnd{.reason = reason});
}

}  // namespace node

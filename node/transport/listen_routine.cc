#include "node/transport/listen_routine.h"

#include <algorithm>
#include <string>

namespace node {
namespace {

constexpr int kBacklog = 1024;

// Nothing is wrong with the listener; there is no room for one more.
bool IsShortage(ErrorCode error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory ||
         error == boost::system::errc::too_many_files_open_in_system;
}

}  // namespace

core::Status ListenRoutine::Open(const Endpoint& local) {
  ErrorCode error;
  acceptor_.open(local.protocol(), error);
  if (!error) acceptor_.set_option(TcpAcceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(local, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (!error) return {};
  return core::InvalidArgument("listen: " + local.address().to_string() + " port " +
                               std::to_string(local.port()) + ": " + error.message());
}

Endpoint ListenRoutine::local() const {
  ErrorCode ignored;
  return acceptor_.local_endpoint(ignored);
}

void ListenRoutine::Accept() {
  acceptor_.async_accept([this, keep = shared_from_this()](ErrorCode error, TcpSocket handle) {
    if (stopped()) return;
    if (IsShortage(error)) return Rest();
    if (!error) {
      pause_ = {};
      const Endpoint remote = handle.remote_endpoint(error);
      // An error here, or one of the connection that was about to be accepted, is its own matter.
      if (!error) accepted_(std::move(handle), remote);
    }
    if (!stopped()) Accept();
  });
}

void ListenRoutine::Rest() {
  const TransportSettings& settings = context_->settings;
  ++context_->counters.accept_failures;
  pause_ = std::clamp(pause_ * 2, settings.accept_retry_min, settings.accept_retry_max);
  retry_at_ = context_->clock.Steady() + pause_;
  context_->deadlines.Arm(kListenKey, retry_at_);
}

void ListenRoutine::OnDeadline(core::Time armed) {
  if (stopped() || armed != retry_at_) return;
  retry_at_ = core::Time::Never();
  Accept();
}

void ListenRoutine::Close() {
  Stop();
  ErrorCode ignored;
  acceptor_.close(ignored);
}

}  // namespace node

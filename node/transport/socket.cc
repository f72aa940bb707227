#include "node/transport/socket.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <netinet/in.h>

namespace node {
namespace {

// Whoever closes for one of these lets the peer have what was written before.
bool IsGraceful(CloseReason reason) {
  return reason == CloseReason::kLocal || reason == CloseReason::kDuplicate ||
         reason == CloseReason::kRefused;
}

}  // namespace

Socket::Open::Open(SocketContext& context, Socket& socket, SecureChannel secure)
    : channel(std::move(secure)),
      waiters(socket.info().dialled),
      intake(context, socket),
      reader(context, socket),
      writer(context, socket) {}

Socket::Socket(SocketContext& context, const SocketInfo& info, TcpSocket handle)
    : context_(&context),
      info_(info),
      handle_(std::move(handle)),
      since_(context.clock.Steady()),
      last_heard_(since_),
      last_spoken_(since_) {}

Socket::~Socket() = default;

// Without IP_BIND_ADDRESS_NO_PORT each connection would take one of the ports of the address for itself.
bool Socket::BindTo(const Endpoint& from) {
  using AddressOnly = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;
  ErrorCode error;
  handle_.open(from.protocol(), error);
  if (!error) handle_.set_option(AddressOnly(true), error);
  if (!error) handle_.bind(Endpoint(from.address(), 0), error);
  return !error;
}

void Socket::Dial(const std::optional<core::NodeId>& expected) {
  phase_.Advance(SocketEvent::kStarted);
  ArmDeadline();
  const std::optional<Endpoint>& from = context_->settings.dial_from;
  if (from.has_value() && from->protocol() == info_.remote.protocol() && !BindTo(*from)) {
    asio::post(handle_.get_executor(), [this, keep = shared_from_this()] {
      if (phase_.Is(SocketState::kConnecting)) End({.reason = CloseReason::kConnectFailed});
    });
    return;
  }
  handle_.async_connect(info_.remote, [this, keep = shared_from_this(), expected](ErrorCode error) {
    if (!phase_.Is(SocketState::kConnecting)) return;
    if (error) return End({.reason = CloseReason::kConnectFailed});
    Authenticate();
    authentication_->Dial(expected);
  });
}

void Socket::Answer() {
  phase_.Advance(SocketEvent::kStarted);
  Authenticate();
  authentication_->Answer();
}

void Socket::Tune() {
  ErrorCode ignored;
  handle_.non_blocking(true, ignored);
  handle_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Socket::Authenticate() {
  phase_.Advance(SocketEvent::kEstablished);
  since_ = context_->clock.Steady();
  Tune();
  ArmDeadline();
  authentication_ = std::make_unique<Authentication>(
      *context_, *this, [this](const std::optional<SocketEnd>& end) { OnAuthenticated(end); });
}

void Socket::OnAuthenticated(const std::optional<SocketEnd>& end) {
  if (end.has_value()) return End(*end);
  phase_.Advance(SocketEvent::kProven);
  const RemotePeer remote = *authentication_->handshake().remote();
  peer_ = remote.node_id;
  if (const auto refusal = context_->owner.Register(*this, remote)) return End(*refusal);
  phase_.Advance(SocketEvent::kRegistered);
  OpenUp();
  context_->owner.OnSocketOpen(*this, remote);
  if (!open()) return;
  // What came behind the handshake is a record already, or the begin of one.
  std::vector<uint8_t> rest(authentication_->rest().begin(), authentication_->rest().end());
  authentication_ = nullptr;
  open_->intake.Take(rest);
  if (open()) open_->reader.Start();
}

void Socket::OpenUp() {
  open_ = std::make_unique<Open>(*context_, *this, authentication_->handshake().TakeChannel());
  phase_.Advance(SocketEvent::kRoutinesStarted);
  since_ = last_heard_ = last_spoken_ = context_->clock.Steady();
  ArmDeadline();
}

bool Socket::Fits(size_t size) const {
  const TransportSettings& settings = context_->settings;
  return size <= settings.payload_max && size <= settings.parts_max * settings.frame.part_max();
}

SendResult Socket::Append(FrameHeader header, const Outgoing& out) {
  const BodyPrefix prefix{.channel = out.channel, .stream = next_stream_};
  if (!open_->writer.Append(header, prefix, out.payload)) return SendResult::kBusy;
  ++next_stream_;
  return SendResult::kQueued;
}

SendResult Socket::Send(const Outgoing& out) {
  if (!open()) return SendResult::kNotOpen;
  if (!Fits(out.payload.size())) return SendResult::kTooLarge;
  return Append({.wrapped = out.wrapped}, out);
}

SendResult Socket::Request(const Outgoing& out, core::Duration timeout, Completion completion) {
  if (!open()) return SendResult::kNotOpen;
  if (!Fits(out.payload.size())) return SendResult::kTooLarge;
  Waiters& waiters = open_->waiters;
  if (waiters.size() >= context_->settings.requests_max) return SendResult::kBusy;
  const uint32_t nonce = waiters.DrawNonce();
  const SendResult result = Append({.wrapped = out.wrapped, .nonce = nonce}, out);
  if (result != SendResult::kQueued) return result;
  waiters.Add(nonce, context_->clock.Steady() + timeout, std::move(completion));
  ++context_->counters.requests_out;
  ArmDeadline();
  return result;
}

SendResult Socket::Reply(uint32_t nonce, const Outgoing& out) {
  if (!open()) return SendResult::kNotOpen;
  if (!Fits(out.payload.size())) return SendResult::kTooLarge;
  return Append({.wrapped = out.wrapped, .nonce = nonce}, out);
}

void Socket::SendError(uint32_t nonce, FrameError error) {
  if (!open()) return;
  const auto code = static_cast<uint8_t>(error);
  const BodyPrefix prefix{.channel = context_->settings.channels.front()};
  // Without room the peer learns nothing; its waiter has a deadline of its own.
  static_cast<void>(open_->writer.Append({.error = true, .nonce = nonce}, prefix, {&code, 1}));
}

void Socket::Resume() {
  if (!open()) return;
  const bool paused = open_->intake.paused();
  open_->intake.Resume();
  if (!open() || !paused || open_->intake.paused()) return;
  last_heard_ = context_->clock.Steady();  // Its silence was our doing.
  ArmDeadline();
  open_->reader.Start();
}

void Socket::End(const SocketEnd& end) {
  const bool was_open = open();
  if (!was_open && phase_.state() >= SocketState::kErrored) return;
  if (!was_open) phase_.Advance(SocketEvent::kFailed);
  phase_.Advance(SocketEvent::kEnded);
  std::vector<uint8_t> words;
  if (was_open) {
    if (IsGraceful(end.reason)) words = open_->writer.TakeAll();
    open_->reader.Stop();
    open_->writer.Stop();
    open_->intake.Stop();
  } else if (authentication_ != nullptr) {
    words = authentication_->TakeOutput();
    authentication_->Stop();
  }
  Close(end, std::move(words));
}

void Socket::Close(const SocketEnd& end, std::vector<uint8_t> words) {
  ErrorCode ignored;
  handle_.cancel(ignored);
  since_ = context_->clock.Steady();
  if (IsGraceful(end.reason) && handle_.is_open()) {
    farewell_ = std::make_unique<Farewell>(*this, std::move(words), [this] { CloseHandle(); });
  }
  const auto keep = shared_from_this();
  if (open_ != nullptr) open_->waiters.CloseAll();
  context_->owner.OnSocketEnd(*this, end);
  if (farewell_ == nullptr) return CloseHandle();
  ArmDeadline();
  farewell_->Start();
}

void Socket::CloseHandle() {
  if (phase_.Is(SocketState::kClosed)) return;
  if (farewell_ != nullptr) farewell_->Stop();
  ErrorCode ignored;
  handle_.close(ignored);
  phase_.Advance(SocketEvent::kHandleClosed);
  context_->owner.OnSocketClosed(*this);
}

void Socket::Abandon() {
  if (phase_.state() < SocketState::kErrored) {
    if (!open()) phase_.Advance(SocketEvent::kFailed);
    phase_.Advance(SocketEvent::kEnded);
  }
  if (phase_.Is(SocketState::kClosing)) phase_.Advance(SocketEvent::kHandleClosed);
  if (open_ != nullptr) {
    open_->reader.Stop();
    open_->writer.Stop();
    open_->intake.Stop();
    open_->waiters.CloseAll();
  }
  if (authentication_ != nullptr) authentication_->Stop();
  if (farewell_ != nullptr) farewell_->Stop();
  ErrorCode ignored;
  handle_.close(ignored);
}

core::Time Socket::NextDeadline() const {
  const TransportSettings& settings = context_->settings;
  switch (phase_.state()) {
    case SocketState::kConnecting:
      return since_ + settings.connect_timeout;
    case SocketState::kAuthenticating:
      return since_ + settings.handshake_timeout;
    case SocketState::kClosing:
      return since_ + settings.flush_max;
    case SocketState::kOpen:
      break;
    default:
      return core::Time::Never();
  }
  core::Time first = std::min(open_->waiters.NextDeadline(), open_->intake.NextDeadline());
  first = std::min(first, last_spoken_ + settings.keep_alive);
  if (!open_->intake.paused()) first = std::min(first, last_heard_ + settings.idle_timeout);
  const core::Time stalled = open_->writer.stalled_since();
  if (stalled != core::Time::Never()) first = std::min(first, stalled + settings.write_stall);
  return first;
}

void Socket::ArmDeadline() {
  const core::Time next = NextDeadline();
  if (next >= armed_) return;
  armed_ = next;
  context_->deadlines.Arm(info_.id.value, next);
}

void Socket::OnDeadline(core::Time armed) {
  if (armed != armed_) return;
  armed_ = core::Time::Never();
  const core::Time now = context_->clock.Steady();
  if (NextDeadline() <= now) {
    switch (phase_.state()) {
      case SocketState::kConnecting:
        return End({.reason = CloseReason::kConnectTimeout});
      case SocketState::kAuthenticating:
        return End({.reason = CloseReason::kHandshakeTimeout});
      case SocketState::kClosing:
        return CloseHandle();
      default:
        ServeOpen(now);
    }
  }
  ArmDeadline();
}

void Socket::ServeOpen(core::Time now) {
  const TransportSettings& settings = context_->settings;
  const core::Time stalled = open_->writer.stalled_since();
  if (stalled != core::Time::Never() && stalled + settings.write_stall <= now) {
    return End({.reason = CloseReason::kWriteStall});
  }
  if (!open_->intake.paused() && last_heard_ + settings.idle_timeout <= now) {
    return End({.reason = CloseReason::kIdle});
  }
  open_->intake.Expire(now);
  if (last_spoken_ + settings.keep_alive <= now) {
    // Behind what waits already there is nothing to add.
    if (open_->writer.waiting() == 0) open_->writer.AppendKeepAlive();
    last_spoken_ = now;
  }
  context_->counters.timed_out += open_->waiters.Expire(now);
}

}  // namespace node

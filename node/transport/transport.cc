#include "node/transport/transport.h"

#include <string>
#include <utility>
#include <vector>

namespace node {
namespace {

std::string TextOf(const Endpoint& endpoint) {
  return endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
}

SocketEnd Refusal(Verdict verdict) {
  return {.reason = CloseReason::kRefused, .verdict = verdict};
}

}  // namespace

Transport::Transport(asio::io_context& io, const TransportSettings& settings,
                     const ClockSource& clock, const Introduction& introduction,
                     TransportEvents& events)
    : io_(&io),
      settings_(settings),
      events_(&events),
      deadlines_(io, clock, [this](uint64_t key, core::Time armed) { OnDeadline(key, armed); }),
      context_{.settings = settings_,
               .clock = clock,
               .identity = introduction.identity,
               .offer = introduction.offer,
               .owner = *this,
               .deadlines = deadlines_} {
  CHECK(!settings_.channels.empty());
}

Transport::~Transport() {
  stopped_ = true;
  deadlines_.Stop();
  if (listener_ != nullptr) listener_->Close();
  for (const auto& [id, socket] : std::exchange(sockets_, {})) socket->Abandon();
}

core::Status Transport::Listen(const Endpoint& local) {
  CHECK(listener_ == nullptr && !stopped_);
  auto listener = std::make_shared<ListenRoutine>(
      *io_, context_,
      [this](TcpSocket handle, const Endpoint& remote) { OnAccepted(std::move(handle), remote); });
  RETURN_IF_ERROR(listener->Open(local));
  listener_ = std::move(listener);
  listener_->Start();
  return {};
}

Endpoint Transport::local() const {
  return listening() ? listener_->local() : Endpoint();
}

core::StatusOr<SocketId> Transport::Dial(const Endpoint& remote,
                                         const std::optional<core::NodeId>& expected) {
  if (stopped_) return core::InvalidArgument("dial: the transport has stopped");
  if (outbound_ >= settings_.outbound_max) {
    return core::ResourceExhausted(
        "dial: " + TextOf(remote) + ": found " + std::to_string(outbound_) +
        " dialled sockets, allowed: " + std::to_string(settings_.outbound_max));
  }
  if (expected.has_value() && (open_.contains(*expected) || dialling_.contains(*expected))) {
    return core::InvalidArgument("dial: " + TextOf(remote) + ": this peer has a socket already");
  }
  Socket& socket = Add(true, remote, TcpSocket(io_->get_executor()));
  const SocketId id = socket.info().id;
  if (expected.has_value()) dialling_[*expected] = id.value;
  ++outbound_;
  ++context_.counters.dialled;
  socket.Dial(expected);
  return id;
}

Socket& Transport::Add(bool dialled, const Endpoint& remote, TcpSocket handle) {
  const SocketInfo info{.id = {next_id_++}, .dialled = dialled, .remote = remote};
  auto socket = std::make_shared<Socket>(context_, info, std::move(handle));
  Socket& added = *socket;
  sockets_.emplace(info.id.value, std::move(socket));
  return added;
}

bool Transport::HasRoomFor(const Endpoint& remote) const {
  if (pending_ >= settings_.pending_max) return false;
  const auto from = accepted_from_.find(remote.address());
  return from == accepted_from_.end() || from->second < settings_.per_address_max;
}

void Transport::OnAccepted(TcpSocket handle, const Endpoint& remote) {
  ++context_.counters.accepted;
  if (!HasRoomFor(remote)) {
    ++context_.counters.turned_away;
    return;  // Closes the handle.
  }
  ++pending_;
  ++accepted_from_[remote.address()];
  Add(false, remote, std::move(handle)).Answer();
}

bool Transport::Replaces(const Socket& fresh, const core::NodeId& peer) const {
  const auto found = open_.find(peer);
  if (found == open_.end()) return true;
  const bool old_dialled = sockets_.at(found->second)->info().dialled;
  // A side that dials twice has lost the first one: it restarted, or its network did.
  if (old_dialled == fresh.info().dialled) return true;
  const core::NodeId& self = context_.identity.node_id();
  return fresh.info().dialled ? self < peer : peer < self;
}

Verdict Transport::JudgePeer(const Socket& socket, const RemotePeer& peer) {
  if (stopped_) return Verdict::kBusy;
  const Verdict verdict = events_->JudgePeer(socket.info(), peer);
  if (verdict != Verdict::kAccept) return verdict;
  if (!Replaces(socket, peer.node_id)) return Verdict::kDuplicate;
  const bool full = !socket.info().dialled && inbound_ >= settings_.inbound_max;
  if (full && !open_.contains(peer.node_id)) return Verdict::kTooManyConnections;
  return Verdict::kAccept;
}

std::optional<SocketEnd> Transport::Register(Socket& socket, const RemotePeer& peer) {
  if (!Replaces(socket, peer.node_id)) return SocketEnd{.reason = CloseReason::kDuplicate};
  if (const auto old = open_.find(peer.node_id); old != open_.end()) {
    const auto keep = sockets_.at(old->second);
    keep->End({.reason = CloseReason::kDuplicate});
  }
  // The owner may have stopped us, or closed this socket, when it heard of the other's end.
  if (stopped_ || socket.state() != SocketState::kAuthenticated) return Refusal(Verdict::kBusy);
  if (!socket.info().dialled && inbound_ >= settings_.inbound_max) {
    return Refusal(Verdict::kTooManyConnections);
  }
  open_[peer.node_id] = socket.info().id.value;
  dialling_.erase(peer.node_id);
  if (!socket.info().dialled) {
    --pending_;
    ++inbound_;
  }
  return std::nullopt;
}

void Transport::OnSocketOpen(Socket& socket, const RemotePeer& peer) {
  ++context_.counters.opened;
  events_->OnOpened(socket.info(), peer);
}

Taken Transport::OnSocketPacket(Socket& socket, const Packet& packet) {
  ++context_.counters.packets_in;
  return events_->OnPacket(socket.info().id, socket.peer(), packet);
}

void Transport::OnSocketWritable(Socket& socket) {
  events_->OnWritable(socket.info().id);
}

void Transport::OnSocketEnd(Socket& socket, const SocketEnd& end) {
  const SocketInfo& info = socket.info();
  ++context_.counters.closed[static_cast<size_t>(end.reason)];
  std::erase_if(dialling_, [&](const auto& entry) { return entry.second == info.id.value; });
  if (info.dialled) --outbound_;
  if (!socket.was_open()) {
    if (!info.dialled) --pending_;
    if (info.dialled) events_->OnDialFailed(info, end);
    return;
  }
  if (!info.dialled) --inbound_;
  open_.erase(socket.peer());
  events_->OnClosed(info.id, socket.peer(), end);
}

void Transport::OnSocketClosed(Socket& socket) {
  const auto found = sockets_.find(socket.info().id.value);
  if (found == sockets_.end()) return;
  // It may be at work further up the stack: it goes when the loop turns.
  asio::post(*io_, [keep = std::move(found->second)] {});
  sockets_.erase(found);
  if (!socket.info().dialled) {
    const auto from = accepted_from_.find(socket.info().remote.address());
    if (--from->second == 0) accepted_from_.erase(from);
  }
  if (stopped_ && sockets_.empty()) deadlines_.Stop();
}

Socket* Transport::Get(SocketId socket) const {
  const auto found = sockets_.find(socket.value);
  return found == sockets_.end() ? nullptr : found->second.get();
}

const Socket* Transport::Look(SocketId socket) const {
  return Get(socket);
}

SendResult Transport::Send(SocketId socket, const Outgoing& out) {
  Socket* const found = Get(socket);
  return found == nullptr ? SendResult::kNotOpen : found->Send(out);
}

SendResult Transport::Request(SocketId socket, const Outgoing& out, Completion completion,
                              std::optional<core::Duration> timeout) {
  Socket* const found = Get(socket);
  if (found == nullptr) return SendResult::kNotOpen;
  return found->Request(out, timeout.value_or(settings_.request_timeout), std::move(completion));
}

SendResult Transport::Reply(SocketId socket, uint32_t nonce, const Outgoing& out) {
  Socket* const found = Get(socket);
  return found == nullptr ? SendResult::kNotOpen : found->Reply(nonce, out);
}

void Transport::Resume(SocketId socket) {
  if (Socket* const found = Get(socket)) found->Resume();
}

void Transport::Close(SocketId socket) {
  if (Socket* const found = Get(socket)) found->End({.reason = CloseReason::kLocal});
}

void Transport::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (listener_ != nullptr) listener_->Close();
  listener_ = nullptr;
  std::vector<std::shared_ptr<Socket>> all;
  for (const auto& [id, socket] : sockets_) all.push_back(socket);
  for (const auto& socket : all) socket->End({.reason = CloseReason::kLocal});
  if (sockets_.empty()) deadlines_.Stop();
}

std::optional<SocketId> Transport::Find(const core::NodeId& peer) const {
  const auto found = open_.find(peer);
  if (found == open_.end()) return std::nullopt;
  return SocketId{found->second};
}

void Transport::OnDeadline(uint64_t key, core::Time armed) {
  if (key == kListenKey) {
    if (listener_ != nullptr) listener_->OnDeadline(armed);
    return;
  }
  const auto found = sockets_.find(key);
  if (found == sockets_.end()) return;
  const auto keep = found->second;
  keep->OnDeadline(armed);
}

}  // namespace node

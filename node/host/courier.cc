#include "node/host/courier.h"

#include <algorithm>

#include "core/base/check.h"
#include "node/host/endpoints.h"

namespace node {
namespace {

constexpr core::Duration kRetry = core::Milliseconds(100);
constexpr core::Duration kTickPeriod = core::Seconds(1);

}  // namespace

Courier::Courier(Transport& transport, NodeDirectory& directory, MayDial may_dial,
                 core::Random random, const Terms& terms)
    : transport_(&transport),
      directory_(&directory),
      may_dial_(std::move(may_dial)),
      random_(random),
      terms_(terms) {}

Courier::Fate Courier::Send(core::Time now, core::PeerId to, std::span<const uint8_t> frame) {
  Line& line = lines_[to.value];
  tick_at_ = std::min(tick_at_, now + kTickPeriod);
  if (line.open.has_value()) return SendNow(now, line, frame);
  if (line.call != nullptr) return Enqueue(*line.call, frame);
  if (!line.rest.Ready(now) || !StartCall(now, to, line)) {
    ++counters_.unreachable;
    unreachable_.push_back(to);
    return Fate::kUnreachable;
  }
  return Enqueue(*line.call, frame);
}

Courier::Fate Courier::SendNow(core::Time now, Line& line, std::span<const uint8_t> frame) {
  line.sent = line.used = now;
  const Outgoing out{.channel = kCoreChannel, .wrapped = false, .payload = frame};
  if (transport_->Send(*line.open, out) != SendResult::kQueued) {
    ++counters_.lost;
    return Fate::kLost;
  }
  ++counters_.sent;
  return Fate::kSent;
}

Courier::Fate Courier::Enqueue(Call& call, std::span<const uint8_t> frame) {
  const auto has_room = [&] {
    return call.frames.size() < terms_.frames_max &&
           call.bytes + frame.size() <= terms_.bytes_max &&
           waiting_bytes_ + frame.size() <= terms_.total_bytes_max;
  };
  while (!has_room() && !call.frames.empty()) {
    call.bytes -= call.frames.front().size();
    waiting_bytes_ -= call.frames.front().size();
    call.frames.pop_front();
    ++counters_.lost;
  }
  if (!has_room()) {
    ++counters_.lost;
    return Fate::kLost;
  }
  call.frames.emplace_back(frame.begin(), frame.end());
  call.bytes += frame.size();
  waiting_bytes_ += frame.size();
  return Fate::kWaits;
}

bool Courier::StartCall(core::Time now, core::PeerId peer, Line& line) {
  auto call = std::make_unique<Call>();
  call->addresses = directory_->AddressesOf(peer);
  call->ends_at = now + terms_.patience;
  if (!DialNext(now, peer, *call)) return false;
  line.call = std::move(call);
  calling_.push_back(peer.value);
  return true;
}

bool Courier::DialNext(core::Time now, core::PeerId peer, Call& call) {
  call.dial.reset();
  call.retry_at = core::Time::Never();
  for (; call.next < call.addresses.size(); ++call.next) {
    const auto endpoint = ParseEndpoint(call.addresses[call.next].view());
    if (!endpoint.ok() || !may_dial_(*endpoint)) continue;
    const bool room = dials_.size() < terms_.dials_max;
    const auto socket = room ? transport_->Dial(ToAsio(*endpoint), directory_->NodeIdOf(peer))
                             : core::ResourceExhausted("dial: the core has its share");
    if (!socket.ok()) {  // No room, or somebody else dials the same peer.
      if (absl::IsResourceExhausted(socket.status())) MakeRoom(now);
      RetryLater(now, call);
      return true;
    }
    ++counters_.dials;
    ++call.next;
    call.dial = *socket;
    dials_[socket->value] = peer;
    return true;
  }
  return false;
}

void Courier::RetryLater(core::Time now, Call& call) {
  call.retry_at = now + kRetry;
  tick_at_ = std::min(tick_at_, call.retry_at);
}

bool Courier::MakeRoom(core::Time now) {
  const Line* quietest = nullptr;
  for (const auto& [socket, peer] : dials_) {
    const auto found = lines_.find(peer.value);
    if (found == lines_.end() || found->second.open != SocketId{socket}) continue;
    if (quietest == nullptr || found->second.used < quietest->used) quietest = &found->second;
  }
  if (quietest == nullptr || now - quietest->used < terms_.quiet) return false;
  ++counters_.made_room;
  const SocketId socket = *quietest->open;
  transport_->Close(socket);
  return true;
}

void Courier::OnOpened(core::Time now, core::PeerId peer, SocketId socket) {
  Line& line = lines_[peer.value];
  line.open = socket;
  line.rest.Reset();
  line.sent = line.used = now;
  tick_at_ = std::min(tick_at_, now + kTickPeriod);
  if (line.call == nullptr) return;
  const std::deque<Frame> frames = std::exchange(line.call->frames, {});
  EndCall(line);
  for (const Frame& frame : frames) (void)SendNow(now, line, frame);
}

void Courier::OnClosed(core::PeerId peer, SocketId socket) {
  dials_.erase(socket.value);
  const auto found = lines_.find(peer.value);
  if (found != lines_.end() && found->second.open == socket) found->second.open.reset();
}

bool Courier::OnDialFailed(core::Time now, SocketId socket, bool duplicate) {
  const auto found = dials_.find(socket.value);
  if (found == dials_.end()) return false;
  const core::PeerId peer = found->second;
  dials_.erase(found);
  Line& line = lines_[peer.value];
  if (line.call == nullptr || line.call->dial != socket) return true;
  if (duplicate) {
    line.call->dial.reset();
    RetryLater(now, *line.call);
  } else if (!DialNext(now, peer, *line.call)) {
    GiveUp(now, peer, line);
  }
  return true;
}

void Courier::OnHeard(core::Time now, core::PeerId peer) {
  const auto found = lines_.find(peer.value);
  if (found != lines_.end()) found->second.used = now;
}

void Courier::GiveUp(core::Time now, core::PeerId peer, Line& line) {
  counters_.unreachable += line.call->frames.size();
  EndCall(line);
  line.rest.OnFailure(now, terms_.rest, random_);
  directory_->Doubt(peer);
  unreachable_.push_back(peer);
}

void Courier::EndCall(Line& line) {
  waiting_bytes_ -= line.call->bytes;
  line.call.reset();
}

void Courier::Tick(core::Time now) {
  if (now < tick_at_) return;
  tick_at_ = core::Time::Never();
  std::erase_if(calling_, [this](uint32_t peer) { return lines_[peer].call == nullptr; });
  for (const uint32_t value : std::vector<uint32_t>(calling_)) {
    const core::PeerId peer{value};
    Line& line = lines_[value];
    if (line.call == nullptr) continue;
    const bool over = now >= line.call->ends_at;
    if (over || (now >= line.call->retry_at && !DialNext(now, peer, *line.call))) {
      GiveUp(now, peer, line);
    } else {
      tick_at_ = std::min({tick_at_, line.call->ends_at, line.call->retry_at});
    }
  }
  CloseIdle(now);
  ForgetLines(now);
  if (!lines_.empty()) tick_at_ = std::min(tick_at_, now + kTickPeriod);
}

void Courier::CloseIdle(core::Time now) {
  std::vector<SocketId> idle;
  for (const auto& [value, line] : lines_) {
    if (!line.open.has_value() || !IsOwn(*line.open)) continue;
    if (now - line.used >= terms_.idle) idle.push_back(*line.open);
  }
  for (const SocketId socket : idle) transport_->Close(socket);
}

// Failures are remembered for as long as the longest rest, or the back-off would begin anew each time.
void Courier::ForgetLines(core::Time now) {
  absl::erase_if(lines_, [&](const auto& entry) {
    const Line& line = entry.second;
    const bool rested = line.rest.failures() == 0 || line.rest.ready_at() + terms_.rest.cap <= now;
    return !line.open.has_value() && line.call == nullptr && rested;
  });
}

core::Time Courier::NextDeadline() const {
  return tick_at_;
}

bool Courier::IsQuiet(core::Time now, core::PeerId peer) const {
  const auto found = lines_.find(peer.value);
  return found == lines_.end() || now - found->second.used >= terms_.quiet;
}

bool Courier::AwaitsAnswer(core::Time now, core::PeerId peer) const {
  const auto found = lines_.find(peer.value);
  return found != lines_.end() && now - found->second.sent < terms_.quiet;
}

void Courier::CollectPeers(core::PeerSet& peers) const {
  for (const auto& [value, line] : lines_) peers.Add({value});
  peers.AddAll(unreachable_);
}

}  // namespace node

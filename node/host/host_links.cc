// The host's side of sockets and of discovery: who is connected, who is to be dialled, and what came.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "node/host/endpoints.h"
#include "node/host/host.h"

namespace node {
namespace {

constexpr uint32_t kMisbehaviourPoints = 40;
constexpr uint32_t kGarbledPoints = 10;
constexpr uint32_t kLostStandingPoints = Discovery::kBanPoints;

// The two enums have the same values (core/codec/decode_error.h).
core::GarbledReason ReasonOf(core::DecodeError::Kind kind) {
  return static_cast<core::GarbledReason>(kind);
}

bool IsPassing(DialPurpose purpose) {
  return purpose == DialPurpose::kFeeler || purpose == DialPurpose::kBack;
}

DialError ErrorOf(const SocketEnd& end) {
  if (end.reason == CloseReason::kDuplicate) return DialError::kDuplicate;
  if (end.reason != CloseReason::kRefused) return DialError::kUnreachable;
  switch (end.verdict) {
    case Verdict::kSelf:
      return DialError::kSelf;
    case Verdict::kDuplicate:
      return DialError::kDuplicate;
    case Verdict::kTooManyConnections:
    case Verdict::kBusy:
      return DialError::kFull;
    default:
      return DialError::kRefused;
  }
}

// Where the peer says that it listens; 0: nowhere.
uint16_t StatedPort(const Hello& hello) {
  if (hello.addresses.empty()) return 0;
  const auto endpoint = ParseEndpoint(hello.addresses[0].view());
  return endpoint.ok() ? endpoint->port : uint16_t{0};
}

}  // namespace

// A second connection would take the place of the first, and what is under way there would be lost. Whatever discovery
// dialled for, it has shown what it should by now. A dial back goes to a peer that is connected, so the transport is not
// told whom to expect, and the identity is compared here.
Verdict Host::JudgePeer(const SocketInfo& socket, const RemotePeer& peer) {
  if (phase_ >= HostPhase::kStopping) return Verdict::kBusy;
  static_cast<void>(Now());
  const IpAddress ip = FromAsio(socket.remote).ip;
  const BanList& bans = discovery_->bans();
  if (bans.IsBanned(peer.node_id, Steady()) || bans.IsBanned(ip, Steady())) return Verdict::kBanned;
  const auto errand = errands_.find(socket.id.value);
  if (errand == errands_.end()) return Verdict::kAccept;
  errand->second.proven = peer.node_id;
  const Dial& dial = errand->second.dial;
  // Not the asker, but somebody whose address is now known to be right.
  if (dial.expected && *dial.expected != peer.node_id) return Verdict::kBusy;
  return transport_.Find(peer.node_id) ? Verdict::kDuplicate : Verdict::kAccept;
}

bool Host::MayDial(const IpEndpoint& endpoint) const {
  const Scope scope = ScopeOf(endpoint.ip);
  return scope != Scope::kUnusable && scope >= floor_ && endpoint.port != 0;
}

// What the peer says of itself, "any" replaced by where it was seen, and the place that has just been dialled.
core::AddressList Host::AddressesOf(const SocketInfo& socket, const Hello& hello) const {
  core::AddressList list;
  const auto add = [&list](const std::string& text) {
    const core::Address address(text);
    if (!list.full() && std::find(list.begin(), list.end(), address) == list.end()) {
      list.push_back(address);
    }
  };
  const IpEndpoint remote = FromAsio(socket.remote);
  if (socket.dialled) add(ToText(remote));
  for (const core::Address& address : hello.addresses) {
    const auto endpoint = ParseEndpoint(address.view());
    if (!endpoint.ok()) continue;
    add(ToText(IsAny(endpoint->ip) ? IpEndpoint{remote.ip, endpoint->port} : *endpoint));
    if (!socket.dialled) add(ToText(IpEndpoint{remote.ip, endpoint->port}));
  }
  return list;
}

void Host::OnOpened(const SocketInfo& socket, const RemotePeer& peer) {
  static_cast<void>(Now());
  const core::Contact contact{.node_id = peer.node_id,
                              .public_key = peer.hello.identity,
                              .addresses = AddressesOf(socket, peer.hello)};
  const core::PeerId handle = directory_.Meet(contact);
  if (handle == core::kNoPeer) return TurnAway(socket.id);
  Connection& connection = connections_[socket.id.value];
  connection = {.info = socket, .peer = handle, .id = peer.node_id, .opened = Steady()};
  const IpEndpoint remote = FromAsio(socket.remote);
  floor_ = std::min(floor_, ScopeOf(remote.ip));
  first_link_ = std::min(first_link_, Steady());
  log_->Write(link_site_, "connected",
              {{"peer", peer.node_id}, {"address", ToText(remote)}, {"dialled", socket.dialled}});
  LearnLocal(socket.remote);
  LinkUp up{.link = {socket.id.value},
            .id = peer.node_id,
            .remote = remote,
            .stated_port = StatedPort(peer.hello),
            .dial = {}};
  if (const auto errand = errands_.extract(socket.id.value); !errand.empty()) {
    up.dial = errand.mapped().dial.dial;
  }
  // A connection that the core wanted is none of discovery's.
  connection.discovered = up.dial.has_value() || !socket.dialled;
  if (connection.discovered) Discover(up);
  if (!connections_.contains(socket.id.value)) return ArmTimer();  // Not wanted: closed again.
  courier_.OnOpened(Steady(), handle, socket.id);
  Deliver(core::Link{handle, true});
  MaybeStart();
  ArmTimer();
}

// There is no handle left for a peer that has connected.
void Host::TurnAway(SocketId socket) {
  transport_.Close(socket);
  courier_.OnDialFailed(Steady(), socket, false);
  if (auto errand = errands_.extract(socket.value); !errand.empty()) {
    FailErrand(errand.mapped(), DialError::kFull);
  }
  RunDiscovery();
  ArmTimer();
}

Taken Host::OnPacket(SocketId socket, const core::NodeId& /*from*/, const Packet& packet) {
  const auto found = connections_.find(socket.value);
  if (found == connections_.end() || phase_ >= HostPhase::kStopping) return Taken::kYes;
  static_cast<void>(Now());
  Connection& connection = found->second;
  ++connection.frames_in;
  Taken taken = Taken::kYes;
  if (packet.channel == kCoreChannel) {
    taken = OnFrame(connection, packet.payload);
  } else {
    Discover(Received{{socket.value}, packet.payload});
  }
  ArmTimer();
  return taken;
}

Taken Host::OnFrame(Connection& connection, std::span<const uint8_t> frame) {
  // As if it had been lost: the sender's deadlines deal with it.
  if (peer_ == nullptr) return Taken::kYes;
  const core::PeerId from = connection.peer;
  const LinkId link{connection.info.id.value};
  const core::DecodeError error = wire_->Decode(frame, message_);
  if (error.ok()) {
    MessageCounter& counter = messages_.types[message_.body.index()];
    ++counter.in;
    counter.in_bytes += frame.size();
    courier_.OnHeard(Steady(), from);
    Step(core::Arrival{from, &message_}, frame);
    DeliverWaiting();
    return Taken::kYes;
  }
  ++messages_.garbled[error.kind];
  log_->Write(garbled_site_, "a frame was refused",
              {{"peer", connection.id}, {"why", std::string(error.text)}});
  Deliver(core::Garbled{from, ReasonOf(error.kind)});
  const bool provable =
      error == core::DecodeError::kMalformed || error == core::DecodeError::kTooLarge;
  if (!provable) return Taken::kYes;
  Discover(Fault{link, kGarbledPoints});
  return Taken::kGarbled;
}

void Host::OnClosed(SocketId socket, const core::NodeId& peer, const SocketEnd& end) {
  const auto found = connections_.find(socket.value);
  if (found == connections_.end()) return;
  static_cast<void>(Now());
  const Connection connection = found->second;
  connections_.erase(found);
  log_->Write(link_site_, "disconnected",
              {{"peer", peer}, {"why", end.reason}, {"after", Steady() - connection.opened}});
  const bool lost_answers =
      (end.reason == CloseReason::kRemote || end.reason == CloseReason::kReset) &&
      courier_.AwaitsAnswer(Steady(), connection.peer);
  courier_.OnClosed(connection.peer, socket);
  if (phase_ >= HostPhase::kStopping) return;
  if (lost_answers || IsMisbehaviour(end.reason)) Deliver(core::Link{connection.peer, false});
  if (connection.discovered) {
    if (IsMisbehaviour(end.reason)) Discover(Fault{{socket.value}, kMisbehaviourPoints});
    Discover(LinkDown{{socket.value}});
  }
  ArmTimer();
}

void Host::OnDialFailed(const SocketInfo& socket, const SocketEnd& end) {
  if (phase_ >= HostPhase::kStopping) return;
  static_cast<void>(Now());
  log_->Write(refused_site_, "could not connect",
              {{"address", ToText(FromAsio(socket.remote))},
               {"why", end.reason},
               {"verdict", end.verdict}});
  if (!courier_.OnDialFailed(Steady(), socket.id, ErrorOf(end) == DialError::kDuplicate)) {
    if (auto errand = errands_.extract(socket.id.value); !errand.empty()) {
      const DialError error = ErrorOf(end);
      const bool again = error == DialError::kUnreachable && !errand.mapped().left.empty();
      again ? DialNext(std::move(errand.mapped())) : FailErrand(errand.mapped(), error);
      RunDiscovery();
    }
  }
  ArmTimer();
}

// ---- discovery ----

void Host::Discover(const DiscoveryInput& input) {
  discovery_inputs_.push_back(input);
  RunDiscovery();
}

void Host::RunDiscovery() {
  if (discovering_) return;
  discovering_ = true;
  while (!discovery_inputs_.empty()) {
    const DiscoveryInput next = discovery_inputs_.front();
    discovery_inputs_.pop_front();
    discovery_effects_.clear();
    discovery_->Step(Steady(), next, discovery_effects_);
    for (const DiscoveryEffect& effect : discovery_effects_) {
      std::visit([this](const auto& what) { CarryOut(what); }, effect);
    }
  }
  discovering_ = false;
}

void Host::CarryOut(const Dial& dial) {
  if (!dial.address.name.empty()) return Resolve(dial);
  DialNext({.dial = dial, .left = {ToAsio(dial.address.endpoint)}, .proven = {}});
}

void Host::Resolve(const Dial& dial) {
  using Found = asio::ip::tcp::resolver::results_type;
  const std::weak_ptr<bool> alive = alive_;
  try {
    resolver_.async_resolve(dial.address.name, std::to_string(dial.address.endpoint.port),
                            [this, alive, dial](const ErrorCode& error, const Found& found) {
                              const bool gone = error == asio::error::operation_aborted;
                              if (!gone && !alive.expired()) OnResolved(dial, found);
                            });
  } catch (const std::exception& error) {  // Its thread could not be made.
    log_->Write(refused_site_, "names cannot be resolved", {{"why", std::string(error.what())}});
    FailErrand({.dial = dial, .left = {}, .proven = {}}, DialError::kUnreachable);
  }
}

void Host::OnResolved(const Dial& dial, const asio::ip::tcp::resolver::results_type& found) {
  if (phase_ >= HostPhase::kStopping) return;
  static_cast<void>(Now());
  Errand errand{.dial = dial, .left = {}, .proven = {}};
  for (const auto& entry : found) errand.left.push_back(entry.endpoint());
  DialNext(std::move(errand));
  RunDiscovery();
  ArmTimer();
}

void Host::DialNext(Errand errand) {
  if (errand.left.empty()) return FailErrand(errand, DialError::kUnreachable);
  errand.remote = errand.left.front();
  errand.left.erase(errand.left.begin());
  LearnLocal(errand.remote);  // Before the first Hello, that tells it.
  const bool back = errand.dial.purpose == DialPurpose::kBack;
  const auto socket = transport_.Dial(errand.remote, back ? std::nullopt : errand.dial.expected);
  if (socket.ok()) {
    errands_.emplace(socket->value, std::move(errand));
    return;
  }
  const bool full = absl::IsResourceExhausted(socket.status());
  if (full) courier_.MakeRoom(Steady());
  FailErrand(errand, full ? DialError::kFull : DialError::kDuplicate);
}

void Host::FailErrand(const Errand& errand, DialError error) {
  if (error == DialError::kDuplicate && Adopt(errand)) return;
  discovery_inputs_.emplace_back(
      DialFailed{.dial = errand.dial.dial, .error = error, .id = errand.proven});
}

// A connection that the core wanted serves discovery as well; where an address was to be tried, if it leads there.
bool Host::Adopt(const Errand& errand) {
  const auto& peer = errand.proven ? errand.proven : errand.dial.expected;
  const auto open = peer ? transport_.Find(*peer) : std::nullopt;
  const auto found = open ? connections_.find(open->value) : connections_.end();
  if (found == connections_.end()) return false;
  Connection& connection = found->second;
  if (connection.discovered || !connection.info.dialled) return false;
  if (IsPassing(errand.dial.purpose) && connection.info.remote != errand.remote) return false;
  connection.discovered = true;
  discovery_inputs_.emplace_back(LinkUp{.link = {open->value},
                                        .id = connection.id,
                                        .remote = FromAsio(connection.info.remote),
                                        .stated_port = 0,
                                        .dial = errand.dial.dial});
  return true;
}

void Host::CarryOut(const Send& send) {
  const Outgoing out{.channel = kDiscoveryChannel, .wrapped = false, .payload = send.bytes};
  static_cast<void>(transport_.Send({send.link.value}, out));
}

// What discovery is done with may still serve the core.
void Host::CarryOut(const Close& close) {
  const auto found = connections_.find(close.link.value);
  if (found == connections_.end()) return;
  found->second.discovered = false;
  const bool spares =
      close.cause == CloseCause::kDone && !courier_.IsQuiet(Steady(), found->second.peer);
  if (spares) return;
  log_->Write(link_site_, "closing", {{"peer", found->second.id}, {"why", close.cause}});
  transport_.Close({close.link.value});
}

void Host::CarryOut(const Penalised& penalised) {
  log_->Write(penalty_site_, "a peer broke the rules of discovery",
              {{"peer", penalised.id}, {"what", penalised.penalty}, {"score", penalised.score}});
}

void Host::CarryOut(const Banned& banned) {
  log_->Write(
      penalty_site_, "banned",
      {{"peer", banned.ban.id}, {"address", ToText(banned.ban.ip)}, {"why", banned.ban.reason}});
  const auto open = transport_.Find(banned.ban.id);
  if (open.has_value()) transport_.Close(*open);
}

void Host::CarryOut(const Persist&) {
  Remember();
}

void Host::CarryOut(const ReachabilityChanged& changed) {
  log_->Info("reachability", {{"now", changed.reachability}});
  if (own_.SetDialable(changed.reachability != Reachability::kBehindNat)) TellOwnAddresses();
  MaybeStart();
}

void Host::BanFor(core::PeerId peer) {
  const auto open = transport_.Find(directory_.NodeIdOf(peer));
  if (open.has_value()) Discover(Fault{{open->value}, kLostStandingPoints});
}

void Host::LearnLocal(const Endpoint& remote) {
  if (!own_.WantsLocal()) return;
  const auto local = LocalAddressTowards(remote);
  if (local.has_value() && own_.LearnLocal(*local)) TellOwnAddresses();
}

void Host::TellOwnAddresses() {
  hello_.addresses = own_.List();
  directory_.SetOwnAddresses(hello_.addresses);
}

}  // namespace node

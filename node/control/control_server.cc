#include "node/control/control_server.h"

#include <algorithm>
#include <utility>

#include "node/control/token_file.h"

namespace node {

ControlServer::ControlServer(asio::io_context& io, ControlSettings settings, NodeView& view,
                             Log& log)
    : settings_(std::move(settings)),
      log_(&log),
      participations_(view),
      calls_(view),
      recordings_(io, log),
      context_{&view, &participations_, &calls_, &recordings_, &log, settings_.data_dir, ""},
      unix_(io, [this](StreamSocket socket) { OnAccepted(std::move(socket), /*remote=*/false); }),
      tcp_(io, [this](StreamSocket socket) { OnAccepted(std::move(socket), /*remote=*/true); }) {}

ControlServer::~ControlServer() {
  for (const auto& [number, client] : clients_) client.connection->Abandon();
}

core::Status ControlServer::Open() {
  if (settings_.tcp.has_value()) RETURN_IF_ERROR(OpenTcp());
  if (settings_.socket.empty()) return absl::OkStatus();
  const core::Status status = unix_.OpenUnix(settings_.socket);
  if (status.ok()) {
    log_->Info("control socket", {{"path", settings_.socket}});
    return absl::OkStatus();
  }
  tcp_.Close();
  return core::Unavailable("control.socket: " + std::string(core::MessageOf(status)));
}

core::Status ControlServer::OpenTcp() {
  if (ScopeOf(settings_.tcp->ip) != Scope::kLoopback) {
    return core::InvalidArgument("control.tcp: found " + ToText(*settings_.tcp) +
                                 ", allowed an address of loopback");
  }
  ASSIGN_OR_RETURN(context_.token, TokenFromFile(settings_.token_file));
  const core::Status status = tcp_.OpenTcp(*settings_.tcp);
  if (!status.ok()) {
    return core::Unavailable("control.tcp: " + std::string(core::MessageOf(status)));
  }
  log_->Info("control port", {{"address", ToText(local())}, {"token_file", settings_.token_file}});
  return absl::OkStatus();
}

void ControlServer::Stop() {
  unix_.Close();
  tcp_.Close();
  // Each end takes itself out.
  const std::map<uint64_t, Client> clients = clients_;
  for (const auto& [number, client] : clients) client.connection->Stop();
}

void ControlServer::OnAccepted(StreamSocket socket, bool remote) {
  if (!MakeRoom(remote)) {
    const std::string line = ErrorLine(
        std::nullopt, core::ResourceExhausted("connections: found " +
                                              std::to_string(settings_.limits.connections_max) +
                                              " that take part in topics, allowed no more"));
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(line), ignored);
    return;
  }
  const uint64_t number = next_++;
  const auto connection = std::make_shared<ControlConnection>(
      std::move(socket), settings_.limits, [this, number] { clients_.erase(number); });
  clients_.emplace(number, Client{remote, connection});
  connection->Start(context_, /*wants_token=*/remote);
}

bool ControlServer::MakeRoom(bool remote) {
  const auto of_kind = [&](const auto& entry) { return entry.second.remote == remote; };
  const auto count = std::count_if(clients_.begin(), clients_.end(), of_kind);
  if (static_cast<size_t>(count) < settings_.limits.connections_max) return true;
  const auto oldest = std::find_if(clients_.begin(), clients_.end(), [&](const auto& entry) {
    return of_kind(entry) && entry.second.connection->IsIdle();
  });
  if (oldest == clients_.end()) return false;
  oldest->second.connection->Abandon();
  clients_.erase(oldest);
  return true;
}

}  // namespace node

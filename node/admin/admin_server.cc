#include "node/admin/admin_server.h"

#include <algorithm>
#include <utility>

namespace node {

AdminServer::AdminServer(asio::io_context& io, AdminSettings settings, const NodeView& view,
                         Log& log, TimeSource time)
    : settings_(std::move(settings)),
      log_(&log),
      pages_(view, counters_, settings_.hosts, std::move(time)),
      listener_(io, [this](StreamSocket socket) { OnAccepted(std::move(socket)); }) {}

AdminServer::~AdminServer() {
  for (const auto& [number, connection] : connections_) connection->Abandon();
}

core::Status AdminServer::Open() {
  const core::Status status = listener_.OpenTcp(settings_.listen);
  if (!status.ok()) {
    return core::Unavailable("admin.listen: " + std::string(core::MessageOf(status)));
  }
  log_->Info("admin pages", {{"url", "http://" + ToText(local()) + "/"}});
  if (ScopeOf(settings_.listen.ip) != Scope::kLoopback) {
    log_->Warning("the admin pages have no password and others can reach them",
                  {{"listen", ToText(local())}});
  }
  return absl::OkStatus();
}

void AdminServer::OnAccepted(StreamSocket socket) {
  if (connections_.size() >= settings_.limits.connections_max && !MakeRoom()) return;
  const uint64_t number = next_++;
  const auto connection = std::make_shared<HttpConnection>(
      std::move(socket), settings_.limits,
      [this](const PageRequest& request) { return Answer(request); },
      [this, number](bool expired) {
        if (expired) ++counters_.expired;
        connections_.erase(number);
        counters_.open = connections_.size();
      });
  connections_.emplace(number, connection);
  counters_.open = connections_.size();
  connection->Start();
}

bool AdminServer::MakeRoom() {
  const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                   [](const auto& entry) { return entry.second->IsIdle(); });
  ++counters_.evicted;
  if (oldest == connections_.end()) return false;
  oldest->second->Abandon();
  connections_.erase(oldest);
  return true;
}

PageAnswer AdminServer::Answer(const PageRequest& request) {
  ++counters_.requests;
  PageAnswer answer = pages_.Answer(request);
  if (answer.status >= 400 && answer.status < 500) ++counters_.refused;
  return answer;
}

}  // namespace node

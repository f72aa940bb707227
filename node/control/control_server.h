// ControlServer: where orbctl reaches a node. A Unix socket that only the node's user can open, and, when the configuration
// says so, a TCP port of loopback whose clients must show a token. docs/control_protocol.md.
//
// Bound: at most connections_max clients of each kind. One more takes the place of the oldest that waits for nothing;
// when all wait for something, it is told so and closed. Thread rule: the thread that runs io.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "node/control/block_calls.h"
#include "node/control/control_connection.h"
#include "node/control/participations.h"
#include "node/control/recordings.h"
#include "node/host/node_service.h"
#include "node/log/log.h"
#include "node/service/listener.h"

namespace node {

struct ControlSettings {
  std::string socket;             // Empty: no Unix socket.
  std::optional<IpEndpoint> tcp;  // Of loopback; nothing: no TCP.
  std::string token_file;         // Made when it is not there.
  std::string data_dir;           // Relative paths of clients start here.
  ControlLimits limits;
};

class ControlServer : public NodeService {
 public:
  // REQUIRES: io, view and log outlive this.
  ControlServer(asio::io_context& io, ControlSettings settings, NodeView& view, Log& log);
  ~ControlServer() override;

  // NodeService.
  [[nodiscard]] core::Status Open() override;
  void Stop() override;

  // REQUIRES: settings.tcp. The port is the real one.
  [[nodiscard]] IpEndpoint local() const { return tcp_.local(); }

  [[nodiscard]] size_t connections() const { return clients_.size(); }

 private:
  struct Client {
    bool remote = false;  // By TCP.
    std::shared_ptr<ControlConnection> connection;
  };

  [[nodiscard]] core::Status OpenTcp();
  void OnAccepted(StreamSocket socket, bool remote);
  [[nodiscard]] bool MakeRoom(bool remote);

  ControlSettings settings_;
  Log* log_;
  Participations participations_;
  BlockCalls calls_;
  Recordings recordings_;
  ControlContext context_;
  Listener unix_;
  Listener tcp_;
  std::map<uint64_t, Client> clients_;  // By age.
  uint64_t next_ = 1;
};

}  // namespace node

// AdminServer: the operator's HTTP, node/admin/admin_pages over TCP.
//
// Bound: at most connections_max clients. One more takes the place of the oldest that waits for its client's next request;
// when every client is being answered, it is turned away. So those who only hold connections open keep nobody out.
// While the node stops, the pages stay: /readyz says so. Thread rule: the thread that runs io.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "node/admin/admin_pages.h"
#include "node/admin/http_connection.h"
#include "node/host/node_service.h"
#include "node/log/log.h"
#include "node/service/listener.h"

namespace node {

struct AdminSettings {
  IpEndpoint listen;
  std::vector<Address> hosts;  // Further values of Host that are served.
  HttpLimits limits;
};

class AdminServer : public NodeService {
 public:
  // REQUIRES: io, view and log outlive this.
  AdminServer(asio::io_context& io, AdminSettings settings, const NodeView& view, Log& log,
              TimeSource time = ReadClocks);
  ~AdminServer() override;

  // NodeService.
  [[nodiscard]] core::Status Open() override;

  void Stop() override {}

  // The port is the real one.
  [[nodiscard]] IpEndpoint local() const { return listener_.local(); }

  [[nodiscard]] const AdminCounters& counters() const { return counters_; }

 private:
  void OnAccepted(StreamSocket socket);
  [[nodiscard]] bool MakeRoom();
  [[nodiscard]] PageAnswer Answer(const PageRequest& request);

  AdminSettings settings_;
  Log* log_;
  AdminCounters counters_;
  AdminPages pages_;
  Listener listener_;
  std::map<uint64_t, std::shared_ptr<HttpConnection>> connections_;  // By age.
  uint64_t next_ = 1;
};

}  // namespace node

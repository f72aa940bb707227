// AdminPages: what the operator's HTTP answers, without a socket in sight.
//
// Nothing here changes the node, and nothing is secret: methods are GET and HEAD, and the flight recorder, which is secret,
// is saved over the control socket only (docs/node.md). Whoever can reach the port can read the pages.
//
// A browser on this machine can reach it too, on behalf of any web page: names that a stranger's DNS turns into 127.0.0.1 would
// make the pages readable to him. So the Host of a request must be a loopback name or address, the address that was
// connected to, or one that the operator has listed; everything else is refused (403).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/clocks.h"
#include "node/discovery/address.h"
#include "node/host/node_view.h"

namespace node {

struct PageRequest {
  std::string_view method;
  std::string_view target;              // As it came, any bytes.
  std::vector<std::string_view> hosts;  // Values of all Host headers.
  bool may_omit_host = false;           // HTTP/1.0.
  bool has_body = false;
  IpEndpoint local;  // What the client has connected to.
};

struct PageAnswer {
  uint16_t status = 200;
  std::string_view type = "text/plain; charset=utf-8";
  std::string body;
  std::string_view allow = {};  // Of 405.
};

// What the server counts, to be shown by /metrics.
struct AdminCounters {
  uint64_t requests = 0;
  uint64_t refused = 0;  // Answered with 4xx.
  uint64_t expired = 0;  // Connections that were too slow.
  uint64_t evicted = 0;  // Closed to make room.
  uint64_t open = 0;
};

class AdminPages {
 public:
  // REQUIRES: view and counters outlive this.
  AdminPages(const NodeView& view, const AdminCounters& counters, std::vector<Address> hosts,
             TimeSource time)
      : view_(&view), counters_(&counters), hosts_(std::move(hosts)), time_(std::move(time)) {}

  [[nodiscard]] PageAnswer Answer(const PageRequest& request) const;

 private:
  struct Page {
    std::string_view path;
    std::string_view about;
    PageAnswer (AdminPages::*show)() const;
  };

  static const std::vector<Page>& Pages();
  // Before any page: why the request is refused.
  [[nodiscard]] std::optional<PageAnswer> Refusal(const PageRequest& request) const;
  [[nodiscard]] bool Serves(std::string_view host, const IpEndpoint& local) const;
  [[nodiscard]] PageAnswer Index() const;
  [[nodiscard]] PageAnswer Metrics() const;
  [[nodiscard]] PageAnswer Healthz() const;
  [[nodiscard]] PageAnswer Readyz() const;
  [[nodiscard]] PageAnswer Status() const;
  [[nodiscard]] PageAnswer Peers() const;
  [[nodiscard]] PageAnswer Ring() const;
  [[nodiscard]] PageAnswer State() const;

  const NodeView* view_;
  const AdminCounters* counters_;
  std::vector<Address> hosts_;
  TimeSource time_;
};

}  // namespace node

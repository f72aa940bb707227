#include "node/admin/admin_pages.h"

#include <algorithm>

#include "absl/strings/str_format.h"

#include "node/admin/metrics_text.h"
#include "node/admin/node_metrics.h"
#include "node/admin/process_metrics.h"
#include "node/base/visible_text.h"
#include "node/service/status_json.h"

namespace node {
namespace {

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kMethods = "GET, HEAD";

PageAnswer Complain(uint16_t status, const std::string& text) {
  PageAnswer answer;
  answer.status = status;
  answer.body = text + "\n";
  return answer;
}

PageAnswer JsonAnswer(const Json& json) {
  PageAnswer answer;
  answer.type = kJsonType;
  answer.body = Dump(json) + "\n";
  return answer;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "127.0.0.1:7421" and "[::1]:7421" without the port and the brackets.
std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    return end == std::string_view::npos ? "" : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

}  // namespace

const std::vector<AdminPages::Page>& AdminPages::Pages() {
  static const std::vector<Page> kPages = {
      {"/", "this list", &AdminPages::Index},
      {"/metrics", "metrics in Prometheus' text format", &AdminPages::Metrics},
      {"/healthz", "200 while the node's loop turns", &AdminPages::Healthz},
      {"/readyz", "200 when the node has joined and stores what it learns, else 503 and why",
       &AdminPages::Readyz},
      {"/status", "the node, as JSON", &AdminPages::Status},
      {"/peers", "connected peers and contacts, as JSON", &AdminPages::Peers},
      {"/ring", "the node's place in the storage rings and its neighbours there, as JSON",
       &AdminPages::Ring},
      {"/debug/state", "digest per module of the core and the flight recorder's fill, as JSON",
       &AdminPages::State},
  };
  return kPages;
}

PageAnswer AdminPages::Answer(const PageRequest& request) const {
  if (std::optional<PageAnswer> refusal = Refusal(request)) return *std::move(refusal);
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  for (const Page& page : Pages()) {
    if (page.path == path) return (this->*page.show)();
  }
  return Complain(404, "path: found " + Quoted(path) + ", allowed the pages that / lists");
}

std::optional<PageAnswer> AdminPages::Refusal(const PageRequest& request) const {
  if (!request.target.starts_with('/')) {
    return Complain(
        400, "target: found " + Quoted(request.target) + ", allowed a path such as /metrics");
  }
  if (request.hosts.size() > 1) return Complain(400, "Host: found several, allowed one");
  if (request.hosts.empty() && !request.may_omit_host) {
    return Complain(400, "Host: found none, allowed one");
  }
  if (!request.hosts.empty() && !Serves(request.hosts[0], request.local)) {
    return Complain(403, "Host: found " + Quoted(request.hosts[0]) +
                             ", allowed a name or address of loopback, the address that was "
                             "connected to, or one of the configuration's admin.hosts");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    PageAnswer answer =
        Complain(405, "method: found " + Quoted(request.method) + ", allowed GET and HEAD");
    answer.allow = kMethods;
    return answer;
  }
  if (request.has_body) return Complain(413, "body: found one, allowed none");
  return std::nullopt;
}

bool AdminPages::Serves(std::string_view host, const IpEndpoint& local) const {
  const std::string name = Lower(WithoutPort(host));
  if (name == "localhost") return true;
  const auto ip = ParseIp(name);
  if (ip.ok() && (*ip == local.ip || ScopeOf(*ip) == Scope::kLoopback)) return true;
  const auto address = ParseAddress(Lower(host));
  return address.ok() && std::find(hosts_.begin(), hosts_.end(), *address) != hosts_.end();
}

PageAnswer AdminPages::Index() const {
  PageAnswer answer;
  answer.body = "orbnode " + view_->Status().version + "\n\n";
  for (const Page& page : Pages()) {
    answer.body += absl::StrFormat("%-14s %s\n", std::string(page.path), std::string(page.about));
  }
  return answer;
}

PageAnswer AdminPages::Metrics() const {
  MetricsText text;
  WriteNodeMetrics(*view_, text);
  text.Counter("orbnode_admin_requests_total", "Requests for these pages.", counters_->requests);
  text.Counter("orbnode_admin_refused_total", "Of them, answered with an error of the client.",
               counters_->refused);
  text.Counter("orbnode_admin_expired_total", "Connections for these pages that were too slow.",
               counters_->expired);
  text.Counter("orbnode_admin_evicted_total", "Connections for these pages closed to make room.",
               counters_->evicted);
  text.Gauge("orbnode_admin_connections", "Open connections for these pages.", counters_->open);
  WriteProcessMetrics(time_(), text);
  PageAnswer answer;
  answer.type = MetricsText::kContentType;
  answer.body = text.Take();
  return answer;
}

// Whoever gets this answer knows that the loop turns.
PageAnswer AdminPages::Healthz() const {
  PageAnswer answer;
  answer.body = "ok\n";
  return answer;
}

PageAnswer AdminPages::Readyz() const {
  const std::string reason = NotReady(view_->Status());
  if (!reason.empty()) return Complain(503, "not ready: " + reason);
  PageAnswer answer;
  answer.body = "ready\n";
  return answer;
}

PageAnswer AdminPages::Status() const {
  return JsonAnswer(StatusJson(view_->Status()));
}

PageAnswer AdminPages::Peers() const {
  return JsonAnswer(PeersJson(view_->Peers()));
}

PageAnswer AdminPages::Ring() const {
  return JsonAnswer(RingJson(*view_));
}

PageAnswer AdminPages::State() const {
  return JsonAnswer(StateJson(*view_));
}

}  // namespace node

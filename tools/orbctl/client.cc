#include "tools/orbctl/client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace orbctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLineMax = size_t{256} << 20;  // A list of very many peers.

core::Status Unreachable(const std::string& place, int error) {
  return core::Unavailable(place + ": " + std::generic_category().message(error));
}

core::Status Foreign(const std::string& place, std::string_view what) {
  return core::DataLoss(place + ": " + std::string(what));
}

struct SocketAddress {
  struct sockaddr_storage bytes {};

  socklen_t size = 0;
};

core::StatusOr<SocketAddress> UnixAddress(const std::string& path) {
  SocketAddress address;
  auto* local = reinterpret_cast<struct sockaddr_un*>(&address.bytes);
  if (path.size() >= sizeof(local->sun_path)) {
    return core::InvalidArgument("socket: found a path of " + std::to_string(path.size()) +
                                 " bytes, allowed " + std::to_string(sizeof(local->sun_path) - 1));
  }
  local->sun_family = AF_UNIX;
  std::memcpy(local->sun_path, path.data(), path.size());
  address.size = sizeof(*local);
  return address;
}

SocketAddress TcpAddress(const node::IpEndpoint& to) {
  SocketAddress address;
  if (to.ip.IsV4()) {
    auto* v4 = reinterpret_cast<struct sockaddr_in*>(&address.bytes);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(to.port);
    std::memcpy(&v4->sin_addr, to.ip.bytes.data() + 12, 4);
    address.size = sizeof(*v4);
  } else {
    auto* v6 = reinterpret_cast<struct sockaddr_in6*>(&address.bytes);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(to.port);
    std::memcpy(&v6->sin6_addr, to.ip.bytes.data(), 16);
    address.size = sizeof(*v6);
  }
  return address;
}

// Milliseconds for poll(2).
int Left(std::optional<Clock::time_point> until) {
  if (!until.has_value()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1'000'000));
}

}  // namespace

core::StatusOr<ControlClient> ControlClient::Dial(const Place& place) {
  const bool tcp = place.tcp.has_value();
  const std::string name = tcp ? node::ToText(*place.tcp) : place.socket;
  SocketAddress address;
  if (tcp) {
    address = TcpAddress(*place.tcp);
  } else {
    ASSIGN_OR_RETURN(address, UnixAddress(place.socket));
  }
  const int descriptor = socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Unreachable(name, errno);
  ControlClient client(descriptor, name);
  if (connect(descriptor, reinterpret_cast<struct sockaddr*>(&address.bytes), address.size) != 0) {
    return Unreachable(name, errno);
  }
  RETURN_IF_ERROR(client.Greet(place.token));
  return client;
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      place_(std::move(other.place_)),
      in_(std::move(other.in_)),
      last_id_(other.last_id_) {}

ControlClient::~ControlClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

core::Status ControlClient::Greet(const std::string& token) {
  ASSIGN_OR_RETURN(const std::optional<Json> greeting, ReadLine(Clock::now() + kPatience));
  if (!greeting.has_value()) return core::Unavailable(place_ + ": the node does not answer");
  if (greeting->contains("error")) {
    return core::Unavailable(place_ + ": " + greeting->at("error").value("message", "refused"));
  }
  const auto version = greeting->find("orbweaver_control");
  if (version == greeting->end()) return Foreign(place_, "found something else than orbnode");
  if (*version != kProtocolVersion) {
    return Foreign(place_, "found protocol version " + version->dump() + ", allowed " +
                               std::to_string(kProtocolVersion));
  }
  if (greeting->value("authentication", "") == "none") return absl::OkStatus();
  ASSIGN_OR_RETURN(const Reply reply, Call("authenticate", {{"token", token}}));
  if (!reply.refused) return absl::OkStatus();
  return core::Unavailable(place_ + ": " + reply.body.value("message", "the token is refused"));
}

core::StatusOr<Reply> ControlClient::Call(std::string_view method, const Json& params) {
  ASSIGN_OR_RETURN(const int64_t id, Begin(method, params));
  ASSIGN_OR_RETURN(std::optional<Reply> reply, Next(id, Clock::now() + kPatience));
  if (reply.has_value()) return *std::move(reply);
  return core::Unavailable(place_ + ": the node does not answer");
}

core::StatusOr<int64_t> ControlClient::Begin(std::string_view method, const Json& params) {
  const int64_t id = ++last_id_;
  const Json request = {{"id", id}, {"method", method}, {"params", params}};
  RETURN_IF_ERROR(Send(request.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"));
  return id;
}

core::StatusOr<std::optional<Reply>> ControlClient::Next(int64_t id,
                                                         std::optional<Clock::time_point> until) {
  while (true) {
    ASSIGN_OR_RETURN(std::optional<Json> line, ReadLine(until));
    if (!line.has_value()) return std::optional<Reply>();
    const Json about = line->value("id", Json());
    if (about != id && !about.is_null()) continue;  // Of another request, `cancel`.
    const bool refused = line->contains("error");
    if (refused || line->contains("result")) {
      return std::optional(Reply{line->at(refused ? "error" : "result"), true, refused});
    }
    line->erase("id");
    return std::optional(Reply{*std::move(line), false, false});
  }
}

core::Status ControlClient::Send(const std::string& line) const {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Unreachable(place_, errno);
    rest.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

core::StatusOr<std::optional<Json>> ControlClient::ReadLine(
    std::optional<Clock::time_point> until) {
  size_t end = 0;
  while ((end = in_.find('\n')) == std::string::npos) {
    if (in_.size() > kLineMax) return Foreign(place_, "found a line without an end");

    struct pollfd ready {
      descriptor_, POLLIN, 0
    };

    const int count = poll(&ready, 1, Left(until));
    if (count < 0 && errno != EINTR) return Unreachable(place_, errno);
    if (count == 0) return std::optional<Json>();
    if (count < 0) continue;
    std::array<char, 65536> piece;
    const ssize_t size = recv(descriptor_, piece.data(), piece.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unreachable(place_, errno);
    if (size == 0) return core::Unavailable(place_ + ": the node has closed the connection");
    in_.append(piece.data(), static_cast<size_t>(size));
  }
  Json line = Json::parse(in_.substr(0, end), nullptr, /*allow_exceptions=*/false);
  in_.erase(0, end + 1);
  if (!line.is_object()) return Foreign(place_, "found a line that is no JSON object");
  return std::optional(std::move(line));
}

}  // namespace orbctl

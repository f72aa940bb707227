// ControlClient: orbctl's end of the control protocol, version 1 (docs/control_protocol.md).
//
// Blocking, one request at a time. Errors: Unavailable when the node cannot be reached or goes away, DataLoss when it
// speaks something else, and what the node itself says: a NodeError.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/status.h"
#include "node/discovery/address.h"

namespace orbctl {

using Json = nlohmann::ordered_json;

inline constexpr int kProtocolVersion = 1;

// Where a node is reached.
struct Place {
  std::string socket;
  std::optional<node::IpEndpoint> tcp;  // Instead of the socket, with the token.
  std::string token;
};

// A line of the node about the open request: an event, or its end.
struct Reply {
  Json body;  // Of the event (its name under "event"), the result, or the error.
  bool ended = false;
  bool refused = false;  // The body is {"code", "message"}.
};

class ControlClient {
 public:
  static constexpr auto kPatience = std::chrono::seconds(10);

  // Connects, greets, shows the token.
  [[nodiscard]] static core::StatusOr<ControlClient> Dial(const Place& place);
  ~ControlClient();
  ControlClient(ControlClient&& other) noexcept;
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;
  ControlClient& operator=(ControlClient&&) = delete;

  // The end of a request that is answered at once.
  [[nodiscard]] core::StatusOr<Reply> Call(std::string_view method, const Json& params);

  // A request with events. Its number.
  [[nodiscard]] core::StatusOr<int64_t> Begin(std::string_view method, const Json& params);
  // The next line about it; nothing when `until` has come.
  [[nodiscard]] core::StatusOr<std::optional<Reply>> Next(
      int64_t id, std::optional<std::chrono::steady_clock::time_point> until);

 private:
  ControlClient(int descriptor, std::string place)
      : descriptor_(descriptor), place_(std::move(place)) {}

  [[nodiscard]] core::Status Greet(const std::string& token);
  [[nodiscard]] core::Status Send(const std::string& line) const;
  [[nodiscard]] core::StatusOr<std::optional<Json>> ReadLine(
      std::optional<std::chrono::steady_clock::time_point> until);

  int descriptor_ = -1;
  std::string place_;  // For messages.
  std::string in_;
  int64_t last_id_ = 0;
};

}  // namespace orbctl

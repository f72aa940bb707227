// What a client asks of matchmaking, as a command of the core.
//
// Topics are written as in scenario files: "KIND/LABEL", or "LABEL" of the kind "work".
#pragma once

#include <string>

#include "core/base/status.h"
#include "core/port/command.h"
#include "node/config/json_tree.h"
#include "node/control/request_fields.h"

namespace node {

struct MatchRequest {
  core::Topic topic;
  bool works = false;  // Offers work until it leaves; else looks for partners.
  core::Command command;
};

[[nodiscard]] core::Topic TopicFrom(std::string_view text);
[[nodiscard]] std::string ToText(const core::Topic& topic);

// The parameter "topic". An error shows at fields.Finish().
[[nodiscard]] core::Topic TakeTopic(RequestFields& fields);

// InvalidArgument with JSON pointer, what was found and what is allowed.
[[nodiscard]] core::StatusOr<MatchRequest> ReadMatchRequest(const JsonNode& params);

}  // namespace node

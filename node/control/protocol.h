// The lines of the control protocol, version 1: one JSON object per line, both ways. docs/control_protocol.md.
//
//   node    {"orbweaver_control":1,"authentication":"none"}                  once, first
//   client  {"id":1,"method":"status","params":{}}
//   node    {"id":1,"event":"matched",...}                                   any number, of streams only
//   node    {"id":1,"result":{...}}  or  {"id":1,"error":{"code":"...","message":"..."}}     once, last
//
// Reading is strict: a key that is unknown or stands twice, a value of the wrong kind, a comment, nesting deeper than
// kTreeDepthMax and more than kControlLineMax bytes are errors that say what was found and what is allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "node/config/json_tree.h"
#include "node/service/status_json.h"

namespace node {

inline constexpr int kControlVersion = 1;
// Of a client, without the line feed. A transaction with all that it may write fits in base64.
inline constexpr size_t kControlLineMax = size_t{1536} << 10;
inline constexpr size_t kStrangersLineMax = size_t{16} << 10;  // Until it has shown the token.
inline constexpr int64_t kRequestIdMax = int64_t{1} << 53;     // Exact in every JSON library.

struct ControlRequest {
  std::optional<int64_t> id;  // Also set when something else is wrong.
  std::string method;
  JsonNode params;  // An object; empty when there were none.
};

// Fills in what can be read. InvalidArgument with the first mistake.
[[nodiscard]] core::Status ReadRequest(std::string_view line, ControlRequest& request);

// With the line feed.
[[nodiscard]] std::string GreetingLine(bool wants_token);
[[nodiscard]] std::string ResultLine(int64_t id, const Json& result);
[[nodiscard]] std::string ErrorLine(std::optional<int64_t> id, const core::Status& status);
// `event`: its name under "event", and its fields.
[[nodiscard]] std::string EventLine(int64_t id, const Json& event);

// "invalid_argument"
[[nodiscard]] std::string_view CodeText(const core::Status& status);

}  // namespace node

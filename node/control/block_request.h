// What a client asks of blocks, as a command of the core; its request number is given later.
//
// A block is written as its id, 64 hexadecimal digits, or as a name; contents are base64 (RFC 4648, with padding).
#pragma once

#include <string_view>

#include "core/base/status.h"
#include "core/port/command.h"
#include "node/config/json_tree.h"
#include "node/host/node_view.h"

namespace node {

inline constexpr int64_t kBlockNameMax = 64;  // Bytes.

// REQUIRES: the name of a method about blocks. InvalidArgument with JSON pointer, what was found and what is allowed.
[[nodiscard]] core::StatusOr<core::Command> ReadBlockRequest(std::string_view method,
                                                             const JsonNode& params,
                                                             const NodeView& view);

}  // namespace node

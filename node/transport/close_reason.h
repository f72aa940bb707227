// Why a socket ended, as its owner and the counters see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "node/handshake/handshake.h"

namespace node {

enum class CloseReason : uint8_t {
  kLocal,          // Close() or Stop() of the owner.
  kRemote,         // End of stream.
  kReset,          // Any other error of the connection.
  kConnectFailed,  // Refused, unreachable, or no descriptor left.
  kConnectTimeout,
  kHandshakeFailed,  // What arrived was no handshake, or not authentic.
  kHandshakeTimeout,
  kRefused,    // A verdict of either side; SocketEnd::verdict says which.
  kDuplicate,  // Another connection with the same peer is kept.
  kIdle,
  kWriteStall,
  kLengthBomb,     // A body above the hard limit.
  kBadRecord,      // A record that does not open: the stream cannot be trusted any more.
  kTooManyFaults,  // More rejected chunks than the settings allow.
};
inline constexpr size_t kCloseReasonCount = 14;

[[nodiscard]] std::string_view TextOf(CloseReason reason);

// The remote broke the rules: its owner may want to lower its standing.
[[nodiscard]] bool IsMisbehaviour(CloseReason reason);

// All there is to say about an end.
struct SocketEnd {
  CloseReason reason = CloseReason::kLocal;
  Verdict verdict = Verdict::kAccept;  // In kRefused: why.
  bool by_remote = false;              // In kRefused: who.
};

}  // namespace node

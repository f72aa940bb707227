#include "node/transport/close_reason.h"

#include <array>

namespace node {
namespace {
constexpr std::array<std::string_view, kCloseReasonCount> kTexts = {
    "closed here",       "closed by the peer",
    "connection reset",  "connect failed",
    "connect timeout",   "handshake failed",
    "handshake timeout", "refused",
    "duplicate",         "idle",
    "write stall",       "length above the hard limit",
    "bad record",        "too many faults"};
}  // namespace

std::string_view TextOf(CloseReason reason) {
  return kTexts[static_cast<size_t>(reason)];
}

bool IsMisbehaviour(CloseReason reason) {
  return reason == CloseReason::kHandshakeFailed || reason == CloseReason::kLengthBomb ||
         reason == CloseReason::kBadRecord || reason == CloseReason::kTooManyFaults;
}

}  // namespace node

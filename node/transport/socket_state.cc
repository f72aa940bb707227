#include "node/transport/socket_state.h"

#include <array>

#include "core/base/check.h"

namespace node {
namespace {

using enum SocketState;
using enum SocketEvent;

struct Row {
  SocketState from;
  SocketEvent event;
  SocketState to;
};

constexpr Row kTable[] = {
    {kOpening, kStarted, kConnecting},
    {kConnecting, kEstablished, kAuthenticating},
    {kAuthenticating, kProven, kAuthenticated},
    {kAuthenticated, kRegistered, kConnected},
    {kConnected, kRoutinesStarted, kOpen},
    {kOpen, kFault, kOpen},
    {kOpen, kEnded, kClosing},
    {kOpening, kFailed, kErrored},
    {kConnecting, kFailed, kErrored},
    {kAuthenticating, kFailed, kErrored},
    {kAuthenticated, kFailed, kErrored},
    {kConnected, kFailed, kErrored},
    {kErrored, kEnded, kClosing},
    {kClosing, kHandleClosed, kClosed},
};

constexpr std::array<std::string_view, kSocketStateCount> kTexts = {
    "opening", "connecting", "authenticating", "authenticated", "connected",
    "open",    "errored",    "closing",        "closed"};

}  // namespace

std::string_view TextOf(SocketState state) {
  return kTexts[static_cast<size_t>(state)];
}

std::optional<SocketState> NextState(SocketState state, SocketEvent event) {
  for (const Row& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

void SocketPhase::Advance(SocketEvent event) {
  const auto next = NextState(state_, event);
  CHECK(next.has_value());
  state_ = *next;
}

}  // namespace node

#include "node/transport/socket_state.h"

#include <map>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

namespace node {
namespace {

using enum SocketState;
using enum SocketEvent;

// The table of protocols_of_the_other_seeds.md, 4.2, a second time.
const std::map<std::pair<SocketState, SocketEvent>, SocketState> kRows = {
    {{kOpening, kStarted}, kConnecting},
    {{kConnecting, kEstablished}, kAuthenticating},
    {{kAuthenticating, kProven}, kAuthenticated},
    {{kAuthenticated, kRegistered}, kConnected},
    {{kConnected, kRoutinesStarted}, kOpen},
    {{kOpen, kFault}, kOpen},
    {{kOpen, kEnded}, kClosing},
    {{kOpening, kFailed}, kErrored},
    {{kConnecting, kFailed}, kErrored},
    {{kAuthenticating, kFailed}, kErrored},
    {{kAuthenticated, kFailed}, kErrored},
    {{kConnected, kFailed}, kErrored},
    {{kErrored, kEnded}, kClosing},
    {{kClosing, kHandleClosed}, kClosed},
};

TEST(SocketStateTest, EveryPairLeadsWhereTheTableSaysAndNowhereElse) {
  for (size_t s = 0; s < kSocketStateCount; ++s) {
    for (size_t e = 0; e < kSocketEventCount; ++e) {
      const auto state = static_cast<SocketState>(s);
      const auto event = static_cast<SocketEvent>(e);
      const auto row = kRows.find({state, event});
      const auto next = NextState(state, event);
      const auto expected = row == kRows.end() ? std::nullopt : std::optional(row->second);
      EXPECT_EQ(next, expected) << TextOf(state) << " " << e;
    }
  }
}

TEST(SocketStateTest, ASocketThatLivesWellPassesThroughEveryStateButErrored) {
  SocketPhase phase;
  for (const auto& [event, state] : {std::pair{kStarted, kConnecting},
                                     {kEstablished, kAuthenticating},
                                     {kProven, kAuthenticated},
                                     {kRegistered, kConnected},
                                     {kRoutinesStarted, kOpen},
                                     {kFault, kOpen},
                                     {kEnded, kClosing},
                                     {kHandleClosed, kClosed}}) {
    phase.Advance(event);
    EXPECT_EQ(phase.state(), state);
  }
}

TEST(SocketStateTest, NothingLeadsOutOfClosed) {
  for (size_t e = 0; e < kSocketEventCount; ++e) {
    EXPECT_FALSE(NextState(kClosed, static_cast<SocketEvent>(e)).has_value());
  }
}

TEST(SocketStateDeathTest, AnIllegalStepIsABugOfOurs) {
  SocketPhase phase;
  EXPECT_DEATH(phase.Advance(kProven), "CHECK failed");
}

}  // namespace
}  // namespace node

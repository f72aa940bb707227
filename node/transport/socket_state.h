// The states of a socket and the only ways between them.
//
//   | state          | event            | next           | what the socket does                     |
//   |----------------|------------------|----------------|------------------------------------------|
//   | opening        | started          | connecting     | connects, or is connected already        |
//   | connecting     | established      | authenticating | shakes hands                             |
//   | authenticating | proven           | authenticated  | has a peer and a channel                 |
//   | authenticated  | registered       | connected      | is the one socket of its peer            |
//   | connected      | routines started | open           | reads and writes, its owner knows it     |
//   | open           | fault            | open           | counts a chunk that it rejected          |
//   | open           | ended            | closing        | stops its routines, fails its waiters    |
//   | all before open| failed           | errored        | remembers the first error                |
//   | errored        | ended            | closing        |                                          |
//   | closing        | handle closed    | closed         | nothing more, ever                       |
//
// Invariants: (1) every other pair is a bug of ours: Advance CHECKs it, and no input of a peer can
// lead there; (2) closed is final. Source: protocols_of_the_other_seeds.md, 4.2; the seed's list of
// states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace node {

enum class SocketState : uint8_t {
  kOpening,
  kConnecting,
  kAuthenticating,
  kAuthenticated,
  kConnected,
  kOpen,
  kErrored,
  kClosing,
  kClosed
};
inline constexpr size_t kSocketStateCount = 9;

enum class SocketEvent : uint8_t {
  kStarted,
  kEstablished,
  kProven,
  kRegistered,
  kRoutinesStarted,
  kFault,
  kFailed,
  kEnded,
  kHandleClosed
};
inline constexpr size_t kSocketEventCount = 9;

[[nodiscard]] std::string_view TextOf(SocketState state);

// Where the table leads; nothing where it has no row.
[[nodiscard]] std::optional<SocketState> NextState(SocketState state, SocketEvent event);

// The state of one socket.
class SocketPhase {
 public:
  [[nodiscard]] SocketState state() const { return state_; }

  // REQUIRES: the table has a row for it.
  void Advance(SocketEvent event);

  [[nodiscard]] bool Is(SocketState state) const { return state_ == state; }

 private:
  SocketState state_ = SocketState::kOpening;
};

}  // namespace node

// Courier: carries the core's frames to peers, over the connection that stands or one that it opens.
//
//   line to a peer | event                                       | next
//   open           | Send                                        | open        the transport queues the frame, or it is lost
//   open           | idle for Terms::idle, and dialled for Send  | -           closed; the next Send dials again
//   -              | Send, an address may be dialled             | calling     the frame waits
//   -              | Send, no address, or resting                | unreachable the frame is lost
//   calling        | Send                                        | calling     the frame waits; the oldest go when there is no room
//   calling        | opened, by whichever side                   | open        what waits is sent, in order
//   calling        | the dial failed, another address is left    | calling     the next one is dialled
//   calling        | the dial lost to another one of that peer   | calling     that connection opens any moment; the next address later
//   calling        | all failed, or Terms::patience passed       | resting     unreachable; what waits is lost; the addresses are doubted
//   resting        | back-off passed                             | -
//
// A frame that is lost is lost as in any network: the core's deadlines deal with it. `unreachable` is told to the core as
// Link down. When the transport has no room for another dial, the connection that was opened for Send and has been quiet
// longest makes room. Invariants: (1) at most frames_max frames of bytes_max bytes wait per peer, total_bytes_max in all;
// (2) at most one dial per peer, dials_max sockets in all; (3) only addresses that MayDial allows are dialled. Thread rule: one thread. The host
// calls every On..., in the order of events, and nothing here calls back. Source: issue 3, point 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "core/base/ids.h"
#include "core/base/peer_set.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/codec/limits.h"
#include "node/discovery/address.h"
#include "node/discovery/backoff.h"
#include "node/host/node_directory.h"
#include "node/transport/transport.h"

namespace node {

inline constexpr uint16_t kCoreChannel = 0;
inline constexpr uint16_t kDiscoveryChannel = 1;

class Courier {
 public:
  struct Terms {
    size_t frames_max = 64;
    size_t bytes_max = core::limits::kControlFrameMax;  // One frame of the largest size fits.
    size_t total_bytes_max = size_t{16} << 20;
    size_t dials_max = 64;  // Sockets that this dialled, open ones included.
    core::Duration patience = core::Seconds(10);
    core::Duration idle = core::Seconds(60);
    core::Duration quiet = core::Seconds(2);  // Not closed to make room before.
    BackoffTerms rest = {core::Seconds(1), core::Seconds(60), 25};
  };

  enum class Fate : uint8_t { kSent, kWaits, kLost, kUnreachable };

  struct Counters {
    uint64_t sent = 0;         // Frames that the transport took.
    uint64_t lost = 0;         // No room in a queue, here or there.
    uint64_t unreachable = 0;  // Frames to peers that could not be dialled.
    uint64_t dials = 0;
    uint64_t made_room = 0;  // Connections closed for another dial.
  };

  using MayDial = std::function<bool(const IpEndpoint&)>;

  // REQUIRES: transport and directory outlive this.
  Courier(Transport& transport, NodeDirectory& directory, MayDial may_dial, core::Random random,
          const Terms& terms);

  // `now` is the steady clock, here and below.
  Fate Send(core::Time now, core::PeerId to, std::span<const uint8_t> frame);

  void OnOpened(core::Time now, core::PeerId peer, SocketId socket);
  void OnClosed(core::PeerId peer, SocketId socket);
  // Any dial, of whoever; true when it was one of these. `duplicate`: another connection with the peer was kept.
  bool OnDialFailed(core::Time now, SocketId socket, bool duplicate);
  // The core heard from the peer.
  void OnHeard(core::Time now, core::PeerId peer);

  void Tick(core::Time now);
  [[nodiscard]] core::Time NextDeadline() const;

  // Peers that became unreachable since the last call.
  [[nodiscard]] std::vector<core::PeerId> TakeUnreachable() {
    return std::exchange(unreachable_, {});
  }

  [[nodiscard]] bool HasUnreachable() const { return !unreachable_.empty(); }

  // The connection may be closed by others without harm to the core.
  [[nodiscard]] bool IsQuiet(core::Time now, core::PeerId peer) const;
  // Something was sent so lately that an answer may be lost with the connection.
  [[nodiscard]] bool AwaitsAnswer(core::Time now, core::PeerId peer) const;

  // Closes the quietest connection that was opened for Send, if one is quiet. The host hears of it before this returns.
  bool MakeRoom(core::Time now);

  // The connection that was opened for Send.
  [[nodiscard]] bool IsOwn(SocketId socket) const { return dials_.contains(socket.value); }

  // Handles that are still to be used here.
  void CollectPeers(core::PeerSet& peers) const;

  [[nodiscard]] size_t waiting_bytes() const { return waiting_bytes_; }

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  using Frame = std::vector<uint8_t>;

  // What is under way to open a line.
  struct Call {
    core::AddressList addresses;
    size_t next = 0;               // Address to dial next.
    std::optional<SocketId> dial;  // Ours; nothing: somebody else dials, or room is awaited.
    core::Time ends_at;
    core::Time retry_at = core::Time::Never();
    std::deque<Frame> frames;
    size_t bytes = 0;
  };

  struct Line {
    std::optional<SocketId> open;
    core::Time sent{};  // Last time that a frame left for the peer, or the line opened.
    core::Time used{};  // The same, or a frame came.
    Backoff rest;
    std::unique_ptr<Call> call;
  };

  Fate SendNow(core::Time now, Line& line, std::span<const uint8_t> frame);
  Fate Enqueue(Call& call, std::span<const uint8_t> frame);
  [[nodiscard]] bool StartCall(core::Time now, core::PeerId peer, Line& line);
  // Dials the next address; false: none is left.
  [[nodiscard]] bool DialNext(core::Time now, core::PeerId peer, Call& call);
  void GiveUp(core::Time now, core::PeerId peer, Line& line);
  void RetryLater(core::Time now, Call& call);
  void EndCall(Line& line);
  void CloseIdle(core::Time now);
  void ForgetLines(core::Time now);

  Transport* transport_;
  NodeDirectory* directory_;
  MayDial may_dial_;
  core::Random random_;
  Terms terms_;
  absl::flat_hash_map<uint32_t, Line> lines_;          // By handle.
  absl::flat_hash_map<uint64_t, core::PeerId> dials_;  // Sockets that this dialled.
  std::vector<uint32_t> calling_;
  std::vector<core::PeerId> unreachable_;
  size_t waiting_bytes_ = 0;
  core::Time tick_at_ = core::Time::Never();
  Counters counters_;
};

}  // namespace node

// Opening a connection: Noise XX, a Hello from each side inside it, then a verdict from each side.
// Bytes in, bytes out; sockets, time limits and buffers are the caller's.
//
// Every message stands behind a u16 big-endian length of at most kHandshakeMessageMax.
//
//   | phase        | who      | reads                  | writes                      | then          |
//   |--------------|----------|------------------------|-----------------------------|---------------|
//   | (Start)      | dialler  |                        | 1: e                        | kAwaitSecond  |
//   | kAwaitFirst  | answerer | 1: e                   | 2: e, ee, s, es, Hello      | kAwaitThird   |
//   | kAwaitSecond | dialler  | 2: e, ee, s, es, Hello | 3: s, se, Hello; verdict    | kAwaitVerdict |
//   | kAwaitThird  | answerer | 3: s, se, Hello        | verdict                     | kAwaitVerdict |
//   | kAwaitVerdict| both     | verdict                |                             | kOpen         |
//   | kOpen, kRefused, kFailed: final                                                             |
//
//   own verdict is a refusal    -> kRefused, behind the bytes that say so; flush them, then close
//   remote verdict is a refusal -> kRefused
//   any Status                  -> kFailed; nothing is written; close
//
// The verdict is the first record of each direction of the secure channel: one byte, see Verdict.
// Our own is the first of these that applies: wrong version, wrong network, self, wrong identity,
// what the Judge says, accept. A proof that does not verify is no refusal but an error.
//
// Invariants: (1) the Judge is asked at most once, and only about an identity that is proven, of
// our network and version, not our own, and the dialled one where one was dialled; (2) kOpen is
// reached only when both sides accepted; (3) whatever the remote sends, in whatever order, ends in
// a phase and a Status, never in a CHECK; (4) bytes behind the message that ends the handshake are
// not touched: they are the channel's. Thread rule: one thread at a time. Source: issue 3, point 2;
// protocols_of_the_other_seeds.md, 4.2 and 4.6; docs/wire_format.md, "Handshake".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/crypto/noise.h"
#include "node/handshake/hello.h"
#include "node/handshake/identity.h"
#include "node/handshake/secure_channel.h"

namespace node {

inline constexpr size_t kHandshakeMessageMax = 2048;
// Of a read buffer during the handshake.
inline constexpr size_t kHandshakeBufferBytes = 2 + kHandshakeMessageMax;
// Bound by both sides at the start: another protocol on Noise, or another layout of this one, fails
// at the first message that is authenticated.
inline constexpr std::string_view kHandshakePrologue = "orbweaver/handshake/1";

// Numbers of the wire: never reused for something else.
enum class Verdict : uint8_t {
  kAccept = 0,
  kSelf = 1,
  kDuplicate = 2,
  kWrongNetwork = 3,
  kWrongVersion = 4,
  kWrongIdentity = 5,
  kTooManyConnections = 6,
  kBanned = 7,
  kBusy = 8,
};

// For example "duplicate"; of a number that this version does not know: "unknown".
[[nodiscard]] std::string_view TextOf(Verdict verdict);

// The clocks of the host at one moment.
struct Clock {
  core::Time steady;
  int64_t wall_ms = 0;  // Milliseconds since 1970.
};

// The remote peer, proven.
struct RemotePeer {
  core::NodeId node_id;
  Hello hello;
};

// Duplicates, limits and bans are the caller's to judge. Returns kAccept or a refusal.
using Judge = std::function<Verdict(const RemotePeer&)>;

class Handshake {
 public:
  enum class Phase : uint8_t {
    kAwaitFirst,
    kAwaitSecond,
    kAwaitThird,
    kAwaitVerdict,
    kOpen,
    kRefused,
    kFailed
  };

  // What this node brings. The identity and the offer are borrowed and outlive the handshake.
  struct Setup {
    const Identity* identity = nullptr;
    // Version, capabilities and addresses of our Hello; the rest is filled in.
    const Hello* offer = nullptr;
    Judge judge;
    // 32 fresh bytes for this handshake alone (node/handshake/entropy.h).
    core::NoiseKey ephemeral;
  };

  // The dialling side; appends message 1 to `out`. Without `dialled` any identity is right.
  [[nodiscard]] static Handshake Dial(Setup setup, std::optional<core::NodeId> dialled,
                                      std::vector<uint8_t>& out);
  [[nodiscard]] static Handshake Answer(Setup setup);

  // Takes as many whole messages from the start of `input` as it can, appends what is to be sent to
  // `out`, and returns how many bytes it took; the caller keeps the rest until more has arrived.
  [[nodiscard]] core::StatusOr<size_t> Receive(std::span<const uint8_t> input, const Clock& clock,
                                               std::vector<uint8_t>& out);

  [[nodiscard]] Phase phase() const { return phase_; }

  // Nothing more will be read or written.
  [[nodiscard]] bool Done() const { return phase_ >= Phase::kOpen; }

  // Once the proof has been verified; none when refused for version or network. In kOpen always;
  // before that only a log should use it.
  [[nodiscard]] const std::optional<RemotePeer>& remote() const { return remote_; }

  // In kRefused: why, and whether the remote said so.
  [[nodiscard]] Verdict refusal() const { return refusal_; }

  [[nodiscard]] bool refused_by_remote() const { return refused_by_remote_; }

  // REQUIRES: kOpen. At most once.
  [[nodiscard]] SecureChannel TakeChannel();

 private:
  Handshake(core::NoiseRole role, Setup setup, std::optional<core::NodeId> dialled);

  [[nodiscard]] core::Status Fail(core::Status status);
  [[nodiscard]] core::Status Take(std::span<const uint8_t> framed, const Clock& clock,
                                  std::vector<uint8_t>& out);
  [[nodiscard]] core::Status TakeFirst(std::span<const uint8_t> message, const Clock& clock,
                                       std::vector<uint8_t>& out);
  [[nodiscard]] core::Status TakeVerdict(std::span<const uint8_t> record);
  [[nodiscard]] core::Status ReadHello(std::span<const uint8_t> message);
  [[nodiscard]] core::Status WriteMessage(std::span<const uint8_t> payload,
                                          std::vector<uint8_t>& out);
  [[nodiscard]] std::vector<uint8_t> OwnHello(const Clock& clock) const;
  [[nodiscard]] core::StatusOr<Verdict> JudgeRemote();
  [[nodiscard]] core::Status Pronounce(const Clock& clock, std::vector<uint8_t>& out);
  void Refuse(Verdict verdict, bool by_remote);

  Setup setup_;
  std::optional<core::NodeId> dialled_;
  std::optional<core::NoiseHandshake> noise_;
  std::optional<SecureChannel> channel_;
  Hello remote_hello_;  // As it came, nothing proven.
  std::optional<RemotePeer> remote_;
  Phase phase_ = Phase::kAwaitFirst;
  Verdict refusal_ = Verdict::kAccept;
  bool refused_by_remote_ = false;
  core::Status failure_;
};

}  // namespace node

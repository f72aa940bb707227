// Messages of the discovery channel: peer exchange and NAT probe.
//
// A message is a byte of version (1), a byte of type, then the fields; integers big-endian at full
// width, addresses as 16 bytes (IPv4 as ::ffff:a.b.c.d) and a port:
//   1 GetPeers
//   2 Peers         refusal u8 (0, 1)   count u8 (0..250)   count times:
//                   id 32   address 16   port u16 (not 0)   age_s u32   flags u8 (0)
//   3 NatProbe      token u64   port u16 (not 0)
//   4 NatProbeBack  token u64
//   5 NatResult     token u64   reached u8 (0, 1)   seen address 16
// Invariants: (1) decode accepts exactly what encode writes, nothing shorter, longer or different;
// (2) no address that cannot be dialled passes; (3) a decoded message holds at most kPeersMax peers,
// whatever its bytes say. Ages are relative, so clocks need not agree.
// Source: protocols_of_the_other_seeds.md, 3.3 and 3.5; docs/discovery.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/decode_error.h"
#include "node/discovery/address.h"

namespace node {

inline constexpr uint8_t kDiscoveryVersion = 1;
inline constexpr size_t kPeersMax = 250;
inline constexpr size_t kPeerBytes = 32 + 16 + 2 + 4 + 1;
inline constexpr size_t kDiscoveryMessageMax = 4 + kPeersMax * kPeerBytes;

// One address that the sender has verified.
struct PeerRecord {
  core::NodeId id;
  IpEndpoint endpoint;
  uint32_t age_s = 0;  // Since it was last known to be up.

  friend bool operator==(const PeerRecord&, const PeerRecord&) = default;
};

struct GetPeers {
  friend bool operator==(const GetPeers&, const GetPeers&) = default;
};

struct Peers {
  bool refusal = false;  // Sent unasked, because there is no room for the receiver.
  std::vector<PeerRecord> records;

  friend bool operator==(const Peers&, const Peers&) = default;
};

// "Dial me back at this port of the address that you see, and present the token."
struct NatProbe {
  uint64_t token = 0;
  uint16_t port = 0;

  friend bool operator==(const NatProbe&, const NatProbe&) = default;
};

struct NatProbeBack {
  uint64_t token = 0;

  friend bool operator==(const NatProbeBack&, const NatProbeBack&) = default;
};

struct NatResult {
  uint64_t token = 0;
  bool reached = false;
  IpAddress seen;  // Where the probe came from.

  friend bool operator==(const NatResult&, const NatResult&) = default;
};

using DiscoveryMessage = std::variant<GetPeers, Peers, NatProbe, NatProbeBack, NatResult>;

// REQUIRES: the limits above.
[[nodiscard]] std::vector<uint8_t> EncodeMessage(const DiscoveryMessage& message);

[[nodiscard]] core::DecodeError DecodeMessage(std::span<const uint8_t> bytes,
                                              DiscoveryMessage& message);

}  // namespace node

// Where a peer can be dialled, and what such a place has in common with others.
//
// Texts: "192.0.2.1:7420", "[2001:db8::1]:7420", "node.example:7420", each alone or, for a seed,
// behind "NODE-ID@". Parsing is strict: one way to write a port, no spaces, no zone ids; errors say
// what was found and what is allowed.
// Invariants: (1) an IPv4 address and its IPv4-mapped IPv6 form are one value; (2) names are in lower
// case; (3) GroupOf is /16 of IPv4 and /32 of IPv6: whoever holds many addresses usually holds few
// groups; all of loopback is one group.
// Source: protocols_of_the_other_seeds.md, 3.5 (buckets) and 3.7 (eclipse by address flooding).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/status.h"

namespace node {

// IPv4 as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  [[nodiscard]] bool IsV4() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// From how far an address can be reached. The order matters: a peer may speak of addresses of its own
// scope and above (InScope).
enum class Scope : uint8_t {
  kLoopback,
  kPrivate,  // RFC 1918, link-local, unique local, carrier-grade NAT.
  kPublic,
  kUnusable,  // Unspecified, multicast, broadcast, reserved.
};

[[nodiscard]] Scope ScopeOf(const IpAddress& ip);

// True when somebody at `witness` may tell of, or hear of, an address at `ip`: a public peer learns
// and teaches public addresses only, so nobody is sent to dial inside somebody else's network.
[[nodiscard]] bool InScope(const IpAddress& ip, const IpAddress& witness);

struct IpGroup {
  std::array<uint8_t, 5> bytes{};  // Family, then the prefix.

  friend auto operator<=>(const IpGroup&, const IpGroup&) = default;
};

[[nodiscard]] IpGroup GroupOf(const IpAddress& ip);

// A numeric place: what the book keeps and peers exchange. (asio has an Endpoint of its own.)
struct IpEndpoint {
  IpAddress ip;
  uint16_t port = 0;

  friend auto operator<=>(const IpEndpoint&, const IpEndpoint&) = default;
};

// A numeric place, or a name that the host resolves when it dials.
struct Address {
  std::string name;     // Empty: numeric.
  IpEndpoint endpoint;  // With a name only the port is set.

  friend bool operator==(const Address&, const Address&) = default;
};

struct Seed {
  std::optional<core::NodeId> id;  // Whoever answers must be this node.
  Address address;

  friend bool operator==(const Seed&, const Seed&) = default;
};

enum class PortRule : uint8_t {
  kDialable,   // 1 to 65535.
  kListening,  // 0 too: any free port.
};

inline constexpr size_t kHostNameMax = 253;

[[nodiscard]] core::StatusOr<IpAddress> ParseIp(std::string_view text);
[[nodiscard]] core::StatusOr<IpEndpoint> ParseEndpoint(std::string_view text,
                                                       PortRule rule = PortRule::kDialable);
[[nodiscard]] core::StatusOr<Address> ParseAddress(std::string_view text);
[[nodiscard]] core::StatusOr<Seed> ParseSeed(std::string_view text);
// 64 lower-case hexadecimal digits.
[[nodiscard]] std::optional<core::Key256> ParseKey(std::string_view text);

// What the parsers read back as the same value.
[[nodiscard]] std::string ToText(const IpAddress& ip);
[[nodiscard]] std::string ToText(const IpEndpoint& endpoint);
[[nodiscard]] std::string ToText(const Address& address);
[[nodiscard]] std::string ToText(const Seed& seed);

}  // namespace node

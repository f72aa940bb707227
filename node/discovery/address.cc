#include "node/discovery/address.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include <arpa/inet.h>

#include "node/base/visible_text.h"

namespace node {
namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr size_t kLabelMax = 63;

core::Status Refuse(const std::string& found, const std::string& allowed) {
  return core::InvalidArgument("found " + found + ", allowed " + allowed);
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool LooksLikeV4(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool IsLabel(std::string_view label) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  return !label.empty() && label.size() <= kLabelMax && label.front() != '-' &&
         label.back() != '-' && label.find_first_not_of(kAllowed) == std::string_view::npos;
}

core::StatusOr<std::string> ParseName(std::string_view text) {
  bool good = !text.empty() && text.size() <= kHostNameMax;
  std::string_view rest = text;
  while (good) {
    const size_t dot = rest.find('.');
    good = IsLabel(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!good) {
    return Refuse("the host " + Quoted(text),
                  "an IPv4 address, an IPv6 address in brackets, or a name of letters, digits, "
                  "hyphens and dots");
  }
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

core::StatusOr<uint16_t> ParsePort(std::string_view text, PortRule rule) {
  const uint32_t low = rule == PortRule::kListening ? 0 : 1;
  uint32_t port = 0;
  const bool canonical = IsDigits(text) && text.size() <= 5 && (text == "0" || text[0] != '0');
  if (canonical) {
    for (const char c : text) port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  if (!canonical || port < low || port > 65535) {
    return Refuse("the port " + Quoted(text), absl::StrCat("a port from ", low, " to 65535"));
  }
  return static_cast<uint16_t>(port);
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;
  bool bracketed = false;
};

core::StatusOr<HostAndPort> Split(std::string_view text) {
  const std::string allowed = "\"host:port\" or \"[IPv6]:port\"";
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return Refuse(Quoted(text) + " without \"]\"", allowed);
    if (!text.substr(close + 1).starts_with(':')) {
      return Refuse(Quoted(text) + " without a port", allowed);
    }
    return HostAndPort{text.substr(1, close - 1), text.substr(close + 2), true};
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Refuse(Quoted(text) + " without a port", allowed);
  const HostAndPort parts{text.substr(0, colon), text.substr(colon + 1), false};
  if (parts.host.find(':') != std::string_view::npos) {
    return Refuse(Quoted(text) + ", an IPv6 address without brackets",
                  "\"[IPv6]:port\" such as \"[2001:db8::1]:7420\"");
  }
  return parts;
}

bool ReadV4(std::string_view text, IpAddress& ip) {
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), ip.bytes.begin());
  return inet_pton(AF_INET, std::string(text).c_str(), ip.bytes.data() + kV4Prefix.size()) == 1;
}

bool ReadV6(std::string_view text, IpAddress& ip) {
  return inet_pton(AF_INET6, std::string(text).c_str(), ip.bytes.data()) == 1;
}

core::StatusOr<IpAddress> ParseV4(std::string_view text) {
  IpAddress ip;
  if (LooksLikeV4(text) && ReadV4(text, ip)) return ip;
  return Refuse("the host " + Quoted(text),
                "an IPv4 address of four numbers from 0 to 255 such as 192.0.2.1");
}

core::StatusOr<IpAddress> ParseV6(std::string_view text) {
  IpAddress ip;
  if (text.find('\0') == std::string_view::npos && ReadV6(text, ip)) return ip;
  return Refuse("the host " + Quoted(text), "an IPv6 address such as 2001:db8::1");
}

core::StatusOr<IpAddress> ParseHost(const HostAndPort& parts) {
  return parts.bracketed ? ParseV6(parts.host) : ParseV4(parts.host);
}

Scope ScopeOfV4(const uint8_t* b) {
  if (b[0] == 127) return Scope::kLoopback;
  if (b[0] == 0 || b[0] >= 224) return Scope::kUnusable;
  const bool is_private = b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
                          (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
                          (b[0] == 100 && (b[1] & 0xc0) == 64);
  return is_private ? Scope::kPrivate : Scope::kPublic;
}

}  // namespace

bool IpAddress::IsV4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

Scope ScopeOf(const IpAddress& ip) {
  const auto& b = ip.bytes;
  if (ip.IsV4()) return ScopeOfV4(b.data() + kV4Prefix.size());
  // ::1, then the rest of ::/96: unspecified and the abandoned IPv4-compatible addresses.
  if (std::all_of(b.begin(), b.begin() + 12, [](uint8_t byte) { return byte == 0; })) {
    return b[12] == 0 && b[13] == 0 && b[14] == 0 && b[15] == 1 ? Scope::kLoopback
                                                                : Scope::kUnusable;
  }
  if (b[0] == 0xff) return Scope::kUnusable;
  if ((b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)) return Scope::kPrivate;
  return Scope::kPublic;
}

bool InScope(const IpAddress& ip, const IpAddress& witness) {
  const Scope scope = ScopeOf(ip);
  return scope != Scope::kUnusable && scope >= ScopeOf(witness);
}

IpGroup GroupOf(const IpAddress& ip) {
  const auto& b = ip.bytes;
  if (ScopeOf(ip) == Scope::kLoopback) return {{1, 0, 0, 0, 0}};
  if (ip.IsV4()) return {{4, b[12], b[13], 0, 0}};
  return {{6, b[0], b[1], b[2], b[3]}};
}

core::StatusOr<IpAddress> ParseIp(std::string_view text) {
  return text.find(':') == std::string_view::npos ? ParseV4(text) : ParseV6(text);
}

core::StatusOr<IpEndpoint> ParseEndpoint(std::string_view text, PortRule rule) {
  ASSIGN_OR_RETURN(const HostAndPort parts, Split(text));
  ASSIGN_OR_RETURN(const IpAddress ip, ParseHost(parts));
  ASSIGN_OR_RETURN(const uint16_t port, ParsePort(parts.port, rule));
  return IpEndpoint{ip, port};
}

core::StatusOr<Address> ParseAddress(std::string_view text) {
  ASSIGN_OR_RETURN(const HostAndPort parts, Split(text));
  Address address;
  if (parts.bracketed || LooksLikeV4(parts.host)) {
    ASSIGN_OR_RETURN(address.endpoint.ip, ParseHost(parts));
    if (ScopeOf(address.endpoint.ip) == Scope::kUnusable) {
      return Refuse("the host " + Quoted(parts.host), "an address that can be dialled");
    }
  } else {
    ASSIGN_OR_RETURN(address.name, ParseName(parts.host));
  }
  ASSIGN_OR_RETURN(address.endpoint.port, ParsePort(parts.port, PortRule::kDialable));
  return address;
}

core::StatusOr<Seed> ParseSeed(std::string_view text) {
  Seed seed;
  const size_t at = text.find('@');
  if (at != std::string_view::npos) {
    seed.id = ParseKey(text.substr(0, at));
    if (!seed.id.has_value()) {
      return Refuse("the node id " + Quoted(text.substr(0, at)),
                    "64 hexadecimal digits in lower case");
    }
    text.remove_prefix(at + 1);
  }
  ASSIGN_OR_RETURN(seed.address, ParseAddress(text));
  return seed;
}

std::optional<core::Key256> ParseKey(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  core::Key256 key;
  if (text.size() != 2 * key.bytes.size()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    uint8_t& byte = key.bytes[i / 2];
    byte = static_cast<uint8_t>((size_t{byte} << 4) | digit);
  }
  return key;
}

std::string ToText(const IpAddress& ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (ip.IsV4()) {
    inet_ntop(AF_INET, ip.bytes.data() + kV4Prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, ip.bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::string ToText(const IpEndpoint& endpoint) {
  const std::string host = ToText(endpoint.ip);
  return absl::StrCat(endpoint.ip.IsV4() ? host : "[" + host + "]", ":", endpoint.port);
}

std::string ToText(const Address& address) {
  if (address.name.empty()) return ToText(address.endpoint);
  return absl::StrCat(address.name, ":", address.endpoint.port);
}

std::string ToText(const Seed& seed) {
  const std::string address = ToText(seed.address);
  return seed.id.has_value() ? HexText(seed.id->bytes) + "@" + address : address;
}

}  // namespace node

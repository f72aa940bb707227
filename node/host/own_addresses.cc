#include "node/host/own_addresses.h"

#include <algorithm>

#include <sys/socket.h>
#include <unistd.h>

#include "node/host/endpoints.h"

namespace node {

bool IsAny(const IpAddress& ip) {
  return std::all_of(ip.bytes.begin(), ip.bytes.begin() + 10, [](uint8_t b) { return b == 0; }) &&
         std::all_of(ip.bytes.begin() + 12, ip.bytes.end(), [](uint8_t b) { return b == 0; });
}

void OwnAddresses::SetPort(uint16_t port) {
  if (listen_.has_value()) listen_->port = port;
}

bool OwnAddresses::WantsLocal() const {
  return advertise_.empty() && listen_.has_value() && IsAny(listen_->ip) &&
         local_.size() < core::limits::kAddressesMax;
}

bool OwnAddresses::LearnLocal(const IpAddress& ip) {
  if (!WantsLocal() || ScopeOf(ip) == Scope::kUnusable) return false;
  if (std::find(local_.begin(), local_.end(), ip) != local_.end()) return false;
  local_.push_back(ip);
  std::stable_sort(local_.begin(), local_.end(),
                   [](const IpAddress& a, const IpAddress& b) { return ScopeOf(a) > ScopeOf(b); });
  return dialable_;
}

bool OwnAddresses::SetDialable(bool dialable) {
  const bool changed = dialable != dialable_;
  dialable_ = dialable;
  return changed && advertise_.empty() && listen_.has_value();
}

core::AddressList OwnAddresses::List() const {
  core::AddressList list;
  const auto add = [&list](const std::string& text) {
    if (text.size() <= core::limits::kAddressBytesMax && !list.full()) {
      list.push_back(core::Address(text));
    }
  };
  if (!listen_.has_value()) return list;
  for (const Address& address : advertise_) add(ToText(address));
  if (!list.empty() || !dialable_) return list;
  if (!IsAny(listen_->ip)) add(ToText(*listen_));
  for (const IpAddress& ip : local_) add(ToText(IpEndpoint{ip, listen_->port}));
  return list;
}

// By the system's calls: Asio would throw where no descriptor is left.
std::optional<IpAddress> LocalAddressTowards(const Endpoint& remote) {
  const int family = remote.address().is_v4() ? AF_INET : AF_INET6;
  const int probe = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return std::nullopt;
  Endpoint local;
  auto size = static_cast<socklen_t>(local.capacity());
  const bool known = connect(probe, remote.data(), static_cast<socklen_t>(remote.size())) == 0 &&
                     getsockname(probe, local.data(), &size) == 0;
  close(probe);
  if (!known) return std::nullopt;
  return FromAsio(local).ip;
}

}  // namespace node

// Between the node's own addresses and those of Asio.
#pragma once

#include <cstring>

#include "node/discovery/address.h"
#include "node/transport/asio.h"

namespace node {

[[nodiscard]] inline Endpoint ToAsio(const IpEndpoint& endpoint) {
  const auto v6 = asio::ip::make_address_v6(endpoint.ip.bytes);
  if (!endpoint.ip.IsV4()) return {v6, endpoint.port};
  return {asio::ip::make_address_v4(asio::ip::v4_mapped, v6), endpoint.port};
}

[[nodiscard]] inline IpEndpoint FromAsio(const Endpoint& endpoint) {
  const asio::ip::address& address = endpoint.address();
  const auto v6 = address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4())
                                  : address.to_v6();
  IpEndpoint plain;
  plain.port = endpoint.port();
  const auto bytes = v6.to_bytes();
  std::memcpy(plain.ip.bytes.data(), bytes.data(), bytes.size());
  return plain;
}

}  // namespace node

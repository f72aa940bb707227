// Addresses and ids for tests of discovery.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/random.h"
#include "node/discovery/address.h"
#include "node/discovery/peer_book.h"

namespace tests {

inline node::IpEndpoint Place(const std::string& text) {
  return node::ParseEndpoint(text).value();
}

inline node::IpAddress Ip(const std::string& text) {
  return node::ParseIp(text).value();
}

inline core::NodeId IdOf(uint64_t number) {
  core::NodeId id;
  core::Random({.seed = number}).Fill(id.bytes);
  return id;
}

inline node::BucketKey KeyOf(uint64_t number) {
  node::BucketKey key;
  core::Random({.seed = number, .peer = 1}).Fill(key.bytes);
  return key;
}

// 1.0.0.0 and up, one /16 per `group`.
inline node::IpEndpoint Public(uint32_t group, uint32_t host, uint16_t port = 7420) {
  const uint32_t high = group % (110u << 8);
  node::IpEndpoint endpoint = Place("1.0.0.0:1");
  endpoint.ip.bytes[12] = static_cast<uint8_t>(11 + (high >> 8));
  endpoint.ip.bytes[13] = static_cast<uint8_t>(high);
  endpoint.ip.bytes[14] = static_cast<uint8_t>(host >> 8);
  endpoint.ip.bytes[15] = static_cast<uint8_t>(host);
  endpoint.port = port;
  return endpoint;
}

inline constexpr core::Time kStart{1'000'000'000};

}  // namespace tests

// OwnAddresses: where this node tells others to dial it.
//
//   configured                    | told
//   no listening address          | nothing: it cannot be dialled
//   `advertise`                   | exactly that
//   a listening address           | that one
//   listening at any (0.0.0.0)    | the local addresses that connections to others leave from, the widest scope first
//   behind a translator (probed)  | nothing, unless `advertise` says otherwise
//
// Invariants: (1) at most core::limits::kAddressesMax, each of a size that the wire takes; (2) never "any". Thread rule: one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/codec/address.h"
#include "node/discovery/address.h"
#include "node/transport/asio.h"

namespace node {

class OwnAddresses {
 public:
  OwnAddresses(std::optional<IpEndpoint> listen, std::vector<Address> advertise)
      : listen_(listen), advertise_(std::move(advertise)) {}

  // The port is known when the socket listens.
  void SetPort(uint16_t port);
  // A connection to somebody leaves from here. True: there is something new to tell.
  [[nodiscard]] bool LearnLocal(const IpAddress& ip);
  // True: there is something new to tell.
  [[nodiscard]] bool SetDialable(bool dialable);

  [[nodiscard]] core::AddressList List() const;

  // Whether LearnLocal can bring anything.
  [[nodiscard]] bool WantsLocal() const;

 private:
  std::optional<IpEndpoint> listen_;
  std::vector<Address> advertise_;
  std::vector<IpAddress> local_;
  bool dialable_ = true;
};

// Unspecified: 0.0.0.0 or ::.
[[nodiscard]] bool IsAny(const IpAddress& ip);

// The local address that a connection to `remote` leaves from; sends nothing. Nothing when there is no route.
[[nodiscard]] std::optional<IpAddress> LocalAddressTowards(const Endpoint& remote);

}  // namespace node

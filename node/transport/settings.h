// Every limit and time-out of the transport, with the value that a node starts with.
//
// Source: protocols_of_the_other_seeds.md, 4.2, 4.4, 4.5; docs/wire_format.md, "Transport frames".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "node/transport/asio.h"
#include "node/transport/frame.h"

namespace node {

struct TransportSettings {
  // Connections.
  size_t inbound_max = 125;
  size_t outbound_max = 125;
  size_t pending_max = 64;      // Accepted, handshake not finished.
  size_t per_address_max = 16;  // Accepted from one address, open or not.
  // Dialled connections of the same family leave from here, by a port of the system's choice. Nothing: where the system
  // sends them from.
  std::optional<Endpoint> dial_from;
  core::Duration connect_timeout = core::Seconds(5);
  core::Duration handshake_timeout = core::Seconds(5);
  core::Duration idle_timeout = core::Minutes(5);  // Without any record from the peer.
  core::Duration keep_alive = core::Minutes(2);    // Without any record to the peer.
  core::Duration write_stall = core::Seconds(30);
  core::Duration flush_max = core::Seconds(1);
  core::Duration accept_retry_min = core::Milliseconds(100);  // Back-off without descriptors.
  core::Duration accept_retry_max = core::Seconds(5);

  // Frames.
  FrameLimits frame;
  size_t parts_max = 1024;
  size_t payload_max = size_t{4} << 20;
  std::vector<uint16_t> channels = {0};  // What this node understands, ascending.

  // Parts that wait for the others.
  size_t streams_max = 8;  // Per socket.
  core::Duration stream_timeout = core::Seconds(10);
  size_t reassembly_max = size_t{4} << 20;         // Bytes per socket.
  size_t reassembly_total_max = size_t{64} << 20;  // Bytes of all sockets.

  // Back-pressure.
  size_t sink_packets_max = 256;
  size_t sink_bytes_max = size_t{1} << 20;
  size_t write_buffer_max = size_t{1} << 20;
  size_t requests_max = 1024;  // Waiting for an answer, per socket.
  core::Duration request_timeout = core::Milliseconds(400);

  // More rejected chunks than this within the window close the socket. 0: no limit.
  size_t rejects_max = 16;
  core::Duration rejects_window = core::Seconds(10);
};

}  // namespace node

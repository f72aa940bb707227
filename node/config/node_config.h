// NodeConfig: what a configuration file says, converted and checked. It has no defaults of its own: they
// stand in the option table (option_table.h), and LoadConfig("{}") fills them in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/crypto/suite.h"
#include "core/port/config.h"
#include "node/discovery/address.h"
#include "node/log/record_format.h"

namespace node {

struct NetworkOptions {
  std::string name;
  std::optional<core::Key256> id;  // Nothing: derived from the name, see NetworkIdOf.
};

struct LimitOptions {
  uint32_t inbound = 0;
  uint32_t outbound = 0;
  uint32_t pending_handshakes = 0;
  uint32_t per_address = 0;
};

struct TimeoutOptions {
  core::Duration connect, handshake, idle, keep_alive, write_stall, request, reassembly, flush;
};

// Sizes in bytes.
struct TransportOptions {
  uint64_t chunk_max = 0;
  uint64_t payload_max = 0;
  uint64_t write_buffer = 0;
  uint64_t sink_packets = 0;
  uint64_t sink_bytes = 0;
  uint64_t reassembly_total = 0;
};

struct DiscoveryOptions {
  uint32_t desired = 0;
  bool exchange = false;
  bool nat_probe = false;
  core::Duration ban;
};

struct AdminOptions {
  std::optional<IpEndpoint> listen;  // Nothing: off.
  std::vector<Address> hosts;        // Further values of the Host header that are served.
};

struct ControlOptions {
  std::string socket;             // Empty: off.
  std::optional<IpEndpoint> tcp;  // Of loopback; nothing: off.
  std::string token_file;         // For clients of tcp.
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  std::string file;  // Empty: standard error.
};

// Less does not hold a block of the largest size with its proof.
inline constexpr uint64_t kLendMin = uint64_t{1} << 20;
inline constexpr int64_t kLendMax = int64_t{16} << 40;

struct StoreOptions {
  std::string path;
  uint64_t lend = 0;  // Bytes; 0: what was lent last.
  uint64_t size_max = 0;
};

struct RecorderOptions {
  uint64_t length = 0;  // Inputs kept; 0: off.
};

// Paths are resolved: data_dir against the folder of the file, the others against data_dir.
struct NodeConfig {
  std::string data_dir;
  std::vector<IpEndpoint> listen;       // Empty: this node cannot be dialled.
  std::vector<Address> advertise;       // Empty: found out by NAT probes.
  std::optional<IpEndpoint> dial_from;  // Nothing: the system chooses.
  std::vector<Seed> seeds;
  NetworkOptions network;
  LimitOptions limits;
  TimeoutOptions timeouts;
  TransportOptions transport;
  DiscoveryOptions discovery;
  AdminOptions admin;
  ControlOptions control;
  LogOptions log;
  StoreOptions storage;
  RecorderOptions recorder;
  core::Config protocol;
};

// The id that keeps networks apart: the configured one, or SHA-256 of "orb/network/1" and the name.
[[nodiscard]] core::Key256 NetworkIdOf(const NetworkOptions& network, const core::Suite& suite);

}  // namespace node

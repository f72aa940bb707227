// PcapngWriter: the blocks of a capture file: one section, one interface of IPv6 packets, names of addresses, packets with
// comments. Times are microseconds of simulated time, so a run begins in 1970.
//
// Format: draft-ietf-opsawg-pcapng, version 1.0, big-endian. Nothing is kept. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "sim/engine/event.h"
#include "sim/workflow/export/packet.h"

namespace sim {

class PcapngWriter {
 public:
  // Takes whole blocks.
  using Sink = std::function<void(std::string_view)>;

  explicit PcapngWriter(Sink sink) : sink_(std::move(sink)) {}

  // First, once. `about`: a comment on the whole file.
  void Begin(std::string_view about);
  // Readers show the name instead of the address.
  void Name(const InetAddress& address, std::string_view name);
  // REQUIRES: at does not fall.
  void Packet(WorldTime at, std::span<const uint8_t> packet, std::string_view comment);

 private:
  void WriteBlock(uint32_t type);

  Sink sink_;
  std::string body_;  // Of the block in the making.
  std::string block_;
};

}  // namespace sim

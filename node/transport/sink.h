// Packets of one socket that its owner has not taken yet, in order.
//
// Invariant: Full() from sink_packets_max packets or sink_bytes_max bytes on; the socket then reads
// no further, so that the peer's TCP window closes. One packet above the bytes may lie in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "node/transport/settings.h"

namespace node {

// What arrived: the payload is valid during the call that hands it over.
struct Packet {
  uint16_t channel = 0;
  bool wrapped = false;
  uint32_t nonce = 0;  // Not 0: the peer waits for an answer with this nonce.
  std::span<const uint8_t> payload;
};

class Sink {
 public:
  explicit Sink(const TransportSettings& settings) : settings_(&settings) {}

  void Push(const Packet& packet) {
    if (stored_ == nullptr) stored_ = std::make_unique<std::deque<Stored>>();
    bytes_ += packet.payload.size();
    stored_->push_back({packet, {packet.payload.begin(), packet.payload.end()}});
  }

  // REQUIRES: !empty().
  [[nodiscard]] Packet Front() const {
    Packet packet = stored_->front().packet;
    packet.payload = stored_->front().payload;
    return packet;
  }

  void Pop() {
    bytes_ -= stored_->front().payload.size();
    stored_->pop_front();
    if (stored_->empty()) stored_ = nullptr;
  }

  [[nodiscard]] bool empty() const { return stored_ == nullptr; }

  [[nodiscard]] size_t size() const { return empty() ? 0 : stored_->size(); }

  [[nodiscard]] size_t bytes() const { return bytes_; }

  [[nodiscard]] bool Full() const {
    return size() >= settings_->sink_packets_max || bytes_ >= settings_->sink_bytes_max;
  }

 private:
  struct Stored {
    Packet packet;
    std::vector<uint8_t> payload;
  };

  const TransportSettings* settings_;
  std::unique_ptr<std::deque<Stored>> stored_;  // An empty deque costs half a kilobyte.
  size_t bytes_ = 0;
};

}  // namespace node

// What a peer wants done: filled by one Step, drained by the host, then cleared and reused.
//
// Order is part of the contract: the host carries out the effects of one kind in the order in which they
// were asked for. Nothing waits for a Store: what must not leave before something is durable is sent
// when Stored arrives (docs/decisions/0008-stored-state-is-an-input.md). Slots are recycled, so a peer
// in steady state allocates nothing here, batches excepted.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/codec/messages.h"
#include "core/port/host.h"
#include "core/port/observation.h"

namespace core {

// One message for one or more peers; the host encodes it once.
struct Outgoing {
  std::vector<PeerId> to;
  Message message;
};

// A batch to be made durable; the host moves it out.
struct StoreRequest {
  StoreTicket ticket;
  StoreBatch batch;
};

class Effects {
 public:
  // A recycled message to fill in: id, sent_ms, ttl_ms and body are reset.
  Message& Send(PeerId to) { return Send(std::span(&to, 1)); }

  Message& Send(std::span<const PeerId> to);

  void Connect(PeerId peer) { connects_.push_back(peer); }

  void Disconnect(PeerId peer) { disconnects_.push_back(peer); }

  // Completed by exactly one Stored with this ticket, in the order of the requests.
  void Store(StoreTicket ticket, StoreBatch batch) {
    stores_.push_back({ticket, std::move(batch)});
  }

  void Observe(const Observation& observation) { observations_.push_back(observation); }

  // What an observation points to, valid until Clear.
  std::span<const uint8_t> Keep(Bytes bytes) { return bytes_.emplace_back(std::move(bytes)); }

  const Record* Keep(const Record& record) { return &records_.emplace_back(record); }

  // Signatures made or checked in this step: hosts with a CPU model charge them to virtual time.
  void CountSign() { ++signs_; }

  void CountVerify() { ++verifies_; }

  [[nodiscard]] std::span<Outgoing> sends() { return {outgoing_.data(), used_}; }

  [[nodiscard]] std::span<const PeerId> connects() const { return connects_; }

  [[nodiscard]] std::span<const PeerId> disconnects() const { return disconnects_; }

  [[nodiscard]] std::span<StoreRequest> stores() { return stores_; }

  [[nodiscard]] std::span<Observation> observations() { return observations_; }

  [[nodiscard]] uint32_t signs() const { return signs_; }

  [[nodiscard]] uint32_t verifies() const { return verifies_; }

  [[nodiscard]] bool empty() const {
    return used_ == 0 && stores_.empty() && observations_.empty() && connects_.empty() &&
           disconnects_.empty();
  }

  void Clear();

 private:
  std::vector<Outgoing> outgoing_;  // The first used_ are live, the others wait to be recycled.
  size_t used_ = 0;
  std::vector<PeerId> connects_;
  std::vector<PeerId> disconnects_;
  std::vector<StoreRequest> stores_;
  std::vector<Observation> observations_;
  std::vector<Bytes> bytes_;
  std::deque<Record> records_;
  uint32_t signs_ = 0;
  uint32_t verifies_ = 0;
};

}  // namespace core

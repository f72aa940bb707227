// Puts the parts of large payloads together, per socket, in bounded memory.
//
// The parts of a stream come in order; parts of several streams may be mixed. Invariants: (1) at
// most streams_max streams and reassembly_max bytes wait per socket, reassembly_total_max bytes
// over all sockets that share a budget; (2) a part that does not fit changes nothing (P5); (3) a
// stream that is not whole after stream_timeout is dropped; (4) all parts of a payload agree in
// channel, nonce, flags and the number of parts. Thread rule: one thread. Source:
// protocols_of_the_other_seeds.md, 4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "node/transport/frame.h"
#include "node/transport/settings.h"

namespace node {

// Bytes that all sockets of a transport hold together. Outlives them.
struct ByteBudget {
  size_t used = 0;
};

class Reassembly {
 public:
  enum class Result : uint8_t {
    kIncomplete,
    kWhole,    // TakePayload() has it.
    kBadPart,  // ChunkFault::kParts.
    kNoRoom,   // ChunkFault::kNoRoom.
  };

  Reassembly(const TransportSettings& settings, ByteBudget& budget)
      : settings_(&settings), budget_(&budget) {}

  Reassembly(const Reassembly&) = delete;
  Reassembly& operator=(const Reassembly&) = delete;

  ~Reassembly() { Clear(); }

  // A frame with parts != 1.
  [[nodiscard]] Result Accept(const FrameHeader& header, const BodyPrefix& prefix,
                              std::span<const uint8_t> payload, core::Time now);

  // The payload that Accept has just completed.
  [[nodiscard]] std::vector<uint8_t> TakePayload() { return std::move(whole_); }

  // Drops the streams that are too old, and returns how many they were.
  size_t Expire(core::Time now);

  // When Expire has something to do.
  [[nodiscard]] core::Time NextDeadline() const;

  void Clear();

  [[nodiscard]] size_t streams() const { return streams_.size(); }

  [[nodiscard]] size_t bytes() const { return bytes_; }

 private:
  struct Stream {
    BodyPrefix next;  // The part that is due.
    FrameHeader header;
    core::Time since;
    std::vector<uint8_t> payload;
  };

  [[nodiscard]] Stream* Find(uint32_t stream);
  [[nodiscard]] bool HasRoom(size_t size) const;
  void Drop(Stream& stream);

  const TransportSettings* settings_;
  ByteBudget* budget_;
  std::vector<Stream> streams_;
  std::vector<uint8_t> whole_;
  size_t bytes_ = 0;
};

}  // namespace node

// What a socket does with the bytes that arrive: records, frames, the fault table, and who gets
// the payload.
//
//   | fault                                                             | action                 |
//   |-------------------------------------------------------------------|------------------------|
//   | body above the chunk limit, not above the hard limit              | drained, error frame   |
//   | flags, unknown channel, nonce never issued, part numbers, payload | dropped, counted       |
//   | more than rejects_max of these within rejects_window              | closes, misbehaviour   |
//   | body above the hard limit; a record that does not open            | closes, misbehaviour   |
//   | an answer behind its deadline                                     | dropped, counted apart |
//
// Invariants: (1) a rejected chunk changes nothing but counters (P5); (2) packets reach the owner in
// the order of their last byte, at most once (P2); (3) while the sink is full nothing more is
// opened, and what is left is kept: at most one read buffer. Thread rule: one thread; the socket may
// end inside Take or Resume, which then stop. Source: protocols_of_the_other_seeds.md, 4.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/handshake/secure_channel.h"
#include "node/transport/fault_window.h"
#include "node/transport/frame_reader.h"
#include "node/transport/reassembly.h"
#include "node/transport/sink.h"
#include "node/transport/socket_context.h"

namespace node {

class Intake {
 public:
  Intake(SocketContext& context, Socket& socket)
      : context_(&context),
        socket_(&socket),
        reader_(context.settings.frame),
        reassembly_(context.settings, context.reassembly),
        sink_(context.settings) {}

  // Bytes that the owner of `input` puts in front of what it reads next: the begin of a record.
  [[nodiscard]] std::vector<uint8_t>& rest() { return rest_; }

  // Opens and delivers all it can; keeps what is left in rest().
  void Take(std::span<uint8_t> input);

  // Offers what the sink holds to the owner again, then goes on where Take has stopped.
  void Resume();

  [[nodiscard]] bool paused() const { return paused_; }

  // Forgets everything; Take and Resume stop.
  void Stop();

  // Parts that wait too long.
  void Expire(core::Time now);

  [[nodiscard]] core::Time NextDeadline() const { return reassembly_.NextDeadline(); }

  [[nodiscard]] const Sink& sink() const { return sink_; }

  [[nodiscard]] const Reassembly& reassembly() const { return reassembly_; }

 private:
  [[nodiscard]] size_t OpenRecords(std::span<uint8_t> input);
  [[nodiscard]] bool ReadFrames(std::span<const uint8_t> plaintext);
  void OnFrame();
  void OnParts(const Packet& packet);
  void OnPayload(const FrameHeader& header, const Packet& packet);
  void OnAnswer(uint32_t nonce, bool error, std::span<const uint8_t> payload);
  void Offer(const Packet& packet);
  [[nodiscard]] bool DrainSink();
  void Reject(ChunkFault fault);

  SocketContext* context_;
  Socket* socket_;
  FrameReader reader_;
  Reassembly reassembly_;
  Sink sink_;
  FaultWindow faults_;
  std::vector<uint8_t> rest_;   // Sealed.
  std::vector<uint8_t> plain_;  // Opened, while paused.
  bool paused_ = false;
  bool stopped_ = false;
  bool draining_ = false;  // Inside DrainSink: Resume must not nest.
};

}  // namespace node

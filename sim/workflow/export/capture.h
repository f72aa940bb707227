// Capture: the frames of a run as TCP streams in a pcapng file: what arrived, when it arrived, as it arrived.
//
// Each pair of peers has one connection, opened (SYN, SYN-ACK, ACK) by who was first heard of. A frame stands in it where it
// arrived; one that was dropped, where and when that happened, with a comment that says why. What was under way when the run
// ended is missing. A frame whose header is damaged ends its connection with a reset, because nothing behind it could be cut
// into frames; the next one opens another. Memory: some bytes per pair that talked. Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/observer.h"
#include "sim/workflow/export/pcapng.h"
#include "sim/workflow/export/selection.h"

namespace sim {

class Capture : public Observer {
 public:
  Capture(Selection selection, PcapngWriter::Sink sink)
      : selection_(std::move(selection)), writer_(std::move(sink)) {}

  // The first blocks.
  void Begin(const Scenario& scenario);

  [[nodiscard]] FactMask Wants() const override { return {}; }

  [[nodiscard]] bool WantsMessages() const override { return true; }

  [[nodiscard]] bool WantsFrames() const override { return true; }

  void OnMessage(const WorldView& world, const MessageFact& fact) override;

 private:
  // Where peers listen; the port that tools/wireshark/orbweaver.lua is registered for.
  static constexpr uint16_t kListening = 7420;
  static constexpr uint16_t kFirstOwn = 49'152;  // RFC 6335: ports that nobody is assigned.

  struct Pair {
    core::PeerId low;
    core::PeerId high;

    friend bool operator==(const Pair&, const Pair&) = default;
  };

  struct PairHash {
    uint64_t operator()(const Pair& pair) const {
      return core::Mix64(pair.low.value, pair.high.value);
    }
  };

  struct Connection {
    core::PeerId opener;
    uint16_t opened = 0;  // How many there were between these two.
    bool open = false;
    std::array<uint32_t, 2> next{};  // Sequence numbers: of the opener's bytes, of the other's.
  };

  Connection& ConnectionOf(const WorldView& world, const MessageFact& fact);
  void Open(const MessageFact& fact, Connection& connection);
  void Send(const MessageFact& fact, Connection& connection);
  // From the one of the two that `from` names.
  [[nodiscard]] static TcpSegment SegmentOf(const MessageFact& fact, const Connection& connection,
                                            core::PeerId from);
  void Write(WorldTime at, const TcpSegment& segment, std::string_view comment = "");
  void Introduce(const WorldView& world, core::PeerId peer);

  Selection selection_;
  PcapngWriter writer_;
  core::FlatTable<Pair, Connection, PairHash> connections_;
  std::vector<bool> introduced_;
  std::vector<uint8_t> packet_;
};

}  // namespace sim

#include "node/admin/node_metrics.h"

#include <array>

#include "core/codec/message_types.h"
#include "core/port/names.h"
#include "node/base/visible_text.h"

namespace node {
namespace {

constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;

// As ChunkFault and core::GarbledReason count.
constexpr std::array<std::string_view, kChunkFaultCount> kFaults = {
    "flags", "too_big", "short_body", "channel", "nonce", "parts", "no_room", "payload"};
constexpr std::array<std::string_view, MessageCounters::kReasons> kReasons = {
    "", "malformed", "too_large", "unknown_type", "wrong_network", "wrong_version"};

constexpr std::array<core::RingStatus, 4> kRingStatuses = {
    core::RingStatus::kJoining, core::RingStatus::kActive, core::RingStatus::kMoving,
    core::RingStatus::kLeaving};

// "behind NAT" as a label: behind_nat.
std::string LabelOf(std::string_view words) {
  std::string label(words);
  for (char& c : label) {
    if (c == ' ' || c == '-') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return label;
}

void WriteIdentity(const NodeStatus& status, MetricsText& out) {
  const std::string node = HexText(status.id.bytes);
  const std::string network = HexText(status.network.bytes);
  out.Family("orbnode_build_info", kGauge, "What the program was built from; always 1.");
  out.Sample(1, {{"version", status.version}});
  out.Family("orbnode_info", kGauge, "Who the node is; always 1.");
  out.Sample(1, {{"node", node}, {"network", network}});
}

void WritePhase(const NodeStatus& status, MetricsText& out) {
  out.Family("orbnode_phase", kGauge, "1 for the phase that the node is in.");
  for (const HostPhase phase : {HostPhase::kSeeking, HostPhase::kRunning, HostPhase::kJoined,
                                HostPhase::kStopping, HostPhase::kStopped}) {
    out.Sample(phase == status.phase ? 1 : 0, {{"phase", TextOf(phase)}});
  }
  out.Family("orbnode_reachability", kGauge,
             "1 for what is known of whether others can dial the node.");
  for (const Reachability one :
       {Reachability::kUnknown, Reachability::kPublic, Reachability::kBehindNat}) {
    const std::string label = LabelOf(TextOf(one));
    out.Sample(one == status.reachability ? 1 : 0, {{"reachability", label}});
  }
  out.Gauge("orbnode_client", "1 when the node takes part as one that nobody can dial.",
            status.client ? 1 : 0);
  out.Gauge("orbnode_storage_healthy", "0 when what the node learns is not stored.",
            status.storage.ok() ? 1 : 0);
  out.Gauge("orbnode_out_of_descriptors", "1 while nobody is accepted for want of descriptors.",
            status.out_of_descriptors ? 1 : 0);
}

void WriteTime(const NodeStatus& status, MetricsText& out) {
  out.Gauge("orbnode_uptime_seconds", "Since the node was made.", status.uptime);
  out.Gauge("orbnode_incarnation", "Number of the core's start, counted over all lives.",
            status.incarnation);
  out.Gauge("orbnode_clock_ahead_seconds",
            "How far the node's clock is ahead of the wall clock, after that was set back.",
            status.clock_ahead);
  out.Family("orbnode_clock_jumps_total", kCounter, "Jumps of the wall clock.");
  out.Sample(status.clock_jumps_forward, {{"direction", "forward"}});
  out.Sample(status.clock_jumps_back, {{"direction", "back"}});
}

void WritePeers(const NodeStatus& status, MetricsText& out) {
  out.Gauge("orbnode_contacts", "Peers in the routing table.", status.contacts);
  out.Gauge("orbnode_connections", "Open connections, p.", status.connections);
  out.Gauge("orbnode_connections_kept", "Of them, those that discovery keeps.", status.outbound);
  out.Gauge("orbnode_routines", "Routines of the transport: 1 + 2p while it listens.",
            status.routines);
  out.Gauge("orbnode_known_peers", "Peers in the peer book.", status.known_peers);
  out.Gauge("orbnode_banned_peers", "Peers that are refused.", status.banned_peers);
  out.Gauge("orbnode_handles", "Handles of peers in use.", status.handles);
  out.Counter("orbnode_handles_swept_total", "Handles that were taken back.", status.handles_swept);
  out.Counter("orbnode_handles_refused_total", "Strangers that found no handle free.",
              status.handles_refused);
}

void WriteCore(const NodeView& view, const NodeStatus& status, MetricsText& out) {
  out.Counter("orbnode_steps_total", "Inputs that the core was given.", status.steps);
  out.Gauge("orbnode_core_memory_bytes", "Memory of the core.", status.core_bytes);
  const core::Recorder* recorder = view.Recording();
  if (recorder == nullptr) return;
  out.Gauge("orbnode_recorder_inputs", "Inputs of this incarnation that were recorded.",
            recorder->inputs());
  out.Gauge("orbnode_recorder_dropped_inputs", "Of them, those that the file would leave out.",
            recorder->dropped());
  out.Gauge("orbnode_recorder_file_bytes", "Size of the file that would be saved.",
            recorder->FileBytes());
}

void WriteRings(const NodeView& view, const NodeStatus& status, MetricsText& out) {
  const core::RingOverview rings = view.Rings();
  out.Gauge("orbnode_lent_bytes", "Room that the node lends for blocks of others.", rings.capacity);
  out.Gauge("orbnode_held_bytes", "Of it, taken by blocks.", rings.used);
  out.Gauge("orbnode_held_blocks", "Blocks in that room.", rings.blocks);
  out.Gauge("orbnode_damaged_blocks", "Of them, those that the disk could not give back.",
            rings.damaged);
  out.Gauge("orbnode_storage_pressed",
            "1 while the room is too full and the floor forbids to give any block up.",
            rings.pressed ? 1 : 0);
  if (status.disk_free.has_value()) {
    out.Gauge("orbnode_disk_free_bytes", "Free where the store lies.", *status.disk_free);
  }
  out.Family("orbnode_ring_status", kGauge, "1 for what the node is in the storage rings.");
  for (const core::RingStatus one : kRingStatuses) {
    const bool is = rings.place.has_value() && rings.place->status == one;
    out.Sample(is ? 1 : 0, {{"status", core::NameOf(one)}});
  }
  if (!rings.place.has_value() || rings.work == core::RingWork::kChoosing) return;
  out.Gauge("orbnode_ring", "The ring that the node is in or moves to; 0 has all keys.",
            rings.place->ring);
}

void WriteMessages(const MessageCounters& messages, MetricsText& out) {
  out.Family("orbnode_messages_total", kCounter, "Messages of the core, by receiver.");
  for (size_t i = 0; i < messages.types.size(); ++i) {
    const std::string_view type = core::kMessageTypes[i].name;
    out.Sample(messages.types[i].in, {{"direction", "in"}, {"type", type}});
    out.Sample(messages.types[i].out, {{"direction", "out"}, {"type", type}});
  }
  out.Family("orbnode_message_bytes_total", kCounter, "The same in bytes of their frames.");
  for (size_t i = 0; i < messages.types.size(); ++i) {
    const std::string_view type = core::kMessageTypes[i].name;
    out.Sample(messages.types[i].in_bytes, {{"direction", "in"}, {"type", type}});
    out.Sample(messages.types[i].out_bytes, {{"direction", "out"}, {"type", type}});
  }
  out.Family("orbnode_garbled_frames_total", kCounter, "Frames that could not be read.");
  for (size_t i = 1; i < kReasons.size(); ++i) {
    out.Sample(messages.garbled[i], {{"reason", kReasons[i]}});
  }
}

void WriteCourier(const Courier::Counters& frames, MetricsText& out) {
  out.Family("orbnode_core_frames_total", kCounter, "What became of the core's frames.");
  out.Sample(frames.sent, {{"fate", "sent"}});
  out.Sample(frames.lost, {{"fate", "lost"}});
  out.Sample(frames.unreachable, {{"fate", "unreachable"}});
  out.Counter("orbnode_core_dials_total", "Connections dialled for a frame.", frames.dials);
  out.Counter("orbnode_core_made_room_total", "Connections closed to dial another.",
              frames.made_room);
}

void WriteTraffic(const TransportCounters& sockets, MetricsText& out) {
  out.Family("orbnode_sockets_total", kCounter, "Connections since the start.");
  out.Sample(sockets.accepted, {{"event", "accepted"}});
  out.Sample(sockets.dialled, {{"event", "dialled"}});
  out.Sample(sockets.opened, {{"event", "opened"}});
  out.Sample(sockets.turned_away, {{"event", "turned_away"}});
  out.Family("orbnode_socket_bytes_total", kCounter, "Bytes of open connections, as TCP has them.");
  out.Sample(sockets.bytes_in, {{"direction", "in"}});
  out.Sample(sockets.bytes_out, {{"direction", "out"}});
  out.Family("orbnode_socket_frames_total", kCounter, "Whole frames of open connections.");
  out.Sample(sockets.frames_in, {{"direction", "in"}});
  out.Sample(sockets.frames_out, {{"direction", "out"}});
  out.Family("orbnode_requests_total", kCounter, "Requests of the transport, by their end.");
  out.Sample(sockets.requests_out, {{"event", "sent"}});
  out.Sample(sockets.answers_in, {{"event", "answered"}});
  out.Sample(sockets.late_answers, {{"event", "late"}});
  out.Sample(sockets.timed_out, {{"event", "timed_out"}});
  out.Counter("orbnode_packets_in_total", "Payloads handed to the node.", sockets.packets_in);
  out.Counter("orbnode_streams_expired_total", "Payloads whose parts did not all come in time.",
              sockets.streams_expired);
  out.Counter("orbnode_sends_busy_total", "Sends refused for a full write buffer.", sockets.busy);
  out.Counter("orbnode_read_pauses_total", "Times that a peer was not read, for a full sink.",
              sockets.read_pauses);
  out.Counter("orbnode_accept_failures_total", "Times that accepting rested for want of anything.",
              sockets.accept_failures);
}

void WriteFaults(const TransportCounters& sockets, MetricsText& out) {
  out.Family("orbnode_chunks_rejected_total", kCounter, "Faulty chunks; the connection went on.");
  for (size_t i = 0; i < kFaults.size(); ++i) {
    out.Sample(sockets.rejected[i], {{"fault", kFaults[i]}});
  }
  out.Family("orbnode_sockets_closed_total", kCounter, "Connections that ended, and dials.");
  for (size_t i = 0; i < kCloseReasonCount; ++i) {
    const std::string reason = LabelOf(TextOf(static_cast<CloseReason>(i)));
    out.Sample(sockets.closed[i], {{"reason", reason}});
  }
  out.Counter("orbnode_error_frames_in_total", "Error frames from peers.", sockets.error_frames_in);
}

}  // namespace

void WriteNodeMetrics(const NodeView& view, MetricsText& out) {
  const NodeStatus status = view.Status();
  WriteIdentity(status, out);
  WritePhase(status, out);
  WriteTime(status, out);
  WritePeers(status, out);
  WriteCore(view, status, out);
  WriteRings(view, status, out);
  WriteMessages(view.Messages(), out);
  WriteCourier(view.Frames(), out);
  WriteTraffic(view.Sockets(), out);
  WriteFaults(view.Sockets(), out);
}

}  // namespace node

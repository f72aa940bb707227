#include "node/service/status_json.h"

#include "core/base/hash.h"
#include "core/port/names.h"
#include "node/base/visible_text.h"

namespace node {
namespace {

Json TextOrNull(const std::optional<IpEndpoint>& endpoint) {
  return endpoint.has_value() ? Json(ToText(*endpoint)) : Json();
}

Json PeerJson(const PeerStatus& peer) {
  Json json;
  json["node"] = HexText(peer.id.bytes);
  json["remote"] = TextOrNull(peer.remote);
  json["dialled"] = peer.dialled;
  json["connected_us"] = peer.connected.has_value() ? Json(peer.connected->us) : Json();
  json["contact"] = peer.contact;
  json["addresses"] = peer.addresses;
  json["frames_in"] = peer.frames_in;
  return json;
}

Json RecorderJson(const core::Recorder* recorder) {
  if (recorder == nullptr) return {};
  Json json;
  json["inputs"] = recorder->inputs();
  json["dropped"] = recorder->dropped();
  json["file_bytes"] = recorder->FileBytes();
  return json;
}

// The first bits of the id, that all keys of the ring share.
std::string PrefixText(const core::NodeId& id, uint8_t ring) {
  std::string bits;
  for (int i = 0; i < ring; ++i) bits += id.Bit(i) ? '1' : '0';
  return bits;
}

std::string_view TextOf(core::RingSide side) {
  switch (side) {
    case core::RingSide::kInner:
      return "inner";
    case core::RingSide::kBeside:
      return "beside";
    case core::RingSide::kOuter:
      return "outer";
    case core::RingSide::kElsewhere:
      break;
  }
  return "elsewhere";
}

std::string_view TextOf(core::RingWork work) {
  switch (work) {
    case core::RingWork::kChoosing:
      return "choosing";
    case core::RingWork::kFilling:
      return "filling";
    case core::RingWork::kHandingOff:
      return "handing_off";
    case core::RingWork::kReleasing:
      return "releasing";
    case core::RingWork::kNone:
      break;
  }
  return "none";
}

Json WorkJson(const core::RingOverview& rings) {
  if (rings.work == core::RingWork::kNone) return {};
  const bool counts =
      rings.work == core::RingWork::kFilling || rings.work == core::RingWork::kHandingOff;
  return {{"what", TextOf(rings.work)},
          {"through_ppm", counts ? Json(rings.through_ppm) : Json()},
          {"blocks", counts ? Json(rings.worked) : Json()}};
}

Json NeighbourJson(const core::RingNeighbour& neighbour, const NodeView& view) {
  const core::RingInfo& info = neighbour.info;
  return {{"node", HexText(view.NodeIdOf(info.peer).bytes)},
          {"side", TextOf(neighbour.side)},
          {"status", core::NameOf(info.status)},
          {"ring", info.ring},
          {"from", info.from},
          {"capacity_bytes", info.capacity},
          {"used_bytes", info.used},
          {"blocks", info.blocks}};
}

}  // namespace

Json RingJson(const NodeView& view) {
  const NodeStatus status = view.Status();
  const core::RingOverview rings = view.Rings();
  const bool lends = rings.place.has_value();
  const bool stands = lends && rings.work != core::RingWork::kChoosing;
  Json json;
  json["node"] = HexText(status.id.bytes);
  json["lends"] = lends;
  json["status"] = lends ? Json(core::NameOf(rings.place->status)) : Json();
  json["ring"] = stands ? Json(rings.place->ring) : Json();
  json["from"] = stands ? Json(rings.place->from) : Json();
  json["prefix"] = stands ? Json(PrefixText(status.id, rings.place->ring)) : Json();
  json["capacity_bytes"] = rings.capacity;
  json["used_bytes"] = rings.used;
  json["blocks"] = rings.blocks;
  json["damaged"] = rings.damaged;
  json["pressed"] = rings.pressed;
  json["disk_free_bytes"] = status.disk_free.has_value() ? Json(*status.disk_free) : Json();
  json["work"] = WorkJson(rings);
  json["neighbours"] = Json::array();
  for (const core::RingNeighbour& each : rings.neighbours) {
    json["neighbours"].push_back(NeighbourJson(each, view));
  }
  return json;
}

std::string NotReady(const NodeStatus& status) {
  if (absl::IsDataLoss(status.storage)) {
    return "what the node has stored is damaged: " + std::string(core::MessageOf(status.storage));
  }
  switch (status.phase) {
    case HostPhase::kSeeking:
      return "the node looks for somebody to join through";
    case HostPhase::kRunning:
      return "the node asks for its neighbours";
    case HostPhase::kStopping:
    case HostPhase::kStopped:
      return "the node stops";
    case HostPhase::kJoined:
      break;
  }
  if (status.storage.ok()) return "";
  return "what the node learns is not stored: " + std::string(core::MessageOf(status.storage));
}

Json StatusJson(const NodeStatus& status) {
  const std::string reason = NotReady(status);
  Json json;
  json["node"] = HexText(status.id.bytes);
  json["network"] = HexText(status.network.bytes);
  json["version"] = status.version;
  json["phase"] = TextOf(status.phase);
  json["ready"] = reason.empty();
  json["not_ready"] = reason.empty() ? Json() : Json(reason);
  json["client"] = status.client;
  json["reachability"] = TextOf(status.reachability);
  json["incarnation"] = status.incarnation;
  json["listen"] = TextOrNull(status.listen);
  json["advertised"] = status.advertised;
  json["uptime_us"] = status.uptime.us;
  json["time_us"] = status.time.us;
  json["clock_ahead_us"] = status.clock_ahead.us;
  json["clock_jumps_forward"] = status.clock_jumps_forward;
  json["clock_jumps_back"] = status.clock_jumps_back;
  json["steps"] = status.steps;
  json["contacts"] = status.contacts;
  json["connections"] = status.connections;
  json["outbound"] = status.outbound;
  json["routines"] = status.routines;
  json["known_peers"] = status.known_peers;
  json["banned_peers"] = status.banned_peers;
  json["handles"] = status.handles;
  json["handles_swept"] = status.handles_swept;
  json["handles_refused"] = status.handles_refused;
  json["core_bytes"] = status.core_bytes;
  json["disk_free_bytes"] = status.disk_free.has_value() ? Json(*status.disk_free) : Json();
  json["storage"] = status.storage.ok() ? "ok" : std::string(core::MessageOf(status.storage));
  json["out_of_descriptors"] = status.out_of_descriptors;
  return json;
}

Json PeersJson(const std::vector<PeerStatus>& peers) {
  Json list = Json::array();
  for (const PeerStatus& peer : peers) list.push_back(PeerJson(peer));
  return Json{{"peers", std::move(list)}};
}

Json StateJson(const NodeView& view) {
  const NodeStatus status = view.Status();
  Json modules = Json::array();
  for (const core::ModuleDigest& module : view.ModuleDigests()) {
    modules.push_back({{"module", module.module}, {"digest", ToHex(module.digest)}});
  }
  Json json;
  json["node"] = HexText(status.id.bytes);
  json["incarnation"] = status.incarnation;
  json["steps"] = status.steps;
  json["time_us"] = status.time.us;
  json["modules"] = std::move(modules);
  json["recorder"] = RecorderJson(view.Recording());
  return json;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace node

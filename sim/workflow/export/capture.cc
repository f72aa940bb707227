#include "sim/workflow/export/capture.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "core/codec/frame.h"

namespace sim {
namespace {

std::string CommentOf(const MessageFact& fact) {
  if (fact.fate == MessageFact::Fate::kDropped)
    return absl::StrCat("dropped: ", std::string(NameOf(fact.reason)));
  return fact.message == nullptr ? "the receiver could not decode it" : "";
}

bool HeaderIsWhole(std::span<const uint8_t> frame) {
  core::FrameHeader header;
  return core::ReadFrameHeader(frame, header).ok();
}

}  // namespace

void Capture::Begin(const Scenario& scenario) {
  writer_.Begin(absl::StrFormat("scenario %s, hash %s, seed %d; times are simulated", scenario.name,
                                core::ToHex(scenario.hash), scenario.seed));
}

void Capture::OnMessage(const WorldView& world, const MessageFact& fact) {
  if (fact.fate == MessageFact::Fate::kSent || !selection_.HasEither(fact.from, fact.to)) return;
  Send(fact, ConnectionOf(world, fact));
}

Capture::Connection& Capture::ConnectionOf(const WorldView& world, const MessageFact& fact) {
  const Pair pair{std::min(fact.from, fact.to), std::max(fact.from, fact.to)};
  const auto inserted = connections_.Insert(pair);
  if (inserted.second) {
    Introduce(world, fact.from);
    Introduce(world, fact.to);
  }
  if (!inserted.first->open) Open(fact, *inserted.first);
  return *inserted.first;
}

void Capture::Open(const MessageFact& fact, Connection& connection) {
  connection = {fact.from, static_cast<uint16_t>(connection.opened + 1), true, {0, 0}};
  TcpSegment first = SegmentOf(fact, connection, fact.from);
  first.flags = TcpSegment::kSyn;
  Write(fact.at, first);
  connection.next[0] = 1;
  TcpSegment second = SegmentOf(fact, connection, fact.to);
  second.flags = TcpSegment::kSyn | TcpSegment::kAck;
  Write(fact.at, second);
  connection.next[1] = 1;
  Write(fact.at, SegmentOf(fact, connection, fact.from));
}

void Capture::Send(const MessageFact& fact, Connection& connection) {
  const size_t side = fact.from == connection.opener ? 0 : 1;
  const std::string comment = CommentOf(fact);
  for (std::span<const uint8_t> rest = fact.frame; !rest.empty();) {
    TcpSegment segment = SegmentOf(fact, connection, fact.from);
    segment.payload = rest.first(std::min(rest.size(), TcpSegment::kPayloadMax));
    rest = rest.subspan(segment.payload.size());
    if (rest.empty()) segment.flags |= TcpSegment::kPush;
    Write(fact.at, segment, comment);
    connection.next[side] += static_cast<uint32_t>(segment.payload.size());
  }
  if (HeaderIsWhole(fact.frame)) return;
  TcpSegment reset = SegmentOf(fact, connection, fact.to);
  reset.flags |= TcpSegment::kReset;
  Write(fact.at, reset);
  connection.open = false;
}

TcpSegment Capture::SegmentOf(const MessageFact& fact, const Connection& connection,
                              core::PeerId from) {
  const size_t side = from == connection.opener ? 0 : 1;
  const auto own = static_cast<uint16_t>(kFirstOwn + connection.opened % (65'536 - kFirstOwn));
  const core::PeerId to = from == fact.from ? fact.to : fact.from;
  TcpSegment segment{from, to, own, kListening, connection.next[side], connection.next[1 - side]};
  if (side == 1) std::swap(segment.from_port, segment.to_port);
  return segment;
}

void Capture::Write(WorldTime at, const TcpSegment& segment, std::string_view comment) {
  WritePacket(segment, packet_);
  writer_.Packet(at, packet_, comment);
}

void Capture::Introduce(const WorldView& world, core::PeerId peer) {
  introduced_.resize(world.PeerCount());
  if (introduced_[peer.value]) return;
  introduced_[peer.value] = true;
  const Scenario& scenario = world.scenario();
  const Group& group = scenario.groups[GroupOf(scenario, peer)];
  writer_.Name(AddressOf(peer), absl::StrCat("peer-", peer.value, ".", group.name));
}

}  // namespace sim

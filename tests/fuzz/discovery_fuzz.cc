// One Discovery under arbitrary inputs: links and dials that come, fail and go in any order, and messages
// of any bytes. It neither crashes nor grows beyond its bounds, and tells nobody of an address that it
// has not dialled itself.
#include <set>

#include "core/base/check.h"
#include "node/discovery/discovery.h"
#include "tests/fuzz/byte_source.h"
#include "tests/node/discovery/places.h"

namespace {

struct Rig {
  node::Discovery discovery{tests::IdOf(0),
                            {.seeds = {{{}, {"", tests::Public(1, 1)}}},
                             .listen_port = 7420,
                             .desired = 4,
                             .inbound_max = 4},
                            tests::KeyOf(1),
                            core::Random({.seed = 1}),
                            tests::kStart};
  core::Time now = tests::kStart;
  std::vector<node::Dial> dials;
  std::set<node::IpEndpoint> answered;

  void Step(const node::DiscoveryInput& input) {
    node::DiscoveryEffects effects;
    discovery.Step(now, input, effects);
    for (const node::DiscoveryEffect& effect : effects) {
      if (const auto* dial = std::get_if<node::Dial>(&effect)) dials.push_back(*dial);
      if (const auto* send = std::get_if<node::Send>(&effect)) CheckSent(*send);
    }
    CHECK(discovery.NextDeadline() < core::Time::Never());
    CHECK(discovery.book().size() <= node::PeerBook::kNewSlots + node::PeerBook::kTriedSlots);
  }

  void CheckSent(const node::Send& send) const {
    node::DiscoveryMessage message;
    CHECK(node::DecodeMessage(send.bytes, message).ok());
    const auto* peers = std::get_if<node::Peers>(&message);
    if (peers == nullptr) return;
    for (const node::PeerRecord& record : peers->records) CHECK(answered.contains(record.endpoint));
  }
};

node::DiscoveryMessage AnyMessage(core::ByteSource& bytes) {
  switch (bytes(0, 4)) {
    case 0:
      return node::GetPeers{};
    case 1: {
      node::Peers peers{bytes(0, 1) == 1, {}};
      for (uint64_t i = bytes(0, 9); i > 0; --i) {
        const auto group = static_cast<uint32_t>(bytes(0, 255));
        peers.records.push_back({tests::IdOf(group % 16), tests::Public(group, 1), 5});
      }
      return peers;
    }
    case 2:
      return node::NatProbe{bytes(0, 255), static_cast<uint16_t>(bytes(1, 3))};
    case 3:
      return node::NatProbeBack{bytes(0, 255)};
    default:
      return node::NatResult{bytes(0, 255), bytes(0, 1) == 1, tests::Public(1, 1).ip};
  }
}

void Answer(Rig& rig, core::ByteSource& bytes) {
  if (rig.dials.empty()) return;
  const size_t index = bytes(0, rig.dials.size() - 1);
  const node::Dial dial = rig.dials[index];
  rig.dials.erase(rig.dials.begin() + static_cast<ptrdiff_t>(index));
  const core::NodeId id = tests::IdOf(bytes(0, 15));
  if (bytes(0, 1) == 0) {
    rig.answered.insert(dial.address.endpoint);
    rig.Step(node::LinkUp{{bytes(0, 31)}, id, dial.address.endpoint, 7420, dial.dial});
    return;
  }
  const auto error = static_cast<node::DialError>(bytes(0, 4));
  const bool proven = bytes(0, 1) == 1;
  if (proven) rig.answered.insert(dial.address.endpoint);
  rig.Step(
      node::DialFailed{dial.dial, error, proven ? std::optional<core::NodeId>(id) : std::nullopt});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::ByteSource bytes(data, size);
  Rig rig;
  while (!bytes.empty()) {
    const node::LinkId link{bytes(0, 31)};
    const auto group = static_cast<uint32_t>(bytes(0, 15));
    switch (bytes(0, 7)) {
      case 0:
        rig.Step(node::LinkUp{link,
                              tests::IdOf(group),
                              tests::Public(group, 1, 50'000),
                              static_cast<uint16_t>(bytes(0, 1) * 7420),
                              {}});
        break;
      case 1:
        rig.Step(node::LinkDown{link});
        break;
      case 2:
      case 3:
        Answer(rig, bytes);
        break;
      case 4:
        rig.Step(node::Received{link, node::EncodeMessage(AnyMessage(bytes))});
        break;
      case 5:
        rig.Step(node::Fault{link, static_cast<uint32_t>(bytes(0, 255))});
        break;
      default:
        rig.now = rig.now + core::Milliseconds(static_cast<int64_t>(bytes(0, 255)) * 100);
        rig.Step(node::Tick{});
    }
  }
  const node::Moment moment = {rig.now, {1'700'000'000'000'000}};
  CHECK(node::Discovery(rig.discovery).Restore(rig.discovery.Encode(moment), moment).ok());
  return 0;
}

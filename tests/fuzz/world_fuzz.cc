// Eight peers under an arbitrary schedule: who is asked for what, who dies, how far time goes. The net checks MM-8 with one
// count per worker, and budgets belong to topics: so all work is on one topic.
#include "tests/core/peer/small_peer_net.h"
#include "tests/fuzz/byte_source.h"

using core::PeerId;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::ByteSource bytes(data, size);
  core::SmallPeerNet net({.seed = bytes(0, 255), .peers = 8, .loss = {bytes(0, 50), 100}});
  net.StartWarm();
  const core::Topic topics[] = {{"tally", "precincts"}, {"council", "observers"}};
  while (!bytes.empty()) {
    const PeerId peer{static_cast<uint32_t>(bytes(0, 7))};
    const core::Topic& topic = topics[bytes(0, 1)];
    const auto count = static_cast<uint16_t>(bytes(0, 4));
    switch (bytes(0, 5)) {
      case 0:
        net.Command(peer, core::MatchCommand{.topic = topic,
                                             .seek = static_cast<core::Role>(bytes(1, 2)),
                                             .want = count,
                                             .filter = {},
                                             .capabilities = {}});
        break;
      case 1:
        net.Command(peer,
                    core::WorkCommand{.topic = topics[0], .budget = count, .capabilities = {}});
        break;
      case 2:
        net.Command(peer, core::LeaveCommand{.topic = topic});
        break;
      case 3:
        net.Kill(peer);
        break;
      default:
        net.RunFor(core::Milliseconds(static_cast<int64_t>(bytes(1, 255)) * 20));
    }
  }
  return 0;
}

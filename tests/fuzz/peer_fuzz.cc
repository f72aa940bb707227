// One peer fed an arbitrary sequence of inputs: whatever the others send, it neither crashes nor breaks a CHECK.
#include <functional>

#include "tests/core/codec/sample_message.h"
#include "tests/core/peer/peer_rig.h"
#include "tests/fuzz/byte_source.h"

using core::PeerId;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::ByteSource bytes(data, size);
  core::PeerRig rig(32);
  rig.SeedEverybody();
  rig.Step(core::Start{.seeds = {}, .client = bytes(0, 1) == 1});
  core::MessageSampler sampler(std::ref(bytes), 32, 4);
  while (!bytes.empty()) {
    const PeerId from{static_cast<uint32_t>(bytes(0, 31))};
    switch (bytes(0, 7)) {
      case 0:
        rig.Step(core::Command(core::MatchCommand{.topic = rig.topic,
                                                  .want = static_cast<uint16_t>(bytes(0, 9)),
                                                  .filter = {},
                                                  .capabilities = {}}));
        break;
      case 1:
        rig.Step(core::Command(core::WorkCommand{
            .topic = rig.topic, .budget = static_cast<uint16_t>(bytes(0, 9)), .capabilities = {}}));
        break;
      case 2:
        rig.Step(core::Garbled{from, static_cast<core::GarbledReason>(bytes(1, 5))});
        break;
      case 3:
        rig.Step(core::Link{from, bytes(0, 1) == 1});
        break;
      case 4:
        rig.Advance(core::Milliseconds(static_cast<int64_t>(bytes(0, 255)) * 40));
        break;
      case 5: {
        // Tickets of every module, its own and those that nobody drew.
        const core::StoreTicket ticket{bytes(0, 3) << 56 | bytes(0, 15)};
        rig.Step(
            core::Stored{ticket, core::Status(static_cast<absl::StatusCode>(bytes(0, 16)), "")});
        break;
      }
      default: {
        core::Message message = sampler.Make(bytes(0, std::variant_size_v<core::BodyVariant> - 1));
        message.sent_ms = rig.now.us / 1000;
        rig.Receive(from, message);
      }
    }
  }
  return 0;
}

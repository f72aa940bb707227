// A conversation over a secure channel in which the bytes choose sizes, times and damage: what was
// not damaged arrives, what was never opens, and keys change in step.
#include "core/base/check.h"
#include "tests/fuzz/byte_source.h"
#include "tests/node/handshake/handshake_rig.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::ByteSource next(data, size);
  core::Time now{0};
  const auto ciphers = [](uint8_t send, uint8_t receive) {
    return core::NoiseCiphers{core::CipherState(node::KeyOf(send)),
                              core::CipherState(node::KeyOf(receive))};
  };
  node::SecureChannel sender(ciphers(1, 2), now);
  node::SecureChannel receiver(ciphers(2, 1), now);
  bool damaged = false;
  while (!next.empty() && !damaged) {
    now = now + core::Minutes(static_cast<int64_t>(next(0, 90)));
    const node::Bytes plaintext(1 + next(0, 200), static_cast<uint8_t>(next(0, 255)));
    node::Bytes bytes;
    sender.SealTo(plaintext, now, bytes);
    damaged = next(0, 7) == 7;
    if (damaged) bytes[next(0, bytes.size() - 1)] ^= static_cast<uint8_t>(next(1, 255));
    std::span<uint8_t> rest = bytes;
    node::Bytes arrived;
    for (bool more = true; more && !rest.empty();) {
      const auto opened = receiver.Open(rest);
      more = opened.ok() && opened->consumed > 0;
      if (!more) break;
      arrived.insert(arrived.end(), opened->plaintext.begin(), opened->plaintext.end());
      rest = rest.subspan(opened->consumed);
    }
    CHECK(rest.empty() != damaged);
    CHECK(damaged || (arrived == plaintext && sender.send_rekeys() == receiver.receive_rekeys()));
  }
  return 0;
}

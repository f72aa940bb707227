// Any bytes to the dialling side of a handshake: as they are, in pieces, or (odd first byte) as the
// Hello of an answerer that speaks Noise. Recorded answers are replays: they answered another
// ephemeral key.
#include "core/base/check.h"
#include "tests/node/handshake/handshake_rig.h"

namespace {

using node::Bytes;
using Phase = node::Handshake::Phase;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static node::TestNode self(2);
  static const node::TestNode peer(3);
  if (size == 0 || size > 1900) return 0;
  const Bytes input(data + 1, data + size);
  Bytes first;
  node::Handshake dialler = node::Handshake::Dial(self.Setup(77), peer.identity.node_id(), first);
  Bytes out;
  if (data[0] % 2 == 1) {
    node::HostileAnswerer answerer(peer);
    (void)dialler.Receive(answerer.Second(first, input), node::kClock, out);
    CHECK(dialler.phase() != Phase::kAwaitVerdict || dialler.remote().has_value());
  } else {
    const size_t half = input.size() / 2;
    const auto taken = dialler.Receive(std::span(input).first(half), node::kClock, out);
    if (taken.ok()) (void)dialler.Receive(std::span(input).subspan(*taken), node::kClock, out);
    CHECK(!dialler.remote().has_value());
  }
  CHECK(dialler.phase() != Phase::kOpen);
  CHECK(dialler.phase() != Phase::kFailed || out.empty());
  self.judged.clear();
  return 0;
}

// Any bytes to the answering side of a handshake, in three ways (the first byte chooses): as they
// are, in pieces; as the Hello of a peer that speaks Noise; as the verdict behind an honest Hello.
// Nothing but the honest peer's acceptance opens the connection; the recorded handshakes of the
// corpus were made with another ephemeral key, so that here they are replays.
#include "core/base/check.h"
#include "tests/node/handshake/handshake_rig.h"

namespace {

using node::Bytes;
using Phase = node::Handshake::Phase;

const node::TestNode& Peer() {
  static const node::TestNode peer(3);
  return peer;
}

void SendRaw(node::Handshake& answerer, std::span<const uint8_t> input, size_t piece) {
  Bytes pending;
  Bytes out;
  for (size_t at = 0; at < input.size(); at += piece) {
    const auto part = input.subspan(at, std::min(piece, input.size() - at));
    pending.insert(pending.end(), part.begin(), part.end());
    const auto taken = answerer.Receive(pending, node::kClock, out);
    if (!taken.ok()) break;
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(*taken));
    CHECK(answerer.Done() || pending.size() < node::kHandshakeBufferBytes);
  }
  CHECK(answerer.phase() != Phase::kOpen && !answerer.remote().has_value());
}

void Speak(node::Handshake& answerer, const Bytes& input, bool as_verdict) {
  static const Bytes honest = node::EncodedHello(node::HelloOf(Peer()));
  node::HostileDialler dialler(Peer());
  Bytes out;
  CHECK(answerer.Receive(dialler.First(), node::kClock, out).ok() && dialler.Take(out));
  const bool taken =
      answerer.Receive(dialler.Third(as_verdict ? honest : input), node::kClock, out).ok();
  CHECK(taken == (answerer.phase() != Phase::kFailed));
  if (!as_verdict) {
    CHECK(answerer.phase() != Phase::kAwaitVerdict || answerer.remote().has_value());
    return;
  }
  CHECK(answerer.phase() == Phase::kAwaitVerdict);
  (void)answerer.Receive(dialler.Record(input), node::kClock, out);
  CHECK((answerer.phase() == Phase::kOpen) == (input == Bytes{0}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static node::TestNode self(2);
  // What follows Noise is one message.
  if (size == 0 || size > 1900) return 0;
  node::Handshake answerer = node::Handshake::Answer(self.Setup(77));
  const Bytes input(data + 1, data + size);
  if (data[0] % 3 == 0) {
    SendRaw(answerer, input, 1 + data[0] / 3);
  } else {
    Speak(answerer, input, data[0] % 3 == 1);
  }
  self.judged.clear();
  return 0;
}

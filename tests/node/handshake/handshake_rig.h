// Two nodes with fixed keys, their handshake, and a hostile peer that speaks Noise but says what it
// likes inside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/big_endian.h"
#include "node/handshake/handshake.h"

namespace node {

using Bytes = std::vector<uint8_t>;

inline core::NoiseKey KeyOf(uint8_t byte) {
  core::NoiseKey key;
  for (uint8_t& each : key.bytes()) each = byte;
  return key;
}

inline core::Key256 NetworkOf(uint8_t byte) {
  core::Key256 network;
  network.bytes.fill(byte);
  return network;
}

inline core::SecretKey SecretOf(uint8_t byte) {
  core::SecretKey secret;
  secret.seed.fill(byte);
  return secret;
}

inline constexpr uint8_t kNetworkByte = 0xaa;
inline constexpr Clock kClock{.steady = {7'000'000}, .wall_ms = 1'750'000'000'000};

// One node: who it is and what it offers. Its keys follow from `byte`.
struct TestNode {
  explicit TestNode(uint8_t byte, uint8_t network = kNetworkByte)
      : identity(SecretOf(byte), KeyOf(static_cast<uint8_t>(byte + 100)), NetworkOf(network)) {
    offer.capabilities.Add("match");
    offer.addresses.push_back(core::Address("127.0.0.1:4000"));
  }

  Handshake::Setup Setup(uint8_t ephemeral) {
    return {.identity = &identity,
            .offer = &offer,
            .judge =
                [this](const RemotePeer& remote) {
                  judged.push_back(remote.node_id);
                  return verdict;
                },
            .ephemeral = KeyOf(ephemeral)};
  }

  Identity identity;
  Hello offer;
  Verdict verdict = Verdict::kAccept;
  std::vector<core::NodeId> judged;
};

inline std::string ErrorOf(const core::Status& status) {
  return std::string(core::MessageOf(status));
}

// The handshake of two nodes, step by step. What one wrote and the other has not taken lies in
// `to_answerer` and `to_dialler`.
struct Meeting {
  Meeting(TestNode& dialling, TestNode& answering, std::optional<core::NodeId> dialled,
          uint8_t ephemeral = 1)
      : dialler(Handshake::Dial(dialling.Setup(ephemeral), dialled, to_answerer)),
        answerer(Handshake::Answer(answering.Setup(static_cast<uint8_t>(ephemeral + 50)))) {}

  // Whoever it is for takes what lies there.
  core::Status DeliverToAnswerer() { return Deliver(answerer, to_answerer, to_dialler); }

  core::Status DeliverToDialler() { return Deliver(dialler, to_dialler, to_answerer); }

  // Until nothing moves any more or an error.
  core::Status Run() {
    for (int i = 0; i < 3; ++i) {
      RETURN_IF_ERROR(DeliverToAnswerer());
      RETURN_IF_ERROR(DeliverToDialler());
    }
    return {};
  }

  [[nodiscard]] bool BothOpen() const {
    return dialler.phase() == Handshake::Phase::kOpen &&
           answerer.phase() == Handshake::Phase::kOpen;
  }

  Bytes to_answerer;
  Bytes to_dialler;
  Handshake dialler;
  Handshake answerer;

 private:
  static core::Status Deliver(Handshake& to, Bytes& bytes, Bytes& back) {
    ASSIGN_OR_RETURN(const size_t taken, to.Receive(bytes, kClock, back));
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    return {};
  }
};

// The messages of one meeting with their lengths: 1, 2, 3 and the verdicts of dialler and answerer.
struct Flight {
  explicit Flight(uint8_t ephemeral = 1) {
    TestNode dialling(1);
    TestNode answering(2);
    Meeting meeting(dialling, answering, answering.identity.node_id(), ephemeral);
    messages.push_back(meeting.to_answerer);
    (void)meeting.DeliverToAnswerer();
    messages.push_back(meeting.to_dialler);
    (void)meeting.DeliverToDialler();
    const size_t third = 2 + core::GetBigEndian<2>(meeting.to_answerer.data());
    const auto middle = meeting.to_answerer.begin() + static_cast<std::ptrdiff_t>(third);
    messages.emplace_back(meeting.to_answerer.begin(), middle);
    messages.emplace_back(middle, meeting.to_answerer.end());
    (void)meeting.DeliverToAnswerer();
    messages.push_back(meeting.to_dialler);
  }

  std::vector<Bytes> messages;
};

// A remote that follows Noise and sends any payload as its Hello and any plaintext as its verdict.
class HostileDialler {
 public:
  explicit HostileDialler(const TestNode& self)
      : noise_(core::NoiseRole::kInitiator, PrologueBytes(), self.identity.static_keys(),
               core::DhKeyPair(KeyOf(9))) {}

  Bytes First(const Bytes& payload = {}) { return Framed(payload); }

  // `second`: the answerer's message with its length.
  bool Take(const Bytes& second) {
    Bytes payload;
    return second.size() > 2 && noise_.Read(std::span(second).subspan(2), payload).ok();
  }

  Bytes Third(const Bytes& payload) { return Framed(payload); }

  // REQUIRES: Third.
  Bytes Record(const Bytes& plaintext) {
    Bytes out(2 + plaintext.size() + core::kNoiseTagBytes);
    core::PutBigEndian<2>(out.data(), out.size() - 2);
    core::NoiseCiphers ciphers = noise_.Split();
    (void)ciphers.send.Encrypt({}, plaintext, out.data() + 2);
    return out;
  }

 private:
  static Bytes PrologueBytes() { return {kHandshakePrologue.begin(), kHandshakePrologue.end()}; }

  Bytes Framed(const Bytes& payload) {
    Bytes out(2);
    (void)noise_.Write(payload, out);
    core::PutBigEndian<2>(out.data(), out.size() - 2);
    return out;
  }

  core::NoiseHandshake noise_;
};

// The same on the answering side.
class HostileAnswerer {
 public:
  explicit HostileAnswerer(const TestNode& self)
      : noise_(core::NoiseRole::kResponder,
               Bytes(kHandshakePrologue.begin(), kHandshakePrologue.end()),
               self.identity.static_keys(), core::DhKeyPair(KeyOf(9))) {}

  // The answer to the dialler's first message, with its length.
  Bytes Second(const Bytes& first, const Bytes& payload) {
    Bytes ignored;
    Bytes out(2);
    if (!noise_.Read(std::span(first).subspan(2), ignored).ok()) return {};
    (void)noise_.Write(payload, out);
    core::PutBigEndian<2>(out.data(), out.size() - 2);
    return out;
  }

 private:
  core::NoiseHandshake noise_;
};

// The Hello that an honest node of these keys would send.
inline Hello HelloOf(const TestNode& node) {
  Hello hello = node.offer;
  hello.network = node.identity.network();
  hello.identity = node.identity.key();
  hello.proof = node.identity.proof();
  hello.clock_ms = kClock.wall_ms;
  return hello;
}

inline Bytes EncodedHello(const Hello& hello) {
  Bytes bytes;
  EncodeHello(hello, bytes);
  return bytes;
}

}  // namespace node

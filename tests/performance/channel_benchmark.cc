// Cost of the secure channel, record by record, beside libsodium's cipher alone on the same bytes;
// of both sides of a handshake; and of changing a key.
#include <vector>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/sodium_suite.h"
#include "tests/node/handshake/handshake_rig.h"

namespace node {
namespace {

constexpr core::Time kNow{0};

core::NoiseCiphers CiphersOf(uint8_t send, uint8_t receive) {
  return {core::CipherState(KeyOf(send)), core::CipherState(KeyOf(receive))};
}

void Seal(benchmark::State& state) {
  const auto size = static_cast<size_t>(state.range(0));
  SecureChannel channel(CiphersOf(1, 2), kNow);
  Bytes buffer(SecureChannel::SealedRoom(size));
  for (auto _ : state) {
    const auto plaintext = std::span(buffer).subspan(kRecordLengthBytes, size);
    benchmark::DoNotOptimize(channel.Seal(plaintext, kNow, buffer.data()));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(Seal)->Arg(64)->Arg(1024)->Arg(16384)->Arg(65519);

// Both ends, as one thread would do them: what a loopback connection costs in all.
void SealAndOpen(benchmark::State& state) {
  const auto size = static_cast<size_t>(state.range(0));
  SecureChannel sender(CiphersOf(1, 2), kNow);
  SecureChannel receiver(CiphersOf(2, 1), kNow);
  Bytes buffer(SecureChannel::SealedRoom(size));
  for (auto _ : state) {
    const auto plaintext = std::span(buffer).subspan(kRecordLengthBytes, size);
    const size_t sealed = sender.Seal(plaintext, kNow, buffer.data());
    CHECK(receiver.Open(std::span(buffer).first(sealed)).ok());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(SealAndOpen)->Arg(64)->Arg(1024)->Arg(16384)->Arg(65519);

void CipherAlone(benchmark::State& state) {
  const core::SodiumSuite starts_libsodium;
  const auto size = static_cast<size_t>(state.range(0));
  Bytes buffer(size + core::kNoiseTagBytes);
  const Bytes key(32, 1);
  const Bytes nonce(12, 2);
  for (auto _ : state) {
    crypto_aead_chacha20poly1305_ietf_encrypt(buffer.data(), nullptr, buffer.data(), size, nullptr,
                                              0, nullptr, nonce.data(), key.data());
    benchmark::DoNotOptimize(buffer.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(CipherAlone)->Arg(64)->Arg(1024)->Arg(16384)->Arg(65519);

void BothSidesOfAHandshake(benchmark::State& state) {
  TestNode alice(1);
  TestNode bob(2);
  for (auto _ : state) {
    Meeting meeting(alice, bob, bob.identity.node_id());
    CHECK(meeting.Run().ok() && meeting.BothOpen());
    alice.judged.clear();
    bob.judged.clear();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(BothSidesOfAHandshake);

void Rekey(benchmark::State& state) {
  core::CipherState cipher(KeyOf(1));
  for (auto _ : state) cipher.Rekey();
}

BENCHMARK(Rekey);

}  // namespace
}  // namespace node

BENCHMARK_MAIN();

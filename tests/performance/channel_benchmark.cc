// Cost of the secure channel, record by record, beside the cipher alone, as libsodium and as
// core/crypto/aead have it, on the same bytes; of both sides of a handshake; and of changing a key.
#include <array>
#include <vector>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "core/base/check.h"
#include "core/crypto/aead.h"
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

template <typename Cipher>
void SealAlone(benchmark::State& state, Cipher cipher) {
  const core::SodiumSuite starts_libsodium;
  const auto size = static_cast<size_t>(state.range(0));
  Bytes buffer(size + core::kNoiseTagBytes);
  const std::array<uint8_t, core::kAeadKeyBytes> key{1};
  const std::array<uint8_t, core::kAeadNonceBytes> nonce{2};
  for (auto _ : state) {
    cipher({key, nonce}, std::span(buffer).first(size), buffer.data());
    benchmark::DoNotOptimize(buffer.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void ByLibsodium(const core::AeadKey& with, std::span<const uint8_t> plaintext, uint8_t* out) {
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(),
                                            nullptr, 0, nullptr, with.nonce.data(),
                                            with.key.data());
}

void ByAead(const core::AeadKey& with, std::span<const uint8_t> plaintext, uint8_t* out) {
  core::SealAead(with, {}, plaintext, out);
}

BENCHMARK_CAPTURE(SealAlone, libsodium, ByLibsodium)
    ->Arg(64)
    ->Arg(512)
    ->Arg(1024)
    ->Arg(2048)
    ->Arg(16384)
    ->Arg(65519);
BENCHMARK_CAPTURE(SealAlone, aead, ByAead)
    ->Arg(64)
    ->Arg(512)
    ->Arg(1024)
    ->Arg(2048)
    ->Arg(16384)
    ->Arg(65519);

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

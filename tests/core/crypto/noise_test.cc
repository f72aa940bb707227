#include "core/crypto/noise.h"

#include <array>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/codec/frames.h"
#include "tests/core/crypto/hex.h"

namespace core {
namespace {

using Bytes = std::vector<uint8_t>;
using testing::HasSubstr;

NoiseKey KeyOf(uint8_t byte) {
  NoiseKey key;
  for (uint8_t& each : key.bytes()) each = byte;
  return key;
}

DhKeyPair PairOf(uint8_t byte) {
  return DhKeyPair(KeyOf(byte));
}

const Bytes kPrologue = {'t', 'e', 's', 't'};
const Bytes kPayload = {'h', 'e', 'l', 'l', 'o'};

std::string ErrorOf(const Status& status) {
  return std::string(MessageOf(status));
}

Bytes Sealed(CipherState& cipher, const Bytes& plaintext) {
  Bytes sealed(plaintext.size() + kNoiseTagBytes);
  EXPECT_TRUE(cipher.Encrypt({}, plaintext, sealed.data()).ok());
  return sealed;
}

std::optional<Bytes> Opened(CipherState& cipher, const Bytes& sealed) {
  Bytes plaintext(sealed.size() - kNoiseTagBytes);
  if (!cipher.Decrypt({}, sealed, plaintext.data()).ok()) return std::nullopt;
  return plaintext;
}

// Both ends of a handshake with fixed keys. Messages are numbered 1 to 3.
struct Pair {
  NoiseHandshake& Writer(size_t message) { return message % 2 == 1 ? *initiator : *responder; }

  NoiseHandshake& Reader(size_t message) { return message % 2 == 1 ? *responder : *initiator; }

  Bytes Write(size_t message) {
    Bytes out;
    EXPECT_TRUE(Writer(message).Write(kPayload, out).ok());
    return out;
  }

  // Exchanges the messages before `message` and returns that one, unread.
  Bytes RunTo(size_t message) {
    for (size_t i = 1; i < message; ++i) {
      Bytes payload;
      EXPECT_TRUE(Reader(i).Read(Write(i), payload).ok());
      EXPECT_EQ(payload, kPayload);
    }
    return Write(message);
  }

  // True when `message` is taken as these bytes and everything after it too.
  bool ReadThenGoOn(size_t message, const Bytes& bytes) {
    Bytes payload;
    if (!Reader(message).Read(bytes, payload).ok()) return false;
    for (size_t i = message + 1; i <= 3; ++i) {
      if (!Reader(i).Read(Write(i), payload).ok()) return false;
    }
    return true;
  }

  void Finish() { EXPECT_TRUE(ReadThenGoOn(3, RunTo(3))); }

  DhKeyPair initiator_static = PairOf(1);
  DhKeyPair responder_static = PairOf(2);
  std::optional<NoiseHandshake> initiator{std::in_place, NoiseRole::kInitiator, kPrologue,
                                          initiator_static, PairOf(3)};
  std::optional<NoiseHandshake> responder{std::in_place, NoiseRole::kResponder, kPrologue,
                                          responder_static, PairOf(4)};
};

TEST(NoiseTest, BothSidesEndWithTheSameKeysAndHash) {
  Pair pair;
  pair.Finish();
  EXPECT_EQ(pair.initiator->hash(), pair.responder->hash());
  EXPECT_EQ(pair.initiator->remote_static(), pair.responder_static.public_key());
  EXPECT_EQ(pair.responder->remote_static(), pair.initiator_static.public_key());
  NoiseCiphers one = pair.initiator->Split();
  NoiseCiphers two = pair.responder->Split();
  for (auto [from, to] : {std::pair(&one.send, &two.receive), std::pair(&two.send, &one.receive)}) {
    EXPECT_EQ(Opened(*to, Sealed(*from, kPayload)), kPayload);
  }
}

TEST(NoiseTest, AnAlteredByteAnywhereEndsTheHandshakeAtTheNextAuthenticatedMessage) {
  for (size_t message = 1; message <= 3; ++message) {
    const size_t size = Pair().RunTo(message).size();
    for (size_t at = 0; at < size; ++at) {
      Pair pair;
      Bytes bytes = pair.RunTo(message);
      bytes[at] ^= 0x01;
      EXPECT_FALSE(pair.ReadThenGoOn(message, bytes)) << message << " " << at;
    }
  }
}

TEST(NoiseTest, AMessageCutAnywhereIsRefused) {
  for (size_t message = 1; message <= 3; ++message) {
    const size_t size = Pair().RunTo(message).size();
    for (size_t cut = 0; cut < size; ++cut) {
      Pair pair;
      Bytes bytes = pair.RunTo(message);
      bytes.resize(cut);
      EXPECT_FALSE(pair.ReadThenGoOn(message, bytes)) << message << " " << cut;
    }
  }
}

TEST(NoiseTest, OneMoreByteIsRefused) {
  for (size_t message = 2; message <= 3; ++message) {
    Pair pair;
    Bytes bytes = pair.RunTo(message);
    bytes.push_back(0);
    Bytes payload;
    EXPECT_FALSE(pair.Reader(message).Read(bytes, payload).ok());
  }
}

TEST(NoiseTest, AnotherPrologueEndsTheHandshake) {
  Pair pair;
  pair.responder.emplace(NoiseRole::kResponder, Bytes{'o'}, pair.responder_static, PairOf(4));
  EXPECT_FALSE(pair.ReadThenGoOn(2, pair.RunTo(2)));
}

TEST(NoiseTest, AfterAFailureNothingIsTaken) {
  Pair pair;
  const Bytes good = pair.RunTo(2);
  Bytes bad = good;
  bad[40] ^= 1;
  Bytes payload = {7};
  EXPECT_EQ(ErrorOf(pair.initiator->Read(bad, payload)), "noise: ciphertext is not authentic");
  EXPECT_EQ(payload, Bytes{7});
  EXPECT_EQ(ErrorOf(pair.initiator->Read(good, payload)),
            "noise: a message after the handshake has failed");
  EXPECT_FALSE(pair.initiator->MustWrite());
  EXPECT_FALSE(pair.initiator->Finished());
}

TEST(NoiseTest, AMessageOutOfTurnIsRefused) {
  Pair pair;
  Bytes payload;
  EXPECT_EQ(ErrorOf(pair.initiator->Read(Bytes(96), payload)),
            "noise: a message when the turn is ours");
  Pair done;
  done.Finish();
  EXPECT_EQ(ErrorOf(done.responder->Read(Bytes(96), payload)),
            "noise: a message after the handshake's end");
}

TEST(NoiseTest, SizesAreBounded) {
  Pair pair;
  Bytes payload;
  EXPECT_EQ(ErrorOf(pair.responder->Read(Bytes(31), payload)),
            "noise: message 1 of 31 bytes, allowed 32 to 65535");
  Bytes out;
  EXPECT_EQ(ErrorOf(pair.initiator->Write(Bytes(65504), out)),
            "noise: message 1: payload of 65504 bytes, at most 65503");
  EXPECT_TRUE(out.empty());
  ASSERT_TRUE(pair.initiator->Write(Bytes(65503), out).ok());
  EXPECT_EQ(out.size(), kNoiseMessageMax);
  Pair other;
  EXPECT_TRUE(other.responder->Read(out, payload).ok());
  out.push_back(0);
  Pair third;
  EXPECT_EQ(ErrorOf(third.responder->Read(out, payload)),
            "noise: message 1 of 65536 bytes, allowed 32 to 65535");
}

// The points of order 1, 2, 4 and 8, canonical or not (RFC 7748, section 6.1: check for zeros).
TEST(NoiseTest, EphemeralKeysOfSmallOrderAreRefused) {
  constexpr std::string_view kKeys[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const std::string_view key : kKeys) {
    Pair pair;
    Bytes payload;
    ASSERT_TRUE(pair.responder->Read(BytesOfHex(key), payload).ok());
    Bytes out = {1};
    EXPECT_THAT(ErrorOf(pair.responder->Write({}, out)), HasSubstr("small order")) << key;
    EXPECT_EQ(out, Bytes{1});
    EXPECT_FALSE(pair.responder->MustWrite());
  }
}

TEST(CipherStateTest, ARecordOpensOnceAndInOrder) {
  CipherState send(KeyOf(9));
  CipherState receive(KeyOf(9));
  const Bytes first = Sealed(send, kPayload);
  const Bytes second = Sealed(send, kPayload);
  EXPECT_NE(first, second);
  EXPECT_EQ(Opened(receive, second), std::nullopt);
  EXPECT_EQ(Opened(receive, first), kPayload);
  EXPECT_EQ(Opened(receive, first), std::nullopt);
  EXPECT_EQ(Opened(receive, second), kPayload);
}

TEST(CipherStateTest, AssociatedDataIsAuthenticated) {
  CipherState send(KeyOf(9));
  CipherState receive(KeyOf(9));
  Bytes sealed(kPayload.size() + kNoiseTagBytes);
  ASSERT_TRUE(send.Encrypt(Bytes{1}, kPayload, sealed.data()).ok());
  Bytes opened(kPayload.size());
  EXPECT_FALSE(receive.Decrypt(Bytes{2}, sealed, opened.data()).ok());
  EXPECT_TRUE(receive.Decrypt(Bytes{1}, sealed, opened.data()).ok());
  EXPECT_EQ(opened, kPayload);
}

TEST(CipherStateTest, SealsAndOpensInPlace) {
  CipherState send(KeyOf(9));
  CipherState apart(KeyOf(9));
  CipherState receive(KeyOf(9));
  Bytes buffer = kPayload;
  buffer.resize(kPayload.size() + kNoiseTagBytes);
  ASSERT_TRUE(send.Encrypt({}, std::span(buffer).first(kPayload.size()), buffer.data()).ok());
  EXPECT_EQ(buffer, Sealed(apart, kPayload));
  ASSERT_TRUE(receive.Decrypt({}, buffer, buffer.data()).ok());
  buffer.resize(kPayload.size());
  EXPECT_EQ(buffer, kPayload);
}

TEST(CipherStateTest, TheLastNonceIsRefused) {
  constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();
  CipherState send(KeyOf(9));
  CipherState receive(KeyOf(9));
  send.SetNonce(kLast - 1);
  receive.SetNonce(kLast - 1);
  EXPECT_EQ(Opened(receive, Sealed(send, kPayload)), kPayload);
  Bytes sealed(kPayload.size() + kNoiseTagBytes);
  EXPECT_THAT(ErrorOf(send.Encrypt({}, kPayload, sealed.data())), HasSubstr("none left"));
  EXPECT_EQ(sealed, Bytes(sealed.size()));
  EXPECT_THAT(ErrorOf(receive.Decrypt({}, sealed, sealed.data())), HasSubstr("none left"));
}

// Made with a ChaCha20 of twenty lines in Python, itself held against RFC 8439, section 2.3.2: the
// new key is the first half of key stream block 1 under nonce 2^64 - 1.
TEST(CipherStateTest, RekeyIsThatOfSection11) {
  NoiseKey key;
  for (size_t i = 0; i < key.bytes().size(); ++i) key.bytes()[i] = static_cast<uint8_t>(i);
  CipherState rekeyed(std::move(key));
  rekeyed.Rekey();
  const Bytes new_key =
      BytesOfHex("50835543a205b22c9323f2022bc4f67d838f90e61d5ccf33c4513e01f85b5042");
  CipherState expected(NoiseKey(std::span<const uint8_t, 32>(new_key.data(), 32)));
  const Bytes sealed = Sealed(rekeyed, Bytes(16));
  EXPECT_EQ(sealed, Sealed(expected, Bytes(16)));
  EXPECT_EQ(HexOf(sealed).substr(0, 32), "eb1bac20b584b5e05e8bbd1acabe0c92");
}

TEST(CipherStateTest, RekeyKeepsTheCounter) {
  CipherState cipher(KeyOf(9));
  (void)Sealed(cipher, kPayload);
  cipher.Rekey();
  EXPECT_EQ(cipher.nonce(), 1u);
}

TEST(SecretBytesTest, IsWipedWhenItGoesAndWhenItMoves) {
  alignas(NoiseKey) std::array<uint8_t, sizeof(NoiseKey)> memory;
  auto* key = new (memory.data()) NoiseKey(KeyOf(0xee));
  ASSERT_EQ(memory[31], 0xee);
  const NoiseKey moved = std::move(*key);
  EXPECT_EQ(memory, (std::array<uint8_t, sizeof(NoiseKey)>{}));
  EXPECT_EQ(moved.bytes()[31], 0xee);
  *key = KeyOf(0xdd);
  ASSERT_EQ(memory[0], 0xdd);
  key->~NoiseKey();
  EXPECT_EQ(memory, (std::array<uint8_t, sizeof(NoiseKey)>{}));
}

TEST(SecretBytesTest, WhatHoldsSecretsOnlyMoves) {
  EXPECT_FALSE(std::is_copy_constructible_v<NoiseKey>);
  EXPECT_FALSE(std::is_copy_constructible_v<DhKeyPair>);
  EXPECT_FALSE(std::is_copy_constructible_v<CipherState>);
  EXPECT_FALSE(std::is_copy_constructible_v<SymmetricState>);
  EXPECT_FALSE(std::is_copy_constructible_v<NoiseHandshake>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<CipherState>);
}

}  // namespace
}  // namespace core

// The encrypted records of an open connection: bytes in, bytes out, no sockets, no allocation.
//
// A record is a u16 big-endian length and that many bytes of ChaCha20-Poly1305 ciphertext: 1 to
// 65519 bytes of plaintext and a tag of 16. The nonce is the count of records of its direction
// since the handshake, so that a lost, repeated, reordered or altered record fails to open.
//
// Rekey (Noise section 11.3), each direction for itself, announced in-band:
//   by count  behind every 65536th record of a direction both ends replace its key; nothing is sent
//   by time   a record without plaintext (length 16) is the announcement; behind it both ends
//             replace the key. Seal appends one behind the first record that it seals when the key
//             is an hour old. An idle direction keeps its key: there is nothing new to protect.
//
// Invariants: (1) both ends replace the key of a direction behind the same record; (2) after one
// failed Open nothing more is opened; (3) Seal and Open of one channel share no state: one thread
// may seal while another opens; (4) the keys lie in locked memory (node/handshake/locked_memory)
// and are wiped. Errors: Open says what was wrong with the record. Source: issue 3, point 2;
// docs/wire_format.md, "Records".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/crypto/noise.h"
#include "node/handshake/locked_memory.h"

namespace node {

inline constexpr size_t kRecordLengthBytes = 2;
inline constexpr size_t kRecordOverhead = kRecordLengthBytes + core::kNoiseTagBytes;
inline constexpr size_t kRecordPlaintextMax = core::kNoiseMessageMax - core::kNoiseTagBytes;
inline constexpr uint64_t kRekeyRecords = uint64_t{1} << 16;
inline constexpr core::Duration kRekeyAge = core::Minutes(60);

class SecureChannel {
 public:
  struct Opened {
    size_t consumed = 0;           // Bytes of the input; 0: the record is not there as a whole.
    std::span<uint8_t> plaintext;  // Inside the input; empty: nothing for the application.
  };

  // `now` is the host's steady clock, here and below.
  SecureChannel(core::NoiseCiphers ciphers, core::Time now);

  // What Seal may write for `size` bytes of plaintext: a record and an announcement.
  [[nodiscard]] static constexpr size_t SealedRoom(size_t size) {
    return kRecordOverhead + size + kRecordOverhead;
  }

  // Writes a record to `out`, which has SealedRoom(plaintext.size()) bytes, and returns how many it
  // wrote. The plaintext may lie where it will be encrypted, at out + kRecordLengthBytes; otherwise
  // it does not overlap. REQUIRES: 1 <= plaintext.size() <= kRecordPlaintextMax.
  [[nodiscard]] size_t Seal(std::span<const uint8_t> plaintext, core::Time now, uint8_t* out);

  // The same, appended. Any size: cut into as many records as it takes.
  void SealTo(std::span<const uint8_t> plaintext, core::Time now, std::vector<uint8_t>& out);

  // Opens the record at the start of `input`, in place. At most 2 + 65535 bytes of input are one
  // record, so a read buffer of that size always makes progress.
  [[nodiscard]] core::StatusOr<Opened> Open(std::span<uint8_t> input);

  [[nodiscard]] uint64_t sealed_records() const { return keys_->send.nonce(); }

  [[nodiscard]] uint64_t opened_records() const { return keys_->receive.nonce(); }

  // Key changes of a direction so far; equal at both ends once all bytes have arrived.
  [[nodiscard]] uint64_t send_rekeys() const { return send_rekeys_; }

  [[nodiscard]] uint64_t receive_rekeys() const { return receive_rekeys_; }

 private:
  [[nodiscard]] size_t SealRecord(std::span<const uint8_t> plaintext, uint8_t* out);
  void RekeySend(core::Time now);
  [[nodiscard]] core::Status Break(core::Status status);

  Locked<core::NoiseCiphers> keys_;
  core::Time send_key_since_;
  uint64_t send_rekeys_ = 0;
  uint64_t receive_rekeys_ = 0;
  bool broken_ = false;  // Of the receiving direction.
};

}  // namespace node

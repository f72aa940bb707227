#include "node/handshake/secure_channel.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/codec/big_endian.h"

namespace node {

SecureChannel::SecureChannel(core::NoiseCiphers ciphers, core::Time now)
    : keys_(MakeLocked<core::NoiseCiphers>(std::move(ciphers))), send_key_since_(now) {
  CHECK(keys_->send.has_key() && keys_->receive.has_key());
}

size_t SecureChannel::SealRecord(std::span<const uint8_t> plaintext, uint8_t* out) {
  const size_t size = plaintext.size() + core::kNoiseTagBytes;
  // The plaintext may begin behind the length, so the length is written first and moves nothing.
  core::PutBigEndian<kRecordLengthBytes>(out, size);
  const core::Status status = keys_->send.Encrypt({}, plaintext, out + kRecordLengthBytes);
  CHECK(status.ok());  // Only 2^64 records of ours would end the nonces.
  return kRecordLengthBytes + size;
}

void SecureChannel::RekeySend(core::Time now) {
  keys_->send.Rekey();
  send_key_since_ = now;
  ++send_rekeys_;
}

size_t SecureChannel::Seal(std::span<const uint8_t> plaintext, core::Time now, uint8_t* out) {
  CHECK(!plaintext.empty() && plaintext.size() <= kRecordPlaintextMax);
  size_t written = SealRecord(plaintext, out);
  if (keys_->send.nonce() % kRekeyRecords == 0) {
    RekeySend(now);
  } else if (now - send_key_since_ >= kRekeyAge) {
    written += SealRecord({}, out + written);
    RekeySend(now);
  }
  return written;
}

void SecureChannel::SealTo(std::span<const uint8_t> plaintext, core::Time now,
                           std::vector<uint8_t>& out) {
  while (!plaintext.empty()) {
    const size_t size = std::min(plaintext.size(), kRecordPlaintextMax);
    const size_t start = out.size();
    out.resize(start + SealedRoom(size));
    out.resize(start + Seal(plaintext.first(size), now, out.data() + start));
    plaintext = plaintext.subspan(size);
  }
}

core::Status SecureChannel::Break(core::Status status) {
  broken_ = true;
  return status;
}

core::StatusOr<SecureChannel::Opened> SecureChannel::Open(std::span<uint8_t> input) {
  if (broken_) return core::InvalidArgument("record: behind one that did not open");
  if (input.size() < kRecordLengthBytes) return Opened{};
  const size_t size = core::GetBigEndian<kRecordLengthBytes>(input.data());
  if (size < core::kNoiseTagBytes) {
    return Break(core::InvalidArgument("record.length: " + std::to_string(size) + ", at least 16"));
  }
  if (input.size() - kRecordLengthBytes < size) return Opened{};
  const std::span<uint8_t> record = input.subspan(kRecordLengthBytes, size);
  if (core::Status status = keys_->receive.Decrypt({}, record, record.data()); !status.ok()) {
    return Break(std::move(status));
  }
  if (size == core::kNoiseTagBytes || keys_->receive.nonce() % kRekeyRecords == 0) {
    keys_->receive.Rekey();
    ++receive_rekeys_;
  }
  return Opened{kRecordLengthBytes + size, record.first(size - core::kNoiseTagBytes)};
}

}  // namespace node

#include "node/handshake/handshake.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/codec/big_endian.h"

namespace node {
namespace {

constexpr size_t kLengthBytes = 2;

std::span<const uint8_t> Prologue() {
  return {reinterpret_cast<const uint8_t*>(kHandshakePrologue.data()), kHandshakePrologue.size()};
}

}  // namespace

std::string_view TextOf(Verdict verdict) {
  static constexpr std::string_view kTexts[] = {"accept",
                                                "self",
                                                "duplicate",
                                                "wrong network",
                                                "wrong version",
                                                "wrong identity",
                                                "too many connections",
                                                "banned",
                                                "busy"};
  const auto number = static_cast<size_t>(verdict);
  return number < std::size(kTexts) ? kTexts[number] : "unknown";
}

Handshake::Handshake(core::NoiseRole role, Setup setup, std::optional<core::NodeId> dialled)
    : setup_(std::move(setup)), dialled_(dialled) {
  CHECK(setup_.identity != nullptr && setup_.offer != nullptr && setup_.judge != nullptr);
  noise_.emplace(role, Prologue(), setup_.identity->static_keys(),
                 core::DhKeyPair(std::move(setup_.ephemeral)));
}

Handshake Handshake::Dial(Setup setup, std::optional<core::NodeId> dialled,
                          std::vector<uint8_t>& out) {
  Handshake handshake(core::NoiseRole::kInitiator, std::move(setup), dialled);
  const core::Status status = handshake.WriteMessage({}, out);
  CHECK(status.ok());  // The first message depends on nothing remote.
  handshake.phase_ = Phase::kAwaitSecond;
  return handshake;
}

Handshake Handshake::Answer(Setup setup) {
  return {core::NoiseRole::kResponder, std::move(setup), std::nullopt};
}

core::StatusOr<size_t> Handshake::Receive(std::span<const uint8_t> input, const Clock& clock,
                                          std::vector<uint8_t>& out) {
  if (phase_ == Phase::kFailed) return failure_;
  const size_t start = out.size();
  size_t taken = 0;
  while (!Done() && input.size() - taken >= kLengthBytes) {
    const std::span<const uint8_t> rest = input.subspan(taken);
    const size_t size = core::GetBigEndian<kLengthBytes>(rest.data());
    if (size <= kHandshakeMessageMax && rest.size() - kLengthBytes < size) break;
    core::Status status =
        size > kHandshakeMessageMax
            ? core::InvalidArgument("handshake.length: " + std::to_string(size) + ", at most 2048")
            : Take(rest.first(kLengthBytes + size), clock, out);
    if (!status.ok()) {
      out.resize(start);
      return Fail(std::move(status));
    }
    taken += kLengthBytes + size;
  }
  return taken;
}

core::Status Handshake::Fail(core::Status status) {
  phase_ = Phase::kFailed;
  failure_ = status;
  noise_.reset();
  channel_.reset();
  return status;
}

// `framed`: one message with its length.
core::Status Handshake::Take(std::span<const uint8_t> framed, const Clock& clock,
                             std::vector<uint8_t>& out) {
  const std::span<const uint8_t> message = framed.subspan(kLengthBytes);
  switch (phase_) {
    case Phase::kAwaitFirst:
      return TakeFirst(message, clock, out);
    case Phase::kAwaitSecond:
      RETURN_IF_ERROR(ReadHello(message));
      RETURN_IF_ERROR(WriteMessage(OwnHello(clock), out));
      return Pronounce(clock, out);
    case Phase::kAwaitThird:
      RETURN_IF_ERROR(ReadHello(message));
      return Pronounce(clock, out);
    case Phase::kAwaitVerdict:
      return TakeVerdict(framed);
    default:
      return core::Internal("handshake: a message behind its end");
  }
}

core::Status Handshake::TakeFirst(std::span<const uint8_t> message, const Clock& clock,
                                  std::vector<uint8_t>& out) {
  std::vector<uint8_t> payload;
  RETURN_IF_ERROR(noise_->Read(message, payload));
  if (!payload.empty()) {
    return core::InvalidArgument("handshake message 1: payload of " +
                                 std::to_string(payload.size()) + " bytes, allowed 0");
  }
  RETURN_IF_ERROR(WriteMessage(OwnHello(clock), out));
  phase_ = Phase::kAwaitThird;
  return {};
}

core::Status Handshake::WriteMessage(std::span<const uint8_t> payload, std::vector<uint8_t>& out) {
  const size_t start = out.size();
  out.resize(start + kLengthBytes);
  RETURN_IF_ERROR(noise_->Write(payload, out));
  const size_t size = out.size() - start - kLengthBytes;
  CHECK(size <= kHandshakeMessageMax);  // kHelloBytesMax leaves room.
  core::PutBigEndian<kLengthBytes>(&out[start], size);
  return {};
}

std::vector<uint8_t> Handshake::OwnHello(const Clock& clock) const {
  Hello hello = *setup_.offer;
  hello.network = setup_.identity->network();
  hello.identity = setup_.identity->key();
  hello.proof = setup_.identity->proof();
  hello.clock_ms = clock.wall_ms;
  std::vector<uint8_t> bytes;
  EncodeHello(hello, bytes);
  return bytes;
}

core::Status Handshake::ReadHello(std::span<const uint8_t> message) {
  std::vector<uint8_t> payload;
  RETURN_IF_ERROR(noise_->Read(message, payload));
  ASSIGN_OR_RETURN(remote_hello_, DecodeHello(payload, setup_.offer->version));
  return {};
}

core::StatusOr<Verdict> Handshake::JudgeRemote() {
  const Identity& own = *setup_.identity;
  if (remote_hello_.version.major != setup_.offer->version.major) return Verdict::kWrongVersion;
  if (remote_hello_.network != own.network()) return Verdict::kWrongNetwork;
  if (!VerifyStaticKey(remote_hello_.identity, own.network(), noise_->remote_static(),
                       remote_hello_.proof)) {
    return core::InvalidArgument("hello.proof: does not verify");
  }
  remote_ = RemotePeer{NodeIdOf(remote_hello_.identity), remote_hello_};
  if (remote_->node_id == own.node_id()) return Verdict::kSelf;
  if (dialled_ && *dialled_ != remote_->node_id) return Verdict::kWrongIdentity;
  return setup_.judge(*remote_);
}

core::Status Handshake::Pronounce(const Clock& clock, std::vector<uint8_t>& out) {
  ASSIGN_OR_RETURN(const Verdict verdict, JudgeRemote());
  channel_.emplace(noise_->Split(), clock.steady);
  noise_.reset();
  const auto number = static_cast<uint8_t>(verdict);
  channel_->SealTo({&number, 1}, clock.steady, out);
  phase_ = Phase::kAwaitVerdict;
  if (verdict != Verdict::kAccept) Refuse(verdict, false);
  return {};
}

void Handshake::Refuse(Verdict verdict, bool by_remote) {
  phase_ = Phase::kRefused;
  refusal_ = verdict;
  refused_by_remote_ = by_remote;
  channel_.reset();
}

core::Status Handshake::TakeVerdict(std::span<const uint8_t> record) {
  std::array<uint8_t, kHandshakeBufferBytes> bytes;
  std::copy(record.begin(), record.end(), bytes.begin());
  ASSIGN_OR_RETURN(const SecureChannel::Opened opened,
                   channel_->Open(std::span(bytes).first(record.size())));
  const bool later_minor = remote_hello_.version.minor > setup_.offer->version.minor;
  if (opened.plaintext.empty() || (opened.plaintext.size() > 1 && !later_minor)) {
    return core::InvalidArgument("verdict: " + std::to_string(opened.plaintext.size()) +
                                 " bytes, allowed 1");
  }
  const auto verdict = static_cast<Verdict>(opened.plaintext[0]);
  phase_ = Phase::kOpen;
  if (verdict != Verdict::kAccept) Refuse(verdict, true);
  return {};
}

SecureChannel Handshake::TakeChannel() {
  CHECK(phase_ == Phase::kOpen && channel_.has_value());
  SecureChannel channel = *std::move(channel_);
  channel_.reset();
  return channel;
}

}  // namespace node

// A remote that does what a test wants over a real socket: it can shake hands properly, and then
// send any bytes at any place of the protocol.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "node/transport/frame_reader.h"
#include "tests/node/transport/transport_rig.h"

namespace node {

class RawPeer {
 public:
  struct Frame {
    FrameHeader header;
    BodyPrefix prefix;
    Bytes payload;
  };

  // Dials `to` from the loopback address 127.0.0.`host`.
  RawPeer(TransportRig& rig, uint8_t number, const Endpoint& to, uint8_t host = 1)
      : rig_(&rig), identity_(MakeIdentity(number)), socket_(rig.io.get_executor()) {
    socket_.open(asio::ip::tcp::v4());
    socket_.bind({asio::ip::address_v4({127, 0, 0, host}), 0});
    socket_.connect(to);
    Prepare();
  }

  // Has accepted `socket`.
  RawPeer(TransportRig& rig, uint8_t number, TcpSocket socket)
      : rig_(&rig), identity_(MakeIdentity(number)), socket_(std::move(socket)) {
    Prepare();
  }

  [[nodiscard]] const core::NodeId& id() const { return identity_.node_id(); }

  // As TCP carries them; gives the other side turns while the kernel has no room. False when the
  // connection is gone.
  bool Write(std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      ErrorCode error;
      const size_t size = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
      if (error && error != asio::error::would_block) return false;
      bytes = bytes.subspan(size);
      if (size == 0) rig_->io.restart(), rig_->io.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  // As much as the kernel takes now.
  size_t WriteSome(std::span<const uint8_t> bytes) {
    ErrorCode error;
    const size_t size = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    return error ? 0 : size;
  }

  // Reads what there is; false once the other side has closed.
  bool Read() {
    std::array<uint8_t, 65536> piece;
    while (!ended_) {
      ErrorCode error;
      const size_t size = socket_.read_some(asio::buffer(piece), error);
      if (error == asio::error::would_block) break;
      if (error) ended_ = true;
      in_.insert(in_.end(), piece.begin(), piece.begin() + static_cast<ptrdiff_t>(size));
    }
    return !ended_;
  }

  [[nodiscard]] bool ClosedByOther() {
    return rig_->RunUntil([this] { return !Read(); });
  }

  [[nodiscard]] Handshake::Setup Setup() {
    return {.identity = &identity_,
            .offer = &offer_,
            .judge = [](const RemotePeer&) { return Verdict::kAccept; },
            .ephemeral = DrawKey()};
  }

  // The whole handshake; messages() remembers what was sent.
  [[nodiscard]] bool ShakeHands(bool dial = true) {
    Bytes out;
    handshake_.emplace(dial ? Handshake::Dial(Setup(), std::nullopt, out)
                            : Handshake::Answer(Setup()));
    Say(out);
    const bool done = rig_->RunUntil([this] {
      Read();
      Bytes answer;
      const auto taken = handshake_->Receive(in_, rig_->clock.Now(), answer);
      if (!taken.ok()) return true;
      in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(*taken));
      Say(answer);
      return handshake_->Done() || ended_;
    });
    if (!done || handshake_->phase() != Handshake::Phase::kOpen) return false;
    channel_.emplace(handshake_->TakeChannel());
    return true;
  }

  [[nodiscard]] const Handshake& handshake() const { return *handshake_; }

  [[nodiscard]] const std::vector<Bytes>& messages() const { return messages_; }

  [[nodiscard]] Bytes Seal(std::span<const uint8_t> plaintext) {
    Bytes out;
    channel_->SealTo(plaintext, rig_->clock.Steady(), out);
    return out;
  }

  bool SendPlain(std::span<const uint8_t> plaintext) { return Write(Seal(plaintext)); }

  bool SendFrame(const FrameHeader& header, const BodyPrefix& prefix,
                 std::span<const uint8_t> payload) {
    Bytes plain;
    AppendFrame(header, prefix, payload, plain);
    return SendPlain(plain);
  }

  bool SendText(std::string_view text) { return SendFrame({}, {}, BytesOf(text)); }

  // The frames that have arrived since the last call.
  [[nodiscard]] std::vector<Frame> TakeFrames() {
    Read();
    std::vector<Frame> frames;
    std::span<uint8_t> input(in_);
    while (true) {
      const auto opened = channel_->Open(input);
      EXPECT_TRUE(opened.ok());
      if (!opened.ok() || opened->consumed == 0) break;
      input = input.subspan(opened->consumed);
      std::span<const uint8_t> plain = opened->plaintext;
      for (auto found = reader_.Next(plain); found != FrameReader::Found::kNeedMore;
           found = reader_.Next(plain)) {
        frames.push_back({reader_.header(), {}, {}});
        if (found != FrameReader::Found::kFrame) continue;
        frames.back().prefix = reader_.prefix();
        frames.back().payload.assign(reader_.payload().begin(), reader_.payload().end());
      }
    }
    in_ = Bytes(input.begin(), input.end());
    return frames;
  }

  [[nodiscard]] TcpSocket& socket() { return socket_; }

  void Close() {
    ErrorCode ignored;
    socket_.close(ignored);
  }

 private:
  void Prepare() {
    socket_.non_blocking(true);
    socket_.set_option(asio::ip::tcp::no_delay(true));
  }

  void Say(const Bytes& bytes) {
    if (bytes.empty()) return;
    messages_.push_back(bytes);
    Write(bytes);
  }

  TransportRig* rig_;
  Identity identity_;
  Hello offer_;
  TcpSocket socket_;
  Bytes in_;
  bool ended_ = false;
  std::optional<Handshake> handshake_;
  std::optional<SecureChannel> channel_;
  std::vector<Bytes> messages_;
  FrameLimits limits_;
  FrameReader reader_{limits_};
};

}  // namespace node

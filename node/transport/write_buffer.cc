#include "node/transport/write_buffer.h"

#include <algorithm>
#include <utility>

namespace node {
namespace {
constexpr size_t kLargePiece = size_t{32} << 10;
constexpr size_t kSpareMax = 32;
}  // namespace

Piece PieceStore::Take(size_t size) {
  Piece piece;
  if (size >= kLargePiece && !spare_.empty()) {
    piece = std::move(spare_.back());
    spare_.pop_back();
    piece.clear();
  }
  piece.reserve(size);
  return piece;
}

void PieceStore::Give(Piece piece) {
  if (piece.capacity() >= kLargePiece && spare_.size() < kSpareMax) {
    spare_.push_back(std::move(piece));
  }
}

// The last piece that has room, or a new one for so many bytes and what sealing adds.
Piece& WriteBuffer::Open(size_t size) {
  if (pieces_.size() > sealed_ &&
      pieces_.back().size() < kRecordLengthBytes + kRecordPlaintextMax) {
    return pieces_.back();
  }
  // Behind a full piece comes a full one, most likely.
  const size_t plain = pieces_.empty() ? std::min(size, kRecordPlaintextMax) : kRecordPlaintextMax;
  const size_t room = SecureChannel::SealedRoom(plain);
  Piece& piece = pieces_.emplace_back(store_->Take(room));
  piece.resize(kRecordLengthBytes);
  return piece;
}

void WriteBuffer::Append(std::span<const uint8_t> bytes, size_t more) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    Piece& piece = Open(bytes.size() + more);
    const size_t room = kRecordLengthBytes + kRecordPlaintextMax - piece.size();
    const auto part = bytes.first(std::min(room, bytes.size()));
    piece.insert(piece.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
  }
}

void WriteBuffer::Seal(SecureChannel& channel, core::Time now, size_t pieces) {
  for (; sealed_ < std::min(pieces, pieces_.size()); ++sealed_) {
    Piece& piece = pieces_[sealed_];
    const size_t plain = piece.size() - kRecordLengthBytes;
    piece.resize(SecureChannel::SealedRoom(plain));
    const std::span<const uint8_t> plaintext(piece.data() + kRecordLengthBytes, plain);
    piece.resize(channel.Seal(plaintext, now, piece.data()));
    size_ += piece.size() - plain;
  }
}

std::vector<asio::const_buffer> WriteBuffer::Sealed() const {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(sealed_);
  for (size_t i = 0; i < sealed_; ++i) {
    const size_t skip = i == 0 ? taken_ : 0;
    buffers.emplace_back(pieces_[i].data() + skip, pieces_[i].size() - skip);
  }
  return buffers;
}

void WriteBuffer::Consume(size_t size) {
  size_ -= size;
  taken_ += size;
  size_t done = 0;
  while (done < sealed_ && taken_ >= pieces_[done].size()) {
    taken_ -= pieces_[done].size();
    store_->Give(std::move(pieces_[done++]));
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<ptrdiff_t>(done));
  sealed_ -= done;
  if (pieces_.empty()) pieces_ = {};
}

std::vector<uint8_t> WriteBuffer::TakeAll(SecureChannel& channel, core::Time now) {
  Seal(channel, now, pieces_.size());
  std::vector<uint8_t> all;
  all.reserve(size_);
  for (const asio::const_buffer& buffer : Sealed()) {
    const auto* bytes = static_cast<const uint8_t*>(buffer.data());
    all.insert(all.end(), bytes, bytes + buffer.size());
  }
  *this = WriteBuffer(*store_);
  return all;
}

}  // namespace node

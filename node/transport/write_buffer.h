// The frames of one socket that the kernel has not taken yet, in the pieces that become records.
//
// A piece is filled up to a record's size, sealed where it lies, and given back when the kernel has
// taken it: nothing is moved. Invariants: (1) bytes leave in the order in which they were appended;
// (2) pieces are sealed in order and only then written; (3) an empty buffer holds no memory. Thread
// rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "node/handshake/secure_channel.h"
#include "node/transport/asio.h"

namespace node {

// Room for the record's length in front; plaintext or ciphertext behind it.
using Piece = std::vector<uint8_t>;

// Large pieces that wait for their next use, for all sockets of a transport: fresh memory costs the
// kernel more than sealing does. At most 2 MiB.
class PieceStore {
 public:
  // An empty piece with room for `size` bytes.
  [[nodiscard]] Piece Take(size_t size);
  void Give(Piece piece);

 private:
  std::vector<Piece> spare_;
};

class WriteBuffer {
 public:
  // The store outlives the buffer's use.
  explicit WriteBuffer(PieceStore& store) : store_(&store) {}

  // Appends plaintext. `more`: how much will follow at once, so that memory is taken once.
  void Append(std::span<const uint8_t> bytes, size_t more = 0);

  [[nodiscard]] bool empty() const { return pieces_.empty(); }

  // Plaintext that is not sealed, and sealed bytes that are not taken.
  [[nodiscard]] size_t size() const { return size_; }

  // Seals until `pieces` pieces are sealed, or all.
  void Seal(SecureChannel& channel, core::Time now, size_t pieces);

  // What is sealed.
  [[nodiscard]] std::vector<asio::const_buffer> Sealed() const;

  // The kernel has taken this much of Sealed().
  void Consume(size_t size);

  // All of it, sealed; empty() afterwards.
  [[nodiscard]] std::vector<uint8_t> TakeAll(SecureChannel& channel, core::Time now);

 private:
  [[nodiscard]] Piece& Open(size_t size);

  PieceStore* store_;
  std::vector<Piece> pieces_;
  size_t sealed_ = 0;  // Pieces.
  size_t taken_ = 0;   // Bytes of the first piece.
  size_t size_ = 0;
};

}  // namespace node

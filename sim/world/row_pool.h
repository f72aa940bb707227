// RowPool: the values of the rows of all simulated disks, each kept once however many disks have it.
//
// A block lies on the disk of each of its holders, its certificate on that of each member: at ten thousand
// storage nodes the copies would be most of the memory. Equal values are one, found by content; it goes with
// the last row that has it. Nothing that a run shows depends on who shares with whom. Thread rule: any
// thread; a lock per stripe, held for one look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/port/host.h"

namespace sim {

class RowPool;

// The value of one row; empty: none. Must not outlive its pool.
class SharedRow {
 public:
  SharedRow() = default;

  SharedRow(SharedRow&& other) noexcept : kept_(std::exchange(other.kept_, nullptr)) {}

  SharedRow& operator=(SharedRow&& other) noexcept {
    std::swap(kept_, other.kept_);
    return *this;
  }

  ~SharedRow();

  // REQUIRES: not empty.
  [[nodiscard]] const core::Bytes& value() const;

  // Bytes of it that this row answers for: its share of the value.
  [[nodiscard]] size_t HeapBytes() const;

 private:
  friend class RowPool;
  struct Kept;

  explicit SharedRow(Kept* kept) : kept_(kept) {}

  Kept* kept_ = nullptr;
};

class RowPool {
 public:
  RowPool();
  // REQUIRES: no row is left.
  ~RowPool();

  [[nodiscard]] SharedRow Share(core::Bytes value);

  // Different values. For tests, while no other thread uses the pool.
  [[nodiscard]] size_t size() const;

 private:
  friend class SharedRow;
  struct Stripe;
  static constexpr size_t kStripes = 64;

  const std::unique_ptr<Stripe[]> stripes_;
};

}  // namespace sim

// A list with a capacity known at compile time, stored inline: no allocation, so a step that
// replies costs no heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/check.h"

namespace core {

template <typename T, size_t kCapacity>
class FixedList {
 public:
  [[nodiscard]] size_t size() const { return size_; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] bool full() const { return size_ == kCapacity; }

  static constexpr size_t capacity() { return kCapacity; }

  // REQUIRES: !full().
  void push_back(const T& item) {
    CHECK(!full());
    items_[size_++] = item;
  }

  void clear() { size_ = 0; }

  // REQUIRES: size <= size().
  void Truncate(size_t size) {
    CHECK(size <= size_);
    size_ = static_cast<uint32_t>(size);
  }

  T& operator[](size_t i) { return items_[i]; }

  const T& operator[](size_t i) const { return items_[i]; }

  [[nodiscard]] T* begin() { return items_.data(); }

  [[nodiscard]] T* end() { return items_.data() + size_; }

  [[nodiscard]] const T* begin() const { return items_.data(); }

  [[nodiscard]] const T* end() const { return items_.data() + size_; }

  friend bool operator==(const FixedList& a, const FixedList& b) {
    if (a.size_ != b.size_) return false;
    for (size_t i = 0; i < a.size_; ++i) {
      if (!(a.items_[i] == b.items_[i])) return false;
    }
    return true;
  }

 private:
  std::array<T, kCapacity> items_{};
  uint32_t size_ = 0;
};

}  // namespace core

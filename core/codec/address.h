// One network address of a peer as opaque bytes, stored inline: contacts pass through the codec
// without a heap allocation. Only hosts read what is inside.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "core/base/fixed_list.h"
#include "core/codec/limits.h"

namespace core {

class Address {
 public:
  Address() = default;

  // REQUIRES: text.size() <= limits::kAddressBytesMax.
  explicit Address(std::string_view text) : size_(static_cast<uint8_t>(text.size())) {
    CHECK(text.size() <= limits::kAddressBytesMax);
    std::copy(text.begin(), text.end(), bytes_.begin());
  }

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  friend bool operator==(const Address& a, const Address& b) { return a.view() == b.view(); }

 private:
  std::array<char, limits::kAddressBytesMax> bytes_{};
  uint8_t size_ = 0;
};

using AddressList = FixedList<Address, limits::kAddressesMax>;

}  // namespace core

// A short list of short strings in one buffer: an empty list allocates nothing, two short words fit
// std::string's inline space. Each string is stored behind its one-byte length. Order is kept;
// duplicates are allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace core {

class StringList {
 public:
  static constexpr size_t kTextMax = 255;

  // REQUIRES: text.size() <= kTextMax.
  void Add(std::string_view text);

  void Clear() { packed_.clear(); }

  [[nodiscard]] bool Contains(std::string_view text) const;
  [[nodiscard]] size_t Count() const;

  [[nodiscard]] bool empty() const { return packed_.empty(); }

  [[nodiscard]] size_t HeapBytes() const;

  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (size_t at = 0; at < packed_.size();) {
      const size_t length = static_cast<uint8_t>(packed_[at]);
      visit(std::string_view(packed_).substr(at + 1, length));
      at += 1 + length;
    }
  }

  friend bool operator==(const StringList&, const StringList&) = default;

 private:
  std::string packed_;
};

}  // namespace core

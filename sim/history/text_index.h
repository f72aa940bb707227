// TextIndex: numbers texts in the order in which they come, so that what is compared often is compared as a number.
//
// Invariant: the same text, the same number; numbers count from 0. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/flat_table.h"
#include "core/base/hash.h"

namespace sim {

class TextIndex {
 public:
  uint32_t IndexOf(const std::string& text) {
    const auto [index, fresh] = indices_.Insert(text);
    if (fresh) {
      *index = static_cast<uint32_t>(texts_.size());
      texts_.push_back(text);
    }
    return *index;
  }

  [[nodiscard]] const std::string& TextOf(uint32_t index) const { return texts_[index]; }

  [[nodiscard]] size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    uint64_t operator()(const std::string& text) const {
      return core::HashBytes({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    }
  };

  core::FlatTable<std::string, uint32_t, Hash> indices_;
  std::vector<std::string> texts_;
};

}  // namespace sim

#include "sim/history/visited.h"

#include <algorithm>

#include "core/base/hash.h"

namespace sim {
namespace {

uint64_t HashOf(std::span<const uint64_t> key) {
  uint64_t hash = key.size();
  for (const uint64_t word : key) hash = core::Mix64(hash ^ word);
  return hash;
}

}  // namespace

bool Visited::Same(uint32_t at, std::span<const uint64_t> key) const {
  return words_[at] == key.size() && std::equal(key.begin(), key.end(), words_.begin() + at + 1);
}

Visited::Answer Visited::Insert(std::span<const uint64_t> key) {
  if ((size_ + 1) * 4 > index_.size() * 3) Grow();
  const size_t mask = index_.size() - 1;
  size_t slot = HashOf(key) & mask;
  for (; index_[slot] != 0; slot = (slot + 1) & mask) {
    if (Same(index_[slot] - 1, key)) return Answer::kKnown;
  }
  if (words_.size() + key.size() + 1 > std::min(words_max_, size_t{UINT32_MAX} - 1))
    return Answer::kFull;
  index_[slot] = static_cast<uint32_t>(words_.size()) + 1;
  words_.push_back(key.size());
  words_.insert(words_.end(), key.begin(), key.end());
  ++size_;
  return Answer::kNew;
}

void Visited::Grow() {
  index_.assign(std::max<size_t>(64, index_.size() * 2), 0);
  const size_t mask = index_.size() - 1;
  for (size_t at = 0; at < words_.size(); at += words_[at] + 1) {
    const auto length = static_cast<size_t>(words_[at]);
    size_t slot = HashOf(std::span(words_).subspan(at + 1, length)) & mask;
    while (index_[slot] != 0) slot = (slot + 1) & mask;
    index_[slot] = static_cast<uint32_t>(at) + 1;
  }
}

}  // namespace sim

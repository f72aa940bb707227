// Visited: the configurations that a search has been in, each a few words, in one piece of memory.
//
// Open addressing over the words themselves: no hash is trusted for equality. Limits: 2^32 - 1 words, above which Insert says
// kFull. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sim {

class Visited {
 public:
  enum class Answer : uint8_t { kNew, kKnown, kFull };

  explicit Visited(size_t words_max) : words_max_(words_max) {}

  Answer Insert(std::span<const uint64_t> key);

  [[nodiscard]] uint64_t size() const { return size_; }

 private:
  [[nodiscard]] bool Same(uint32_t at, std::span<const uint64_t> key) const;
  void Grow();

  // A key lies behind one word with its length.
  std::vector<uint64_t> words_;
  std::vector<uint32_t> index_;  // Place in words_ plus one; 0: empty.
  size_t words_max_;
  uint64_t size_ = 0;
};

}  // namespace sim

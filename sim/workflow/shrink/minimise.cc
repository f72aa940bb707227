#include "sim/workflow/shrink/minimise.h"

#include <algorithm>
#include <numeric>

namespace sim {
namespace {

Indices Without(const Indices& list, size_t from, size_t count) {
  const size_t to = std::min(list.size(), from + count);
  Indices rest(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(from));
  rest.insert(rest.end(), list.begin() + static_cast<std::ptrdiff_t>(to), list.end());
  return rest;
}

// Leaves out parts of this size, going on behind the last one that could go. Single elements are asked again from the start until
// none of them can go; larger parts need no such care, because their elements are asked later.
void Sweep(Indices& left, size_t size, const FirstThatFails& first) {
  size_t next = 0;
  while (!left.empty()) {
    const size_t parts = (left.size() + size - 1) / size;
    if (size == 1) next %= parts;
    const size_t tries = size == 1 ? parts : parts - next;
    const auto place = [&](size_t i) { return (next + i) % parts * size; };
    const std::optional<size_t> found =
        first(tries, [&](size_t i) { return Without(left, place(i), size); });
    if (!found.has_value()) return;
    const size_t gone = place(*found);
    left = Without(left, gone, size);
    next = gone / size;
  }
}

}  // namespace

Indices Minimise(size_t count, const FirstThatFails& first) {
  Indices left(count);
  std::iota(left.begin(), left.end(), 0u);
  for (size_t size = count; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
    Sweep(left, size, first);
  }
  return left;
}

}  // namespace sim

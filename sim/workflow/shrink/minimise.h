// Minimise: leaves parts out of a list for as long as what remains still fails (delta debugging; Zeller and Hildebrandt 2002).
//
// Parts get smaller, from the whole list down to single elements. Invariants: (1) what is left fails; (2) it is minimal: without
// any one of its elements it does not, as far as `first` can tell; (3) the answer depends on what `first` answers only, never on
// how many candidates it tried at a time. Costs O(n log n) questions where few elements matter, O(n^2) at worst.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace sim {

using Indices = std::vector<uint32_t>;  // Ascending.

// The first of `count` candidates that fails, or nothing. `kept` gives what a candidate keeps, from any thread.
using FirstThatFails =
    std::function<std::optional<size_t>(size_t count, const std::function<Indices(size_t)>& kept)>;

// What is left of 0 .. count - 1. REQUIRES: all of them together fail.
[[nodiscard]] Indices Minimise(size_t count, const FirstThatFails& first);

}  // namespace sim
